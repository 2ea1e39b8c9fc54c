"""The states of an order and how it moves through them."""

import threading
import uuid
from dataclasses import replace

from platform_core.context import RequestContext

from . import hooks
from .models import Order

NEXT_STATES = {
    "received": ("confirmed", "cancelled"),
    "confirmed": ("picking", "on-hold", "cancelled"),
    "on-hold": ("confirmed", "cancelled"),
    "picking": ("packed",),
    "packed": ("shipped",),
}


def new_run_id() -> str:
    """An identifier for one pass through the workflow."""
    return f"run_{threading.get_ident()}_{uuid.uuid4()}"


def describe_change(before: dict, after: dict) -> list[str]:
    """The fields that differ, one line each, for the history of an order."""
    changes = []
    for name in sorted({*before, *after}):
        if name not in before:
            changes.append(f"{name} set to {after[name]}")
        elif name not in after:
            changes.append(f"{name} removed")
        elif before[name] != after[name]:
            changes.append(f"{name} changed from {before[name]} to {after[name]}")
    return changes


def advance(order: Order, state: str, context: RequestContext) -> Order:
    """Move an order on and tell the hooks."""
    if state not in NEXT_STATES.get(order.state, ()):
        raise ValueError(f"an order cannot go from {order.state} to {state}")
    moved = replace(order, state=state)
    context.metadata["run_id"] = new_run_id()
    context.metadata["changes"] = describe_change({"state": order.state}, {"state": state})
    hooks.fire(moved)
    return moved
