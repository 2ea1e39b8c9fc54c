"""Checks on what the shop sends."""

from platform_core.validation import require_positive

from .errors import ValidationError


def require_fields(payload: dict, fields: tuple[str, ...]) -> dict:
    """The named fields, or the error that the shop knows how to show."""
    if not isinstance(payload, dict):
        raise ValidationError("payload", "must be an object")
    picked = {}
    for name in fields:
        value = payload.get(name)
        if value is None or value == "":
            raise ValidationError(name, "is required")
        picked[name] = value
    return picked


def check_order_payload(payload: dict) -> dict:
    """An order has a customer and at least one line."""
    picked = require_fields(payload, ("order_id", "customer_id", "lines"))
    require_positive("lines", len(picked["lines"]))
    return picked
