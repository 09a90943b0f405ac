"""What the files of releases take, and which derived ones go when they take more than they may (D5).

A derived folder goes in one step: it is renamed, then removed. Who reads it has its files open and reads on.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from greffe.store.folders import alone, take_away

DERIVED: Final = ("serving", "since-*")
_LEFT: Final = (".serving-*.tmp", ".since-*.tmp")  # what a kill left of folders that were being made or removed
_TOUCH: Final = 60.0  # seconds after which a use is noted again


@dataclass(frozen=True)
class Derived:
    """A derived folder: bytes, and when it was last used (seconds since 1970)."""

    folder: Path
    size: int
    used: float


def derived_of(release: Path) -> Iterator[Derived]:
    """The derived folders of a release, and what is left of some."""
    for pattern in (*DERIVED, *_LEFT):
        for folder in release.glob(pattern):
            with suppress(FileNotFoundError):  # another process removes it
                yield Derived(folder, size_of(folder), folder.stat().st_mtime)


def size_of(folder: Path) -> int:
    """Bytes of the files of a folder; 0 when it is gone."""
    total = 0
    with suppress(FileNotFoundError), os.scandir(folder) as found:
        for entry in found:
            with suppress(FileNotFoundError):
                total += entry.stat().st_size if entry.is_file() else 0
    return total


def truth_of(release: Path) -> int:
    """Bytes of what is not derived: Parquet, difference, manifest."""
    return size_of(release)


def touch(folder: Path, last: float) -> float:
    """Note that a folder is used, at most once a minute: `last` is what this gave the time before."""
    now = time.monotonic()
    if now - last < _TOUCH:
        return last
    with suppress(OSError):  # gone, or on a disk that may only be read
        os.utime(folder)
    return now


def remove(found: Iterable[Derived], flow: Path) -> int:
    """Remove derived folders of one dataflow, and tell how many bytes they had."""
    total = 0
    with alone(flow):
        for one in found:
            if one.folder.name.startswith("."):  # what is left of one
                shutil.rmtree(one.folder, ignore_errors=True)
            elif not take_away(one.folder):
                continue
            total += one.size
    return total


def make_room(root: Path, most: int, but: Path) -> None:
    """Remove the derived folders below `root` that were not used for the longest, until all take `most` bytes at most.
    `but` stays, however large it is: it is asked for now."""
    found = [one for release in root.glob("*/*") if release.is_dir() for one in derived_of(release)]
    total = sum(one.size for one in found)
    for one in sorted(found, key=lambda d: d.used):
        if total <= most:
            return
        if one.folder != but:
            total -= remove([one], one.folder.parent.parent)
