"""Bytes as they come: written with their checksum, read against it, for the eyes of their owner; one writer at a time."""

from __future__ import annotations

import hashlib
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from greffe.errors import Broken, Refused
from greffe.release.lone import locked
from greffe.upkeep.manifest import Kept

PIECE: Final = 1 << 20  # bytes that are read at a time
_TRIES: Final = 20  # of a lock that somebody removes whenever it is had


@dataclass(frozen=True)
class Spool:
    """What came, in a file without a name, that is read from its begin. `size`: bytes."""

    stream: IO[bytes]
    sha256: str
    size: int


@contextmanager
def spooled(folder: Path, pieces: Iterable[bytes], expected: str = "") -> Iterator[Spool]:
    """What comes, where its length and checksum must be known before it is passed on. It has no name in the folder, so that
    nobody who is killed leaves any of it. Raises Broken as `written` does."""
    with tempfile.TemporaryFile(dir=folder) as stream:
        sha256, size = _hashed(stream, pieces, expected)
        stream.seek(0)
        yield Spool(stream, sha256, size)


def written(folder: Path, name: str, pieces: Iterable[bytes], expected: str = "") -> Kept:
    """A file of that name with what comes, and its checksum; flushed, for its owner alone. Half of one is removed, and one
    that has not the expected checksum, with Broken."""
    path = folder / name
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as stream:
            sha256, size = _hashed(stream, pieces, expected)
            os.fsync(stream.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Kept(name, sha256, size)


def _hashed(stream: IO[bytes], pieces: Iterable[bytes], expected: str) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        stream.write(piece)
        digest.update(piece)
        size += len(piece)
    if expected not in ("", digest.hexdigest()):
        raise Broken("A stored file is not what was written.")
    stream.flush()
    return digest.hexdigest(), size


def checked(kept: Kept, name: str, opened: Callable[[], IO[bytes]]) -> Iterator[bytes]:
    """The bytes of something that the backup `name` holds. Raises Broken as Source.pieces does."""
    digest, size = hashlib.sha256(), 0
    try:
        with opened() as stream:
            while piece := stream.read(PIECE):
                digest.update(piece)
                size += len(piece)
                yield piece
    except FileNotFoundError as error:
        raise Broken(f"{kept.path} is missing in the backup.", file=name) from error
    except (OSError, tarfile.TarError, ValueError, OverflowError) as error:
        raise Broken(f"{kept.path} cannot be read in the backup.", file=name) from error
    if (digest.hexdigest(), size) != (kept.sha256, kept.size):
        raise Broken(f"{kept.path} is not what was written in the backup.", file=name)


@contextmanager
def alone(lock: Path, *, remove: bool = False) -> Iterator[None]:
    """One backup at a time is written to a target. Raises Refused for the second one."""
    handle = _held(lock)
    if handle is None:
        raise Refused("Another backup is being written there.", file=str(lock.parent), hint="Try again.")
    with handle:
        os.fchmod(handle.fileno(), 0o600)
        try:
            yield
        finally:
            if remove:
                with suppress(OSError):
                    lock.unlink()


def _held(lock: Path) -> IO[str] | None:
    """The lock under its name: of one that somebody removed meanwhile nobody else knows."""
    for _ in range(_TRIES):
        if (handle := locked(lock)) is None:
            break
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle.fileno()), lock.stat()):
                return handle
        handle.close()
    return None


def object_name(sha256: str) -> str:
    """Where what has that sha256 lies, in a folder, a bucket and a file."""
    return f"objects/{sha256[:2]}/{sha256}"
