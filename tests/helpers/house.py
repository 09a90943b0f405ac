"""A house with two real flows' worth of extracts and a clock that tests move: for the acts of release."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from journey_tools import ROOT

from greffe.app import compose
from greffe.errors import Refused
from greffe.ingest.extract import ReadOptions
from greffe.model.calendar import Words
from greffe.model.releases import Release
from greffe.release.approvals import approve_proposal
from greffe.release.definitions import approve_map
from greffe.release.drafts import Draft
from greffe.release.folders import propose_folders
from greffe.release.intake import Handover, Taken, take_in
from greffe.release.lifecycle import (
    accept_warnings,
    approve_draft,
    dataflow_named,
    kept_draft,
    make_draft,
)
from greffe.release.parts import Parts
from greffe.release.people import HOUSE, add_person
from greffe.release.proposals import Proposal
from greffe.release.releasing import Terms, make_release, make_releases
from greffe.settings import read_settings
from greffe.store.base import Actor

AUTHOR, FIRST, SECOND, RELEASER = (Actor(n) for n in ("camille", "driss", "elise", "farid"))
PUBLISHED = ROOT / "samples/published"
FLOW = "ESTAT_CRIM_OFF_CAT"
MENDED = Words("A late report.", "Un signalement tardif.")


@dataclass
class Clock:
    """A moment that stands still until it is moved."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 24, 9, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class House:
    """Parts with people entered; the steps of the journey in one word each."""

    parts: Parts
    clock: Clock

    def take(self, path: Path, dataflow: str, origin: str = "real", partial: str = "") -> Taken:
        handover = Handover("test", "test", origin, self.clock(), dataflow, partial)
        options = ReadOptions(partial=bool(partial))
        return take_in(self.parts, AUTHOR, path, handover, options, lambda stage, done: None)

    def take_published(self) -> None:
        self.take(PUBLISHED / "ssmsi_infractions.csv", "INT_SSMSI")
        self.take(PUBLISHED / "population.csv", "INT_POPULATION")

    def approve_map(self, flow: str = FLOW) -> None:
        catalogue = self.parts.catalogue()
        for person in (FIRST, SECOND):
            approve_map(self.parts, person, catalogue.map_to(dataflow_named(self.parts, flow)))

    def change(self, edited: Path, reason: str = "a change") -> Proposal:
        """Propose what an edited folder holds, and have it approved by two."""
        made = propose_folders(self.parts, AUTHOR, edited / "sdmx", edited / "mappings", reason)
        assert made is not None
        for person in (FIRST, SECOND):
            approve_proposal(self.parts, person, made.id)
        return self.parts.ledger().definitions.proposal(made.id)

    def draft(self, flow: str = FLOW, **options: str) -> Draft:
        return make_draft(self.parts, AUTHOR, dataflow_named(self.parts, flow), lambda stage: None, **options)

    def sign(self, draft: Draft) -> None:
        for person in (FIRST, SECOND):
            approve_draft(self.parts, person, draft.id)
        if kept_draft(self.parts, draft.id)[1].warnings:
            accept_warnings(self.parts, FIRST, draft.id, "read")

    def release(self, draft: Draft, at: datetime | None = None) -> Release:
        """Published values that change are a correction here; tests of the policy say their terms themselves."""
        try:
            return make_release(self.parts, RELEASER, draft.id, at)
        except Refused as error:
            if error.parameter != "--revision":
                raise
            return make_releases(self.parts, RELEASER, [draft.id], Terms(at, revision="correction", reason=MENDED))[0]

    def released(self, flow: str = FLOW, **options: str) -> Release:
        draft = self.draft(flow, **options)
        self.sign(draft)
        made = self.release(draft)
        self.clock.forward(seconds=6)
        return made

    def current(self, flow: str = FLOW) -> Release | None:
        return self.parts.ledger().current(dataflow_named(self.parts, flow).reference, self.clock())


def new_house(home: Path, *steps: str, **settings: object) -> House:
    """A home with an author, two approvers and a releaser, after those steps (STEPS), which are gone once for all tests of a
    process: who asks for the same gets a copy of his own."""
    if settings.keys() & APART or (home / "register.db").exists():
        return _built(home, steps, settings)
    folder, now = _kept(steps, tuple(sorted(settings.items())))
    shutil.copytree(folder, home, dirs_exist_ok=True)
    clock = Clock(now)
    return House(_composed(home, clock, settings), clock)


STEPS: Final[Mapping[str, Callable[[House], object]]] = {
    "published": House.take_published,
    "map": House.approve_map,
    "draft": House.draft,
    "released": House.released,
}
APART: Final = {"sdmx", "mappings", "register_url"}  # what a test made, or where others are: such a house is its own


@cache
def _kept(steps: tuple[str, ...], settings: tuple[tuple[str, object], ...]) -> tuple[Path, datetime]:
    """The first home after those steps, in which nobody acts any more, and the hour there; it goes with the process."""
    folder = Path(tempfile.mkdtemp(prefix="greffe-house-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    built = _built(folder / "home", steps, dict(settings))
    built.parts.register.close()
    return folder / "home", built.clock.now


def _built(home: Path, steps: tuple[str, ...], settings: Mapping[str, object]) -> House:
    if steps:
        before = new_house(home, *steps[:-1], **settings)
        STEPS[steps[-1]](before)
        return before
    clock = Clock()
    made = House(_composed(home, clock, settings), clock)
    for person, role in ((AUTHOR, "author"), (FIRST, "approver"), (SECOND, "approver"), (RELEASER, "releaser")):
        add_person(made.parts, HOUSE, person.name, [role])
    return made


def _composed(home: Path, clock: Clock, settings: Mapping[str, object]) -> Parts:
    plain = read_settings({"GREFFE_POLL_SECONDS": "0", "GREFFE_WARM": "0"}, home=home)
    return compose(replace(plain, **settings), clock)
