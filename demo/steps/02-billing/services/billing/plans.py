"""Subscription plans and their codes, such as `std-12-eur`."""

from decimal import Decimal
from functools import lru_cache

PLAN_PRICES = {"basic": Decimal("4.90"), "std": Decimal("9.90"), "pro": Decimal("24.50")}


@lru_cache(maxsize=128)
def parse_plan(code: str) -> tuple[str, int, str]:
    """Tier, months and currency of a plan code."""
    parts = code.strip().lower().split("-")
    if len(parts) != 3:
        raise ValueError(f"not a plan code: {code!r}")
    tier, months, currency = parts
    if not months.isdigit() or int(months) == 0:
        raise ValueError(f"not a number of months: {months!r}")
    return tier, int(months), currency.upper()


def plan_price(code: str) -> Decimal:
    """The price of the whole term of a plan."""
    tier, months, _ = parse_plan(code)
    if tier not in PLAN_PRICES:
        raise LookupError(f"no such plan: {tier}")
    return PLAN_PRICES[tier] * months
