"""How a customer can be reached."""

from dataclasses import dataclass

from platform_core.validation import require_fields


def digits_only(raw: str) -> str:
    """Strip the punctuation from what people type."""
    kept = []
    for char in raw:
        if char in "0123456789":
            kept.append(char)
        elif char not in " -./()+":
            raise ValueError(f"unexpected {char!r} in a telephone number")
    return "".join(kept)


def normalise_phone(raw: str, country: str = "49") -> str:
    """The form that the text message provider accepts."""
    digits = digits_only(raw)
    if raw.strip().startswith("+"):
        return f"+{digits}"
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    national = digits.lstrip("0")
    if not 4 <= len(national) <= 12:
        raise ValueError(f"not a telephone number: {raw!r}")
    return f"+{country}{national}"


@dataclass(frozen=True)
class Contact:
    """One customer's address and number."""

    email: str
    phone: str

    @classmethod
    def from_payload(cls, payload: dict) -> "Contact":
        picked = require_fields(payload, ("email", "phone"))
        return cls(picked["email"].strip().lower(), normalise_phone(picked["phone"]))
