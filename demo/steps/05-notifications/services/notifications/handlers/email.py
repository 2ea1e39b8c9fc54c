"""Mail."""


class Handler:
    """Writes the head of a mail; the relay does the rest."""

    channel = "email"

    def deliver(self, message) -> str:
        if "@" not in message.recipient:
            raise ValueError(f"not a mail address: {message.recipient!r}")
        subject = " ".join(message.subject.split())
        return f"MAIL TO {message.recipient} SUBJECT {subject}"
