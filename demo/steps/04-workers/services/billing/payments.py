"""Taking payments."""

import logging
import random
from decimal import Decimal

from platform_core import clock
from platform_core.context import RequestContext
from platform_core.money import round_money

logger = logging.getLogger(__name__)


def record_failure(operation: str, error: Exception, attempt: int = 1) -> dict[str, object]:
    """Failures of payments go to the log that finance reads."""
    report: dict[str, object] = {"operation": operation, "attempt": attempt}
    level = logging.WARNING if attempt < 3 else logging.ERROR
    logger.log(level, "%s failed on attempt %d: %s", operation, attempt, error)
    if error.__cause__ is not None:
        report["cause"] = type(error.__cause__).__name__
    return report


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


def charge_with(send, payment: dict[str, object], attempt: int = 1) -> dict[str, object]:
    """Hand a payment to the provider; a failure becomes a report."""
    try:
        return {"reference": send(payment)}
    except ConnectionError as error:
        return record_failure("charge", error, attempt)
