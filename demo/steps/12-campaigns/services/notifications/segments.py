"""Groups of customers for campaigns."""

from collections.abc import Callable, Iterable, Iterator

_cache: dict[str, object] = {}


def chunked(items: Iterable, size: int) -> Iterator[list]:
    """Campaigns go out in waves."""
    if size < 1:
        raise ValueError("a chunk holds at least one item")
    chunk: list = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def cached_lookup(key: str, loader: Callable[[str], object]) -> object:
    """The segment of a customer; loaded once."""
    if key in _cache:
        return _cache[key]
    value = loader(key)
    if value is None:
        raise KeyError(key)
    _cache[key] = value
    return value


def waves(
    customers: list[str], segment: str, load: Callable[[str], object], size: int = 100
) -> list[list[str]]:
    """The customers of one segment, in waves."""
    chosen = [name for name in customers if cached_lookup(name, load) == segment]
    return list(chunked(chosen, size))
