"""What the doctor looks at on the disk: the chain, every file that it names, and what nobody names."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from uuid import uuid4

from greffe.errors import Broken, GreffeError
from greffe.release.parts import Parts
from greffe.store.files_place import elsewhere, said_by
from greffe.store.folders import check
from greffe.store.named import named
from greffe.upkeep.backup import unnamed
from greffe.upkeep.files import Wanted, wanted
from greffe.upkeep.found import ToLookAt, Wrong

FRESH: Final = 3_600.0  # seconds in which something may be the work of somebody
_FIRST: Final = 3
_LOST: Final = "Bring it back from a backup: greffe restore into another home, and copy it."


def chain(parts: Parts) -> Iterator[GreffeError]:
    """The register is what was written."""
    for fault in parts.register.verify():
        yield Wrong(f"The register was changed: {fault}", hint="Stop the service, keep the database, restore a backup.")


def files(parts: Parts, *, quick: bool) -> Iterator[GreffeError]:
    """Every file that an entry names is there and, unless it is to be quick, is what was written."""
    for group in wanted(parts, named(parts.register.read())):
        try:
            found = group()
        except GreffeError as error:
            yield Wrong(error.message, file=error.file, hint=_LOST)
            continue
        for one in found:
            try:
                _look(one, quick=quick)
            except Broken as error:
                yield Wrong(error.message, file=error.file, hint=_LOST)
    mended = list(parts.observations.mended())
    if mended:
        yield ToLookAt(
            f"Derived files were found damaged and made again: {len(mended)} times, the last time {mended[-1][:200]}",
            hint="Look at the disk (smartctl); then remove mended.log.",
        )


def _look(one: Wanted, *, quick: bool) -> None:
    """Raises Broken."""
    if not one.source.is_file():
        raise Broken("A stored file is missing.", file=str(one.source))
    if one.sha256 and not quick:
        check(one.source, one.sha256)


def bucket(parts: Parts) -> Iterator[GreffeError]:
    """The settings name the place of the files. Where they are shared, it answers, takes what is put, and gives a name to one alone
    (`If-None-Match`)."""
    wrong = elsewhere(said_by(parts.register), parts.settings.files)
    if wrong is not None:
        yield Wrong(wrong.message, hint=wrong.hint)
    if not parts.depot.shared:
        return
    name = f"doctor/{uuid4().hex}"
    try:
        if not parts.depot.put_new(name, b"greffe doctor") or parts.depot.put_new(name, b"another"):
            yield Wrong(
                "The object store lets two machines take one name: it knows no conditional puts.",
                file=parts.settings.files,
                hint="Use a store that does (Amazon S3, MinIO, Ceph): releases of two machines could mix.",
            )
    finally:
        parts.depot.remove([name])


def left_over(parts: Parts) -> Iterator[GreffeError]:
    """What a kill left behind: no entry names it, and nobody works on it any more."""
    before = time.time() - FRESH
    old = [p for p in unnamed(parts.settings, named(parts.register.read())) if _changed(p) < before]
    old += [p for p in parts.settings.spill.glob("*") if _changed(p) < before - 86_400]
    if old:
        size = sum(f.stat().st_size for p in old for f in (p.rglob("*") if p.is_dir() else (p,)) if f.is_file())
        first = ", ".join(str(p.relative_to(parts.settings.home)) for p in old[:_FIRST])
        yield ToLookAt(
            f"No entry names {len(old)} of the files and folders there, {size:,} bytes: {first}",
            file=str(parts.settings.home),
            hint="Left by work that was cut off: look at them, then remove them.",
        )


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return time.time()
