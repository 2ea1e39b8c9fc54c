"""Identifiers of the platform: 32 hexadecimal digits, with a kind in front."""

import re
import uuid


def new_id(kind: str) -> str:
    """A fresh identifier such as `order-4f0c...`."""
    return f"{kind}-{uuid.uuid4().hex}"


def kind_of(identifier: str) -> str:
    """The kind in front of an identifier made by `new_id`."""
    match = re.fullmatch(r"([a-z]+)-[0-9a-f]{32}", identifier)
    if match is None:
        raise ValueError(f"not a platform identifier: {identifier!r}")
    return match.group(1)
