"""The platform's clocks; code asks this module rather than `time`."""

import time
from datetime import datetime, timezone


def now() -> datetime:
    """The current instant, always in UTC."""
    return datetime.now(timezone.utc)


def monotonic() -> float:
    """Seconds on a clock that never goes backwards."""
    return time.monotonic()


class FrozenClock:
    """A clock for tests: it moves only when told to."""

    def __init__(self, start: float = 0.0) -> None:
        self._seconds = start

    def advance(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError("time does not go backwards")
        self._seconds += seconds

    def monotonic(self) -> float:
        return self._seconds
