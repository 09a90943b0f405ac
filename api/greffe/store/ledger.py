"""The state that the register's entries amount to, folded in order: extracts, drafts, approvals, waivers, releases,
definitions, the release calendar.

A Ledger is an immutable value; a reader pins one. LedgerReader keeps one up to date by reading only what is new.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Final, TypeVar

from greffe.errors import NotFound, nearest
from greffe.model import instants
from greffe.model.calendar import Advance, CalendarEntry
from greffe.model.references import Reference
from greffe.model.releases import Release
from greffe.model.releases import current as readable_release
from greffe.model.rounds import Query
from greffe.model.transmissions import Transmission
from greffe.store import answer_records, contribution_records, round_records, turned_away_records
from greffe.store.answer_records import Answers
from greffe.store.base import Entry, Register
from greffe.store.calendar_records import Advances, Calendar, advances_after, calendar_after
from greffe.store.contribution_records import Contributions
from greffe.store.definitions import NEEDED, Definitions
from greffe.store.given_up_records import GIVING_UP, AllGivenUp, given_up_after
from greffe.store.grant_records import Grants, grants_after
from greffe.store.key_records import Keys, keys_after
from greffe.store.note_records import Note
from greffe.store.order_records import ORDER_KINDS, Orders, orders_after
from greffe.store.payload import Fields
from greffe.store.publication_records import PublicationRecord
from greffe.store.records import (
    Acceptance,
    Approval,
    CatalogueVersion,
    DraftRecord,
    ExtractRecord,
    Waiver,
    Withdrawal,
    release_from_entry,
    release_payload,
)
from greffe.store.return_records import Returned, Returns
from greffe.store.round_records import Queries
from greffe.store.transmission_records import KINDS, Transmissions, transmissions_after
from greffe.store.turned_away_records import AllTurnedAway, turned_away_after

__all__ = [
    "Acceptance",
    "Approval",
    "CatalogueVersion",
    "DraftRecord",
    "ExtractRecord",
    "Ledger",
    "LedgerReader",
    "Returned",
    "Waiver",
    "Withdrawal",
    "release_from_entry",
    "release_payload",
]


CLOCK_RIGHT: Final = "clock.right"  # entries before it that are of a later hour have a wrong one
_T = TypeVar("_T")


@dataclass(frozen=True)
class Ledger:
    """What holds after entry `head`. Mappings keep the order of the entries; nothing in here is ever changed."""

    head: int = 0
    latest: str = (
        ""  # the latest instant of an entry, whatever clock said it, since the last one that says that a clock is right
    )
    latest_entry: int = 0  # which one
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    extracts: Mapping[str, ExtractRecord] = field(default_factory=dict)  # accepted and refused, by id
    drafts: Mapping[str, DraftRecord] = field(default_factory=dict)  # by id; a repeated preparation replaces
    signatures: tuple[Approval, ...] = ()
    acceptances: tuple[Acceptance, ...] = ()
    returned: Returns = field(default_factory=dict)  # drafts that were sent back and not prepared again since
    waivers: Mapping[str, Waiver] = field(default_factory=dict)
    releases: Mapping[str, Release] = field(default_factory=dict)  # by `FLOW#7`
    grants: Grants = field(default_factory=dict)
    definitions: Definitions = field(default_factory=Definitions)  # catalogues and proposals
    calendar: Calendar = field(default_factory=dict)  # by id
    advances: Advances = field(default_factory=dict)  # by release and recipient
    publications: Mapping[str, PublicationRecord] = field(default_factory=dict)  # of other bodies, by id
    keys: Keys = field(default_factory=dict)  # for machines, by name
    transmissions: Transmissions = field(default_factory=dict)  # by id
    given_up: AllGivenUp = field(default_factory=dict)  # missed deadlines, by delivery and year: `ESTAT_CTS_JUST-2023`
    turned_away: AllTurnedAway = field(default_factory=dict)  # receipts that were not taken, by id
    orders: Orders = field(default_factory=dict)  # standing ones, by id
    answers: Answers = field(default_factory=dict)  # to questionnaires: `CEPEJ/2024` → cell → answer
    queries: Queries = field(default_factory=dict)  # of recipients about deliveries, by id
    contributions: Contributions = field(default_factory=dict)  # of houses that acted on theirs, by id
    notes: tuple[Note, ...] = ()  # on codes of tables of maps, in their order
    denials_read: int = 0  # the last entry up to which denied acts were looked at

    @classmethod
    def from_entries(cls, entries: Iterable[Entry]) -> Ledger:
        """The state after those entries, from the first one on."""
        return cls().extended(entries)

    def extended(self, entries: Iterable[Entry]) -> Ledger:
        """The state after more entries. Kinds that are not known here are a newer program's: they change nothing."""
        state = self
        for entry in entries:
            fold = _FOLDS.get(entry.kind, _unchanged)
            state = replace(fold(state, entry), head=entry.number)
            if entry.kind == CLOCK_RIGHT or entry.instant >= state.latest:
                state = replace(state, latest=entry.instant, latest_entry=entry.number)
        return state

    @property
    def accepted(self) -> tuple[ExtractRecord, ...]:
        """Accepted extracts, in order."""
        return tuple(e for e in self.extracts.values() if e.accepted)

    def extract(self, id_: str) -> ExtractRecord:
        """An extract by its id. Raises NotFound with the nearest."""
        return _found(self.extracts, id_, "extract")

    def draft(self, id_: str) -> DraftRecord:
        """A draft by its id. Raises NotFound with the nearest."""
        return _found(self.drafts, id_, "draft")

    def release(self, name: str) -> Release:
        """A release by `FLOW#7`, readable or not. Raises NotFound with the nearest."""
        return _found(self.releases, name, "release")

    def waiver(self, id_: str) -> Waiver:
        """A waiver by its id. Raises NotFound with the nearest."""
        return _found(self.waivers, id_, "waiver")

    def releases_of(self, dataflow: Reference) -> tuple[Release, ...]:
        """Every release of a dataflow by number, the withdrawn ones too."""
        return tuple(sorted((r for r in self.releases.values() if r.dataflow == dataflow), key=lambda r: r.number))

    def current(self, dataflow: Reference, now: datetime) -> Release | None:
        """The readable release of a dataflow with the highest number."""
        return readable_release(self.releases_of(dataflow), now)

    def next_number(self, dataflow: Reference) -> int:
        """The number its next release takes. Versions of one dataflow share the numbers, as they share the name."""
        return 1 + max((r.number for r in self.releases.values() if r.dataflow.id == dataflow.id), default=0)

    def entry(self, id_: str) -> CalendarEntry:
        """An entry of the release calendar by its id. Raises NotFound with the nearest."""
        return _found(self.calendar, id_, "entry of the calendar")

    def transmission(self, id_: str) -> Transmission:
        """A transmission by its id. Raises NotFound with the nearest."""
        return _found(self.transmissions, id_, "transmission")

    def query(self, id_: str) -> Query:
        """A recipient's query by its id. Raises NotFound with the nearest."""
        if id_ not in self.queries:
            raise NotFound(f"There is no query {id_}.", nearest=nearest(id_, self.queries))
        return self.queries[id_]

    def advances_of(self, release: str) -> tuple[Advance, ...]:
        """Who was granted that release before its hour."""
        return tuple(a for a in self.advances.values() if a.release == release)

    def release_of_draft(self, draft: str) -> Release | None:
        """The release that was made of a draft, if any (same key, same release)."""
        return next((r for r in self.releases.values() if r.draft == draft), None)

    def approvals(self, subject: str, checksum: str) -> tuple[Approval, ...]:
        """Who stands for exactly that content: author and approvers, in order, each person once a role."""
        found = {(a.person, a.role): a for a in self.signatures if (a.subject, a.checksum) == (subject, checksum)}
        return tuple(found.values())

    def accepted_warnings(self, draft: str, checksum: str) -> tuple[Acceptance, ...]:
        """Written acceptances of the warnings of exactly that draft."""
        return tuple(a for a in self.acceptances if (a.draft, a.checksum) == (draft, checksum))

    @cached_property
    def _instants(self) -> list[datetime]:
        """When releases and definitions take effect, in order. A withdrawal counts from its entry on."""
        scheduled = (instants.read(v.instant) for v in self.catalogues if v.scheduled)
        return sorted((*(r.effective_at for r in self.releases.values()), *scheduled))

    def passed(self, now: datetime) -> int:
        """How many releases, and definitions that waited for a date, have taken effect by now."""
        return bisect_right(self._instants, now)

    @property
    def catalogues(self) -> tuple[CatalogueVersion, ...]:
        """Catalogues by the instant of their effect; the last ones may still wait for theirs."""
        return self.definitions.catalogues

    def catalogue_at(self, moment: datetime) -> CatalogueVersion:
        """The catalogue that is effective at that moment. Raises NotFound before the first one."""
        return self.definitions.at(moment)


def _publication(state: Ledger, entry: Entry) -> Ledger:
    record = PublicationRecord.from_entry(entry)
    return replace(state, publications={**state.publications, record.id: record})


def _publication_withdrawn(state: Ledger, entry: Entry) -> Ledger:
    record = replace(state.publications[entry.subject], withdrawn=Fields(entry).text("reason"))
    return replace(state, publications={**state.publications, record.id: record})


def _found(things: Mapping[str, _T], id_: str, what: str) -> _T:
    if id_ not in things:
        raise NotFound(f"There is no {what} {id_}.", nearest=nearest(id_, things))
    return things[id_]


def _unchanged(state: Ledger, _entry: Entry) -> Ledger:
    return state


def _person(state: Ledger, entry: Entry) -> Ledger:
    fields = Fields(entry)
    return replace(state, people={**state.people, fields.text("name"): fields.texts("roles")})


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


_FOLDS: Final[Mapping[str, Callable[[Ledger, Entry], Ledger]]] = {
    "person.added": _person,
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


class LedgerReader:
    """The ledger of a register, kept up to date by reading only what is new. One for all threads of a process."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._lock = threading.Lock()
        self.ledger = Ledger()
        self.read_at: datetime | None = None  # when the register was last reached (D6: 503 when too long ago)

    def refresh(self, now: datetime | None = None) -> Ledger:
        """Poll the head, fold what is new, and give the ledger. `now` is noted in `read_at`."""
        with self._lock:
            if self._register.head() != self.ledger.head:
                self.ledger = self.ledger.extended(self._register.read(after=self.ledger.head))
            if now is not None:
                self.read_at = now
            return self.ledger
