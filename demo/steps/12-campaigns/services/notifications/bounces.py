"""Addresses that do not accept messages any more."""

from services.notifications.schedule import scheduled


@scheduled("03:00")
def purge_expired(store: dict[str, int], cutoff: int = 0) -> int:
    """Give an address another chance after a while."""
    expired = []
    for key, stamp in store.items():
        if stamp < cutoff:
            expired.append(key)
    for key in expired:
        del store[key]
    return len(expired)


def record_bounce(store: dict[str, int], address: str, stamp: int) -> None:
    """Remember that an address did not accept a message."""
    store[address.lower()] = stamp
