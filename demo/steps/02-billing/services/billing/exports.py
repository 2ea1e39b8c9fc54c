"""File names of exported documents."""

import re
import unicodedata

from platform_core.timeutil import parse_timestamp


def slugify(title: str, limit: int = 60) -> str:
    """Make a customer's name fit a file name."""
    plain = unicodedata.normalize("NFKD", title)
    ascii_only = plain.encode("ascii", "ignore").decode("ascii").lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")
    if not slug:
        raise ValueError(f"nothing left of {title!r}")
    return slug[:limit].rstrip("-")


def export_filename(customer: str, issued: str, suffix: str = "csv") -> str:
    """A file name such as `acme-gmbh-2025-02.csv`."""
    month = parse_timestamp(issued).strftime("%Y-%m")
    return f"{slugify(customer)}-{month}.{suffix}"
