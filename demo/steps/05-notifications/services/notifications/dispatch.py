"""Sends messages through the handlers in the folder beside this file."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from platform_core.context import RequestContext
from platform_core.plugins import load_handlers

from . import throttle
from .messages import Message

HANDLERS = Path(__file__).resolve().parent / "handlers"


async def gather_limited(
    jobs: Iterable[Callable[[], Awaitable]], limit: int = 4
) -> list:
    """Send in parallel, but spare the providers."""
    if limit < 1:
        raise ValueError("the limit must be positive")
    gate = asyncio.Semaphore(limit)

    async def run(job: Callable[[], Awaitable]) -> object:
        async with gate:
            return await job()

    tasks = [asyncio.ensure_future(run(job)) for job in jobs]
    return list(await asyncio.gather(*tasks))


class Dispatcher:
    """Chooses the handler by channel and keeps to the limits."""

    def __init__(self, limit: int = 100, seconds: float = 60.0) -> None:
        self._handlers = load_handlers(HANDLERS)
        self._window = throttle.RateWindow(limit, seconds)

    async def send(self, message: Message) -> str:
        if message.channel not in self._handlers:
            raise LookupError(f"no handler for {message.channel}")
        return self._handlers[message.channel].deliver(message)

    async def send_all(
        self, messages: list[Message], context: RequestContext, at: float
    ) -> list[str]:
        allowed = [message for message in messages if self._window.allow(at)]
        jobs = [lambda message=message: self.send(message) for message in allowed]
        parallel = int(os.environ.get("NOTIFY_PARALLEL", "4"))
        receipts = await gather_limited(jobs, parallel)
        context.metadata["delivered"] = len(receipts)
        context.metadata["held_back"] = len(messages) - len(allowed)
        return receipts
