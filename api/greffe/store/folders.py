"""Folders that are whole or not there: write under a temporary name, flush to the disk, rename, flush the parent."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import stat
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import Final

from greffe.errors import Broken

Stamp = tuple[int, int, int]
_GONE: Final = frozenset((errno.ENOENT, errno.ENOTDIR))
# What the file itself is the cause of; that there are too many open files, say, is no fault of it.
_UNREADABLE: Final = frozenset((
    errno.EISDIR, errno.ELOOP, errno.EINVAL, errno.ENXIO, errno.EACCES, errno.EPERM, errno.EIO, errno.ESTALE, errno.ENAMETOOLONG,
))  # fmt: skip
_AGAIN: Final = "Restore it from a copy."


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """A stored file, for reading. Raises Broken when it is missing, is no file, or is not to be read, then or meanwhile."""
    try:
        with open(path, "rb", opener=_at_once) as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise OSError(errno.EINVAL, "it is no file")
            yield stream
    except OSError as error:
        raise _faulty(error, path) from error


def _at_once(path: str, flags: int) -> int:
    """Nobody waits for the other end of a pipe that stands in the place of a file."""
    return os.open(path, flags | os.O_NONBLOCK)


def _faulty(error: OSError, path: Path) -> Exception:
    if error.errno in _GONE:
        return Broken("A stored file is missing.", file=str(path), hint=_AGAIN)
    if error.errno in _UNREADABLE:
        return Broken(f"A stored file cannot be read: {error.strerror}.", file=str(path), hint=_AGAIN)
    return error


def content_of(path: Path) -> bytes:
    """A small stored file, whole. Raises Broken as `opened` does."""
    with opened(path) as stream:
        return stream.read()


def file_checksum(path: Path) -> str:
    """sha256 of a file, read in pieces. Raises Broken as `opened` does."""
    with opened(path) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def as_written(path: Path, expected: str) -> bool:
    """Whether a file is there and what was written."""
    with suppress(Broken):
        return file_checksum(path) == expected
    return False


def check(path: Path, expected: str) -> None:
    """Raise Broken when a file is not what was written."""
    if file_checksum(path) != expected:
        raise Broken("A stored file is not what was written.", file=str(path), hint=_AGAIN)


def stamp(path: Path) -> Stamp:
    """What changes when a file does. Raises Broken as `opened` does."""
    try:
        found = path.stat()
    except OSError as error:
        raise _faulty(error, path) from error
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
            _remove(left)
        yield


def take_away(folder: Path) -> bool:
    """Remove a folder in one step: it loses its name, then its files; whoever reads it has them open and reads on. False when
    another process was faster."""
    gone = folder.parent / f".{folder.name}-{uuid.uuid4().hex}.tmp"
    try:
        folder.rename(gone)
    except FileNotFoundError:
        return False
    _remove(gone)
    return True


def _remove(left: Path) -> None:
    """Something that stood in the place of a folder need not be one."""
    if left.is_dir() and not left.is_symlink():
        shutil.rmtree(left, ignore_errors=True)
    else:
        left.unlink(missing_ok=True)


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
