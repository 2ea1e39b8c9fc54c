"""The cart of a customer who has not ordered yet."""

import uuid
from dataclasses import dataclass, field


def parse_quantity(raw: str) -> int:
    """What the customer typed into the field of a cart line."""
    text = raw.strip().lower()
    if text.endswith("pcs"):
        text = text[:-3].rstrip()
    if not text.isdigit():
        raise ValueError(f"not a quantity: {raw!r}")
    quantity = int(text)
    if quantity == 0:
        raise ValueError("a quantity is at least one")
    return quantity


@dataclass
class Session:
    """One visit to the shop and the articles chosen in it."""

    visitor: str
    visit: str = field(default_factory=lambda: str(uuid.uuid4()))
    chosen: dict[str, int] = field(default_factory=dict)

    def choose(self, sku: str, typed: str) -> None:
        self.chosen[sku] = self.chosen.get(sku, 0) + parse_quantity(typed)

    def is_empty(self) -> bool:
        return not self.chosen

    def pieces(self) -> int:
        return sum(self.chosen.values())
