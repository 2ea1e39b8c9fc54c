"""Orders for the tests."""

from decimal import Decimal

from services.orders.models import Order, OrderLine


def sample_order(order_id="o1", customer_id="c1", state="received"):
    lines = [OrderLine("tea", 2, Decimal("3.45")), OrderLine("cup", 1, Decimal("7.125"))]
    return Order(order_id, customer_id, lines, state)
