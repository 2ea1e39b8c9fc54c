"""Quantities as people write them."""


def parse_quantity(raw: str) -> int:
    """A whole number of pieces, such as `12` or `12 pcs`."""
    text = raw.strip().lower()
    if text.endswith("pcs"):
        text = text[:-3].rstrip()
    if not text.isdigit():
        raise ValueError(f"not a quantity: {raw!r}")
    quantity = int(text)
    if quantity == 0:
        raise ValueError("a quantity is at least one")
    return quantity


def packs_needed(quantity: int, pack_size: int) -> int:
    """How many packs hold a quantity."""
    return -(-quantity // pack_size)
