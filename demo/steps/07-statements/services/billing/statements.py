"""Monthly statements."""

from collections.abc import Iterable
from decimal import Decimal

from services.billing.exports import slugify as make_slug

from .ledger import Entry


def sums_per_customer(entries: Iterable[Entry]) -> dict[str, Decimal]:
    """What each customer's account stands at."""
    totals: dict[str, Decimal] = {}
    for entry in entries:
        if entry.side not in ("credit", "debit"):
            raise ValueError(f"unknown side: {entry.side}")
        amount = entry.amount if entry.side == "credit" else -entry.amount
        totals[entry.account] = totals.get(entry.account, Decimal("0")) + amount
    return dict(sorted(totals.items()))


def summarise(entries: list[Entry]) -> list[str]:
    """The statement: a line for each account and one for the sum."""
    totals = sums_per_customer(entries)
    rows = []
    for account, amount in totals.items():
        mark = "" if amount >= 0 else " (due)"
        rows.append(f"{account}: {amount}{mark}")
    rows.append(f"sum: {sum(totals.values(), Decimal('0'))}")
    return rows


def statement_name(customer: str, month: str) -> str:
    """The name under which a statement is kept."""
    return f"statement-{make_slug(customer)}-{month}.txt"
