"""What each kind of entry does to the state that a register amounts to. A new kind has its line in FOLDS.

Kinds that are not known here are a newer program's: they change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from greffe.model import instants
from greffe.store import answer_records, contribution_records, round_records, turned_away_records
from greffe.store.base import Entry
from greffe.store.calendar_records import advances_after, calendar_after
from greffe.store.definitions import NEEDED
from greffe.store.given_up_records import GIVING_UP, given_up_after
from greffe.store.grant_records import grants_after
from greffe.store.key_records import keys_after
from greffe.store.ledger import Ledger
from greffe.store.note_records import Note
from greffe.store.order_records import ORDER_KINDS, orders_after
from greffe.store.payload import Fields
from greffe.store.publication_records import PublicationRecord
from greffe.store.records import (
    Acceptance,
    Approval,
    DraftRecord,
    ExtractRecord,
    Waiver,
    Withdrawal,
    release_from_entry,
)
from greffe.store.return_records import Returned
from greffe.store.transmission_records import KINDS, transmissions_after
from greffe.store.turned_away_records import turned_away_after

CLOCK_RIGHT: Final = "clock.right"  # entries before it that are of a later hour have a wrong one


def extended(state: Ledger, entries: Iterable[Entry]) -> Ledger:
    """The state after more entries."""
    for entry in entries:
        fold = FOLDS.get(entry.kind, _unchanged)
        state = replace(fold(state, entry), head=entry.number)
        if entry.kind == CLOCK_RIGHT or entry.instant >= state.latest:
            state = replace(state, latest=entry.instant, latest_entry=entry.number)
    return state


def folded(entries: Iterable[Entry]) -> Ledger:
    """The state after those entries, from the first one on."""
    return extended(Ledger(), entries)


def _publication(state: Ledger, entry: Entry) -> Ledger:
    record = PublicationRecord.from_entry(entry)
    return replace(state, publications={**state.publications, record.id: record})


def _publication_withdrawn(state: Ledger, entry: Entry) -> Ledger:
    record = replace(state.publications[entry.subject], withdrawn=Fields(entry).text("reason"))
    return replace(state, publications={**state.publications, record.id: record})


def _unchanged(state: Ledger, _entry: Entry) -> Ledger:
    return state


def _person(state: Ledger, entry: Entry) -> Ledger:
    fields = Fields(entry)
    return replace(state, people={**state.people, fields.text("name"): fields.texts("roles")})


def _account(state: Ledger, entry: Entry) -> Ledger:
    one = {entry.subject}
    return replace(state, closed=state.closed | one if entry.kind == "account.closed" else state.closed - one)


def _noted(state: Ledger, entry: Entry) -> Ledger:
    return replace(state, notes=(*state.notes, Note.from_entry(entry)))


def _extract(state: Ledger, entry: Entry) -> Ledger:
    record = ExtractRecord.from_entry(entry)
    return replace(state, extracts={**state.extracts, record.id: record})


def _draft(state: Ledger, entry: Entry) -> Ledger:
    record = DraftRecord.from_entry(entry)
    returned = {id_: one for id_, one in state.returned.items() if id_ != record.id}
    return replace(state, drafts={**state.drafts, record.id: record}, returned=returned)


def _returned(state: Ledger, entry: Entry) -> Ledger:
    """What was signed of that content falls: it is read anew once its author has prepared it again."""
    record = Returned.from_entry(entry)
    content = (record.draft, record.checksum)
    return replace(
        state,
        returned={**state.returned, record.draft: record},
        signatures=tuple(a for a in state.signatures if (a.subject, a.checksum) != content),
        acceptances=tuple(a for a in state.acceptances if (a.draft, a.checksum) != content),
    )


def _approval(state: Ledger, entry: Entry) -> Ledger:
    return replace(state, signatures=(*state.signatures, Approval.from_entry(entry)))


def _waiver_approval(state: Ledger, entry: Entry) -> Ledger:
    signed, waiver = _approval(state, entry), state.waivers.get(entry.subject)
    if waiver is None or entry.actor in waiver.approvers:
        return signed
    waiver = replace(waiver, approvers=(*waiver.approvers, entry.actor))
    return replace(signed, waivers={**state.waivers, waiver.id: waiver})


def _acceptance(state: Ledger, entry: Entry) -> Ledger:
    return replace(state, acceptances=(*state.acceptances, Acceptance.from_entry(entry)))


def _waiver(state: Ledger, entry: Entry) -> Ledger:
    record = Waiver.from_entry(entry)
    return replace(state, waivers={**state.waivers, record.id: record})


def _grant(state: Ledger, entry: Entry) -> Ledger:
    return replace(state, grants=grants_after(state.grants, entry))


def _grant_approval(state: Ledger, entry: Entry) -> Ledger:
    return _grant(_approval(state, entry), entry)


def _release(state: Ledger, entry: Entry) -> Ledger:
    record = release_from_entry(entry)
    announced = state.calendar.get(record.calendar)
    if announced is not None:
        record = replace(record, effective_at=announced.at)
    return replace(state, releases={**state.releases, str(record): record})


def _withdrawal(state: Ledger, entry: Entry) -> Ledger:
    record = Withdrawal.from_entry(entry)
    name = f"{record.dataflow.id}#{record.number}"
    release = replace(state.release(name), withdrawn_at=instants.read(record.instant), withdrawal_reason=record.reason)
    release = replace(release, withdrawal_reason_fr=record.reason_fr)
    return replace(state, releases={**state.releases, name: release})


def _calendar(state: Ledger, entry: Entry) -> Ledger:
    """What waits for an entry goes with it when it is moved; what has taken effect stays."""
    calendar = calendar_after(state.calendar, entry)
    now, found = instants.read(entry.instant), calendar.get(entry.subject)
    if entry.kind != "calendar.moved" or found is None:
        return replace(state, calendar=calendar)
    moved = {
        name: replace(one, effective_at=found.at)
        for name, one in state.releases.items()
        if one.calendar == found.id and one.effective_at > now
    }
    return replace(state, calendar=calendar, releases={**state.releases, **moved})


def _advance(state: Ledger, entry: Entry) -> Ledger:
    return replace(state, advances=advances_after(state.advances, entry))


def _key(state: Ledger, entry: Entry) -> Ledger:
    return replace(state, keys=keys_after(state.keys, entry))


def _denials(state: Ledger, entry: Entry) -> Ledger:
    return replace(state, denials_read=max(state.denials_read, Fields(entry).integer("through")))


def _transmission(state: Ledger, entry: Entry) -> Ledger:
    signed = _approval(state, entry) if entry.kind == "transmission.approved" else state
    return replace(signed, transmissions=transmissions_after(state.transmissions, entry))


def _given_up(state: Ledger, entry: Entry) -> Ledger:
    return replace(state, given_up=given_up_after(state.given_up, entry))


def _turned_away(state: Ledger, entry: Entry) -> Ledger:
    return replace(state, turned_away=turned_away_after(state.turned_away, entry))


def _answer(state: Ledger, entry: Entry) -> Ledger:
    return replace(state, answers=answer_records.answers_after(state.answers, entry))


def _round(state: Ledger, entry: Entry) -> Ledger:
    return replace(state, queries=round_records.queries_after(state.queries, entry))


def _order(state: Ledger, entry: Entry) -> Ledger:
    return replace(state, orders=orders_after(state.orders, entry))


def _contribution(state: Ledger, entry: Entry) -> Ledger:
    """What a house said becomes the questionnaire's once it is merged."""
    found = contribution_records.contributions_after(state.contributions, entry)
    merged = entry.kind == contribution_records.MERGING
    answers = contribution_records.answers_merged(state.answers, found, entry) if merged else state.answers
    return replace(state, contributions=found, answers=answers)


def _definitions(state: Ledger, entry: Entry) -> Ledger:
    return replace(state, definitions=state.definitions.extended(entry))


def _effective(state: Ledger, entry: Entry) -> Ledger:
    """The second signature of a proposal: its author and both approvers stand for the maps that it makes."""
    after = _definitions(state, entry)
    proposal = after.definitions.proposals.get(entry.subject)
    if proposal is None or after.definitions.catalogues == state.definitions.catalogues:
        return after
    authors = [Approval(proposal.id, "", "author", person=p, instant=proposal.instant) for p in proposal.authors]
    signed = [
        replace(one, subject=subject, checksum=checksum, comment=proposal.id)
        for subject, checksum in Fields(entry).table("maps").items()
        for one in (*authors, *proposal.approvals[:NEEDED])
    ]
    return replace(after, signatures=(*after.signatures, *signed))


FOLDS: Final[Mapping[str, Callable[[Ledger, Entry], Ledger]]] = {
    "person.added": _person,
    "account.invited": _account,
    "account.opened": _account,
    "account.closed": _account,
    "map.noted": _noted,
    "catalogue.imported": _definitions,
    "proposal.made": _definitions,
    "proposal.commented": _definitions,
    "proposal.approved": _definitions,
    "proposal.effective": _effective,
    "proposal.rejected": _definitions,
    "proposal.withdrawn": _definitions,
    "extract.accepted": _extract,
    "extract.refused": _extract,
    "map.approved": _approval,
    "draft.prepared": _draft,
    "draft.approved": _approval,
    "draft.returned": _returned,
    "warnings.accepted": _acceptance,
    "waiver.proposed": _waiver,
    "waiver.approved": _waiver_approval,
    "release.made": _release,
    "release.withdrawn": _withdrawal,
    "grant.proposed": _grant,
    "grant.approved": _grant_approval,
    "grant.ended": _grant,
    "grant.used": _grant,
    "calendar.announced": _calendar,
    "calendar.moved": _calendar,
    "calendar.filled": _calendar,
    "calendar.cancelled": _calendar,
    "advance.granted": _advance,
    "advance.accessed": _advance,
    "key.made": _key,
    "key.rotated": _key,
    "key.revoked": _key,
    "action.reviewed": _denials,
    "publication.added": _publication,
    "publication.withdrawn": _publication_withdrawn,
    **{f"transmission.{word}": _transmission for word in KINDS},
    **dict.fromkeys(GIVING_UP, _given_up),
    **dict.fromkeys(turned_away_records.KINDS, _turned_away),
    **dict.fromkeys(ORDER_KINDS, _order),
    **dict.fromkeys(answer_records.KINDS, _answer),
    **dict.fromkeys(round_records.KINDS, _round),
    **dict.fromkeys(contribution_records.KINDS, _contribution),
}
