"""Messages that did not go out at the first attempt."""

import secrets
from collections import deque

from platform_core.validation import require_positive

from .messages import Message


class Backoff:
    """How long a message waits before the next attempt."""

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


def message_id() -> str:
    """An identifier short enough for a text message."""
    return "msg_" + secrets.token_hex(6)


class RetryQueue:
    """Messages with the time at which they are due."""

    def __init__(self, max_attempts: int = 5) -> None:
        self._max_attempts = require_positive("max_attempts", max_attempts)
        self._waiting: deque[tuple[float, str, Message]] = deque()
        self._backoffs: dict[str, Backoff] = {}

    def put(self, message: Message, now: float, key: str | None = None) -> str | None:
        key = key or message_id()
        backoff = self._backoffs.setdefault(key, Backoff())
        if backoff.attempts >= self._max_attempts:
            return None
        self._waiting.append((now + backoff.next_delay(), key, message))
        return key

    def due(self, now: float) -> list[tuple[str, Message]]:
        ready = [(key, message) for at, key, message in self._waiting if at <= now]
        self._waiting = deque(item for item in self._waiting if item[0] > now)
        return ready
