"""A house over the small catalogue, for acts on definitions: people, a clock that is moved, files that are edited."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from house import AUTHOR, FIRST, RELEASER, SECOND, Clock
from small_catalogue import LEGS, SEXES, files, table

from greffe.app import compose
from greffe.release.approvals import approve_proposal
from greffe.release.definitions import approve_map
from greffe.release.parts import Parts
from greffe.release.people import HOUSE, add_person
from greffe.release.proposals import Proposal, propose
from greffe.settings import read_settings
from greffe.store.base import Actor

OTHER = Actor("gaelle")  # a second author
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MAN, WOMAN = "1,M,r1,exact,exact,,,verified,,", "2,F,r2,exact,exact,,,verified,,"
NOBODY = "9,,r3,exact,no-target,,,recalled,Legal persons.,"
POURS, CONDAMNES, STOCK = (
    "POURS,PROSECUTED,r1,exact,broader,,,recalled,,",
    "CONDAMNES,CONVICTED,r2,exact,exact,,,recalled,,",
    "STOCK,HELD,r3,exact,exact,,,recalled,,",
)


def sexes(*rows: str) -> dict[str, bytes]:
    """The file of the rows that give a sex."""
    return {SEXES: table("source:SEXE,target:sex", *rows)}


def legs(*rows: str) -> dict[str, bytes]:
    """The file of the rows that give a stage."""
    return {LEGS: table("source:INDICATEUR,target:leg", *rows)}


def small_parts(folder: Path, clock: Clock, register_url: str = "") -> Parts:
    """Parts on a home in that folder; another call on the same folder is another process."""
    for name, body in files().items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
    return _composed(folder, clock, register_url)


def _composed(folder: Path, clock: Clock, register_url: str = "") -> Parts:
    settings = replace(
        read_settings({"GREFFE_POLL_SECONDS": "0"}, home=folder / "home"),
        sdmx=folder / "sdmx",
        mappings=folder / "mappings",
    )
    return compose(replace(settings, register_url=register_url or settings.register_url), clock)


def small_house(folder: Path, register_url: str = "", *, signed: bool = True) -> Parts:
    """The same with two authors, two approvers, a releaser, and the map approved by two unless not `signed`. On SQLite a copy
    of one that was made before."""
    if register_url:
        return _peopled(small_parts(folder, Clock(NOON), register_url), signed)
    shutil.copytree(_kept(signed), folder, dirs_exist_ok=True)
    return _composed(folder, Clock(NOON))


@cache
def _kept(signed: bool) -> Path:
    """The first of that kind, in which nobody acts any more; it goes with the process."""
    folder = Path(tempfile.mkdtemp(prefix="greffe-small-house-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _peopled(small_parts(folder, Clock(NOON)), signed).register.close()
    return folder


def _peopled(parts: Parts, signed: bool) -> Parts:
    roles = ((AUTHOR, "author"), (OTHER, "author"), (FIRST, "approver"), (SECOND, "approver"), (RELEASER, "releaser"))
    for person, role in roles:
        add_person(parts, HOUSE, person.name, [role])
    for person in (FIRST, SECOND) if signed else ():
        for map_ in parts.catalogue().maps.values():
            approve_map(parts, person, map_)
    return parts


def effective(parts: Parts, files: dict[str, bytes | None], who: Actor = AUTHOR) -> Proposal:
    """Proposed and approved by two."""
    made = propose(parts, who, files, "a change")
    approve_proposal(parts, FIRST, made.id)
    return approve_proposal(parts, SECOND, made.id)


def held(parts: Parts, path: str) -> bytes:
    """The content of a file as it is effective now."""
    return parts.register.content(parts.effective().files[path])
