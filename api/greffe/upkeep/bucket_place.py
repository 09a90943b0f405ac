"""Backups in a bucket: the same names as in a folder (places.py). What has its name is whole, since an object is put whole; the list
is put last, and once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Final

from greffe.errors import BadInput, Broken, DiskFailed, NotFound, Refused, full_or_failing
from greffe.store.depot import Depot, checked
from greffe.upkeep.manifest import Kept, Manifest, read_manifest
from greffe.upkeep.piecewise import Spool, object_name, spooled
from greffe.upkeep.places import LIST

_ELSEWHERE: Final = "Make room there, or let TMPDIR name another folder."


class BucketTarget:
    """A bucket that many backups share. Two at a time disturb nobody: what both put is the same."""

    def __init__(self, depot: Depot, address: str) -> None:
        self._depot, self._address, self._room = depot, address, _room()
        self.new_files = self.new_bytes = 0

    @cached_property
    def _there(self) -> dict[str, int]:
        return dict(self._depot.names("objects"))

    def size_of(self, sha256: str) -> int | None:
        """See Target.size_of."""
        return self._there.get(object_name(sha256))

    def add(self, path: str, pieces: Iterable[bytes], expected: str = "") -> Kept:
        """See Target.add."""
        with self._spooled(pieces, expected) as one:
            name = object_name(one.sha256)
            if self._there.get(name) != one.size:
                self._depot.put(name, one.stream)
                self._there[name] = one.size
                self.new_files, self.new_bytes = self.new_files + 1, self.new_bytes + one.size
        return Kept(path, one.sha256, one.size)

    @contextmanager
    def _spooled(self, pieces: Iterable[bytes], expected: str) -> Iterator[Spool]:
        try:
            with spooled(self._room, pieces, expected) as one:
                yield one
        except OSError as error:
            if not full_or_failing(error):
                raise
            said = f"The backup cannot be written: {error.strerror}."
            raise DiskFailed(said, file=str(self._room), hint=_ELSEWHERE) from error

    def finish(self, manifest: Manifest) -> str:
        """See Target.finish."""
        name = f"{manifest.name}{LIST}"
        if not self._depot.put_new(name, manifest.written()):
            raise Refused("There is something of that name already.", file=f"{self._address}/{name}")
        return f"{self._address}/{name}"


class BucketSource:
    """A list in a bucket, and what it names there. Raises Broken."""

    def __init__(self, depot: Depot, name: str) -> None:
        self.name, self._depot = name, depot
        try:
            self.manifest = read_manifest(b"".join(depot.pieces(name)), name)
        except NotFound as error:
            raise BadInput("There is no such backup.", file=name) from error

    def pieces(self, kept: Kept) -> Iterator[bytes]:
        """See Source.pieces."""
        try:
            yield from checked(self._depot.pieces(object_name(kept.sha256)), kept.path, kept.sha256)
        except NotFound as error:
            raise Broken(f"{kept.path} is missing in the backup.", file=self.name) from error
        except Broken as error:
            raise Broken(f"{kept.path} is not what was written in the backup.", file=self.name) from error


def bucket_lists(depot: Depot) -> list[str]:
    """The names of the lists of all backups in a bucket, the last one last."""
    return sorted(name for name, _ in depot.names("") if name.endswith(LIST) and "/" not in name)


def _room() -> Path:
    """Where one file at a time waits, until its checksum is known."""
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError as error:  # it tries to write there
        raise DiskFailed("No folder takes temporary files.", hint=_ELSEWHERE) from error
