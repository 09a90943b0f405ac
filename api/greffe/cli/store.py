"""`greffe store`: what releases take on the disk, what was mended, and eviction on demand, which works where nothing is left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from greffe.cli.common import Home, Json, parts_of
from greffe.cli.show import failing, say, show
from greffe.errors import numbered
from greffe.release.clearing import CONDENSED, KEPT, TEMPORARY, clear
from greffe.release.eviction import SUPERSEDED, Room, make_room, rooms
from greffe.release.parts import Parts

COLUMNS = ("release", "state", "observations", "kept", "derived")


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(store)


def store(
    evict: Annotated[
        bool,
        typer.Option(
            "--evict",
            help="Remove now what is made again when it is asked for: kept answers, condensed sources, what is left of temporary files, "
            "derived files of superseded and withdrawn releases; with a bucket, extracts and drafts that it has too.",
        ),
    ] = False,
    home: Home = None,
    json_: Json = False,
) -> None:
    """What each release takes on the disk, in bytes: kept for good, and derived from it; what was damaged and mended."""
    with failing(json_):
        parts = parts_of(home)
        freed, gone = _freed(parts) if evict else ({}, [])
        found, mended = rooms(parts), list(parts.observations.mended())
        kept, derived = (sum(getattr(r.footprint, name) for r in found) for name in ("truth", "derived"))
        limit = parts.settings.store.serving_bytes
        data: dict[str, object] = {
            "releases": [_row(r) for r in found], "kept": kept, "derived": derived, "derived_limit": limit,
            "freed": sum(freed.values()), "freed_by_kind": freed, "let_go": gone, "mended": mended,
        }  # fmt: skip
        told = [_row(r) | {"kept": f"{r.footprint.truth:,}", "derived": f"{r.footprint.derived:,}"} for r in found]
        after = f"{numbered(len(found), 'release')}: {kept:,} bytes kept, {derived:,} derived (at most {limit:,})."
        show(data, json_, rows=told, columns=COLUMNS, after=f"{after}\n{_told(freed)}" if evict else after)
        for name in gone:
            say(f"in the bucket alone now: {name}", json_)
        for line in mended:
            say(f"mended: {line}", json_)


def _freed(parts: Parts) -> tuple[dict[str, int], list[str]]:
    """What was removed, in bytes by kind, and what the bucket alone has now."""
    cleared = clear(parts.settings)
    evicted, gone = make_room(parts, 0)
    return {**cleared, SUPERSEDED: sum(r.footprint.derived for r in evicted)}, gone


def _told(freed: Mapping[str, int]) -> str:
    return (
        f"Freed: {sum(freed.values()):,} (kept answers {freed[KEPT]:,}, condensed sources {freed[CONDENSED]:,}, "
        f"temporary files {freed[TEMPORARY]:,}, derived of superseded releases {freed[SUPERSEDED]:,})."
    )


def _row(one: Room) -> dict[str, object]:
    return {
        "release": str(one.release),
        "state": one.state,
        "observations": one.release.observations,
        "kept": one.footprint.truth,
        "derived": one.footprint.derived,
    }
