"""Text messages."""


class Handler:
    """Counts how many parts a text needs."""

    channel = "sms"
    part_size = 153

    def deliver(self, message) -> str:
        if not message.recipient.startswith("+"):
            raise ValueError("text messages need an international number")
        parts = -(-len(message.body) // self.part_size) or 1
        return f"SMS TO {message.recipient} PARTS {parts}"
