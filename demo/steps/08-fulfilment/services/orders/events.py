"""What orders tells the rest of the platform."""

from decimal import Decimal

from platform_core import bus

from .contracts import OrderPlaced


class EventBus:
    """The platform's bus with the topics of this service."""

    def __init__(self, inner: bus.EventBus) -> None:
        self._inner = inner
        self.published: list[str] = []

    def publish(self, topic: str, payload: dict) -> int:
        message = bus.Message(f"orders.{topic}", payload)
        reached = self._inner.publish(message)
        self.published.append(message.topic)
        return reached


def announce(events: EventBus, order_id: str, customer_id: str, total: Decimal) -> int:
    """Tell everybody that an order was placed."""
    placed = OrderPlaced(order_id, customer_id, total, "EUR")
    return events.publish("placed", placed.to_payload())
