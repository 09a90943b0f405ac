"""A plan becomes files that do not change any more, and two people sign them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import Conflict, Refused, numbered
from greffe.formats.negotiation import DATA_FORMATS
from greffe.model.findings import Finding, open_errors
from greffe.model.transmissions import (
    APPROVED,
    BUILT,
    CANCELLED,
    FAILED,
    OPEN,
    SENDING,
    Beside,
    SentFile,
    Transmission,
)
from greffe.release.parts import Parts
from greffe.release.people import may_sign, needs
from greffe.release.turns import one_by_one
from greffe.store.base import Act, Actor
from greffe.store.records import Approval
from greffe.store.transmission_records import built_payload
from greffe.transmission.answers.kept import keep_answers
from greffe.transmission.checking import fault, findings_on, of_plan
from greffe.transmission.contributions.standing import whole
from greffe.transmission.files import BY_FLOW, Headed, content, filled, written
from greffe.transmission.foreseen.of_delivery import foreseen_of, keep_foreseen
from greffe.transmission.keeping import keep, kept
from greffe.transmission.plan import Plan, named_plan
from greffe.transmission.planned_file import PlannedFile
from greffe.transmission.workbooks import Kind, kind_of
from greffe.transmission.workbooks.filled import Filled


@dataclass(frozen=True)
class Built:
    """What was built, and what the recipient's structural validation would say of it (no errors among them)."""

    transmission: Transmission
    findings: tuple[Finding, ...]


@one_by_one
def build(parts: Parts, who: Actor, plan: Plan, reason: str = "") -> Built:
    """Build the files of a plan, read them again as the recipient would, and enter them.

    Raises Denied, Conflict when the plan is no longer what would be sent, Refused for what stands in the way: an obstacle,
    an error in a file, a correction without its reason.
    """
    needs(parts, who, "transmitter")
    now_planned = named_plan(parts, plan.delivery, plan.year, test=plan.test)
    if now_planned.checksum != plan.checksum:
        raise Conflict(f"The plan of {plan.id} is not what it was.", hint="greffe transmissions plan shows it anew.")
    if plan.obstacles:
        first = plan.obstacles[0]
        more = f" ({numbered(len(plan.obstacles), 'obstacle')} in all)" if len(plan.obstacles) > 1 else ""
        raise Refused(f"{plan.id}: {first.said()}{more}", hint="greffe transmissions plan shows them all.")
    if plan.corrects and not reason.strip():
        raise Refused(f"{plan.id} replaces {plan.corrects}: it needs its reason.", parameter="--reason")
    for file in plan.files:
        whole(parts, file.asked_by, plan.year, file.contributions)
    prepared = parts.clock().astimezone(UTC).replace(microsecond=0)
    catalogue, findings, files = parts.catalogue(), [], []
    for file in plan.files:
        one, found = _file(parts, catalogue, plan, file, prepared)
        stops = open_errors(tuple(found))
        if stops:
            raise Refused(
                f"{file.name} would be refused, {numbered(len(stops), 'error')}; the first: {stops[0].messages['en']}",
                finding=stops[0].messages,
                hint=f"greffe check --against tells them all; {file.release} is what it is made of.",
            )
        files.append(one)
        findings += found
    made = Transmission(
        plan.id, plan.delivery, plan.deadline.id, plan.deadline.recipient, plan.year, plan.number, plan.channel, plan.test,
        plan.approval, plan.checksum, catalogue.checksum, prepared, who.name, tuple(files), plan.corrects, reason.strip(),
        keep_foreseen(parts, foreseen_of(parts, plan)),
    )  # fmt: skip
    parts.note_all(who, [Act("transmission.built", made.id, built_payload(made), once=f"transmission:{made.id}")])
    return Built(parts.ledger().transmission(made.id), tuple(findings))


def _file(
    parts: Parts, catalogue: Catalogue, plan: Plan, file: PlannedFile, prepared: datetime
) -> tuple[SentFile, list[Finding]]:
    """A file that is kept, and what its recipient would find in it."""
    row, flow = file.row, file.flow.reference
    blank = SentFile(
        file.name, flow, str(file.release), row.format, file.content, row.sender, row.receiver,
        ":".join(row.agreed(flow.id) or ()), sum(file.changed or ()) if file.since else file.release.observations + _answered(file),
        "", 0, str(file.since) if file.since else "",
        tuple(Beside(s.flow.reference, str(s.release)) for s in file.beside),
        keep_answers(parts, file.round.answers) if file.round else "",
    )  # fmt: skip
    blank = replace(blank, contributions=file.contributions, rights=file.rights, by_flow=row.format in BY_FLOW)
    said = content(parts, Headed(plan.id, plan.test, prepared, plan.year, plan.deadline.recipient), blank)
    kind = kind_of(row.format)
    if kind is not None:
        return _book(parts, filled(parts, catalogue, said), kind, blank)
    sha, size = keep(parts, written(parts, catalogue, said))
    syntax = next(f.syntax for f in DATA_FORMATS if f.name == row.format)
    found = findings_on(parts, catalogue, of_plan(file), kept(parts.settings, sha), syntax)
    return replace(blank, sha256=sha, size=size), found


def _answered(file: PlannedFile) -> int:
    """Observations that answers make, beside those of the release."""
    cells = file.round.cells if file.round else ()
    return sum(not a.cell.held and a.answer is not None and a.answer.said.answers for a in cells)


def _book(parts: Parts, book: Filled, kind: Kind, blank: SentFile) -> tuple[SentFile, list[Finding]]:
    """A questionnaire, kept and read again by other means than it was written with. Its observations are what it shows."""
    made = kind.write(book)
    found = [fault(f"{blank.name}: {one}.", f"{blank.name} : {one}.") for one in kind.faults(book, made)]
    sha, size = keep(parts, [made])
    shown = sum(cell.held for *_, cell in book.cells())
    return replace(blank, sha256=sha, size=size, observations=shown), found


@one_by_one
def approve(parts: Parts, who: Actor, id_: str) -> Transmission:
    """Sign a built delivery: exactly these files. Two people other than its author must (D1)."""
    one = parts.ledger().transmission(id_)
    checksum = content_sum(one)
    may_sign(parts, who, id_, checksum, one.author)
    if one.state not in (BUILT, APPROVED):
        raise Refused(f"{id_} is {one.state}: what is signed is built and not sent.")
    parts.note(who, "transmission.approved", id_, Approval(id_, checksum).payload())
    return parts.ledger().transmission(id_)


@one_by_one
def cancel(parts: Parts, who: Actor, id_: str, reason: str) -> Transmission:
    """Give up a delivery of which nothing left. Raises Refused where that is not sure."""
    needs(parts, who, "transmitter")
    one = parts.ledger().transmission(id_)
    if one.state not in (BUILT, APPROVED, FAILED):
        known = "is being sent" if one.state == SENDING else f"is {one.state}"
        raise Refused(
            f"{id_} {known}.", hint="What may have left is settled, not cancelled." if one.state in OPEN else ""
        )
    if not reason.strip():
        raise Refused(f"{id_} is given up for a reason.", parameter="--reason")
    parts.note(who, f"transmission.{CANCELLED}", id_, {"reason": reason.strip()})
    return parts.ledger().transmission(id_)


def content_sum(one: Transmission) -> str:
    """Names what is signed: every file by name and checksum, to whom, and whether it is a test."""
    told = [one.id, one.recipient, one.channel, one.test, *([f.name, f.sha256] for f in one.files)]
    told += [[c.id, c.content, c.workbook] for f in one.files for c in f.contributions]
    told += [[r.kind, r.id, r.until] for f in one.files for r in f.rights]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
