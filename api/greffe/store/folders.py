"""Folders that are whole or not there: write under a temporary name, flush to the disk, rename, flush the parent."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from greffe.errors import Broken

Stamp = tuple[int, int, int]


def file_checksum(path: Path) -> str:
    """sha256 of a file, read in pieces. Raises Broken when it is missing."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise Broken("A stored file is missing.", file=str(path), hint="Restore the release from a copy.") from error


def check(path: Path, expected: str) -> None:
    """Raise Broken when a file is not what was written."""
    if file_checksum(path) != expected:
        raise Broken("A stored file is not what was written.", file=str(path), hint="Restore the release from a copy.")


def stamp(path: Path) -> Stamp:
    """What changes when a file does. Raises Broken when it is missing."""
    try:
        found = path.stat()
    except FileNotFoundError as error:
        raise Broken("A stored file is missing.", file=str(path), hint="Restore the release from a copy.") from error
    return found.st_mtime_ns, found.st_size, found.st_ino


def flush(path: Path) -> None:
    """Wait until a file's content, or a folder's list of names, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make(folder: Path) -> None:
    """Make a folder, and those above it that lack, each of which is on the disk under its name when this ends."""
    if folder.is_dir():
        return
    make(folder.parent)
    folder.mkdir(exist_ok=True)
    flush(folder.parent)


def put(path: Path, content: bytes, work: Path | None = None) -> None:
    """Write a small file that is whole or not there, and on the disk when this ends. `work`: under which name it is written."""
    work = work or path.with_name(f".{path.name}.part")
    with work.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    work.replace(path)
    flush(path.parent)


@contextmanager
def alone(folder: Path, *, sweep: bool = True) -> Iterator[None]:
    """One process at a time works in a folder. A kill gives the lock back; what it left half-done is swept away, where all that
    is made in the folder is made with the lock."""
    make(folder)
    with (folder / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        for left in folder.glob(".*.tmp") if sweep else ():
            shutil.rmtree(left)
        yield


def take_away(folder: Path) -> bool:
    """Remove a folder in one step: it loses its name, then its files; whoever reads it has them open and reads on. False when
    another process was faster."""
    gone = folder.parent / f".{folder.name}-{uuid.uuid4().hex}.tmp"
    try:
        folder.rename(gone)
    except FileNotFoundError:
        return False
    shutil.rmtree(gone, ignore_errors=True)
    return True


def whole(final: Path, write: Callable[[Path], None]) -> None:
    """Have `write` fill a temporary folder, and give it its name once all is on the disk. Call it `alone`."""
    for left in final.parent.glob(f".{final.name}-*.tmp"):
        shutil.rmtree(left)
    work = final.parent / f".{final.name}-{uuid.uuid4().hex}.tmp"
    work.mkdir(parents=True)
    try:
        write(work)
        for path in sorted(work.rglob("*")):
            flush(path)
        flush(work)
        work.rename(final)
        flush(final.parent)
        flush(final.parent.parent)  # which may be as new as it is
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
