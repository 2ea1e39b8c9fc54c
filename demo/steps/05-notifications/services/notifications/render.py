"""Messages as web pages."""

import html
import re
import unicodedata

from platform_core.money import round_money


def slugify(title: str, limit: int = 60) -> str:
    """The anchor of a heading."""
    plain = unicodedata.normalize("NFKD", title)
    ascii_only = plain.encode("ascii", "ignore").decode("ascii").lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")
    if not slug:
        raise ValueError(f"nothing left of {title!r}")
    return slug[:limit].rstrip("-")


def heading(title: str) -> str:
    """A heading that can be linked to."""
    return f'<h2 id="{slugify(title)}">{html.escape(title)}</h2>'


def amount_row(label: str, amount: str) -> str:
    """A row of a table with an amount."""
    return f"<tr><td>{html.escape(label)}</td><td>{round_money(amount)}</td></tr>"
