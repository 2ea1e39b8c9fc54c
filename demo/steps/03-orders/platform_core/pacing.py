"""Not too fast, not too often."""

import time
from collections import deque


class Backoff:
    """Growing delays between attempts, without randomness."""

    def __init__(self, first: float = 0.5, factor: float = 2.0, ceiling: float = 30.0) -> None:
        if first <= 0 or factor < 1:
            raise ValueError("delays must grow from a positive start")
        self.first = first
        self.factor = factor
        self.ceiling = ceiling
        self.attempts = 0

    def next_delay(self) -> float:
        delay = self.first * self.factor**self.attempts
        self.attempts += 1
        return min(delay, self.ceiling)

    def reset(self) -> None:
        self.attempts = 0


class RateWindow:
    """Allows at most `limit` events in any `seconds`."""

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


class Deadline:
    """How long something may still take, by a clock that only goes forward."""

    def __init__(self, seconds: float, clock=time.monotonic) -> None:
        if seconds <= 0:
            raise ValueError("a deadline lies in the future")
        self._clock = clock
        self._until = clock() + seconds

    def remaining(self) -> float:
        return max(0.0, self._until - self._clock())

    def expired(self) -> bool:
        return self.remaining() == 0.0

    def check(self, what: str) -> None:
        if self.expired():
            raise TimeoutError(f"{what} took too long")
