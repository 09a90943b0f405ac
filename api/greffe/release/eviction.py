"""What releases take on the disk, and eviction: a superseded one keeps its Parquet, its difference and its manifest (D5).
Where files are shared, extracts and drafts that nobody asks for leave the machine."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from greffe.errors import NotFound
from greffe.model.releases import Release
from greffe.release.parts import Parts
from greffe.store.base import Footprint
from greffe.store.depot import version_of

IDLE: Final = 86_400.0  # seconds for which nobody asks for an extract or a draft that then need not be on this machine
CURRENT, WAITING, SUPERSEDED, WITHDRAWN = "current", "waiting", "superseded", "withdrawn"


@dataclass(frozen=True)
class Room:
    """A release, its state (current, waiting, superseded, withdrawn), and what it takes."""

    release: Release
    state: str
    footprint: Footprint


def state_of(parts: Parts, one: Release) -> str:
    """The state of a release now."""
    now = parts.clock()
    if one.withdrawn_at is not None and one.withdrawn_at <= now:
        return WITHDRAWN
    if one.effective_at > now:
        return WAITING
    return CURRENT if parts.ledger().current(one.dataflow, now) == one else SUPERSEDED


def rooms(parts: Parts) -> list[Room]:
    """Every release by dataflow and number. Raises what the store raises for files that are not there."""
    found = sorted(parts.ledger().releases.values(), key=lambda r: (r.dataflow, r.number))
    return [Room(r, state_of(parts, r), parts.observations.footprint(r.name)) for r in found]


def fetch_ahead(parts: Parts) -> list[Release]:
    """Bring what is current, and what waits for its hour, to this machine and make what it is served from, so that the first
    reader after the hour waits for nothing (D6). Gives what was brought; nothing where one machine has everything."""
    if not parts.depot.shared:
        return []
    found = [
        one
        for one in parts.ledger().releases.values()
        if state_of(parts, one) in (CURRENT, WAITING) and not parts.observations.footprint(one.name).truth
    ]
    for one in found:
        parts.observations.periods(one.name)
    return found


def make_room(parts: Parts, idle: float | None = None) -> tuple[list[Room], list[str]]:
    """Let go of what this machine can have again: derived files of releases that nobody reads any more, extracts and drafts that
    the bucket has too. `idle`: seconds for which nobody asked, else as is set for each. Gives the releases as they were, and names."""
    return sweep(parts, idle), let_go(parts, IDLE if idle is None else idle)


def sweep(parts: Parts, grace: float | None = None) -> list[Room]:
    """Evict releases that are superseded or withdrawn and were not read for `grace` seconds (else as is set). What a named
    moment asks for is made again from the Parquet. Gives what was evicted, as it was before."""
    idle_since = time.time() - (parts.settings.store.grace_seconds if grace is None else grace)
    gone = []
    for release in parts.ledger().releases.values():
        state = state_of(parts, release)
        if state not in (SUPERSEDED, WITHDRAWN):
            continue
        with suppress(NotFound):  # `greffe verify` tells of it; here it must not keep the others
            took = parts.observations.footprint(release.name)
            if took.used <= idle_since and parts.observations.evict(release.name):
                gone.append(Room(release, state, took))
    return gone


def let_go(parts: Parts, idle: float = IDLE) -> list[str]:
    """Remove extracts and drafts from this machine that the bucket has and nobody asked for in `idle` seconds; gives their
    names. Nothing where one machine has everything."""
    if not parts.depot.shared:
        return []
    ledger, since = parts.ledger(), time.time() - idle
    kept = [(parts.extracts, e.id, version_of(e.rows_checksum)) for e in ledger.extracts.values() if e.accepted]
    kept += [(parts.drafts, d.id, version_of(d.checksum)) for d in ledger.drafts.values()]
    return [f"{shelf.kind}/{name}" for shelf, name, version in kept if shelf.let_go(name, version, since)]
