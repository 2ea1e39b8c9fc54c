"""Finding orders."""

from .models import Order
from .store import OrderRepository

OPEN_STATES = ("received", "confirmed", "picking", "packed", "on-hold")


def open_orders(repository: OrderRepository) -> list[Order]:
    """All orders that somebody still has to work on, by identifier."""
    found = [order for order in repository.all() if order.state in OPEN_STATES]
    return sorted(found, key=lambda order: order.order_id)


def orders_of(repository: OrderRepository, customer_id: str) -> list[Order]:
    """All orders of one customer."""
    return [order for order in repository.all() if order.customer_id == customer_id]
