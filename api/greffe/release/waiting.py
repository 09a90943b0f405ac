"""What waits for somebody: proposals and drafts to sign, warnings, waivers, grants, releases to make, dates that come near."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from greffe.model.calendar import CalendarEntry
from greffe.model.findings import open_errors
from greffe.model.instants import PARIS, paris_date, read, written
from greffe.model.transmissions import APPROVED, BUILT, FAILED, REFUSED, UNCERTAIN
from greffe.release.calendar import waiting as made_for
from greffe.release.deadlines import RELEASED, due
from greffe.release.definitions import map_subject
from greffe.release.lifecycle import kept_draft, rules_not_accepted
from greffe.release.parts import Parts
from greffe.release.people import approvers, author_of, has_role, signed_by_two
from greffe.release.proposals import state_of
from greffe.store.base import Actor
from greffe.store.ledger import DraftRecord, Ledger
from greffe.store.wanted import Wanted

CALENDAR_AHEAD: Final = timedelta(days=45)  # announced dataflows without a draft are told from then on
DEADLINES_AHEAD: Final = timedelta(days=90)
KEYS_AHEAD: Final = timedelta(days=30)
DENIED_SINCE: Final = timedelta(days=7)
_FAR: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Task:
    """`kind`: what is to be done; `subject`: of what; `place`: where, an address of the pages; `since`: when it began to
    wait; `due`: until when. `count`: of how many things. `state`: of a draft or dataflow, how far it is."""

    kind: str
    subject: str
    place: str
    since: datetime
    due: datetime | None = None
    count: int = 0
    by: str = ""  # whose work it is


def waiting_for(parts: Parts, who: Actor) -> list[Task]:
    """What waits for that person by their roles, the most urgent first: what is due by its date, then the oldest."""
    roles = parts.ledger().people.get(who.name, ())
    found: list[Task] = []
    if has_role(roles, "approver"):
        found += _to_sign(parts, who.name)
    drafts = [(record, _ready(parts, record)) for record in waiting_drafts(parts.ledger())]
    for record, (signed, wrong) in drafts:
        found += _of_draft(parts, record, signed, wrong, who.name, roles)
    if any(has_role(roles, role) for role in ("author", "releaser", "transmitter")):
        found += [*_calendar(parts), *_deadlines(parts)]
    found += _deliveries(parts, who.name, roles)
    if has_role(roles, "auditor") or has_role(roles, "administrator"):
        found += _denied(parts)
    if has_role(roles, "administrator"):
        found += _keys(parts)
    return sorted(found, key=lambda t: (t.due or _FAR, t.since, t.subject))


def waiting_drafts(ledger: Ledger) -> list[DraftRecord]:
    """Of each dataflow and origin the last draft, unless a release was made of it or of one prepared after it."""
    last: dict[tuple[str, str], DraftRecord] = {}
    for draft in ledger.drafts.values():
        last[str(draft.dataflow), draft.origin] = draft
    released = {r.draft for r in ledger.releases.values()}
    return [d for d in last.values() if d.id not in released]


def _ready(parts: Parts, record: DraftRecord) -> tuple[bool, int]:
    """Whether two have signed, and how many errors are open: its findings are read where it had errors alone."""
    signed = signed_by_two(parts, record.id, record.checksum, record.author)
    if not record.errors:
        return signed, 0
    return signed, len(open_errors(kept_draft(parts, record.id)[1].findings))


def _of_draft(
    parts: Parts, record: DraftRecord, signed: bool, wrong: int, name: str, roles: tuple[str, ...]
) -> Iterator[Task]:
    since, due_ = read(record.prepared_at), _announced(parts, record)
    accepted = warnings_accepted(parts, record)
    findings, page = f"/staff/findings/{record.id}", f"/staff/releases/{record.id}"
    back = parts.ledger().returned.get(record.id)
    if back is not None:
        if has_role(roles, "author"):
            yield Task("returned", record.id, findings, read(back.instant), due_, by=record.author)
        return
    if wrong and has_role(roles, "author"):
        yield Task("errors", record.id, findings, since, due_, wrong, record.author)
    if wrong or not record.observations:
        return
    mine = name in (record.author, *approvers(parts, record.id, record.checksum))
    if has_role(roles, "approver") and not signed and not mine:
        yield Task("sign", record.id, page, since, due_, by=record.author)
    if has_role(roles, "approver") and not accepted:
        yield Task("warnings", record.id, findings, since, due_, record.warnings, record.author)
    if has_role(roles, "releaser") and signed and accepted:
        yield Task("release", record.id, page, since, due_, by=record.author)


def warnings_accepted(parts: Parts, record: DraftRecord) -> bool:
    """Whether its warnings are accepted in writing, all of them: it is read where some rules' were alone."""
    found = parts.ledger().accepted_warnings(record.id, record.checksum)
    if not record.warnings or any(not a.rules for a in found):
        return True
    if not found:
        return False
    return not rules_not_accepted(parts, record.id, record.checksum, kept_draft(parts, record.id)[1].warnings)


def _announced(parts: Parts, record: DraftRecord) -> datetime | None:
    """The next announced instant at which its dataflow comes out."""
    now = parts.clock()
    coming = [e.at for e in _coming(parts) if record.dataflow in e.flows and e.at > now]
    return min(coming, default=None)


def _coming(parts: Parts) -> list[CalendarEntry]:
    return [e for e in parts.ledger().calendar.values() if e.cancelled_at is None and not made_for(parts, e)]


def _to_sign(parts: Parts, name: str) -> Iterator[Task]:
    ledger, now = parts.ledger(), parts.clock()
    for proposal in ledger.definitions.proposals.values():
        signed = {a.person for a in proposal.approvals}
        if name not in (*proposal.authors, *signed) and state_of(ledger, proposal, now) == "open":
            starts = proposal.effective_from
            due_ = datetime.combine(datetime.fromisoformat(starts).date(), time(), PARIS) if starts else None
            place = f"/staff/proposals/{proposal.id}"
            yield Task(
                "proposal", proposal.id, place, read(proposal.instant), due_, len(proposal.files), proposal.author
            )
    for waiver in ledger.waivers.values():
        if not waiver.in_force and name not in (waiver.author, *waiver.approvers):
            yield Task("waiver", waiver.id, f"/staff/signing/{waiver.id}", read(waiver.instant), by=waiver.author)
    for grant in ledger.grants.values():
        if grant.state(paris_date(now)) == "waits" and name not in (grant.author, *grant.approvers):
            yield Task("grant", grant.id, f"/staff/signing/{grant.id}", read(grant.instant), by=grant.author)
    for map_ in parts.catalogue().maps.values():
        subject, author = map_subject(map_), author_of(parts, map_subject(map_), map_.checksum)
        signed_by = approvers(parts, subject, map_.checksum)
        if len(set(signed_by) - {author}) < 2 and name not in (author, *signed_by):
            since = next((a.instant for a in ledger.approvals(subject, map_.checksum)), "") or written(now)
            yield Task("map", map_.reference.id, f"/staff/signing/{subject}", read(since), by=author)


def _calendar(parts: Parts) -> Iterator[Task]:
    """Announced instants that come near without a draft, or passed without a release."""
    ledger, now = parts.ledger(), parts.clock()
    held = {d.dataflow for d in waiting_drafts(ledger)}
    for entry in _coming(parts):
        missing = [f.id for f in entry.flows if f not in held]
        if entry.at <= now:
            yield Task(
                "overdue", entry.id, f"/staff/releases#{entry.id}", entry.announced_at, entry.at, len(entry.flows)
            )
        elif missing and entry.at - now <= CALENDAR_AHEAD:
            yield Task("undrafted", entry.id, f"/staff/releases#{entry.id}", entry.announced_at, entry.at, len(missing))


def _deadlines(parts: Parts) -> Iterator[Task]:
    """One line a recipient and day, of the dataflows that are not released."""
    now = parts.clock()
    found: dict[tuple[str, datetime], int] = {}
    for one in due(parts, paris_date(now + DEADLINES_AHEAD)):
        if one.state != RELEASED:
            ends = datetime.combine(one.day + timedelta(days=1), time(), PARIS)
            found[one.deadline.recipient, ends] = found.get((one.deadline.recipient, ends), 0) + 1
    for (recipient, ends), count in found.items():
        kind = "late" if ends <= now else "deadline"
        yield Task(kind, recipient, "/staff/releases#deadlines", ends - DEADLINES_AHEAD, ends, count)


def _deliveries(parts: Parts, name: str, roles: tuple[str, ...]) -> Iterator[Task]:
    """Deliveries to sign, to send, and those that went wrong."""
    for one in parts.ledger().transmissions.values():
        since, place = read(one.said.get(one.state, one.said["built"])), f"/staff/transmissions/{one.id}"
        waits = one.state in (BUILT, APPROVED)
        if waits and not one.signed and has_role(roles, "approver") and name not in (one.author, *one.approvers):
            yield Task("delivery_sign", one.id, place, since, by=one.author)
        if not has_role(roles, "transmitter"):
            continue
        if waits and one.signed:
            yield Task("delivery_send", one.id, place, since, by=one.author)
        elif one.state in (FAILED, UNCERTAIN, REFUSED):
            yield Task(f"delivery_{one.state}", one.id, place, since, by=one.author)


def _denied(parts: Parts) -> Iterator[Task]:
    since = parts.clock() - DENIED_SINCE
    count = parts.register.count(Wanted(kind="action.denied", start=written(since)))
    if count:
        place = f"/staff/register?kind=action.denied&from={paris_date(since)}"
        yield Task("denied", "", place, since, count=count)


def _keys(parts: Parts) -> Iterator[Task]:
    now = parts.clock()
    for key in parts.ledger().keys.values():
        if key.state(now) == "in force" and key.until - now <= KEYS_AHEAD:
            yield Task("key", key.title, "/staff/keys", key.made_at or now, key.until)
