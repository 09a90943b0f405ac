"""Changes of artefacts and maps: proposed, discussed, signed by two others, effective at a date (D1, D2).

A proposal is files, by the paths of `catalogue.load.read_folders`, with what they were before. Its content lies in the
register by checksum, and nothing about it is ever changed: whoever wants other content makes another proposal. What
decides is one entry that is written for the state it was decided on, so that of two at once the second looks again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadQuery, Conflict, NotFound, Refused, nearest
from greffe.model.instants import PARIS, paris_date
from greffe.model.maps import StructureMap
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.release.proposed_files import check_formats, check_kept, check_places, loaded
from greffe.release.row_ids import check_row_ids
from greffe.store.base import Actor
from greffe.store.definitions import changed
from greffe.store.ledger import Ledger
from greffe.store.proposal_records import Proposal as Proposal
from greffe.store.records import CatalogueVersion


def propose(
    parts: Parts,
    who: Actor,
    files: Mapping[str, bytes | None],
    reason: str,
    effective_from: date | None = None,
    *,
    merges: Proposal | None = None,
) -> Proposal:
    """Ask that files be as given (None: gone) from a date on, or as soon as two others have approved.

    Files that are so already are left out. `merges`: the proposal whose changes this one takes over. Nothing is recorded
    when it raises: BadDefinition (what is proposed does not load), Refused (nothing changes, or what was effective would),
    BadQuery (no reason, a day that is past), NotFound (a file to remove is not there), Denied. The same asked again is the same proposal.
    """
    needs(parts, who, "author")
    if not reason.strip():
        raise BadQuery("A proposal needs its reason.", parameter="--reason")
    asked = checked(parts, files, effective_from)
    if not asked.files:
        raise Refused("Nothing changes: the files are effective as they are.")
    earlier = tuple(a for a in merges.authors if a != who.name) if merges else ()
    proposal = Proposal(
        id="", base=asked.base, files=asked.files, before=asked.before, reason=reason,
        effective_from=effective_from.isoformat() if effective_from else "", merges=merges.id if merges else "",
        earlier_authors=earlier, author=who.name,
    )  # fmt: skip
    return _entered(parts, who, proposal, asked.contents)


@dataclass(frozen=True)
class Asked:
    """Files that may be proposed as they are. `base`: checksum of the catalogue that will stand on the day; `files`: path → sha256
    ('' for one that is to go) of those that differ from it; `before`: what they are there; `contents`: their bytes."""

    base: str
    files: Mapping[str, str]
    before: Mapping[str, str]
    contents: Mapping[str, bytes]


def checked(parts: Parts, files: Mapping[str, bytes | None], effective_from: date | None = None) -> Asked:
    """What `propose` would ask of those files, without asking it; no file where nothing changes. Raises what it raises of them."""
    check_places(files)
    now = parts.clock()
    if effective_from is not None and effective_from < paris_date(now):
        raise BadQuery(
            f"{effective_from} lies in the past.", parameter="--effective-from",
            hint="Leave it out: it takes effect once two have approved.",
        )  # fmt: skip
    starts = effective_from.isoformat() if effective_from else ""
    base = standing(parts.ledger(), effect_instant(starts, now), now)
    wanted = _differing(base.files, files)
    contents = {path: body for path in wanted if (body := files[path]) is not None}
    if wanted:
        _check(parts, base.files, wanted, contents)
    return Asked(base.checksum, wanted, {p: base.files.get(p, "") for p in wanted}, contents)


def _differing(base: Mapping[str, str], files: Mapping[str, bytes | None]) -> dict[str, str]:
    """Path → sha256 of what would be another file than before, '' for what would be gone."""
    for path, body in files.items():
        if body is None and path not in base:
            raise NotFound(f"There is no file {path} to remove.", nearest=nearest(path, base))
    sums = {path: "" if body is None else hashlib.sha256(body).hexdigest() for path, body in sorted(files.items())}
    return {path: sha for path, sha in sums.items() if sha != base.get(path, "")}


def _check(parts: Parts, base: Mapping[str, str], wanted: Mapping[str, str], contents: Mapping[str, bytes]) -> None:
    whole = {path: parts.register.content(sha) for path, sha in base.items() if path not in wanted}
    before, after = parts.catalogue_of(base), loaded({**whole, **contents}, wanted)
    check_kept(before, after)
    check_formats(before, after)
    check_row_ids(parts, base, contents)


def _entered(parts: Parts, who: Actor, proposal: Proposal, contents: Mapping[str, bytes]) -> Proposal:
    """Write it down under an id of its content; a number sets it apart from one that was decided already."""
    known = parts.ledger().definitions.proposals
    said = json.dumps([proposal.payload(), proposal.author], sort_keys=True)
    for number in range(len(known) + 1):
        id_ = f"P-{hashlib.sha256(f'{number} {said}'.encode()).hexdigest()[:8]}"
        found = known.get(id_)
        if found is None:
            break
        if not found.decided:
            return found
    payload = {**proposal.payload(), "id": id_}
    try:
        parts.register.append(
            who, parts.clock(), "proposal.made", id_, payload, once=f"made:{id_}", contents=list(contents.values())
        )
    except Conflict:
        return parts.ledger().definitions.proposal(id_)  # the same was proposed at the same time
    return parts.ledger().definitions.proposal(id_)


def effect_instant(effective_from: str, now: datetime) -> datetime:
    """When a proposal would take effect: at the first moment of its day in Paris (D3), now when that is past."""
    if not effective_from:
        return now
    day = datetime.combine(date.fromisoformat(effective_from), time(), PARIS)
    return max(now, day.astimezone(UTC))


def standing(ledger: Ledger, at: datetime, now: datetime) -> CatalogueVersion:
    """The definitions that will hold at an instant, by what is decided now; those that hold now when it is no later."""
    version = ledger.definitions.now(now) if at <= now else ledger.definitions.at(at)
    if version is None:
        raise NotFound("There is no catalogue yet.")
    return version


def state_of(ledger: Ledger, proposal: Proposal, now: datetime) -> str:
    """open | approved (waits for its date) | effective | superseded (all that it set was replaced) | rejected |
    withdrawn."""
    if proposal.closing is not None:
        return proposal.closing.how
    if proposal.effective_at is None:
        return "open"
    if proposal.effective_at > now:
        return "approved"
    held = standing(ledger, now, now).files
    stands = any(held.get(path, "") == sha for path, sha in proposal.files.items())
    return "effective" if stands else "superseded"


def stale_files(ledger: Ledger, proposal: Proposal, now: datetime) -> dict[str, CatalogueVersion]:
    """Files of an open proposal that others have changed since it was made, each with the version that did."""
    if proposal.decided:
        return {}
    at = effect_instant(proposal.effective_from, now)
    held = standing(ledger, at, now)
    found: dict[str, CatalogueVersion] = {}
    versions = [v for v in ledger.catalogues if v.instant <= held.instant]
    for path, before in proposal.before.items():
        if held.files.get(path, "") != before:
            found[path] = next((v for v in reversed(versions) if path in v.change), held)
    return found


def proposed_catalogue(parts: Parts, proposal: Proposal) -> Catalogue:
    """The catalogue as it would be, or became, with the proposal: on what stands, a stale one on what it was made on.

    Raises BadDefinition when the files do not fit what stands by now."""
    return parts.catalogue_of(changed(base_files(parts, proposal), proposal.files))


def base_files(parts: Parts, proposal: Proposal) -> Mapping[str, str]:
    """Path → sha256 of the catalogue that the proposal changes: see `proposed_catalogue`."""
    ledger, now = parts.ledger(), parts.clock()
    if proposal.effective_at is not None:
        place = next(n for n, v in enumerate(ledger.catalogues) if v.proposal == proposal.id)
        return ledger.catalogues[place - 1].files
    if proposal.closing is None and not stale_files(ledger, proposal, now):
        return standing(ledger, effect_instant(proposal.effective_from, now), now).files
    base = next((v for v in ledger.catalogues if v.checksum == proposal.base), None)
    if base is None:
        raise Refused(f"What proposal {proposal.id} was made on is not there any more: it never took effect.")
    return base.files


def touched_maps(parts: Parts, proposal: Proposal) -> tuple[StructureMap, ...]:
    """Maps that are effective now and read a file of the proposal."""
    return tuple(m for m in parts.catalogue().maps.values() if map_files(m) & proposal.files.keys())


def map_files(map_: StructureMap) -> frozenset[str]:
    """The files that make a map."""
    return frozenset({map_.file, *(table.file for table in map_.representation_maps)})


def same_map(one: StructureMap, other: StructureMap) -> bool:
    """Whether two are versions of one map."""
    return (one.reference.agency, one.reference.id) == (other.reference.agency, other.reference.id)


def others_on(parts: Parts, proposal: Proposal) -> tuple[Proposal, ...]:
    """Proposals of others, or other ones, that are open or wait for their date and concern the same files or maps."""
    ledger, now = parts.ledger(), parts.clock()
    mine = {m.reference for m in touched_maps(parts, proposal)}
    return tuple(
        other
        for other in ledger.definitions.proposals.values()
        if other.id not in (proposal.id, proposal.merges)
        and state_of(ledger, other, now) in ("open", "approved")
        and (other.files.keys() & proposal.files.keys() or mine & {m.reference for m in touched_maps(parts, other)})
    )
