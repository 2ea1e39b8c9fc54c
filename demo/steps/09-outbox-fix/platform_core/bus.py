"""Messages inside one process, and their way out of it."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Message:
    """Something happened; subscribers of the topic want to know."""

    topic: str
    payload: dict = field(default_factory=dict)
    partition: int = 0

    def routing_key(self) -> str:
        return f"{self.topic}.{self.partition}"

    def matches(self, pattern: str) -> bool:
        if pattern.endswith(".*"):
            return self.topic.startswith(pattern[:-1])
        return self.topic == pattern


class EventBus:
    """Calls subscribers in the order in which they came."""

    def __init__(self) -> None:
        self._subscribers: list[tuple[str, Callable[[Message], None]]] = []

    def subscribe(self, pattern: str, callback: Callable[[Message], None]) -> None:
        self._subscribers.append((pattern, callback))

    def publish(self, message: Message) -> int:
        reached = 0
        for pattern, callback in self._subscribers:
            if message.matches(pattern):
                callback(message)
                reached += 1
        return reached


class Outbox:
    """Holds messages until they can be sent."""

    def __init__(self, send: Callable[[object], None]) -> None:
        self._send = send
        self._pending: list[object] = []

    def add(self, message: object) -> None:
        self._pending.append(message)

    def flush(self) -> int:
        """Send everything that waits; what could not be sent keeps waiting."""
        sent = 0
        while self._pending:
            self._send(self._pending[0])
            self._pending.pop(0)
            sent += 1
        return sent

    @property
    def waiting(self) -> int:
        return len(self._pending)
