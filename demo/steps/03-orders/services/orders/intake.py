"""Orders come in here."""

from datetime import datetime
from datetime import timezone
from decimal import Decimal

from platform_core.context import RequestContext

from .checks import check_order_payload
from .models import Order, OrderLine


def parse_timestamp(raw: str) -> datetime:
    """When the customer pressed the button; shops send it in many ways."""
    text = raw.strip()
    if text.endswith(("Z", "z")):
        text = text[:-1] + "+00:00"
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return moment.astimezone(timezone.utc)


def accept_order(payload: dict, context: RequestContext) -> Order:
    """Turn what the shop sent into an order."""
    picked = check_order_payload(payload)
    lines = [
        OrderLine(line["sku"], int(line["quantity"]), Decimal(line["price"]))
        for line in picked["lines"]
    ]
    placed = parse_timestamp(payload.get("placed_at", "1970-01-01T00:00:00Z"))
    context.metadata.update({"order_id": picked["order_id"], "placed_at": placed.isoformat()})
    return Order(picked["order_id"], picked["customer_id"], lines)
