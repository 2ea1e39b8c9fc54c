"""Checks on input that are the same for every service."""

from .errors import ValidationError


def require_fields(payload: dict, fields: tuple[str, ...]) -> dict:
    """The named fields of a payload; the first one missing or empty is an error."""
    if not isinstance(payload, dict):
        raise ValidationError("payload", "must be an object")
    picked = {}
    for name in fields:
        value = payload.get(name)
        if value is None or value == "":
            raise ValidationError(name, "is required")
        picked[name] = value
    return picked


def require_positive(name: str, value: int) -> int:
    """The value, if it is above zero."""
    if value <= 0:
        raise ValidationError(name, "must be positive")
    return value
