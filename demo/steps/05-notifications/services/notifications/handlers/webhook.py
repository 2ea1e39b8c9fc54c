"""Web hooks."""

import json


class Handler:
    """Writes the request to the customer's own system."""

    channel = "webhook"

    def deliver(self, message) -> str:
        if not message.recipient.startswith("https://"):
            raise ValueError("web hooks go over https only")
        body = json.dumps({"subject": message.subject, "text": message.body}, sort_keys=True)
        return f"POST {message.recipient} {body}"
