"""Working through many items in small portions."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator


def chunked(items: Iterable, size: int) -> Iterator[list]:
    """The items in lists of at most `size`."""
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


async def gather_limited(
    jobs: Iterable[Callable[[], Awaitable]], limit: int = 4
) -> list:
    """Run all jobs, at most `limit` at a time; results in the order of the jobs."""
    if limit < 1:
        raise ValueError("the limit must be positive")
    gate = asyncio.Semaphore(limit)

    async def run(job: Callable[[], Awaitable]) -> object:
        async with gate:
            return await job()

    tasks = [asyncio.ensure_future(run(job)) for job in jobs]
    return list(await asyncio.gather(*tasks))
