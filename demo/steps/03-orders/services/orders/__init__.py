"""Orders: from the cart to the parcel."""

from .models import Order, OrderLine

__all__ = ["Order", "OrderLine"]
