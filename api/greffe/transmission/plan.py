"""What is due, from which release, as which files, and what stands in the way: a value that is shown, compared, built.

A plan reads and decides; it writes nothing. The same state gives the same plan, whose checksum names it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from greffe.catalogue.policies.deadlines import Deadline
from greffe.catalogue.policies.deliveries import EACH, FULL, INCREMENTAL, Delivery
from greffe.errors import NotFound, nearest
from greffe.model.instants import paris_date
from greffe.model.releases import Release
from greffe.model.structures import Dataflow
from greffe.model.transmissions import OPEN, Transmission
from greffe.release.parts import Parts
from greffe.transmission.answers.asked import asked, asked_by, asked_of
from greffe.transmission.contributions.standing import merged_of, of_contributions, waited_by
from greffe.transmission.obstacles import (
    NO_CELL,
    Obstacle,
    book_of,
    of_answers,
    of_file,
    of_layout,
    of_origin,
    of_places,
)
from greffe.transmission.planned_file import PlannedFile, Source
from greffe.transmission.rights import release_for, rights_of
from greffe.transmission.sent_before import Last, last_of, next_number
from greffe.transmission.workbooks.filled import NoCell


@dataclass(frozen=True)
class Ways:
    """A delivery: to which deadline it answers, by which rows of deliveries.csv, with which dataflows; `accepted`: rows of what
    its recipient takes of these as well, and does not get."""

    delivery: str
    deadline: Deadline
    rows: tuple[Delivery, ...]
    flows: tuple[Dataflow, ...]
    accepted: tuple[Delivery, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A delivery for one year, as it would be built now. `corrects`: the last one that left, which it would replace;
    `open`: one that is under way already; then this one waits for it."""

    delivery: str
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
    accepted: tuple[Delivery, ...] = ()

    @property
    def id(self) -> str:
        """What the transmission would be called."""
        return f"{self.delivery}-{self.year}-{self.number}"

    @property
    def ready(self) -> bool:
        """Whether it may be built: files, and nothing in the way."""
        return bool(self.files) and not self.obstacles

    @property
    def empty(self) -> bool:
        """Whether there is nothing to build, and nobody to tell: nothing is released of it."""
        return not self.files and not any(o.code == NO_CELL for o in self.obstacles)

    @property
    def due(self) -> bool:
        """Whether something is to be sent: never sent, or other than what was sent."""
        return not any(o.code == "same" for o in self.obstacles)

    def as_json(self) -> dict[str, object]:
        """All of it."""
        return {
            "id": self.id,
            "delivery": self.delivery,
            "deadline": self.deadline.id,
            "recipient": self.deadline.recipient,
            "year": self.year,
            "due": self.day.isoformat(),
            "channel": self.channel,
            "approval": self.approval,
            "test": self.test,
            "corrects": self.corrects,
            "open": self.open,
            "ready": self.ready,
            "files": [f.as_json() for f in self.files],
            "obstacles": [o.as_json() for o in self.obstacles],
            "accepted": [{"delivery": r.delivery, "format": r.format, "flows": r.flows} for r in self.accepted],
        }

    @property
    def checksum(self) -> str:
        """Names the plan: the same files, parties and way give the same one."""
        text = json.dumps(self.as_json(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def plans(parts: Parts, until: date, *, recipient: str = "", test: bool = False) -> list[Plan]:
    """Plans of every delivery and year up to a day, by day: those to come, and past ones of the last two years that
    nobody gave up; all of one look at the register."""
    given_up = parts.ledger().given_up  # the register is asked here, and not for each delivery again
    parts = parts.settled()
    today = paris_date(parts.clock())
    first = date(today.year - 2, today.month, min(today.day, 28))
    found = [
        plan_of(parts, ways, year, test=test)
        for ways in known_ways(parts)
        if recipient in ("", ways.deadline.recipient)
        for year, day in ways.deadline.days(until)
        if day >= first and f"{ways.delivery}-{year}" not in given_up
    ]
    return sorted(found, key=lambda p: (p.day, p.delivery))


def named_plan(parts: Parts, delivery: str, year: int, *, test: bool = False) -> Plan:
    """The plan of one delivery and year. Raises NotFound with the nearest delivery, or for a year that is not asked for."""
    ways = named_ways(parts, delivery)
    years = [y for y, _ in ways.deadline.days(date(2100, 12, 31))]
    if year not in years:
        near = [str(y) for y in sorted(years, key=lambda y: abs(y - year))[:2]]
        raise NotFound(f"{ways.deadline.id} does not ask for data of {year}.", nearest=near)
    return plan_of(parts, ways, year, test=test)


def named_ways(parts: Parts, delivery: str) -> Ways:
    """A delivery by its name. Raises NotFound with the nearest."""
    known = {w.delivery: w for w in known_ways(parts)}
    if delivery not in known:
        if any(r.delivery == delivery for r in parts.catalogue().policies.deliveries):
            hint = "What is handed over has `yes` as `wanted` in deliveries.csv."
            raise NotFound(
                f"{delivery} is accepted by its recipient, and is not handed over.",
                nearest=nearest(delivery, known),
                hint=hint,
            )
        raise NotFound(f"There is no delivery {delivery}.", nearest=nearest(delivery, known))
    return known[delivery]


def known_ways(parts: Parts) -> list[Ways]:
    """Every delivery, and by the name of its deadline what a recipient asks for and no row says how to send."""
    catalogue = parts.catalogue()
    rows = catalogue.policies.deliveries
    found: list[Ways] = []
    for deadline in catalogue.policies.deadlines:
        flows = [f for f in catalogue.dataflows(("collection",)) if deadline.asks(f.reference.id)]
        of_it = [r for r in rows if r.deadline == deadline.id]
        mine = [r for r in of_it if r.handed_over]
        for name in dict.fromkeys(r.delivery for r in mine):
            own = tuple(r for r in mine if r.delivery == name)
            sent = tuple(f for f in flows if any(r.sends(f.reference.id) for r in own))
            ids = [f.reference.id for f in sent]
            accepted = tuple(r for r in of_it if not r.handed_over and any(r.sends(i) for i in ids))
            found.append(Ways(name, deadline, own, sent, accepted))
        rest = tuple(f for f in flows if not any(r.sends(f.reference.id) for r in mine))
        if rest:
            found.append(Ways(f"{deadline.id}_REST" if mine else deadline.id, deadline, (), rest))
    return found


def plan_of(parts: Parts, ways: Ways, year: int, *, test: bool = False) -> Plan:
    """What would be sent of that delivery for that year now."""
    number, under_way = next_number(parts, ways.delivery, year), _under_way(parts, ways.delivery, year, test)
    last = last_of(parts, ways.delivery, year, test)
    files, obstacles = _files(parts, ways, (year, number), last, test=test)
    if not test:
        obstacles += _of_answers(files, obstacles)
    for file in (f for f in files if f.round is not None and not f.row.questionnaire):
        assert file.round is not None
        obstacles += of_places(file.round, parts.catalogue().structure(file.flow), file.flow.reference.id)
    files, waits = _contributed(parts, ways, year, files, test=test)
    obstacles += [*waits, *of_origin(kept_releases(files), test=test)]
    left = parts.ledger().given_up.get(f"{ways.delivery}-{year}")
    if left is not None:
        obstacles.append(
            Obstacle.of("given_up", f"{ways.delivery}-{year}", who=left.who, day=left.instant[:10], reason=left.reason)
        )
    if under_way is not None:
        obstacles.append(Obstacle.of("under_way", ways.delivery, id=under_way.id, state=under_way.state))
    if last is not None and files and not obstacles and all(_same(f, last) for f in files):
        obstacles.append(Obstacle.of("same", ways.delivery, id=last.transmission.id))
    row, before = next(iter(ways.rows), None), last.transmission.id if last else ""
    return Plan(
        ways.delivery, ways.deadline, year, ways.deadline.day(year), number, row.channel if row else "",
        row.approval if row else EACH, test, tuple(files), tuple(dict.fromkeys(obstacles)), before, under_way.id if under_way else "",
        ways.accepted,
    )  # fmt: skip


def _of_answers(files: Sequence[PlannedFile], before: Sequence[Obstacle]) -> list[Obstacle]:
    """What is open in questionnaires, once each; a test may leave without answers. A file of observations says
    nothing of cells that nobody answered."""
    rounds = {f.row.questionnaire: f.round for f in files if f.round is not None and f.row.questionnaire}
    waits = any(o.code in ("no_release", "too_old") for o in before)
    found = [o for one in rounds.values() for o in of_answers(one, all_released=not waits)]
    rest = [f.round for f in files if f.round is not None and f.asked_by not in rounds]
    return found + [o for one in rest for o in of_answers(one, all_released=False)]


def _same(file: PlannedFile, last: Last) -> bool:
    """Whether it says what the last one said, in figures and in answers."""
    mine = (f for f in last.transmission.files if (f.format, f.dataflow) == (file.row.format, file.flow.reference))
    before = next((f.answers for f in mine), "")
    return file.changed == (0, 0, 0) and (file.round is None or file.answers == before)


def _contributed(
    parts: Parts, ways: Ways, year: int, files: Sequence[PlannedFile], *, test: bool
) -> tuple[list[PlannedFile], list[Obstacle]]:
    """The files with what houses contributed to them, and the houses that they wait for. A file of observations waits where
    somebody answered cells of its dataflow: before, it says what is released, and no house is asked for that."""
    obstacles: list[Obstacle] = []
    for row in (r for r in ways.rows if r.questionnaire):
        flows = [f.reference.id for f in ways.flows if row.sends(f.reference.id)]
        obstacles += of_contributions(parts, waited_by(parts, row.questionnaire, year, flows), test=test)
    found = []
    for file in files:
        mine = [f.reference.id for f in ways.flows if file.row.sends(f.reference.id)]
        flows = mine if file.row.questionnaire else [file.flow.reference.id]
        waited = waited_by(parts, file.asked_by, year, flows) if file.round else []
        obstacles += of_contributions(parts, waited, test=test)
        found.append(replace(file, contributions=merged_of(waited)))
    return found, obstacles


def kept_releases(files: Sequence[PlannedFile]) -> tuple[Release, ...]:
    """The releases behind files, each once."""
    return tuple(dict.fromkeys(s.release for f in files for s in f.sources))


def _files(
    parts: Parts, ways: Ways, at: tuple[int, int], last: Last | None, *, test: bool
) -> tuple[list[PlannedFile], list[Obstacle]]:
    files: list[PlannedFile] = []
    obstacles: list[Obstacle] = []
    (year, number), recipient = at, ways.deadline.recipient
    for flow in ways.flows:
        mine = [r for r in ways.rows if r.sends(flow.reference.id) and not r.questionnaire]
        if not any(r.sends(flow.reference.id) for r in ways.rows):
            obstacles.append(Obstacle.of("no_way", flow.reference.id))
        for row in mine:
            release = release_for(parts, flow.reference, row, recipient, test=test)
            obstacles += of_file(flow, row, year, release)
            if release is None:
                continue
            rights, lacks = rights_of(parts, row, release, recipient, test=test)
            try:
                files.append(replace(_file(parts, (flow, row), release, year, number, last), rights=rights))
            except NoCell as error:
                obstacles.append(of_layout(asked_by(parts, flow), error))
            if lacks:
                obstacles.append(Obstacle.of("no_grant", flow.reference.id, recipient=recipient))
    for row in (r for r in ways.rows if r.questionnaire):
        found, faults = book_of(parts, ways.flows, row, year, test=test)
        obstacles += faults
        try:
            files += [_book(parts, row, found, (year, number), last)] if found else []
        except NoCell as error:
            obstacles.append(of_layout(row.questionnaire, error))
    names = [f.name for f in files]
    obstacles += [Obstacle.of("two_files", n, name=n) for n in dict.fromkeys(names) if names.count(n) > 1]
    return files, obstacles


def _file(
    parts: Parts, asked: tuple[Dataflow, Delivery], release: Release, year: int, number: int, last: Last | None
) -> PlannedFile:
    """Incremental only where it is sure that the recipient holds an earlier release of the same dataflow, and something
    differs from it: else the whole is sent; so is what people answered, which no release tells."""
    flow, row = asked
    acknowledged = last.acknowledged(flow.reference, row.format) if last else None
    since = acknowledged if acknowledged and acknowledged.number < release.number else None
    round_, changed = asked_of(parts, flow, year), _changed(parts, row, Source(flow, release), last)
    may = row.content == INCREMENTAL and since is not None and round_ is None
    unanswered = last.unanswered(flow.reference, row.format) if last and may else ""
    incremental = may and not unanswered and changed is not None and any(changed)
    return PlannedFile(
        row.named(flow.reference.id, year, number),
        flow,
        release,
        row,
        INCREMENTAL if incremental else FULL,
        since if incremental else None,
        changed,
        round=round_,
        asked_by=asked_by(parts, flow),
        unanswered=unanswered,
    )


def _changed(parts: Parts, row: Delivery, source: Source, last: Last | None) -> tuple[int, int, int] | None:
    """What differs from the release that the recipient holds of a dataflow; None where it holds none to compare with."""
    before = last.held(source.flow.reference, row.format) if last else None
    return last.difference(parts, before, source.release) if last and before else None


def _book(
    parts: Parts, row: Delivery, found: Sequence[tuple[Dataflow, Release]], at: tuple[int, int], last: Last | None
) -> PlannedFile:
    """One file for all dataflows. What differs is told of all; of a dataflow that was not sent before, everything is new."""
    first, *others = [Source(flow, release) for flow, release in found]
    each = [_changed(parts, row, source, last) or (source.release.observations, 0, 0) for source in (first, *others)]
    added, altered, gone = (sum(column) for column in zip(*each, strict=True))
    changed = (added, altered, gone) if last else None
    year, number = at
    name = row.named(first.flow.reference.id, year, number)
    sent = [s.flow for s in parts.catalogue().questionnaires[row.questionnaire].sheets if row.sends(s.flow)]
    round_ = asked(parts, row.questionnaire, year).only(sent)
    return PlannedFile(
        name, first.flow, first.release, row, FULL, None, changed, tuple(others), round_, asked_by=row.questionnaire
    )


def _under_way(parts: Parts, delivery: str, year: int, test: bool) -> Transmission | None:
    """Tests and deliveries leave by channels of their own: neither waits for the other."""
    known = parts.ledger().transmissions.values()
    same = [t for t in known if (t.delivery, t.year, t.test) == (delivery, year, test)]
    return next((t for t in same if t.state in OPEN), None)
