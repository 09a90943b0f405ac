"""Files with values that are not for everybody: whole or not at all, and for the eyes of their owner only."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from greffe.errors import Refused


@contextmanager
def private(out: Path) -> Iterator[Path]:
    """An empty file beside `out` to write into, which takes its place at the end. Raises Refused when it cannot be written."""
    work = out.with_name(f".{out.name}.{os.getpid()}.tmp")
    try:
        try:
            work.touch(mode=0o600)
            yield work
            work.replace(out)
        finally:
            work.unlink(missing_ok=True)
    except OSError as error:
        raise Refused(f"It cannot be written: {error.strerror}.", file=str(out)) from error
