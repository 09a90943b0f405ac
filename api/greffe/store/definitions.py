"""Which definitions hold when: catalogues in the order of their instants, and the proposals that lead to them (D2).

Folded from entries. What takes effect at a date needs no write at that date: the state at a moment is read off the
instants, as it is for releases (D6). A change is kept as its files alone, so that one that waits for its date is laid
over whatever holds by then.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Final

from greffe.catalogue.load import checksum_of
from greffe.errors import NotFound, nearest
from greffe.model import instants
from greffe.store.base import Entry
from greffe.store.payload import Fields
from greffe.store.proposal_records import Closing, Comment, Proposal
from greffe.store.records import Approval, CatalogueVersion

NEEDED: Final = 2  # approvers, none of them an author (D1)
# Kinds that decide about definitions: each is appended once for the state that it was decided on (`decisions`).
DECIDING: Final = (
    "catalogue.imported", "proposal.approved", "proposal.effective", "proposal.rejected", "proposal.withdrawn",
)  # fmt: skip


@dataclass(frozen=True)
class Definitions:
    """`catalogues` by instant, those included that wait for theirs. `decisions`: how many entries decided so far."""

    catalogues: tuple[CatalogueVersion, ...] = ()
    proposals: Mapping[str, Proposal] = field(default_factory=dict)
    decisions: int = 0

    @cached_property
    def instants(self) -> list[datetime]:
        """When catalogues take effect, in order."""
        return [instants.read(v.instant) for v in self.catalogues]

    @property
    def once(self) -> str:
        """The key of the next decision: of two that are made on the same state one is refused and looks again."""
        return f"definitions:{self.decisions + 1}"

    def at(self, moment: datetime) -> CatalogueVersion:
        """The catalogue that is effective at that moment. Raises NotFound before the first one."""
        found = bisect_right(self.instants, moment)
        if not found:
            first = f"The first definitions are of {self.catalogues[0].instant}." if self.catalogues else ""
            raise NotFound(f"Nothing was effective yet at {moment.isoformat()}.", parameter="asOf", hint=first)
        return self.catalogues[found - 1]

    def now(self, now: datetime) -> CatalogueVersion | None:
        """What holds now: that of a date counts from its instant on, all else from its entry on, whatever a clock that
        is behind says. None before the first import."""
        held = (v for v in reversed(self.catalogues) if not v.scheduled or instants.read(v.instant) <= now)
        return next(held, None)

    def after(self, moment: datetime) -> tuple[CatalogueVersion, ...]:
        """Those that take effect later than that, in order."""
        return self.catalogues[bisect_right(self.instants, moment) :]

    def proposal(self, id_: str) -> Proposal:
        """A proposal by its id. Raises NotFound with the nearest."""
        if id_ not in self.proposals:
            raise NotFound(f"There is no proposal {id_}.", nearest=nearest(id_, self.proposals))
        return self.proposals[id_]

    def extended(self, entry: Entry) -> Definitions:
        """After one more entry. What came too late changes nothing: a decision on what is decided already."""
        after = self._folded(entry)
        return replace(after, decisions=after.decisions + 1) if entry.kind in DECIDING else after

    def _folded(self, entry: Entry) -> Definitions:
        if entry.kind == "catalogue.imported":
            return self._with(CatalogueVersion.from_entry(entry))
        if entry.kind == "proposal.made":
            return self._made(Proposal.from_entry(entry))
        found = self.proposals.get(entry.subject)
        if found is None:
            return self
        if entry.kind == "proposal.commented":
            return self._put(replace(found, comments=(*found.comments, Comment.from_entry(entry))))
        if entry.kind == "proposal.withdrawn":
            return self._withdrawn(found, entry)
        if found.decided:
            return self
        if entry.kind == "proposal.rejected":
            return self._put(replace(found, closing=_closing(entry)))
        signed = replace(found, approvals=(*found.approvals, Approval.from_entry(entry)))
        return self._effective(signed, entry) if entry.kind == "proposal.effective" else self._put(signed)

    def _made(self, proposal: Proposal) -> Definitions:
        state, merged = self, self.proposals.get(proposal.merges)
        if merged is not None and not merged.decided:
            how = Closing("superseded", proposal.reason, proposal.id, proposal.author, proposal.instant)
            state = self._put(replace(merged, closing=how))
        return state._put(proposal)

    def _effective(self, proposal: Proposal, entry: Entry) -> Definitions:
        at = max(Fields(entry).instant("at"), instants.read(entry.instant))  # the past is never made again
        scheduled = at > instants.read(entry.instant)
        version = CatalogueVersion("", {}, instants.written(at), proposal.id, proposal.files, scheduled)
        return self._with(version)._put(replace(proposal, effective_at=at))

    def _withdrawn(self, proposal: Proposal, entry: Entry) -> Definitions:
        at = proposal.effective_at
        if proposal.closing or (at is not None and at <= instants.read(entry.instant)):
            return self
        return self._without(proposal.id)._put(replace(proposal, closing=_closing(entry), effective_at=None))

    def _put(self, proposal: Proposal) -> Definitions:
        return replace(self, proposals={**self.proposals, proposal.id: proposal})

    def _with(self, version: CatalogueVersion) -> Definitions:
        place = bisect_right(self.instants, instants.read(version.instant))
        held = self.catalogues
        return replace(self, catalogues=(*held[:place], *laid(held[:place], (version, *held[place:]))))

    def _without(self, proposal: str) -> Definitions:
        place = next((n for n, v in enumerate(self.catalogues) if v.proposal == proposal), None)
        if place is None:
            return self
        held = self.catalogues
        return replace(self, catalogues=(*held[:place], *laid(held[:place], held[place + 1 :])))


def laid(held: Iterable[CatalogueVersion], changes: Iterable[CatalogueVersion]) -> tuple[CatalogueVersion, ...]:
    """Each change over the catalogue before it; a version that no proposal made is whole in itself."""
    files: Mapping[str, str] = next((v.files for v in reversed(tuple(held))), {})
    made: list[CatalogueVersion] = []
    for version in changes:
        if version.proposal:
            files = changed(files, version.change)
            version = replace(version, files=files, checksum=checksum_of(files))
        files = version.files
        made.append(version)
    return tuple(made)


def changed(files: Mapping[str, str], change: Mapping[str, str]) -> dict[str, str]:
    """Path → sha256 with a change laid over it; '' takes a file away."""
    return {path: sha for path, sha in {**files, **change}.items() if sha}


def _closing(entry: Entry) -> Closing:
    how = entry.kind.removeprefix("proposal.")
    return Closing(how, Fields(entry).text("reason"), "", entry.actor, entry.instant)
