"""What may leave this machine at any time and is made again when it is asked for: kept answers, condensed sources, and what work that
was cut off left in the folder for temporary files. What somebody uses now stays."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from greffe.settings import Settings

USED: Final = 60.0  # seconds after its last use in which a file may be about to be sent or read, or still be written
STALE: Final = 3_600.0  # seconds without a change after which temporary files are looked at
KEPT, CONDENSED, TEMPORARY = KINDS = ("kept", "condensed", "temporary")
_OPEN: Final = Path("/proc")  # where Linux says which files are open


def clear(settings: Settings) -> dict[str, int]:
    """Remove it, and tell how many bytes of each kind went."""
    return {
        KEPT: _files(settings.kept),
        CONDENSED: _files(settings.condensed),
        TEMPORARY: _left(settings.spill),
    }


def _files(folder: Path) -> int:
    """Files of a folder that nobody used a moment ago. Who has one open reads on."""
    gone, before = 0, time.time() - USED
    for path in _of(folder):
        with suppress(OSError):  # another process was faster
            found = path.lstat()
            if path.is_file() and max(found.st_atime, found.st_mtime) < before:
                path.unlink()
                gone += found.st_size
    return gone


def _left(folder: Path) -> int:
    """Temporary files and folders that did not change for long and that no process of this machine has open."""
    gone, before, open_ = 0, time.time() - STALE, _opened()
    for path in _of(folder):
        inside = [path, *(path.rglob("*") if path.is_dir() and not path.is_symlink() else ())]
        with suppress(OSError):
            found = [one.lstat() for one in inside]
            if max(f.st_mtime for f in found) >= before or not open_.isdisjoint(map(str, inside)):
                continue
            size = sum(f.st_size for one, f in zip(inside, found, strict=True) if not one.is_dir())
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
            gone += size
    return gone


def _of(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _opened() -> set[str]:
    """The files that processes of this machine have open, as far as this account may see it."""
    return set(_names())


def _names() -> Iterator[str]:
    for handles in _OPEN.glob("[0-9]*/fd"):
        with suppress(OSError):
            for one in handles.iterdir():
                with suppress(OSError):
                    yield str(one.readlink())
