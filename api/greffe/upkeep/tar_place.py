"""One backup in one file, a .tar: what it holds under the names that a folder has (places.py), its list last."""

from __future__ import annotations

import errno
import os
import stat
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from greffe.errors import Broken, Refused
from greffe.store.folders import flush
from greffe.upkeep.manifest import Kept, Manifest, read_manifest
from greffe.upkeep.piecewise import Spool, alone, checked, object_name, spooled

TAR: Final = ".tar"
_LIST: Final = "backup.json"
_LARGEST_LIST: Final = 1 << 30  # bytes
# What tarfile raises of headers that nobody wrote, and the system: no file and no memory is as large as they say.
_SPOILED: Final = (tarfile.TarError, EOFError, ValueError, OverflowError, RecursionError, MemoryError)
_TOO_LONG: Final = frozenset((errno.EINVAL, errno.EOVERFLOW))


@contextmanager
def tar_target(path: Path) -> Iterator[TarTarget]:
    """A file beside, that gets its name when all is in it. Raises Refused, OSError."""
    if path.exists():
        raise Refused("There is something of that name already.", file=str(path), hint="Name another one.")
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path.parent)
    work = path.with_name(f".{path.name}.part")
    with alone(path.with_name(f".{path.name}.lock"), remove=True):
        handle = os.open(work, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(handle, "w+b") as stream, tarfile.open(fileobj=stream, mode="w") as tar:
                yield TarTarget(path, work, stream, tar)
        finally:
            work.unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    """Remove what backups that were killed left there, whatever their names: nobody holds their locks."""
    for lock in folder.glob(f".*{TAR}.lock"):
        with suppress(Refused, OSError):
            if not _of_a_backup(lock.lstat()):
                continue
            with alone(lock, remove=True):
                for left in (lock.with_suffix(".part"), lock.with_suffix(".part.one")):
                    left.unlink(missing_ok=True)


def _of_a_backup(lock: os.stat_result) -> bool:
    """Whether a lock is as ours are: empty, of this account, for its eyes alone."""
    return (lock.st_size, lock.st_uid, lock.st_mode) == (0, os.geteuid(), stat.S_IFREG | 0o600)


class TarTarget:
    """See Target."""

    def __init__(self, path: Path, work: Path, stream: IO[bytes], tar: tarfile.TarFile) -> None:
        self._path, self._work, self._stream, self._tar = path, work, stream, tar
        self._there: dict[str, int] = {}
        self.new_files = self.new_bytes = 0

    def size_of(self, sha256: str) -> int | None:
        """See Target.size_of."""
        return self._there.get(sha256)

    def add(self, path: str, pieces: Iterable[bytes], expected: str = "") -> Kept:
        """See Target.add."""
        with spooled(self._path.parent, pieces, expected) as one:
            if one.sha256 not in self._there:
                self._member(object_name(one.sha256), one)
                self._there[one.sha256] = one.size
                self.new_files, self.new_bytes = self.new_files + 1, self.new_bytes + one.size
        return Kept(path, one.sha256, one.size)

    def finish(self, manifest: Manifest) -> str:
        """See Target.finish."""
        with spooled(self._path.parent, [manifest.written()]) as one:
            self._member(_LIST, one)
        self._tar.close()
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._work.rename(self._path)
        flush(self._path.parent)
        return str(self._path)

    def _member(self, name: str, one: Spool) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = one.size, 0o600
        self._tar.addfile(info, one.stream)


class TarSource:
    """See Source. Raises Broken for what is no backup, OSError where it cannot be read."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        try:
            self._tar = tarfile.open(path, "r:")  # noqa: SIM115 - it is read as long as this lives
            self._members = {m.name: m for m in self._tar.getmembers() if m.isfile()}
            body = self._list()
        except (*_SPOILED, OSError) as error:
            if isinstance(error, OSError) and error.errno not in _TOO_LONG:
                raise
            raise self._none() from error
        self.manifest = read_manifest(body, self.name)

    def _list(self) -> bytes:
        told = self._members.get(_LIST)
        if told is None or told.size > _LARGEST_LIST:
            raise self._none()
        with self._open(_LIST) as stream:
            return stream.read()

    def _none(self) -> Broken:
        return Broken("It is no backup, or not a whole one.", file=self.name)

    def pieces(self, kept: Kept) -> Iterator[bytes]:
        """See Source.pieces."""
        return checked(kept, self.name, lambda: self._open(object_name(kept.sha256)))

    def _open(self, name: str) -> IO[bytes]:
        found = self._tar.extractfile(self._members[name]) if name in self._members else None
        if found is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        return found
