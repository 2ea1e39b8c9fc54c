"""The archive of documents that the law wants to be kept."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from platform_core.errors import HarborError


class NotArchived(HarborError):
    """The archive does not have the document."""

    status = 404


@contextmanager
def atomic_write(path: Path) -> Iterator[TextIO]:
    """Half a document must never be in the archive."""
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


def archive_folder() -> Path:
    """Where the archive is."""
    return Path(os.getenv("BILLING_ARCHIVE", "archive"))


def keep(name: str, text: str) -> Path:
    """Put a document into the archive."""
    path = archive_folder() / name
    with atomic_write(path) as stream:
        stream.write(text)
    return path


def fetch(name: str) -> str:
    """A document out of the archive."""
    path = archive_folder() / name
    if not path.exists():
        raise NotArchived(name)
    return path.read_text(encoding="utf-8")
