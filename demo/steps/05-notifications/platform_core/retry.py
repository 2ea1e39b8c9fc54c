"""Trying again, for as long as it is worth it."""

from collections.abc import Callable

from . import clock


def run_until(operation: Callable, timeout: float, attempts: int = 3) -> object:
    """Call until it works, the attempts are used up or the time is over."""
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
