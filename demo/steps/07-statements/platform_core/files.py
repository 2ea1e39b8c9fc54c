"""Files that are either complete or not there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def atomic_write(path: Path) -> Iterator[TextIO]:
    """Write a file under another name and rename it when it is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.partial")
    stream = scratch.open("w", encoding="utf-8")
    try:
        yield stream
    except BaseException:
        stream.close()
        scratch.unlink()
        raise
    stream.close()
    os.replace(scratch, path)


def read_lines(path: Path) -> list[str]:
    """The lines of a file without line ends; empty ones are left out."""
    with path.open(encoding="utf-8") as stream:
        return [line.rstrip("\n") for line in stream if line.strip()]
