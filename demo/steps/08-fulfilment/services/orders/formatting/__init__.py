"""Orders as text: plain for the confirmation page, tables for the warehouse."""

from ..models import Order, OrderLine
from .tables import table


def format_line(line: OrderLine, width: int = 40) -> str:
    """One line of the confirmation, dotted up to the width."""
    price = format(line.unit_price * line.quantity, ".2f")
    label = f"{line.quantity} x {line.sku} "
    dots = max(3, width - len(label) - len(price) - 1)
    return label + "." * dots + " " + price


def format_order(order: Order, width: int = 40) -> str:
    """The whole confirmation with a heading."""
    heading = f"Order {order.order_id} ({order.state})"
    body = [format_line(line, width) for line in order.lines]
    return "\n".join([heading, "=" * len(heading), *body])


def format_pick_list(order: Order) -> str:
    """What the warehouse needs to know."""
    return table([(line.sku, str(line.quantity)) for line in order.lines])
