"""Where backups go and come from: a folder that many of them share, or one file; a bucket is a folder (bucket_place.py).

In a folder every file lies once under its sha256, and each backup is one list, so that the next one copies only what is new:

    objects/ab/abcd…                             a file of the home, or a piece of the register
    20261130T194917Z-1234-9f86d081.backup.json   the list of one backup, which is written last

A file ends in .tar and holds the same names, of one backup. Everything is written under another name, flushed to the disk, and
renamed: what has its name is whole. It may be read by its owner alone.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final, Protocol
from uuid import uuid4

from greffe.errors import BadInput, Broken, DiskFailed, Refused, full_or_failing
from greffe.release.lone import locked
from greffe.store.folders import flush
from greffe.upkeep.manifest import Kept, Manifest, read_manifest

PIECE: Final = 1 << 20  # bytes that are read at a time
LIST: Final = ".backup.json"
TAR: Final = ".tar"
_LIST_IN_TAR: Final = "backup.json"
_LARGEST_LIST: Final = 1 << 30  # bytes


class Target(Protocol):
    """Where one backup is written to, between `writing_to` and its end. `new_files`, `new_bytes`: what was not there before."""

    new_files: int
    new_bytes: int

    def size_of(self, sha256: str) -> int | None:
        """The length of what is there already, None when it is not."""

    def add(self, path: str, pieces: Iterable[bytes], expected: str = "") -> Kept:
        """Keep something; the same content is kept once. Raises Broken when it has not the sha256 that is expected."""

    def finish(self, manifest: Manifest) -> str:
        """The list, last: from then on it is a backup. Where it lies."""


class Source(Protocol):
    """A backup that is read. `name`: of its list, for messages."""

    name: str
    manifest: Manifest

    def pieces(self, kept: Kept) -> Iterator[bytes]:
        """The bytes of something that it holds. Raises Broken, naming it, at the end when they are not what was written, or
        when it is not there."""


def written(folder: Path, name: str, pieces: Iterable[bytes], expected: str = "") -> Kept:
    """A file of that name with what comes, and its checksum; flushed, for its owner alone. Half of one is removed, and one
    that has not the expected checksum, with Broken."""
    path = folder / name
    digest, size = hashlib.sha256(), 0
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as stream:
            for piece in pieces:
                stream.write(piece)
                digest.update(piece)
                size += len(piece)
            if expected not in ("", digest.hexdigest()):
                raise Broken("A stored file is not what was written.")
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Kept(name, digest.hexdigest(), size)


@contextmanager
def writing_to(address: str) -> Iterator[Target]:
    """The target of a folder or a file. Raises Refused when it cannot be written, DiskFailed when its disk has no room or fails."""
    path = Path(address)
    try:
        with _file_target(path) if path.suffix == TAR else _folder_target(path) as target:
            yield target
    except OSError as error:
        said = f"The backup cannot be written: {error.strerror}."
        if full_or_failing(error):
            raise DiskFailed(
                said, file=address, hint="Make room there, or name another place; no half of it is left."
            ) from error
        raise Refused(said, file=address) from error


def source_of(address: str) -> Source:
    """The backup at an address: a file, a list in a folder, or the last one of a folder. Raises BadInput when there is none,
    Broken when it is not whole."""
    path = Path(address)
    try:
        if path.is_dir():
            found = lists(path)
            if not found:
                raise BadInput("There is no backup in this folder.", file=address)
            return _Folder(found[-1])
        if not path.is_file():
            raise BadInput("There is no such backup.", file=address)
        return _Folder(path) if path.name.endswith(LIST) else _File(path)
    except OSError as error:
        raise BadInput(f"It cannot be read: {error.strerror}.", file=address) from error


def lists(folder: Path) -> list[Path]:
    """The lists of all backups in a folder, the last one last."""
    return sorted(p for p in folder.glob(f"*{LIST}") if not p.name.startswith("."))


@contextmanager
def _folder_target(folder: Path) -> Iterator[Target]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    strange = next((p.name for p in folder.iterdir() if not _ours(p)), None)
    if strange is not None:
        raise Refused(
            f"The folder holds {strange!r}, which is of no backup.", file=str(folder), hint="Name another one."
        )
    with _alone(folder / ".lock"):
        for left in folder.glob(".*.part"):
            left.unlink()
        yield _FolderTarget(folder)


def _ours(path: Path) -> bool:
    return path.name in ("objects", ".lock", "lost+found") or path.name.endswith((LIST, ".part"))


class _FolderTarget:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.new_files = self.new_bytes = 0

    def size_of(self, sha256: str) -> int | None:
        place = _object(self._folder, sha256)
        return place.stat().st_size if place.is_file() else None

    def add(self, path: str, pieces: Iterable[bytes], expected: str = "") -> Kept:
        work = f".{uuid4().hex}.part"
        kept = written(self._folder, work, pieces, expected)
        place = _object(self._folder, kept.sha256)
        if place.is_file():
            (self._folder / work).unlink()
        else:
            for folder in (place.parent.parent, place.parent):
                if not folder.is_dir():
                    folder.mkdir(mode=0o700)
                    flush(folder.parent)
            (self._folder / work).rename(place)
            flush(place.parent)
            self.new_files, self.new_bytes = self.new_files + 1, self.new_bytes + kept.size
        return Kept(path, kept.sha256, kept.size)

    def finish(self, manifest: Manifest) -> str:
        work = f".{uuid4().hex}.part"
        written(self._folder, work, [manifest.written()])
        place = self._folder / f"{manifest.name}{LIST}"
        (self._folder / work).rename(place)
        flush(self._folder)
        return str(place)


@contextmanager
def _file_target(path: Path) -> Iterator[Target]:
    """A file beside, that gets its name when all is in it."""
    if path.exists():
        raise Refused("There is something of that name already.", file=str(path), hint="Name another one.")
    path.parent.mkdir(parents=True, exist_ok=True)
    work = path.with_name(f".{path.name}.part")
    with _alone(path.with_name(f".{path.name}.lock"), remove=True):
        handle = os.open(work, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(handle, "w+b") as stream, tarfile.open(fileobj=stream, mode="w") as tar:
                yield _FileTarget(path, work, stream, tar)
        finally:
            work.unlink(missing_ok=True)


class _FileTarget:
    def __init__(self, path: Path, work: Path, stream: IO[bytes], tar: tarfile.TarFile) -> None:
        self._path, self._work, self._stream, self._tar = path, work, stream, tar
        self._there: dict[str, int] = {}
        self.new_files = self.new_bytes = 0

    def size_of(self, sha256: str) -> int | None:
        return self._there.get(sha256)

    def add(self, path: str, pieces: Iterable[bytes], expected: str = "") -> Kept:
        spool = f"{self._work.name}.one"  # its length and checksum come before it
        kept = written(self._path.parent, spool, pieces, expected)
        place = self._path.parent / spool
        try:
            if kept.sha256 not in self._there:
                self._member(object_name(kept.sha256), place, kept.size)
                self._there[kept.sha256] = kept.size
                self.new_files, self.new_bytes = self.new_files + 1, self.new_bytes + kept.size
        finally:
            place.unlink()
        return Kept(path, kept.sha256, kept.size)

    def finish(self, manifest: Manifest) -> str:
        spool = f"{self._work.name}.one"
        kept = written(self._path.parent, spool, [manifest.written()])
        place = self._path.parent / spool
        self._member(_LIST_IN_TAR, place, kept.size)
        place.unlink()
        self._tar.close()
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._work.rename(self._path)
        flush(self._path.parent)
        return str(self._path)

    def _member(self, name: str, content: Path, size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        with content.open("rb") as stream:
            self._tar.addfile(info, stream)


class _Folder:
    """A list in a folder, and what it names there."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._folder = path.parent
        self.manifest = read_manifest(path.read_bytes(), self.name)

    def pieces(self, kept: Kept) -> Iterator[bytes]:
        return _checked(kept, self.name, lambda: _object(self._folder, kept.sha256).open("rb"))


class _File:
    """A file that holds one backup."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        try:
            self._tar = tarfile.open(path, "r:")  # noqa: SIM115 - it is read as long as this lives
            self._members = {m.name: m for m in self._tar.getmembers() if m.isfile()}
        except (tarfile.TarError, EOFError) as error:
            raise Broken("It is no backup, or not a whole one.", file=self.name) from error
        told = self._members.get(_LIST_IN_TAR)
        if told is None or told.size > _LARGEST_LIST:
            raise Broken("It is no backup, or not a whole one.", file=self.name)
        with self._open(_LIST_IN_TAR) as stream:
            self.manifest = read_manifest(stream.read(), self.name)

    def pieces(self, kept: Kept) -> Iterator[bytes]:
        return _checked(kept, self.name, lambda: self._open(object_name(kept.sha256)))

    def _open(self, name: str) -> IO[bytes]:
        found = self._tar.extractfile(self._members[name]) if name in self._members else None
        if found is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        return found


def _checked(kept: Kept, name: str, opened: Callable[[], IO[bytes]]) -> Iterator[bytes]:
    digest, size = hashlib.sha256(), 0
    try:
        with opened() as stream:
            while piece := stream.read(PIECE):
                digest.update(piece)
                size += len(piece)
                yield piece
    except FileNotFoundError as error:
        raise Broken(f"{kept.path} is missing in the backup.", file=name) from error
    except (OSError, tarfile.TarError) as error:
        raise Broken(f"{kept.path} cannot be read in the backup.", file=name) from error
    if (digest.hexdigest(), size) != (kept.sha256, kept.size):
        raise Broken(f"{kept.path} is not what was written in the backup.", file=name)


@contextmanager
def _alone(lock: Path, *, remove: bool = False) -> Iterator[None]:
    """One backup at a time is written to a target. Raises Refused for the second one."""
    handle = locked(lock, tries=1)
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


def object_name(sha256: str) -> str:
    """Where what has that sha256 lies, in a folder, a bucket and a file."""
    return f"objects/{sha256[:2]}/{sha256}"


def _object(folder: Path, sha256: str) -> Path:
    return folder / object_name(sha256)
