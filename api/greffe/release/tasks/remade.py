"""What an author takes up again: proposals that were refused or that others outran, drafts and releases whose map is another by now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from greffe.model.instants import read
from greffe.model.maps import StructureMap
from greffe.model.references import Reference
from greffe.model.structures import Dataflow
from greffe.release.parts import Parts
from greffe.release.proposals import map_files, stale_files, state_of
from greffe.release.tasks.drafts import waiting_drafts
from greffe.release.tasks.task import Asker, Task
from greffe.store.ledger import Ledger
from greffe.store.proposal_records import Proposal
from greffe.store.records import CatalogueVersion, DraftRecord

KEPT: Final = timedelta(days=90)  # a refusal that nobody took up is told so long


def refused(parts: Parts, who: Asker) -> Iterator[Task]:
    """For its authors: a proposal that an approver refused, until one of them proposes a change of one of its files again."""
    ledger, now = parts.ledger(), parts.clock()
    every = list(ledger.definitions.proposals.values())
    for place, one in enumerate(every):
        if one.closing is None or one.closing.how != "rejected" or who.name not in one.authors:
            continue
        since = read(one.closing.instant)
        if now - since <= KEPT and not _again(one, every[place + 1 :]):
            yield Task("refused", one.id, f"/staff/proposals/{one.id}", since, by=one.closing.person)


def outrun(parts: Parts, who: Asker) -> Iterator[Task]:
    """For its authors: an open proposal whose files others have changed since it was made, so that nobody can approve it."""
    ledger, now = parts.ledger(), parts.clock()
    for one in ledger.definitions.proposals.values():
        if who.name not in one.authors or state_of(ledger, one, now) != "open":
            continue
        changed = stale_files(ledger, one, now)
        if changed:
            since = min(version.instant for version in changed.values())
            more = ", ".join(sorted(changed)[:3]) + (" …" if len(changed) > 3 else "")
            yield Task("outrun", one.id, f"/staff/proposals/{one.id}", read(since), count=len(changed), more=more)


def _again(one: Proposal, later: list[Proposal]) -> bool:
    instant = one.closing.instant if one.closing else ""
    return any(
        other.merges == one.id
        or (other.instant > instant and other.files.keys() & one.files.keys() and set(other.authors) & set(one.authors))
        for other in later
    )


def remapped(parts: Parts, who: Asker) -> Iterator[Task]:
    """For authors: a line for each decision that made maps others than those which drafts that wait and current releases were
    made with, and how many dataflows it is about."""
    if not who.has("author"):
        return
    ledger = parts.ledger()
    found: dict[str, tuple[CatalogueVersion, list[str]]] = {}
    for reference, map_ in outdated(parts).items():
        version = _since(ledger, map_)
        if version is not None:
            found.setdefault(version.instant, (version, []))[1].append(reference.id)
    for version, flows in found.values():
        place = f"/staff/drafts/{flows[0]}" if len(flows) == 1 else "/staff/drafts"
        shown = ", ".join(sorted(flows)[:3]) + (" …" if len(flows) > 3 else "")
        yield Task("remapped", shown, place, read(version.instant), count=len(flows), more=version.proposal)


def outdated(parts: Parts) -> dict[Reference, StructureMap]:
    """Dataflows whose draft that waits, or whose current release where none does, was made with another map than theirs now."""
    catalogue = parts.catalogue()
    return {
        flow.reference: map_
        for map_ in catalogue.maps.values()
        for flow in (catalogue.get(Dataflow, map_.target),)
        if any(made.map_checksum != map_.checksum for made in _standing(parts, flow))
    }


def _standing(parts: Parts, flow: Dataflow) -> list[DraftRecord]:
    """What waits of a dataflow, and what is released where nothing of its origin waits."""
    ledger = parts.ledger()
    waiting = [d for d in waiting_drafts(ledger) if d.dataflow == flow.reference]
    release = ledger.current(flow.reference, parts.clock())
    made = ledger.drafts.get(release.draft) if release else None
    return [*waiting, *([made] if made and made.origin not in {d.origin for d in waiting} else [])]


def _since(ledger: Ledger, map_: StructureMap) -> CatalogueVersion | None:
    """The last decision that changed a file of the map."""
    files = map_files(map_)
    return next((v for v in reversed(ledger.catalogues) if v.proposal and files & v.change.keys()), None)
