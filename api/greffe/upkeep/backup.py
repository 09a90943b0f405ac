"""A backup: the register of one moment, and every file that it names, while the house works on.

The register is read first, in one transaction; what it names is never changed afterwards, so the files may be copied later. A
draft that is prepared again, or an extract that is handed in again, replaces its folder: when a file is not what was named,
the register is read anew, and only what is damaged for good is told as a fault.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from greffe import __version__
from greffe.errors import Broken
from greffe.model.instants import written as instant
from greffe.release.parts import Parts
from greffe.settings import Settings
from greffe.store.database import as_it_is
from greffe.store.folders import opened
from greffe.store.named import Named, named
from greffe.store.snapshot import LEFT_OUT, Snapshot, snapshot
from greffe.upkeep.files import Wanted, wanted
from greffe.upkeep.manifest import KEY, OWN, SETTINGS, Kept, Manifest
from greffe.upkeep.piecewise import PIECE
from greffe.upkeep.places import Target

LOOKS: Final = 4  # at the register, when a file is not what it names
_PAUSE: Final = 0.25  # seconds between them: a folder was replaced, and its entry is being written
Tell = Callable[[str, int, int], None]  # what is done, how many of how many


@dataclass(frozen=True)
class Made:
    """A backup that was made: where, its list, and how many bytes and files were new there."""

    where: str
    manifest: Manifest
    new_files: int
    new_bytes: int


def back_up(parts: Parts, to: AbstractContextManager[Target], *, keys: bool, damaged: bool, tell: Tell) -> Made:
    """Make a backup; with `keys`, the key of webhooks and greffe.toml too. What is damaged in the house is refused, or with
    `damaged` told in the list. Raises Broken, Refused, Unavailable; then there is no backup."""
    engine = as_it_is(parts.settings.register_url)
    with to as target:
        work = _Work(parts, engine, target, tell)
        for left in reversed(range(LOOKS)):
            moment, snap, register, names = work.register()
            files, faults = work.files(names)
            if not faults or not left:
                break
            time.sleep(_PAUSE)
        if faults and not damaged:
            raise Broken(
                f"The house is damaged: {faults[0]}",
                hint="greffe doctor tells all; with --damaged what is intact is saved.",
            )
        settings, left_out = work.settings(keys)
        manifest = Manifest(
            __version__, snap.schema, moment, snap.head, snap.head_hash, register, (*files, *settings),
            (*left_out, *LEFT_OUT), tuple(faults),
        )  # fmt: skip
        where = target.finish(manifest)
    return Made(where, manifest, target.new_files, target.new_bytes)


class _Work:
    """One backup being made."""

    def __init__(self, parts: Parts, engine: Engine, target: Target, tell: Tell) -> None:
        self._parts, self._engine, self._target, self._tell = parts, engine, target, tell

    def register(self) -> tuple[str, Snapshot, tuple[Kept, ...], Named]:
        """The register of this moment: written to the target, and what it names."""
        moment = instant(self._parts.clock())
        with snapshot(self._engine) as found:
            names, kept = named(found.entries()), []
            for piece in found.pieces():
                self._tell("register", piece.last, found.head)
                kept.append(self._add(f"register/{piece.first}-{piece.last}.jsonl.gz", packed(piece.lines)))
            kept.append(self._add("register/beside.jsonl.gz", packed(found.beside())))
        return moment, found, tuple(kept), names

    def files(self, names: Named) -> tuple[list[Kept], list[str]]:
        """What is named, and what of it is not there or another thing. That the target, or where files are shared, does not
        answer is no fault of the house: it ends here."""
        kept: list[Kept] = []
        faults: list[str] = []
        for done, group in enumerate(wanted(self._parts, names)):
            self._tell("files", done, len(names))
            try:
                kept += [self._one(one) for one in group()]
            except Broken as error:
                faults.append(error.text())
        return kept, faults

    def _one(self, one: Wanted) -> Kept:
        size = self._target.size_of(one.sha256) if one.sha256 else None
        if size is not None:
            return Kept(one.path, one.sha256, size)
        try:
            return self._add(one.path, bytes_of(one.source), one.sha256)
        except Broken as error:
            raise Broken(error.message, file=str(one.source)) from error

    def settings(self, keys: bool) -> tuple[list[Kept], list[str]]:
        """Files of settings without secrets; those with secrets when they are asked for, else they are left out, by name."""
        settings = self._parts.settings
        found = [
            self._add(name, bytes_of(path))
            for name, path in zip(SETTINGS, (settings.channels, settings.jobs), strict=True)
            if path is not None and path.is_file()
        ]
        secret = [name for name in (KEY, OWN) if (settings.home / name).is_file()]
        if not keys:
            return found, secret
        return [*found, *(self._add(name, bytes_of(settings.home / name)) for name in secret)], []

    def _add(self, path: str, pieces: Iterable[bytes], expected: str = "") -> Kept:
        return self._target.add(path, pieces, expected)


def packed(lines: Iterable[bytes]) -> Iterator[bytes]:
    """As gzip, always the same bytes for the same lines."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    for line in lines:
        if piece := packer.compress(line):
            yield piece
    yield packer.flush()


def bytes_of(path: Path) -> Iterator[bytes]:
    """A file in pieces."""
    with opened(path) as stream:
        while piece := stream.read(PIECE):
            yield piece


def unnamed(settings: Settings, names: Named) -> Iterator[Path]:
    """What lies in the folders of the house and no entry names: left over by a kill, or of work that goes on."""
    known = set(names.folders())
    for folder, pattern in ((settings.extracts, "*"), (settings.drafts, "*"), (settings.releases, "*/*")):
        for path in sorted(folder.glob(pattern)):
            derived = path.name in (".lock", "mended.log", ".differing")
            if not derived and path.relative_to(settings.home).as_posix() not in known:
                yield path
    for path in sorted((*settings.transmissions.glob("*/*"), *settings.transmissions.glob(".*.part"))):
        if path.relative_to(settings.home).as_posix() not in known:
            yield path
