"""How long the warehouse may take."""

import logging
import time

logger = logging.getLogger("orders.picking")


class Deadline:
    """A deadline of the warehouse: it is late only after a time of grace."""

    def __init__(self, seconds: float, grace: float, clock=time.monotonic) -> None:
        if seconds <= 0:
            raise ValueError("a deadline lies in the future")
        if grace < 0:
            raise ValueError("grace cannot be taken away")
        self._clock = clock
        self._until = clock() + seconds
        self._grace = grace

    def remaining(self) -> float:
        return max(0.0, self._until + self._grace - self._clock())

    def expired(self) -> bool:
        return self.remaining() == 0.0

    def check(self, what: str) -> None:
        if self.expired():
            logger.warning("%s took too long", what)
            raise TimeoutError(f"{what} took too long")


class PickingDeadline(Deadline):
    """Half a minute for each line of an order, and one minute of grace."""

    def __init__(self, lines: int, clock=time.monotonic) -> None:
        super().__init__(30.0 * lines, 60.0, clock)

    def is_close(self) -> bool:
        return self.remaining() < 60.0
