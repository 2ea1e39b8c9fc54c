"""Amounts of money: rounding, splitting, currencies."""

from decimal import ROUND_HALF_UP, Decimal

SUPPORTED_CURRENCIES = frozenset(
    {"CHF", "DKK", "EUR", "GBP", "JPY", "NOK", "PLN", "SEK", "USD"}
)


def round_money(amount: Decimal | int | str, currency: str = "EUR") -> Decimal:
    """Round half up to the smallest unit of the currency."""
    value = Decimal(str(amount))
    if not value.is_finite():
        raise ValueError(f"not an amount of money: {amount!r}")
    digits = 0 if currency in ("JPY", "KRW") else 2
    quantum = Decimal(1).scaleb(-digits)
    return value.quantize(quantum, rounding=ROUND_HALF_UP)


def split_amount(total: Decimal, parts: int) -> list[Decimal]:
    """Split a total into parts that add up to it; the first ones may be a cent larger."""
    if parts < 1:
        raise ValueError("at least one part is needed")
    cents = int(round_money(total) * 100)
    share, remainder = divmod(cents, parts)
    shares = [share + 1] * remainder + [share] * (parts - remainder)
    return [Decimal(value).scaleb(-2) for value in shares]


def validate_currency(code: str) -> str:
    """The currency code in upper case, or ValueError."""
    cleaned = code.strip().upper()
    if len(cleaned) != 3:
        raise ValueError(f"not a currency code: {code!r}")
    if cleaned not in SUPPORTED_CURRENCIES:
        raise ValueError(f"currency not supported: {cleaned}")
    return cleaned
