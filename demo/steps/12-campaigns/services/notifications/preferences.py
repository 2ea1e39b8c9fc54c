"""What customers want to hear about, and how."""

from collections.abc import Callable

_cache: dict[str, object] = {}


def cached_lookup(key: str, loader: Callable[[str], object]) -> object:
    """The preferences of a customer; loaded once."""
    if key in _cache:
        return _cache[key]
    value = loader(key)
    if value is None:
        raise KeyError(key)
    _cache[key] = value
    return value


def merge_preferences(base: dict[str, object], override: dict[str, object]) -> dict[str, object]:
    """The shop's defaults with the customer's choices on top."""
    merged = dict(base)
    for key, value in override.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = {**merged[key], **value}
        else:
            merged[key] = value
    return merged


def channels_for(customer: str, load: Callable[[str], dict]) -> list[str]:
    """The channels that a customer has left on."""
    defaults = {"channels": {"email": True, "sms": False}}
    merged = merge_preferences(defaults, cached_lookup(customer, load))
    return sorted(name for name, wanted in merged["channels"].items() if wanted)
