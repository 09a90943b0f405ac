"""Observations as files on a local disk: each release a folder, written once (D5).

    FLOW/7/data.parquet        the truth: flat, sorted, zstd
           difference.parquet  from the release before
           manifest.json       checksums, counts, columns, and what the caller says of the release
           manifest.sha256     checksum of the manifest
           serving/            derived (see serving.py), with serving.json, their checksums; made again when absent

A file is checked when it is first read and whenever it has changed since: a wrong checksum is Broken, never served.
"""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from greffe.errors import BadInput, Broken, Conflict, NotFound
from greffe.model.dataset import SeriesBlock
from greffe.model.structures import DataStructure
from greffe.store import selecting
from greffe.store.base import Saved, Selection
from greffe.store.chain import canonical, checksum
from greffe.store.coded import VALUE, Layout, Observed, read_observed, write_flat
from greffe.store.difference import Difference, difference
from greffe.store.folders import Stamp, alone, check, file_checksum, stamp, whole
from greffe.store.serving import Serving, write_serving

DATA, DIFFERENCE, MANIFEST, SEAL = "data.parquet", "difference.parquet", "manifest.json", "manifest.sha256"
SERVING, SERVING_LIST = "serving", "serving.json"
_NAME: Final = re.compile(r"[A-Za-z0-9_@$-]+/\d+")


@dataclass(frozen=True)
class Written:
    """What the manifest of a release says."""

    layout: Layout
    saved: Saved


class ColumnarObservations:
    """The Observations below one folder. One object may serve all threads; processes open their own.

    `opened_most`: how many releases stay open (memory-mapped) at a time.
    """

    def __init__(self, root: Path, opened_most: int = 32) -> None:
        self._root = root
        self._most = opened_most
        self._lock = threading.Lock()
        self._opened: OrderedDict[str, tuple[tuple[Stamp, ...], Serving]] = OrderedDict()
        self._checked: dict[Path, tuple[Stamp, str]] = {}

    def save(
        self,
        name: str,
        structure: DataStructure,
        observations: Path,
        manifest: Mapping[str, object],
        previous: str = "",
    ) -> Saved:
        """See Observations.save."""
        folder, layout = self._folder(name), Layout.of(structure)
        found = read_observed(observations, layout)
        content_hash = checksum(canonical([asdict(layout), found.content(), previous, manifest]).encode())
        with alone(folder.parent):
            if not folder.exists():
                before = self._observed(previous, layout) if previous else None
                said = {"manifest": manifest, "previous": previous, "content_hash": content_hash}
                whole(folder, lambda work: _write(found, before, said, work))
        saved = self._written(name).saved
        if saved.content_hash != content_hash:
            raise Conflict(f"Release {name} exists with another content.")
        return saved

    def select(self, name: str, selection: Selection) -> Iterator[SeriesBlock]:
        """See Observations.select. Faults show before the first block."""
        return selecting.blocks(self._serving(name), selection)

    def available(self, name: str, selection: Selection) -> Mapping[str, tuple[str, ...]]:
        """See Observations.available."""
        return selecting.available(self._serving(name), selection)

    def file(self, name: str, file: str) -> Path:
        """See Observations.file."""
        files = self._written(name).saved.files
        if file not in files:
            raise NotFound(f"Release {name} has no file {file}.")
        path = self._folder(name) / file
        self._check(path, files[file])
        return path

    def verify(self, name: str) -> Iterable[str]:
        """See Observations.verify: the files as they are on the disk now."""
        folder = self._folder(name)
        try:
            written = self._written(name)
        except Broken as error:
            return [error.text()]
        faults = _faults(folder, written.saved.files)
        if (folder / SERVING).exists():
            try:
                faults += _faults(folder / SERVING, _serving_files(folder / SERVING, written.saved.content_hash))
            except Broken as error:
                faults.append(error.text())
        return faults

    def evict(self, name: str) -> None:
        """Remove the serving files of a release: they are made again when they are asked for."""
        folder = self._folder(name)
        with alone(folder.parent):
            shutil.rmtree(folder / SERVING, ignore_errors=True)

    def _folder(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise NotFound(f"{name!r} is not the name of a release.", hint="Names are FLOW/NUMBER.")
        return self._root / name

    def _written(self, name: str) -> Written:
        """The manifest, checked against its seal."""
        folder = self._folder(name)
        if not folder.is_dir():
            raise NotFound(f"There is no release {name} in the store.")
        try:
            seal = (folder / SEAL).read_text(errors="replace").split(" ")[0]
            body = (folder / MANIFEST).read_bytes()
        except FileNotFoundError as error:
            raise Broken(f"Release {name} is not whole.", file=str(folder), hint="Restore it from a copy.") from error
        if checksum(body) != seal:
            raise Broken("A stored file is not what was written.", file=str(folder / MANIFEST))
        return _read_manifest(json.loads(body), seal)

    def _observed(self, name: str, layout: Layout) -> Observed:
        """The rows of another release, over the columns of `layout`."""
        if self._written(name).layout.dimensions != layout.dimensions:
            raise BadInput(f"Release {name} has other dimensions: there is no difference from it.")
        return read_observed(self.file(name, DATA), layout, absent=layout.attributes)

    def _serving(self, name: str) -> Serving:
        folder = self._folder(name)
        written = self._written(name)
        if not (folder / SERVING).is_dir():
            self._rebuild(name, written.layout, written.saved.content_hash)
        files = _serving_files(folder / SERVING, written.saved.content_hash)
        stamps = tuple(stamp(folder / SERVING / f) for f in files)
        with self._lock:
            known = self._opened.get(name)
            if known is not None and known[0] == stamps:
                self._opened.move_to_end(name)
                return known[1]
        for file, expected in files.items():
            check(folder / SERVING / file, expected)
        opened = Serving(folder / SERVING, written.layout)
        with self._lock:
            self._opened[name] = stamps, opened
            self._opened.move_to_end(name)
            while len(self._opened) > self._most:
                self._opened.popitem(last=False)
        return opened

    def _rebuild(self, name: str, layout: Layout, release: str) -> None:
        folder = self._folder(name)
        found = read_observed(self.file(name, DATA), layout)
        with alone(folder.parent):
            if not (folder / SERVING).exists():
                whole(folder / SERVING, lambda work: _write_serving(found, release, work))

    def _check(self, path: Path, expected: str) -> None:
        """Check a file, unless it was and has not changed since."""
        now = stamp(path)
        if self._checked.get(path) != (now, expected):
            check(path, expected)
            self._checked[path] = now, expected


def _write(found: Observed, before: Observed | None, said: Mapping[str, object], work: Path) -> None:
    """Everything of a release, the manifest last."""
    layout = found.layout
    write_flat(work / DATA, found.columns, found.values, (*layout.key, VALUE, *layout.attributes))
    change = difference(found, before)
    write_flat(work / DIFFERENCE, change.columns, change.values, Difference.order(layout))
    document = {
        **said,
        "columns": asdict(layout),
        "files": {f: file_checksum(work / f) for f in (DATA, DIFFERENCE)},
        "series": len(found.starts),
        "observations": len(found),
        "changed": change.changed,
    }
    body = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True).encode()
    (work / MANIFEST).write_bytes(body)
    (work / SEAL).write_text(f"{checksum(body)}  {MANIFEST}\n")
    (work / SERVING).mkdir()
    _write_serving(found, str(said["content_hash"]), work / SERVING)


def _write_serving(found: Observed, release: str, folder: Path) -> None:
    write_serving(found, folder)
    files = {p.name: file_checksum(p) for p in sorted(folder.iterdir())}
    (folder / SERVING_LIST).write_text(canonical({"files": files, "seal": _seal(files, release)}))


def _seal(files: Mapping[str, str], release: str) -> str:
    return checksum(canonical([dict(files), release]).encode())


def _serving_files(folder: Path, release: str) -> Mapping[str, str]:
    """File → checksum of the serving files, from their list, whose seal names the content of the release."""
    path = folder / SERVING_LIST
    try:
        document = json.loads(path.read_bytes())
        files = {str(k): str(v) for k, v in document["files"].items()}
        sealed = document["seal"] == _seal(files, release)
    except (ValueError, KeyError, TypeError, AttributeError, FileNotFoundError) as error:
        raise Broken("A stored file is not what was written.", file=str(path)) from error
    if not sealed:
        raise Broken("A stored file is not what was written.", file=str(path))
    return files


def _read_manifest(document: Mapping[str, object], seal: str) -> Written:
    read = json.loads(canonical(document))  # plain values again, without a type for each level
    layout = Layout(**{k: tuple(v) for k, v in read["columns"].items()})
    files = {**read["files"], MANIFEST: seal}
    return Written(layout, Saved(files, read["series"], read["observations"], read["content_hash"], read["changed"]))


def _faults(folder: Path, files: Mapping[str, str]) -> list[str]:
    faults = []
    for file, expected in files.items():
        try:
            check(folder / file, expected)
        except Broken as error:
            faults.append(error.text())
    return faults
