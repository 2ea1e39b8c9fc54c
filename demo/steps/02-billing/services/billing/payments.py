"""Taking payments."""

import random
from decimal import Decimal

from platform_core import clock
from platform_core.context import RequestContext
from platform_core.money import round_money


def split_amount(total: Decimal, parts: int) -> list[Decimal]:
    """Split an invoice into instalments."""
    if parts < 1:
        raise ValueError("at least one part is needed")
    cents = int(round_money(total) * 100)
    share = cents // parts
    shares = [share] * parts
    return [Decimal(value).scaleb(-2) for value in shares]


def new_payment_id() -> str:
    """The provider wants identifiers that sort by time."""
    stamp = clock.now().strftime("%Y%m%d%H%M%S")
    return f"pay-{stamp}-{random.randrange(10_000):04d}"


def take_payment(context: RequestContext, total: Decimal, parts: int = 1) -> dict[str, object]:
    """Open a payment in one or several instalments."""
    payment_id = new_payment_id()
    instalments = split_amount(total, parts)
    context.metadata["payment_id"] = payment_id
    context.metadata["instalments"] = len(instalments)
    return {"id": payment_id, "instalments": instalments, "tenant": context.tenant}
