"""Files that somebody asked for: whole or not at all, and those with values that are not for everybody for the eyes of their owner."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from greffe.errors import not_written


@contextmanager
def private(out: Path, mode: int = 0o600) -> Iterator[Path]:
    """An empty file beside `out` to write into, which takes its place at the end. Raises Refused when it cannot be written, DiskFailed
    where there is no room for it."""
    work = out.with_name(f".{out.name}.{os.getpid()}.tmp")
    try:
        try:
            work.touch(mode=mode)
            yield work
            work.replace(out)
        finally:
            work.unlink(missing_ok=True)
    except OSError as error:
        raise not_written(error, str(out)) from error
