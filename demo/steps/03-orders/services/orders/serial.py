"""Orders as text."""

import hashlib
import json
from decimal import Decimal

from .models import Order, OrderLine


def stable_key(kind: str, *parts: object) -> str:
    """A key that depends on nothing but its parts."""
    cleaned = [str(part).strip().lower() for part in parts]
    if not cleaned or not all(cleaned):
        raise ValueError("a key needs parts that are not empty")
    joined = "\x1f".join([kind, *cleaned])
    digest = hashlib.sha256(joined.encode("utf-8")).hexdigest()
    return f"{kind}-{digest[:12]}"


def dump_order(order: Order) -> str:
    """One line of JSON, with a checksum over the customer and the articles."""
    lines = [[line.sku, line.quantity, str(line.unit_price)] for line in order.lines]
    record = {
        "id": order.order_id,
        "customer": order.customer_id,
        "state": order.state,
        "currency": order.currency,
        "lines": lines,
        "check": stable_key("check", order.customer_id, *(line.sku for line in order.lines)),
    }
    return json.dumps(record, sort_keys=True)


def load_order(text: str) -> Order:
    """The inverse of `dump_order`."""
    record = json.loads(text)
    lines = [OrderLine(sku, count, Decimal(price)) for sku, count, price in record["lines"]]
    check = stable_key("check", record["customer"], *(line.sku for line in lines))
    if check != record["check"]:
        raise ValueError(f"order {record['id']} is damaged")
    return Order(record["id"], record["customer"], lines, record["state"], record["currency"])
