"""Text for people and for file names, and telephone numbers."""

import re
import unicodedata


def slugify(title: str, limit: int = 60) -> str:
    """A lower-case ASCII form of a title that fits a file name or a URL."""
    plain = unicodedata.normalize("NFKD", title)
    ascii_only = plain.encode("ascii", "ignore").decode("ascii").lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")
    if not slug:
        raise ValueError(f"nothing left of {title!r}")
    return slug[:limit].rstrip("-")


def digits_only(raw: str) -> str:
    """The digits of a telephone number; anything but punctuation is refused."""
    kept = []
    for char in raw:
        if char in "0123456789":
            kept.append(char)
        elif char not in " -./()+":
            raise ValueError(f"unexpected {char!r} in a telephone number")
    return "".join(kept)


def normalise_phone(raw: str, country: str = "49") -> str:
    """A telephone number in international form, `+` and digits."""
    digits = digits_only(raw)
    if raw.strip().startswith("+"):
        return f"+{digits}"
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    national = digits.lstrip("0")
    if not 4 <= len(national) <= 12:
        raise ValueError(f"not a telephone number: {raw!r}")
    return f"+{country}{national}"
