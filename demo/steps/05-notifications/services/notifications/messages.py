"""What is sent to a customer, and what still waits to be sent."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Message:
    """A text for one person over one channel."""

    recipient: str
    subject: str
    body: str
    channel: str = "email"

    def preview(self, width: int = 40) -> str:
        first = self.body.strip().splitlines()[0] if self.body.strip() else ""
        shown = first if len(first) <= width else first[: width - 1] + "…"
        return f"{self.subject}: {shown}"


class Outbox:
    """Holds messages until they can be sent."""

    def __init__(self, send: Callable[[object], None]) -> None:
        self._send = send
        self._pending: list[object] = []

    def add(self, message: object) -> None:
        self._pending.append(message)

    def flush(self) -> int:
        """Send everything that waits; the number of messages sent."""
        batch = self._pending
        self._pending = []
        for message in batch:
            self._send(message)
        return len(batch)

    @property
    def waiting(self) -> int:
        return len(self._pending)
