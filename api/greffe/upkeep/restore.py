"""A house is made again from a backup. Until it is whole and verified, a mark in its home says so, and nothing opens it.

Files first, each held against its checksum as it is written; then the register, in one transaction; then all is verified as
`greffe verify` does, and the mark goes. What was cut off is taken up again: what is there already is not copied twice.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from greffe.errors import Broken, Conflict, DiskFailed, Refused, full_or_failing
from greffe.release.lone import locked
from greffe.settings import Settings
from greffe.store.database import as_it_is, open_at, translated
from greffe.store.filling import fill, head_of
from greffe.store.folders import flush
from greffe.upkeep.backup import Tell
from greffe.upkeep.checking import refuse_schema, unpacked
from greffe.upkeep.manifest import OWN, SETTINGS, Kept, Manifest
from greffe.upkeep.piecewise import written
from greffe.upkeep.places import Source

MARK: Final = "restoring.json"
LOCK: Final = ".restoring.lock"  # held by who restores
ASIDE: Final = ".restored"  # after the names of settings: they speak of another machine until somebody read them
_ROOM: Final = 100_000_000  # bytes that must stay free
Verify = Callable[[Settings], Iterable[str]]  # faults of the house at its home, which has the mark


def unfinished(home: Path) -> bool:
    """Whether a home is being restored, or was and is not whole."""
    return (home / MARK).exists()


def refuse_unfinished(home: Path) -> None:
    """Raise Conflict for a home that is not whole yet."""
    if unfinished(home):
        raise Conflict(
            "This house is being restored and is not whole yet.",
            file=str(home),
            hint="Let greffe restore end, or start it again.",
        )


def restore(source: Source, settings: Settings, verify: Verify, tell: Tell, *, damaged: bool = False) -> None:
    """Make the house of `settings` from a backup: its home must be empty, and its register. Raises Refused, and Broken naming
    what is wrong; then the home is no house, and the same call takes it up again."""
    manifest = source.manifest
    refuse_schema(source)
    if manifest.faults and not damaged:
        raise Refused(
            f"The house was damaged when the backup was made: {manifest.faults[0]}",
            file=source.name,
            hint="With --damaged what it has is restored.",
        )
    with _writable(settings.home):
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = locked(settings.home / LOCK, tries=1)
    if held is None:
        raise Refused("Another restore runs here.", file=str(settings.home), hint="Let it end.")
    with held:
        try:
            _restore(source, settings, verify, tell)
        finally:
            if not unfinished(settings.home):
                (settings.home / LOCK).unlink(missing_ok=True)


def _restore(source: Source, settings: Settings, verify: Verify, tell: Tell) -> None:
    manifest, home = source.manifest, settings.home
    with _writable(home):
        _begin(home, manifest, source.name)
        _files(source, settings, tell)
    _register(source, settings, tell)
    tell("verify", 0, 1)
    found = [line for line in verify(settings) if not manifest.faults]
    if found:
        raise Broken(f"What was restored does not hold: {found[0]}", file=source.name)
    (home / MARK).unlink()
    flush(home)


@contextmanager
def _writable(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        said, where = f"The house cannot be restored: {error.strerror}.", str(error.filename or home)
        if full_or_failing(error):
            raise DiskFailed(said, file=where, hint="Make room, then the same command goes on.") from error
        raise Refused(said, file=where) from error


def _begin(home: Path, manifest: Manifest, name: str) -> None:
    """Mark an empty home, or take up what was begun with the same backup."""
    if unfinished(home):
        with suppress(ValueError, KeyError, TypeError):
            if json.loads((home / MARK).read_bytes())["backup"] == manifest.name:
                return
        raise Refused("Another backup was being restored here.", file=str(home), hint="Empty the folder first.")
    there = next((p.name for p in sorted(home.iterdir()) if p.name not in ("lost+found", f".{MARK}", LOCK)), None)
    if there is not None:
        raise Refused(f"The home is not empty: it holds {there!r}.", file=str(home), hint="Name a new folder.")
    free = shutil.disk_usage(home).free
    if free < manifest.size + _ROOM:
        raise Refused(f"The disk has {free:,} bytes left, and the backup holds {manifest.size:,}.", file=str(home))
    written(home, f".{MARK}", [json.dumps({"backup": manifest.name, "from": name}).encode()])
    (home / f".{MARK}").rename(home / MARK)
    flush(home)


def _files(source: Source, settings: Settings, tell: Tell) -> None:
    folders: set[Path] = set()
    for done, kept in enumerate(source.manifest.files):
        tell("files", done, len(source.manifest.files))
        place = settings.home / (f"{kept.path}{ASIDE}" if kept.path in (*SETTINGS, OWN) else kept.path)
        if not _there(place, kept):
            place.parent.mkdir(parents=True, exist_ok=True)
            work = f".{place.name}.part"
            written(place.parent, work, source.pieces(kept))
            (place.parent / work).rename(place)
        folders.add(place.parent)
    for folder in sorted({f for one in folders for f in (one, *one.parents) if f.is_relative_to(settings.home)}):
        flush(folder)


def _there(place: Path, kept: Kept) -> bool:
    try:
        with place.open("rb") as stream:
            same = os.fstat(stream.fileno()).st_size == kept.size
            return same and hashlib.file_digest(stream, "sha256").hexdigest() == kept.sha256
    except FileNotFoundError:
        return False


def _register(source: Source, settings: Settings, tell: Tell) -> None:
    manifest = source.manifest
    with translated():
        engine = as_it_is(settings.register_url)
        there = head_of(engine)
        engine.dispose()
        if there == (manifest.head, manifest.head_hash):
            return  # it was committed, and what came after was cut off
        if there[0]:
            raise Refused("The register is not empty.", hint="Name an empty database.")
        engine = open_at(settings.register_url, manifest.schema)
        try:
            fill(engine, _pieces(source, tell), manifest.head, manifest.head_hash)
        except Broken as error:
            raise Broken(error.message, file=error.file or source.name) from error
        finally:
            engine.dispose()


def _pieces(source: Source, tell: Tell) -> Iterator[tuple[str, Iterator[bytes]]]:
    for done, kept in enumerate(source.manifest.register):
        tell("register", done, len(source.manifest.register))
        yield source.name, unpacked(source, kept)
