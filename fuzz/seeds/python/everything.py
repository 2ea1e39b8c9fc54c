"""What a module may hold."""
from __future__ import annotations
import os, sys as system
from .orders import *
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from shop import models
try:
    import yaml
except ImportError:
    yaml = None

LIMIT: int = 10
NAMES = ["one", *("two", "three")]
cache = {}

class Store(Base[int], metaclass=Meta):
    """A store."""
    size: int = 0
    __slots__ = ("a", "b")

    def __init__(self, url, *rest, key=None, **more):
        self.url, self._open = url, []
        super().__init__(**more)

    @property
    def length(self) -> "int":
        return len(self._open)

    async def fetch(self, path):  # ssot: accept[near-clone] a twin
        async with self.client.get(f"{self.url}/{path!r:>{LIMIT}}") as answer:
            if (status := answer.status) >= 400:
                raise ValueError("no") from None
            return [row async for row in answer if row]

@decorator(1)
def pick(value, /, *, default=lambda x: x + 1):
    global cache
    match value:
        case {"kind": kind, **rest} if kind:
            return kind
        case [first, *others] | Point(x=first):
            yield first
        case _:
            return os.environ.get("PICK", "none")
    while True:
        del cache["x"]
        break
    else:
        assert False, "never"

type Pair[T] = tuple[T, T]
globals()["late"] = pick
