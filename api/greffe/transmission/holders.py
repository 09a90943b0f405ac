"""Which process has a delivery in hand, so that one that is dead is known to be dead (Linux; elsewhere nobody is named)."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_STARTED: Final = 19  # proc_pid_stat(5): field 22, counted after the name, which may hold blanks


def this_process() -> str:
    """`host|namespace of processes|number|when it was started`; '' where that cannot be told."""
    return _named(os.getpid())


def has_died(holder: str) -> bool:
    """Whether a process of this machine, as `this_process` named it, is gone for sure. False: nobody can tell from here."""
    place, _, process = holder.rpartition("|")[0].rpartition("|")
    ours = this_process().rpartition("|")[0].rpartition("|")[0]
    return bool(ours) and place == ours and process.isdecimal() and _named(int(process)) != holder


def _named(process: int) -> str:
    try:
        space = (_PROC / "self/ns/pid").readlink()
    except OSError:
        return ""
    return f"{socket.gethostname()}|{space}|{process}|{_started(process)}"


def _started(process: int) -> str:
    """Ticks since the machine came up, '' for a process that is gone or has ended and was not waited for."""
    try:
        told = (_PROC / str(process) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if told[0] in "ZX" else told[_STARTED]
