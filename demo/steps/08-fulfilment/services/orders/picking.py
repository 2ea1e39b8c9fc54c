"""How long the warehouse may take."""

import time


class Deadline:
    """How long the warehouse may still take."""

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


class PickingDeadline(Deadline):
    """Half a minute for each line of an order."""

    def __init__(self, lines: int, clock=time.monotonic) -> None:
        super().__init__(30.0 * lines, clock)

    def is_close(self) -> bool:
        return self.remaining() < 60.0
