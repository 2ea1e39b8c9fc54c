"""Patience with the payment provider."""

from collections.abc import Callable

from platform_core import clock, settings


def run_until(operation: Callable, timeout: float, attempts: int = 3) -> object:
    """Ask the provider until it answers."""
    deadline = clock.monotonic() + timeout
    failure = None
    for _ in range(attempts):
        if clock.monotonic() > deadline:
            break
        try:
            return operation()
        except ConnectionError as error:
            failure = error
    raise TimeoutError("gave up") from failure


def ask_provider(operation: Callable) -> object:
    """One question to the provider."""
    return run_until(operation, settings.number("PROVIDER_TIMEOUT", 8))
