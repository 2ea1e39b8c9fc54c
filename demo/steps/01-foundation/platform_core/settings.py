"""The one place that is meant to read the process environment."""

import os

PREFIX = "HARBOR_"


class MissingSetting(KeyError):
    """A required setting is not present in the environment."""


def text(name: str, default: str | None = None) -> str:
    """A setting as text; without a default it is required."""
    value = os.environ.get(PREFIX + name)
    if value is not None:
        return value
    if default is None:
        raise MissingSetting(PREFIX + name)
    return default


def number(name: str, default: int) -> int:
    """A setting as a whole number."""
    raw = os.environ.get(PREFIX + name, "").strip()
    if not raw:
        return default
    try:
        return int(raw)
    except ValueError:
        raise ValueError(f"{PREFIX}{name} is not a number: {raw!r}") from None


def flag(name: str, default: bool = False) -> bool:
    """A setting as yes or no."""
    raw = os.environ.get(PREFIX + name, "").strip().lower()
    if raw in ("1", "true", "yes", "on"):
        return True
    if raw in ("0", "false", "no", "off"):
        return False
    return default
