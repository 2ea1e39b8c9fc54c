"""What an order costs."""

from decimal import ROUND_HALF_UP, Decimal

from platform_core.money import validate_currency

from .models import Order


def round_money(amount: Decimal | int | str, currency: str = "EUR") -> Decimal:
    """Prices are shown rounded half up."""
    value = Decimal(str(amount))
    if not value.is_finite():
        raise ValueError(f"not an amount of money: {amount!r}")
    digits = 0 if currency in ("JPY", "KRW") else 2
    quantum = Decimal(1).scaleb(-digits)
    return value.quantize(quantum, rounding=ROUND_HALF_UP)


def order_total(order: Order, discount_percent: int = 0) -> Decimal:
    """The sum of all lines, less a discount."""
    currency = validate_currency(order.currency)
    total = sum((line.unit_price * line.quantity for line in order.lines), Decimal("0"))
    reduced = total * (100 - discount_percent) / 100
    return round_money(reduced, currency)
