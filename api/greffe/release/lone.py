"""A lock that a process holds as long as it lives: what runs alone in a house is seen to have ended when its process dies."""

from __future__ import annotations

import fcntl
import time
from pathlib import Path
from typing import IO


def locked(path: Path, tries: int = 20) -> IO[str] | None:
    """The lock, held until it is closed; None when another holds it. Who only asks whether it is held has it for a moment:
    it is tried again a hundredth of a second later."""
    handle = path.open("a")
    for left in reversed(range(tries)):
        if _taken(handle, fcntl.LOCK_EX):
            return handle
        if left:
            time.sleep(0.01)
    handle.close()
    return None


def held(path: Path) -> bool:
    """Whether somebody holds it."""
    with path.open("a") as handle:
        return not _taken(handle, fcntl.LOCK_SH)


def _taken(handle: IO[str], how: int) -> bool:
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
