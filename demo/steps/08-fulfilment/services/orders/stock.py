"""What is in the warehouse."""

from collections.abc import Iterable, Iterator

from platform_core.validation import require_positive


def chunked(items: Iterable, size: int) -> Iterator[list]:
    """The warehouse takes its work in lists."""
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


class Stock:
    """Counts articles."""

    def __init__(self, counts: dict[str, int]) -> None:
        self._counts = dict(counts)

    def take(self, sku: str, quantity: int) -> int:
        require_positive("quantity", quantity)
        left = self._counts.get(sku, 0) - quantity
        if left < 0:
            raise LookupError(f"not enough of {sku}")
        self._counts[sku] = left
        return left

    def pick_lists(self, size: int = 20) -> list[list[str]]:
        return list(chunked(sorted(self._counts), size))
