"""A lock that a process holds as long as it lives: what runs alone in a house is seen to have ended when its process dies."""

from __future__ import annotations

import fcntl
import time
from pathlib import Path
from typing import IO


def locked(path: Path) -> IO[str] | None:
    """The lock, held until it is closed; None when another holds it. Who only asks whether it is held has it for a moment."""
    handle = path.open("a")
    for _ in range(20):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle
        except BlockingIOError:
            time.sleep(0.01)
    handle.close()
    return None


def held(path: Path) -> bool:
    """Whether somebody holds it."""
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
