"""What an order is."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

OPEN_STATES = ("received", "confirmed", "picking", "packed", "on-hold")


@dataclass(frozen=True)
class Address:
    """Where something is sent."""

    name: str
    street: str
    postcode: str
    city: str
    country: str = "DE"

    def lines(self) -> list[str]:
        lines = [self.name, self.street, f"{self.postcode} {self.city}"]
        if self.country != "DE":
            lines.append(self.country)
        return lines


@dataclass(frozen=True)
class OrderLine:
    """A quantity of one article."""

    sku: str
    quantity: int
    unit_price: Decimal


@dataclass
class Order:
    """What a customer wants."""

    order_id: str
    customer_id: str
    lines: list[OrderLine] = field(default_factory=list)
    state: str = "received"
    currency: str = "EUR"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class OrderRepository(Protocol):
    """What the service needs from a place that keeps orders."""

    def add(self, order: Order) -> str:
        ...

    def get(self, order_id: str) -> Order:
        ...

    def all(self) -> list[Order]:
        ...
