"""Messages that billing exchanges with other services."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class OrderPlaced:
    """An order was placed; version 1 of the message."""

    order_id: str
    customer_id: str
    total: Decimal
    currency: str

    @classmethod
    def from_payload(cls, payload: dict) -> "OrderPlaced":
        return cls(
            order_id=payload["order_id"],
            customer_id=payload["customer_id"],
            total=Decimal(payload["total"]),
            currency=payload.get("currency", "EUR"),
        )

    def to_payload(self) -> dict[str, str]:
        return {
            "order_id": self.order_id,
            "customer_id": self.customer_id,
            "total": str(self.total),
            "currency": self.currency,
        }
