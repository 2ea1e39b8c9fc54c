"""Orders as text for the confirmation page."""

from .models import Order, OrderLine


def format_line(line: OrderLine) -> str:
    """One line of the confirmation."""
    amount = line.unit_price * line.quantity
    label = f"{line.quantity} x {line.sku}"
    padding = "." * max(3, 30 - len(label))
    price = f"{amount:.2f}"
    return f"{label} {padding} {price}"


def format_order(order: Order) -> str:
    """The whole confirmation."""
    rows = [f"Order {order.order_id}"]
    for line in order.lines:
        rows.append(format_line(line))
    rows.append(f"State: {order.state}")
    return "\n".join(rows)
