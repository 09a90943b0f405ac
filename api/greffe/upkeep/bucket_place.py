"""Backups in a bucket: the same names as in a folder (places.py). What has its name is whole, since an object is put whole; the list
is put last, and once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from greffe.errors import BadInput, Broken, NotFound, Refused
from greffe.store.depot import Depot, checked
from greffe.upkeep.manifest import Kept, Manifest, read_manifest
from greffe.upkeep.places import LIST, object_name, written


class BucketTarget:
    """A bucket that many backups share. Two at a time disturb nobody: what both put is the same."""

    def __init__(self, depot: Depot, address: str, work: Path) -> None:
        self._depot, self._address, self._work = depot, address, work
        self.new_files = self.new_bytes = 0

    @cached_property
    def _there(self) -> dict[str, int]:
        return dict(self._depot.names("objects"))

    def size_of(self, sha256: str) -> int | None:
        """See Target.size_of."""
        return self._there.get(object_name(sha256))

    def add(self, path: str, pieces: Iterable[bytes], expected: str = "") -> Kept:
        """See Target.add."""
        kept = written(self._work, "one", pieces, expected)
        name = object_name(kept.sha256)
        if self._there.get(name) != kept.size:
            self._depot.put(name, self._work / "one")
            self._there[name] = kept.size
            self.new_files, self.new_bytes = self.new_files + 1, self.new_bytes + kept.size
        return Kept(path, kept.sha256, kept.size)

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


def work_folder() -> tempfile.TemporaryDirectory[str]:
    """Where one file at a time waits, for the eyes of its owner, until its checksum is known."""
    return tempfile.TemporaryDirectory(prefix="greffe-backup-")
