"""What else happens when an order moves."""

from collections.abc import Callable

from . import workflow
from .models import Order


def describe_change(before: dict, after: dict) -> list[str]:
    """What a hook did to an order's labels, one line for each."""
    changes = []
    for name in sorted({*before, *after}):
        if name not in before:
            changes.append(f"{name} set to {after[name]}")
        elif name not in after:
            changes.append(f"{name} removed")
        elif before[name] != after[name]:
            changes.append(f"{name} changed from {before[name]} to {after[name]}")
    return changes


class Hooks:
    """Functions that may change the labels of an order."""

    def __init__(self) -> None:
        self.callbacks: list[Callable[[Order, dict], None]] = []
        self.history: list[str] = []

    def fire(self, order: Order) -> None:
        labels: dict = {"final": order.state not in workflow.NEXT_STATES}
        before = dict(labels)
        for callback in self.callbacks:
            callback(order, labels)
        self.history.extend(describe_change(before, labels))


_default = Hooks()


def on_change(callback: Callable[[Order, dict], None]) -> None:
    """Call a function whenever an order moves."""
    _default.callbacks.append(callback)


def fire(order: Order) -> list[str]:
    """Run the hooks for an order; what they have changed so far."""
    _default.fire(order)
    return list(_default.history)
