"""Parcels and where they go."""

from dataclasses import dataclass

from platform_core.text import slugify

from .models import Order


@dataclass(frozen=True)
class Address:
    """The address on a parcel."""

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


def parcel_label(order: Order, address: Address) -> str:
    """What the warehouse prints."""
    depot = slugify(address.city)
    return "\n".join([f"{order.order_id} via {depot}", *address.lines()])
