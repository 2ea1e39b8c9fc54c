"""Figures for the management."""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from .pricing import order_total
from .store import OrderRepository

if TYPE_CHECKING:
    from .shipping import Address


class HarborEncoder(json.JSONEncoder):
    """Reports are read by a spreadsheet that wants amounts as text."""

    def default(self, o: object) -> object:
        if isinstance(o, Decimal):
            return format(o, "f")
        if isinstance(o, (date, datetime)):
            return o.isoformat()
        if isinstance(o, (set, frozenset)):
            return sorted(o)
        return super().default(o)


def turnover(repository: OrderRepository, day: date) -> str:
    """The turnover of a day as JSON."""
    orders = repository.all()
    report = {
        "day": day,
        "orders": len(orders),
        "customers": {order.customer_id for order in orders},
        "total": sum((order_total(order) for order in orders), Decimal("0")),
    }
    return json.dumps(report, cls=HarborEncoder, sort_keys=True)


def cities(addresses: "list[Address]") -> dict[str, int]:
    """How many parcels go where."""
    counts: dict[str, int] = {}
    for address in addresses:
        counts[address.city] = counts.get(address.city, 0) + 1
    return counts
