"""Settings of the notifications service."""

import os

DEFAULTS = {"sender": "Harbor <hello@harbor.example>", "quiet_from": "21", "quiet_to": "8"}


def overlay(base: dict[str, object], override: dict[str, object]) -> dict[str, object]:
    """The base with the override on top; None takes a key away."""
    merged = dict(base)
    for key, value in override.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = {**merged[key], **value}
        else:
            merged[key] = value
    return merged


def notification_settings() -> dict[str, object]:
    """Defaults, and what the environment says instead."""
    changes: dict[str, object] = {}
    sender = os.environ.get("NOTIFY_SENDER")
    if sender:
        changes["sender"] = sender
    if os.getenv("NOTIFY_NO_QUIET_HOURS") == "1":
        changes.update(quiet_from=None, quiet_to=None)
    return overlay(DEFAULTS, changes)
