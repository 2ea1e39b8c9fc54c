"""Nobody wants ten messages a minute."""

from collections import deque

from platform_core.validation import require_positive


class RateWindow:
    """Counts the messages of the last seconds."""

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._events: deque = deque()

    def allow(self, at: float) -> bool:
        while self._events and self._events[0] <= at - self.seconds:
            self._events.popleft()
        if len(self._events) >= self.limit:
            return False
        self._events.append(at)
        return True

    def __len__(self) -> int:
        return len(self._events)


class CustomerThrottle:
    """One window for each customer."""

    def __init__(self, limit: int = 3, seconds: float = 60.0) -> None:
        self._limit = require_positive("limit", limit)
        self._seconds = seconds
        self._windows: dict[str, RateWindow] = {}

    def allow(self, customer: str, at: float) -> bool:
        window = self._windows.setdefault(customer, RateWindow(self._limit, self._seconds))
        return window.allow(at)
