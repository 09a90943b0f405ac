"""What the workers of one run have in common: a folder, and whose turn it is."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def common(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder for temporary files of the whole run, that of the one process when there are no workers."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """No other worker holds the same lock meanwhile."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
