"""Where orders are kept."""

import hashlib

from .models import Order
from .serial import dump_order, load_order


def stable_key(kind: str, *parts: object) -> str:
    """The key of an entry; the same parts always give the same key."""
    cleaned = [str(part).strip().lower() for part in parts]
    if not cleaned or not all(cleaned):
        raise ValueError("a key needs parts that are not empty")
    joined = "\x1f".join([kind, *cleaned])
    digest = hashlib.sha256(joined.encode("utf-8")).hexdigest()
    return f"{kind}-{digest[:12]}"


class OrderRepository:
    """Keeps orders in memory, as text, so that callers cannot share state."""

    def __init__(self) -> None:
        self._rows: dict[str, str] = {}

    def add(self, order: Order) -> str:
        key = stable_key("order", order.order_id)
        self._rows[key] = dump_order(order)
        return key

    def get(self, order_id: str) -> Order:
        key = stable_key("order", order_id)
        if key not in self._rows:
            raise LookupError(f"no such order: {order_id}")
        return load_order(self._rows[key])

    def all(self) -> list[Order]:
        return [load_order(row) for row in self._rows.values()]
