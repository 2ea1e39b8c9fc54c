"""Offers to customers who are not subscribed yet."""

from decimal import Decimal
from functools import lru_cache

from platform_core.ids import new_id
from platform_core.money import round_money

from .plans import plan_price


@lru_cache(maxsize=128)
def parse_plan(code: str) -> tuple[str, int, str]:
    """The parts of the code that sales puts on the offer."""
    parts = code.strip().lower().split("-")
    if len(parts) != 3:
        raise ValueError(f"not a plan code: {code!r}")
    tier, months, currency = parts
    if not months.isdigit() or int(months) == 0:
        raise ValueError(f"not a number of months: {months!r}")
    return tier, int(months), currency.upper()


def quote(code: str, seats: int) -> dict[str, object]:
    """An offer; ten seats and more are a tenth cheaper."""
    tier, months, currency = parse_plan(code)
    total: Decimal = plan_price(code) * seats
    if seats >= 10:
        total = total * Decimal("0.9")
    return {
        "id": new_id("quote"),
        "tier": tier,
        "months": months,
        "seats": seats,
        "total": round_money(total, currency),
        "currency": currency,
    }
