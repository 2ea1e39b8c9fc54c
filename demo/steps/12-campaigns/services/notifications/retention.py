"""Messages are kept only as long as they may be."""

from .schedule import scheduled


@scheduled("03:00")
def purge_expired(store: dict[str, int], cutoff: int = 0) -> int:
    """Forget the messages that are older than the cutoff."""
    expired = []
    for key, stamp in store.items():
        if stamp < cutoff:
            expired.append(key)
    for key in expired:
        del store[key]
    return len(expired)
