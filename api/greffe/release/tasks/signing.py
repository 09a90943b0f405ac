"""What asks for a signature beside drafts: proposals, waivers, grants, maps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time

from greffe.model.instants import PARIS, paris_date, read, written
from greffe.release.definitions import map_subject
from greffe.release.parts import Parts
from greffe.release.people import approvers, author_of
from greffe.release.proposals import stale_files, state_of
from greffe.release.tasks.task import Asker, Task


def to_sign(parts: Parts, who: Asker) -> Iterator[Task]:
    """What an approver has neither made nor signed, and two have not signed yet."""
    if not who.has("approver"):
        return
    yield from _proposals(parts, who.name)
    ledger, now = parts.ledger(), parts.clock()
    for waiver in ledger.waivers.values():
        if not waiver.in_force and who.name not in (waiver.author, *waiver.approvers):
            yield Task("waiver", waiver.id, f"/staff/signing/{waiver.id}", read(waiver.instant), by=waiver.author)
    for grant in ledger.grants.values():
        if grant.state(paris_date(now)) == "waits" and who.name not in (grant.author, *grant.approvers):
            yield Task("grant", grant.id, f"/staff/signing/{grant.id}", read(grant.instant), by=grant.author)
    yield from _maps(parts, who.name)


def _proposals(parts: Parts, name: str) -> Iterator[Task]:
    """Open ones that can be approved: of a stale one every approval is refused, it is its authors' (`remade.outrun`)."""
    ledger, now = parts.ledger(), parts.clock()
    for one in ledger.definitions.proposals.values():
        signed = {a.person for a in one.approvals}
        asked = name not in (*one.authors, *signed) and state_of(ledger, one, now) == "open"
        if asked and not stale_files(ledger, one, now):
            starts = one.effective_from
            due = datetime.combine(datetime.fromisoformat(starts).date(), time(), PARIS) if starts else None
            place = f"/staff/proposals/{one.id}"
            yield Task("proposal", one.id, place, read(one.instant), due, len(one.files), one.author)


def _maps(parts: Parts, name: str) -> Iterator[Task]:
    ledger, now = parts.ledger(), parts.clock()
    for map_ in parts.catalogue().maps.values():
        subject = map_subject(map_)
        author = author_of(parts, subject, map_.checksum)
        signed_by = approvers(parts, subject, map_.checksum)
        if len(set(signed_by) - {author}) < 2 and name not in (author, *signed_by):
            since = next((a.instant for a in ledger.approvals(subject, map_.checksum)), "") or written(now)
            yield Task("map", map_.reference.id, f"/staff/signing/{subject}", read(since), by=author)
