"""The loop of a service process. Copied by platform_core.plugins.create_worker."""

from collections.abc import Callable, Iterable


class Worker:
    """Feeds jobs to a function and counts what came of them."""

    def __init__(self, handle: Callable[[object], None], max_failures: int = 3) -> None:
        self._handle = handle
        self._max_failures = max_failures
        self.done = 0
        self.failed = 0

    def run(self, jobs: Iterable) -> bool:
        for job in jobs:
            try:
                self._handle(job)
            except Exception:
                self.failed += 1
                if self.failed >= self._max_failures:
                    return False
            else:
                self.done += 1
        return True
