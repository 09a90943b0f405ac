"""Serving folders: derived from the truth, checked when first read, made again when absent, damaged or of an older form."""

from __future__ import annotations

import json
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from greffe.arrow import pa
from greffe.errors import Broken
from greffe.model.instants import written as written_instant
from greffe.store.chain import canonical, checksum
from greffe.store.coded import Layout, Observed
from greffe.store.folders import Stamp, alone, check, content_of, file_checksum, stamp, take_away, whole
from greffe.store.room import touch
from greffe.store.serving import FORM, Serving, write_serving

LIST = "serving.json"
MENDED = "mended.log"  # below the folder of a dataflow: what was found damaged and made again, a line each
_ATTEMPTS = 100  # a folder may be evicted by another process as soon as it is there
_DAMAGED = 20  # times that a folder that is there may be found damaged: then the disk is at fault, not an eviction
_LOG = logging.getLogger("greffe")


class Served:
    """The serving folders that are open, at most so many. One object may serve all threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self.opened: OrderedDict[Path, tuple[tuple[str | Stamp, ...], Serving]] = OrderedDict()
        self._touched: dict[Path, float] = {}

    def open(self, folder: Path, layout: Layout, content: str, make: Callable[[], Observed], lock: Path) -> Serving:
        """The folder, opened; it says of itself that it holds `content`. When it is not whole it is made again from what
        `make` reads of the truth, alone in the folder `lock`. Raises what `make` raises."""
        damaged = 0
        for _ in range(_ATTEMPTS):
            try:
                found = self._open(folder, layout, content)
            except Broken:
                damaged += folder.exists()
                if damaged > _DAMAGED:
                    raise
                self._renew(folder, layout, content, make(), lock)
                continue
            self._touched[folder] = touch(folder, self._touched.get(folder, float("-inf")))
            return found
        return self._open(folder, layout, content)

    def forget(self, folder: Path) -> None:
        """Give back what is held open of folders below `folder` that are there no more: their room on the disk is free
        once nobody reads them."""
        with self._lock:
            for one in [f for f in self.opened if f.is_relative_to(folder) and not f.exists()]:
                del self.opened[one]
                self._touched.pop(one, None)

    def _open(self, folder: Path, layout: Layout, content: str) -> Serving:
        with self._lock:
            known = self.opened.get(folder)
            if known is not None and known[0] == (content, *(stamp(f) for f in known[1].files)):
                self.opened.move_to_end(folder)
                return known[1]
        files = listed(folder, content)
        stamps: tuple[str | Stamp, ...] = (content, *(stamp(folder / f) for f in (LIST, *files)))
        for file, expected in files.items():
            check(folder / file, expected)
        opened = _serving(folder, layout, tuple(folder / f for f in (LIST, *files)))
        with self._lock:
            self.opened[folder] = stamps, opened
            self.opened.move_to_end(folder)
            while len(self.opened) > self._most:
                self._touched.pop(self.opened.popitem(last=False)[0], None)
        return opened

    def _renew(self, folder: Path, layout: Layout, content: str, found: Observed, lock: Path) -> None:
        with alone(lock):
            if folder.exists():
                found_faults = faults(folder, layout, content)
                if not found_faults:
                    return  # another process was faster
                _report(folder, found_faults[0], lock)
                take_away(folder)
            whole(folder, lambda work: write(found, content, work))


def _report(folder: Path, fault: str, lock: Path) -> None:
    """Say that something was damaged, in the log and beside the releases: a disk may be failing. A folder of an older form
    is no damage."""
    with suppress(ValueError, AttributeError, Broken):
        if json.loads(content_of(folder / LIST)).get("form", FORM) != FORM:
            return
    _LOG.warning("Made again from the Parquet: %s", fault)
    line = f"{written_instant(datetime.now(UTC))} {folder.parent.name}/{folder.name} {fault}\n"
    with suppress(OSError), (lock / MENDED).open("a", encoding="utf-8") as stream:
        stream.write(line)


def write(found: Observed, content: str, folder: Path) -> None:
    """Fill an empty folder, the list last."""
    write_serving(found, folder)
    files = {p.name: file_checksum(p) for p in sorted(folder.iterdir())}
    (folder / LIST).write_text(canonical({"files": files, "seal": _seal(files, content), "form": FORM}))


def listed(folder: Path, content: str) -> Mapping[str, str]:
    """File → checksum, from the list, whose seal names the content. Raises Broken."""
    path = folder / LIST
    try:
        document = json.loads(content_of(path))
        files = {str(k): str(v) for k, v in document["files"].items()}
        sealed = document["seal"] == _seal(files, content) and document["form"] == FORM
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Broken("A stored file is not what was written.", file=str(path)) from error
    if not sealed:
        raise Broken("A stored file is not what was written.", file=str(path))
    return files


def faults(folder: Path, layout: Layout, content: str) -> list[str]:
    """What is wrong with a folder, as sentences."""
    try:
        files = listed(folder, content)
        found = file_faults(folder, files)
        if not found:
            _serving(folder, layout)
    except Broken as error:
        return [error.text()]
    return found


def _serving(folder: Path, layout: Layout, files: tuple[Path, ...] = ()) -> Serving:
    """Raises Broken for a folder that was evicted meanwhile, and for files that were as wrong when their checksums were taken: a disk
    may say that it has what it has not."""
    try:
        return Serving(folder, layout, files)
    except FileNotFoundError as error:
        raise Broken("A stored file is missing.", file=str(folder)) from error
    except (ValueError, EOFError, KeyError, pa.ArrowException) as error:
        raise Broken("A stored file is not what was written.", file=str(folder)) from error


def file_faults(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Which files are not what was written, as sentences."""
    found = []
    for file, expected in files.items():
        try:
            check(folder / file, expected)
        except Broken as error:
            found.append(error.text())
    return found


def _seal(files: Mapping[str, str], content: str) -> str:
    return checksum(canonical([dict(files), content, FORM]).encode())
