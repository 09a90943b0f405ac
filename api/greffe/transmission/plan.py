"""What is due, from which release, as which files, and what stands in the way: a value that is shown, compared, built.

A plan reads and decides; it writes nothing. The same state gives the same plan, whose checksum names it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from greffe.catalogue.policies.deadlines import Deadline
from greffe.catalogue.policies.deliveries import EACH, FULL, STANDING, Delivery
from greffe.errors import NotFound, nearest
from greffe.model.instants import paris_date
from greffe.model.releases import Release
from greffe.model.structures import Dataflow
from greffe.model.transmissions import OPEN, Transmission
from greffe.release.parts import Parts
from greffe.transmission.obstacles import Obstacle, of_delivery, of_file
from greffe.transmission.sent_before import Last, last_of, next_number


@dataclass(frozen=True)
class PlannedFile:
    """A file that is to be: `since` is the release after which an incremental one tells what changed. `changed`: what
    differs from what that recipient got last (added, changed, gone); empty when it never got any."""

    name: str
    flow: Dataflow
    release: Release
    row: Delivery
    content: str
    since: Release | None
    changed: tuple[int, int, int] | None

    def as_json(self) -> dict[str, object]:
        """What a person reads, and what the checksum of the plan is over."""
        told = dict(zip(("added", "changed", "gone"), self.changed, strict=True)) if self.changed else None
        return {
            "name": self.name,
            "dataflow": str(self.flow.reference),
            "release": str(self.release),
            "observations": self.release.observations,
            "origin": self.release.origin,
            "format": self.row.format,
            "content": self.content,
            "since": str(self.since) if self.since else "",
            "sender": self.row.sender,
            "receiver": self.row.receiver,
            "agreement": self.row.agreement.replace("{flow}", self.flow.reference.id),
            "difference": told,
        }


@dataclass(frozen=True)
class Plan:
    """The answer to one deadline for one year, as it would be built now. `corrects`: the delivery that it would replace;
    `open`: one that is under way already; then this one waits for it."""

    deadline: Deadline
    year: int
    day: date
    number: int
    channel: str
    approval: str
    test: bool
    files: tuple[PlannedFile, ...]
    obstacles: tuple[Obstacle, ...]
    corrects: str = ""
    open: str = ""
    sent: str = ""  # the last delivery that left

    @property
    def id(self) -> str:
        """What the transmission would be called."""
        return f"{self.deadline.id}-{self.year}-{self.number}"

    @property
    def ready(self) -> bool:
        """Whether it may be built: files, and nothing in the way."""
        return bool(self.files) and not self.obstacles

    @property
    def due(self) -> bool:
        """Whether something is to be sent: never sent, or other than what was sent."""
        return not self.sent or any(o.code != "same" for o in self.obstacles) or self.ready

    def as_json(self) -> dict[str, object]:
        """All of it."""
        return {
            "id": self.id,
            "deadline": self.deadline.id,
            "recipient": self.deadline.recipient,
            "year": self.year,
            "due": self.day.isoformat(),
            "channel": self.channel,
            "approval": self.approval,
            "test": self.test,
            "corrects": self.corrects,
            "open": self.open,
            "sent": self.sent,
            "ready": self.ready,
            "files": [f.as_json() for f in self.files],
            "obstacles": [o.as_json() for o in self.obstacles],
        }

    @property
    def checksum(self) -> str:
        """Names the plan: the same files, parties and way give the same one."""
        text = json.dumps(self.as_json(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def plans(parts: Parts, until: date, *, recipient: str = "", test: bool = False) -> list[Plan]:
    """Plans of every deadline and year up to a day, by day: those to come, and past ones of the last two years."""
    today = paris_date(parts.clock())
    first = date(today.year - 2, today.month, min(today.day, 28))
    found = [
        plan_of(parts, deadline, year, test=test)
        for deadline in parts.catalogue().policies.deadlines
        if recipient in ("", deadline.recipient)
        for year, day in deadline.days(until)
        if day >= first
    ]
    return sorted(found, key=lambda p: (p.day, p.deadline.id))


def named_plan(parts: Parts, deadline: str, year: int, *, test: bool = False) -> Plan:
    """The plan of one deadline and year. Raises NotFound with the nearest deadline, or for a year that it does not ask."""
    known = {d.id: d for d in parts.catalogue().policies.deadlines}
    if deadline not in known:
        raise NotFound(f"There is no deadline {deadline}.", nearest=nearest(deadline, known))
    years = [y for y, _ in known[deadline].days(date(2100, 12, 31))]
    if year not in years:
        near = [str(y) for y in sorted(years, key=lambda y: abs(y - year))[:2]]
        raise NotFound(f"{deadline} does not ask for data of {year}.", nearest=near)
    return plan_of(parts, known[deadline], year, test=test)


def plan_of(parts: Parts, deadline: Deadline, year: int, *, test: bool = False) -> Plan:
    """What would be sent for that deadline and year now."""
    catalogue = parts.catalogue()
    rows = [r for r in catalogue.policies.deliveries if r.deadline == deadline.id]
    flows = [
        f for f in catalogue.dataflows() if f.annotation("SCOPE") == "collection" and deadline.asks(f.reference.id)
    ]
    number, under_way = next_number(parts, deadline.id, year), _under_way(parts, deadline.id, year)
    last = last_of(parts, deadline.id, year, test)
    files, obstacles = _files(parts, (rows, flows), year, number, last)
    kept = [f for f in files if f is not None]
    channels = tuple(dict.fromkeys(r.channel for r in rows))
    obstacles += of_delivery(parts, deadline, channels, kept_releases(kept), test=test)
    if under_way is not None:
        obstacles.append(Obstacle.of("under_way", deadline.id, id=under_way.id, state=under_way.state))
    if last is not None and kept and not obstacles and all(_same(f) for f in kept):
        obstacles.append(Obstacle.of("same", deadline.id, id=last.transmission.id))
    return Plan(
        deadline, year, deadline.day(year), number, channels[0] if channels else "",
        EACH if any(r.approval != STANDING for r in rows) else STANDING, test, tuple(kept), tuple(obstacles),
        corrects=last.transmission.id if last else "", open=under_way.id if under_way else "",
        sent=last.transmission.id if last else "",
    )  # fmt: skip


def kept_releases(files: Sequence[PlannedFile]) -> tuple[Release, ...]:
    """The releases behind files, each once."""
    return tuple(dict.fromkeys(f.release for f in files))


def _same(file: PlannedFile) -> bool:
    return file.changed == (0, 0, 0)


def _files(
    parts: Parts, asked: tuple[Sequence[Delivery], Sequence[Dataflow]], year: int, number: int, last: Last | None
) -> tuple[list[PlannedFile | None], list[Obstacle]]:
    rows, flows = asked
    files: list[PlannedFile | None] = []
    obstacles: list[Obstacle] = []
    for flow in flows:
        mine = [r for r in rows if r.sends(flow.reference.id)]
        if not mine:
            obstacles.append(Obstacle.of("no_way", flow.reference.id))
        for row in mine:
            release = parts.ledger().current(flow.reference, parts.clock())
            obstacles += of_file(parts, flow, row, year, release)
            files.append(_file(parts, (flow, row), release, year, number, last) if release else None)
    names = [f.name for f in files if f]
    obstacles += [Obstacle.of("two_files", name, name=name) for name in dict.fromkeys(names) if names.count(name) > 1]
    return files, obstacles


def _file(
    parts: Parts, asked: tuple[Dataflow, Delivery], release: Release, year: int, number: int, last: Last | None
) -> PlannedFile:
    """Incremental only where what the recipient holds is an earlier release of the same dataflow: else there is nothing to
    be incremental to, and the whole is sent."""
    flow, row = asked
    before = last.held(flow.reference, row.format) if last else None
    acknowledged = last.acknowledged(flow.reference, row.format) if last else None
    since = acknowledged if acknowledged and acknowledged.number < release.number else None
    incremental = row.content != FULL and since is not None
    return PlannedFile(
        row.named(flow.reference.id, year, number),
        flow,
        release,
        row,
        row.content if incremental else FULL,
        since if incremental else None,
        last.difference(parts, before, release) if last and before else None,
    )


def _under_way(parts: Parts, deadline: str, year: int) -> Transmission | None:
    same = [t for t in parts.ledger().transmissions.values() if (t.deadline, t.year) == (deadline, year)]
    return next((t for t in same if t.state in OPEN), None)
