"""Observations as files on a local disk: each release a folder, written once (D5).

    FLOW/7/data.parquet        the truth: flat, sorted, zstd
           difference.parquet  from the release before
           manifest.json       checksums, counts, columns, and what the caller says of the release
           confidential.parquet  true values of hidden cells, where there are any; no question is answered from it
           manifest.sha256     checksum of the manifest
           serving/            derived (see serving.py, derived.py)
           since-3…/           derived: what changed since release 3
         mended.log            derived files that were found damaged and made again

A file is checked when it is first read and whenever it has changed since. A wrong checksum is never served: derived files
are then made again, and when the truth itself is damaged it is Broken.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final, TypeVar

from greffe.errors import Absent, Broken, Conflict, NotFound
from greffe.model.dataset import SeriesBlock
from greffe.model.structures import DataStructure
from greffe.store import changes, derived, room, selecting, shaping
from greffe.store.base import Change, Footprint, Saved, Selection, same_dimensions
from greffe.store.chain import canonical, checksum
from greffe.store.coded import Layout, Observed, read_observed
from greffe.store.depot import ALONE, Depot, Shelf
from greffe.store.folders import Stamp, alone, check, file_checksum, stamp, take_away, whole
from greffe.store.manifest import DATA, DIFFERENCE, MANIFEST, SEAL, SERVING, Written, read_written, write_release
from greffe.store.serving import Serving

_NAME: Final = re.compile(r"[A-Za-z0-9_@$-]+/\d+")
_LOG: Final = logging.getLogger("greffe")
_T = TypeVar("_T")


class ColumnarObservations:
    """The Observations below one folder. One object may serve all threads; processes open their own.

    `opened_most`: how many releases stay open (memory-mapped) at a time. `sorted_most`: how many observations are held at
    a time for sorting. `derived_most`: bytes of all derived files together; those not used for the longest go first.
    `depot`: where all machines find what one of them released.
    """

    def __init__(
        self,
        root: Path,
        opened_most: int = 32,
        sorted_most: int = 1_000_000,
        derived_most: int = 8_000_000_000,
        depot: Depot = ALONE,
    ) -> None:
        self._root = root
        self._shelf = Shelf(root, depot, "releases")
        self._derived_most = derived_most
        self._sorted_most = sorted_most
        self._served = derived.Served(opened_most)
        self._manifests: dict[Path, tuple[Stamp, Stamp, Written]] = {}
        self._checked: dict[Path, tuple[Stamp, str]] = {}

    def save(
        self,
        name: str,
        structure: DataStructure,
        observations: Path,
        manifest: Mapping[str, object],
        previous: str = "",
        apart: Path | None = None,
    ) -> Saved:
        """See Observations.save."""
        folder, layout = self._folder(name), Layout.of(structure)
        found = read_observed(observations, layout)
        content_hash = checksum(canonical([asdict(layout), found.content(), previous]).encode())
        identity = checksum(canonical([content_hash, manifest, file_checksum(apart) if apart else ""]).encode())
        self._shelf.at(name)
        new = not folder.exists()
        with alone(folder.parent):
            if not folder.exists():
                before = self._observed(previous, layout) if previous else None
                said = {"manifest": manifest, "previous": previous, "content_hash": content_hash, "identity": identity}
                whole(folder, lambda work: write_release(found, before, said, work, apart))
        if new:
            room.make_room(self._root, self._derived_most, folder / SERVING)
        written = self._written(name)
        if written.identity != identity:
            raise Conflict(f"Release {name} exists with another content.")
        self._shared(name, folder)
        return written.saved

    def _shared(self, name: str, folder: Path) -> None:
        """For all machines, before anybody is told of it. Another one may have been as fast with something else."""
        try:
            self._shelf.share(name)
        except Conflict:
            take_away(folder)
            self._served.forget(folder)
            raise

    def select(self, name: str, selection: Selection) -> Iterator[SeriesBlock]:
        """See Observations.select. Faults show before the first block."""
        return shaping.blocks(self._serving(name), selection, self._sorted_most)

    def changed(self, change: Change, selection: Selection) -> Iterator[SeriesBlock]:
        """See Observations.changed. It is found once for each pair of releases, and kept beside the newer one."""
        new, old = self._written(change.new), self._written(change.old)
        same_dimensions(change.old, old.layout.dimensions, new.layout.dimensions)
        steps = self._steps(change) if change.linear else ()
        folder = self._folder(change.new)
        how = ("-linear" if steps else "") + ("-gone" if change.gone else "")

        def made() -> Observed:
            if steps:
                return changes.folded([self.file(s, DIFFERENCE) for s in steps], new.layout, change.gone)
            return changes.compared(
                self._observed(change.new, new.layout), self._observed(change.old, new.layout), change.gone
            )

        content = f"{new.saved.content_hash} since {old.saved.content_hash}{how}"
        where = folder / f"since-{change.old.split('/')[1]}{how}"
        return shaping.blocks(self._opened(where, new.layout, content, made), selection, self._sorted_most)

    def _steps(self, change: Change) -> tuple[str, ...]:
        """The releases after the old one up to the new one, oldest first; none when they are no chain."""
        found, name = [], change.new
        while name and name != change.old:
            found.append(name)
            name = self._written(name).previous
        return tuple(found[::-1]) if name else ()

    def periods(self, name: str) -> tuple[str, ...]:
        """See Observations.periods."""
        return tuple(self._serving(name).periods)

    def available(self, name: str, selection: Selection) -> Mapping[str, tuple[str, ...]]:
        """See Observations.available."""
        return selecting.available(self._serving(name), selection)

    def counts(self, name: str, selection: Selection) -> tuple[int, int]:
        """See Observations.counts."""
        return selecting.counts(self._serving(name), selection)

    def tallies(self, name: str, selection: Selection) -> Mapping[str, Mapping[str, int]]:
        """See Observations.tallies."""
        return selecting.tallies(self._serving(name), selection)

    def file(self, name: str, file: str) -> Path:
        """See Observations.file."""
        files = self._written(name).saved.files
        if file not in files:
            raise NotFound(f"Release {name} has no file {file}.")
        path = self._folder(name) / file
        self._mended(name, lambda: self._check(path, files[file]))
        return path

    def verify(self, name: str) -> Iterable[str]:
        """See Observations.verify: the files as they are on the disk now."""
        folder = self._folder(name)
        try:
            written = self._written(name)
        except (Broken, Absent) as error:
            return [error.text()]
        faults = [*derived.file_faults(folder, written.saved.files), *self._shelf.faults(name)]
        if (folder / SERVING).exists():
            faults += derived.faults(folder / SERVING, written.layout, written.saved.content_hash)
        return faults

    def evict(self, name: str) -> int:
        """See Observations.evict."""
        if self._elsewhere(name):
            return 0
        folder = self._there(name)
        found = list(room.derived_of(folder))
        freed = room.remove(found, folder.parent) if found else 0
        if self._shelf.stored(name):
            freed += room.truth_of(folder)
            take_away(folder)
        self._served.forget(folder)
        return freed

    def footprint(self, name: str) -> Footprint:
        """See Observations.footprint."""
        if self._elsewhere(name):
            return Footprint(0)
        folder = self._there(name)
        found = list(room.derived_of(folder))
        used = max((d.used for d in found), default=0.0)
        return Footprint(room.truth_of(folder), sum(d.size for d in found), used)

    def mended(self) -> Iterable[str]:
        """See Observations.mended."""
        for path in sorted(self._root.glob(f"*/{derived.MENDED}")):
            yield from (f"{path.parent.name}: {line}" for line in path.read_text(encoding="utf-8").splitlines())

    def _folder(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise NotFound(f"{name!r} is not the name of a release.", hint="Names are FLOW/NUMBER.")
        return self._root / name

    def _there(self, name: str) -> Path:
        folder = self._folder(name)
        if not self._shelf.at(name).is_dir():
            raise Absent(f"There is no release {name} in the store.", hint="Restore it from a copy.")
        return folder

    def _elsewhere(self, name: str) -> bool:
        """Whether this machine has nothing of a release, and others may: nothing is fetched to be weighed or removed."""
        return self._shelf.depot.shared and not self._folder(name).is_dir()

    def _mended(self, name: str, read: Callable[[], _T]) -> _T:
        """What is read of a release; when a file of this machine is damaged, the folder anew from the depot first."""
        try:
            return read()
        except Broken as error:
            if not self._shelf.depot.shared:
                raise
            _LOG.warning("Taken again from the depot: %s", error.text())
            try:
                self._shelf.bring(name)
            except NotFound:
                raise error from None
            return read()

    def _written(self, name: str) -> Written:
        """The manifest, checked against its seal."""
        folder = self._there(name)
        return self._mended(name, lambda: self._written_in(folder, name))

    def _written_in(self, folder: Path, name: str) -> Written:
        now = stamp(folder / SEAL), stamp(folder / MANIFEST)
        known = self._manifests.get(folder)
        if known is None or known[:2] != now:
            known = self._manifests[folder] = (*now, read_written(folder, name))
        return known[2]

    def _observed(self, name: str, layout: Layout) -> Observed:
        """The rows of another release, over the columns of `layout`."""
        same_dimensions(name, self._written(name).layout.dimensions, layout.dimensions)
        return read_observed(self.file(name, DATA), layout, absent=layout.attributes)

    def _serving(self, name: str) -> Serving:
        written = self._written(name)
        where = self._folder(name) / SERVING
        return self._opened(
            where,
            written.layout,
            written.saved.content_hash,
            lambda: read_observed(self.file(name, DATA), written.layout),
        )

    def _opened(self, where: Path, layout: Layout, content: str, make: Callable[[], Observed]) -> Serving:
        """A derived folder, opened; made, and room for it, where it is not there."""
        made = False

        def making() -> Observed:
            nonlocal made
            made = True
            return make()

        found = self._served.open(where, layout, content, making, where.parent.parent)
        if made:
            room.make_room(self._root, self._derived_most, where)
        return found

    def _check(self, path: Path, expected: str) -> None:
        """Check a file, unless it was and has not changed since."""
        now = stamp(path)
        if self._checked.get(path) != (now, expected):
            check(path, expected)
            self._checked[path] = now, expected
