"""Notifications: mail, text messages and web hooks."""

from .contacts import normalise_phone
from .messages import Message

__all__ = ["Message", "normalise_phone"]
