"""Drafts that wait: to be mended by their author, signed, accepted, released."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from greffe.model.findings import open_errors
from greffe.model.instants import read
from greffe.release.calendar import coming
from greffe.release.few import Few
from greffe.release.lifecycle import kept_draft, rules_not_accepted
from greffe.release.parts import Parts
from greffe.release.people import approvers, signed_by_two
from greffe.release.tasks.task import Asker, Task
from greffe.release.waivers import unwaivable
from greffe.store.ledger import Ledger
from greffe.store.records import DraftRecord

# A draft is verified whole when it is read: not at every page.
_ERRORS: Final[Few[tuple[object, ...], tuple[int, tuple[str, ...]]]] = Few(256)


def of_drafts(parts: Parts, who: Asker) -> Iterator[Task]:
    """Of each draft that waits, what that person may do with it."""
    if who.has("author", "approver", "releaser"):
        for record in waiting_drafts(parts.ledger()):
            yield from _of_draft(parts, record, who)


def waiting_drafts(ledger: Ledger) -> list[DraftRecord]:
    """Of each dataflow and origin the last draft, unless a release was made of it or of one prepared after it."""
    last: dict[tuple[str, str], DraftRecord] = {}
    for draft in ledger.drafts.values():
        last[str(draft.dataflow), draft.origin] = draft
    released = {r.draft for r in ledger.releases.values()}
    return [d for d in last.values() if d.id not in released]


def warnings_accepted(parts: Parts, record: DraftRecord) -> bool:
    """Whether its warnings are accepted in writing, all of them: it is read where some rules' were alone."""
    found = parts.ledger().accepted_warnings(record.id, record.checksum)
    if not record.warnings or any(not a.rules for a in found):
        return True
    if not found:
        return False
    return not rules_not_accepted(parts, record.id, record.checksum, kept_draft(parts, record.id)[1].warnings)


def _of_draft(parts: Parts, record: DraftRecord, who: Asker) -> Iterator[Task]:
    since, due = read(record.prepared_at), _announced(parts, record)
    findings, page = f"/staff/findings/{record.id}", f"/staff/releases/{record.id}"
    back = parts.ledger().returned.get(record.id)
    if back is not None:
        if who.has("author"):
            yield Task("returned", record.id, findings, read(back.instant), due, by=record.author, more=back.person)
        return
    wrong, fixed = open_of(parts, record)
    if wrong and who.has("author"):
        kind = "errors_fixed" if fixed else "errors"
        yield Task(kind, record.id, findings, since, due, wrong, record.author, ", ".join(fixed))
    if wrong or not record.observations:
        return
    accepted = warnings_accepted(parts, record)
    if who.has("author") and who.name == record.author and not accepted:
        yield Task("found", record.id, findings, since, due, record.warnings, record.author)
    signed = signed_by_two(parts, record.id, record.checksum, record.author)
    mine = who.name in (record.author, *approvers(parts, record.id, record.checksum))
    if who.has("approver") and not signed and not mine:
        yield Task("sign", record.id, page, since, due, by=record.author)
    if who.has("approver") and not accepted and who.name != record.author:
        yield Task("warnings", record.id, findings, since, due, record.warnings, record.author)
    if who.has("releaser") and signed and accepted:
        yield Task("release", record.id, page, since, due, by=record.author)


def open_of(parts: Parts, record: DraftRecord) -> tuple[int, tuple[str, ...]]:
    """How many errors of a draft are open, and the rules among theirs that no waiver lifts: its findings are read where it had
    errors alone, once for the waivers that are in force."""
    if not record.errors:
        return 0, ()
    lifted = tuple(w.id for w in parts.ledger().waivers.values() if w.in_force)
    catalogue = parts.catalogue()
    key = (str(parts.settings.home), record.id, record.checksum, lifted, catalogue.checksum)
    found = _ERRORS.get(key)
    if found is None:
        findings = kept_draft(parts, record.id)[1].findings
        found = _ERRORS.keep(key, (len(open_errors(findings)), unwaivable(catalogue, findings)))
    return found


def _announced(parts: Parts, record: DraftRecord) -> datetime | None:
    """The next announced instant at which its dataflow comes out."""
    now = parts.clock()
    return min((e.at for e in coming(parts) if record.dataflow in e.flows and e.at > now), default=None)
