"""Where backups go and come from: a folder that many of them share, or one file; a bucket is a folder (bucket_place.py).

In a folder every file lies once under its sha256, and each backup is one list, so that the next one copies only what is new:

    objects/ab/abcd…                             a file of the home, or a piece of the register
    20261130T194917Z-1234-9f86d081.backup.json   the list of one backup, which is written last

A file ends in .tar and holds the same names, of one backup. Everything is written under another name, flushed to the disk, and
renamed: what has its name is whole. It may be read by its owner alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol
from uuid import uuid4

from greffe.errors import BadInput, DiskFailed, Refused, full_or_failing
from greffe.store.folders import flush
from greffe.upkeep.manifest import Kept, Manifest, read_manifest
from greffe.upkeep.piecewise import alone, checked, object_name, written
from greffe.upkeep.tar_place import TAR, TarSource, tar_target

LIST: Final = ".backup.json"


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


@contextmanager
def writing_to(address: str) -> Iterator[Target]:
    """The target of a folder or a file. Raises Refused when it cannot be written, DiskFailed when its disk has no room or fails."""
    path = Path(address)
    try:
        with tar_target(path) if path.suffix == TAR else _folder_target(path) as target:
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
        return _Folder(path) if path.name.endswith(LIST) else TarSource(path)
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
    with alone(folder / ".lock"):
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


class _Folder:
    """A list in a folder, and what it names there."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._folder = path.parent
        self.manifest = read_manifest(path.read_bytes(), self.name)

    def pieces(self, kept: Kept) -> Iterator[bytes]:
        return checked(kept, self.name, lambda: _object(self._folder, kept.sha256).open("rb"))


def _object(folder: Path, sha256: str) -> Path:
    return folder / object_name(sha256)
