"""The ledger: entries and balances."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Entry:
    """One side of a booking."""

    account: str
    side: str
    amount: Decimal


def balances_by_account(entries: Iterable[Entry]) -> dict[str, Decimal]:
    """Credits less debits of every account, sorted by account."""
    totals: dict[str, Decimal] = {}
    for entry in entries:
        if entry.side not in ("credit", "debit"):
            raise ValueError(f"unknown side: {entry.side}")
        amount = entry.amount if entry.side == "credit" else -entry.amount
        totals[entry.account] = totals.get(entry.account, Decimal("0")) + amount
    return dict(sorted(totals.items()))


def is_balanced(entries: Iterable[Entry]) -> bool:
    """Whether all bookings cancel out."""
    return sum(balances_by_account(entries).values()) == 0
