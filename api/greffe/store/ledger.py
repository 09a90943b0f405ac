"""The state that the register's entries amount to: extracts, drafts, approvals, waivers, releases, definitions, the release calendar.

A Ledger is an immutable value; a reader pins one. What each kind of entry does to it stands in `folding`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from greffe.errors import NotFound, nearest
from greffe.model import instants
from greffe.model.calendar import Advance, CalendarEntry
from greffe.model.references import Reference
from greffe.model.releases import Release
from greffe.model.releases import current as readable_release
from greffe.model.rounds import Query
from greffe.model.transmissions import Transmission
from greffe.store.answer_records import Answers
from greffe.store.calendar_records import Advances, Calendar
from greffe.store.contribution_records import Contributions
from greffe.store.definitions import Definitions
from greffe.store.given_up_records import AllGivenUp
from greffe.store.grant_records import Grants
from greffe.store.key_records import Keys
from greffe.store.note_records import Note
from greffe.store.order_records import Orders
from greffe.store.publication_records import PublicationRecord
from greffe.store.records import (
    Acceptance,
    Approval,
    CatalogueVersion,
    DraftRecord,
    ExtractRecord,
    Waiver,
)
from greffe.store.return_records import Returns
from greffe.store.round_records import Queries
from greffe.store.transmission_records import Transmissions
from greffe.store.turned_away_records import AllTurnedAway

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
    closed: frozenset[str] = frozenset()  # people whose account was closed, and who were not invited again since
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


def _found(things: Mapping[str, _T], id_: str, what: str) -> _T:
    if id_ not in things:
        raise NotFound(f"There is no {what} {id_}.", nearest=nearest(id_, things))
    return things[id_]
