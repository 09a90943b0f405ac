"""Values that a release holds apart: for the protection of later releases, and for recipients who have a grant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from greffe.arrow import pa, pc, pq, text
from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.relations import relations_of
from greffe.errors import NotFound
from greffe.model.references import Reference, parse_reference
from greffe.model.releases import Release
from greffe.model.structures import Dataflow
from greffe.protection.linked import Linked, exact
from greffe.protection.tables import Earlier
from greffe.release.drafts import Draft
from greffe.release.parts import Parts
from greffe.store.base import CONFIDENTIAL


def earlier_of(parts: Parts, flow: Reference) -> tuple[Earlier, ...]:
    """The releases of a dataflow that were made and may have been read, the withdrawn ones too: what was public stays known."""
    found = []
    for release in parts.ledger().releases_of(flow):
        if release.withdrawn_at is not None and release.withdrawn_at <= release.effective_at:
            continue
        data = parts.observations.file(release.name, "data.parquet")
        found.append(Earlier(str(release), data, apart_of(parts, release)))
    return tuple(found)


def linked_of(parts: Parts, catalogue: Catalogue, flow: Dataflow, origin: str) -> tuple[Linked, ...]:
    """The releases, of that origin, of the dataflows that exact identities join with one: the current one and those that wait
    for their hour, the last made first. What waits will be read beside this one."""
    found = []
    for other in _exactly_joined(catalogue, flow.reference.id):
        dataflow = catalogue.latest(Dataflow, other)
        structure = catalogue.structure(dataflow)
        relations = relations_of(catalogue.codelists(structure), structure, catalogue.map_to(dataflow))
        for release in _read_beside(parts, dataflow.reference, origin):
            data = parts.observations.file(release.name, "data.parquet")
            found.append(Linked(str(release), other, data, apart_of(parts, release), relations, structure.decimals))
    return tuple(found)


def _exactly_joined(catalogue: Catalogue, flow: str) -> list[str]:
    """The other dataflows that exact identities join with one."""
    pairs = [
        {i.left.dataflow, i.right.dataflow} for i in catalogue.policies.identities if i.concerns(flow) and exact(i)
    ]
    return sorted({name for pair in pairs for name in pair} - {flow})


def _read_beside(parts: Parts, flow: Reference, origin: str) -> list[Release]:
    ledger, now = parts.ledger(), parts.clock()
    current = ledger.current(flow, now)
    made = [r for r in ledger.releases_of(flow) if r.withdrawn_at is None and (r == current or r.effective_at > now)]
    return sorted((r for r in made if r.origin == origin), key=lambda r: -r.number)


def unguarded(parts: Parts, draft: Draft, together: Sequence[Draft] = ()) -> str:
    """What was published, or will be, of the same figures since a draft was protected; '' when nothing was, or neither side
    hides anything. `together`: drafts of other dataflows that are to be released with it: neither saw the other."""
    catalogue = parts.catalogue()
    flow = catalogue.get(Dataflow, parse_reference(draft.dataflow))
    joined = _exactly_joined(catalogue, flow.reference.id)
    for other in together:
        mine = parse_reference(other.dataflow).id in joined
        if mine and (draft.apart is not None or other.apart is not None):
            return other.id
    references = [catalogue.latest(Dataflow, other).reference for other in joined]
    beside = [r for reference in references for r in _read_beside(parts, reference, draft.origin)]
    new = next((str(r) for r in beside if str(r) not in draft.against), "")
    if not new or (draft.apart is None and not any(apart_of(parts, r) for r in beside)):
        return ""
    return new


def apart_of(parts: Parts, release: Release) -> Path | None:
    """The file of the values that a release hides, where it hides any."""
    try:
        return parts.observations.file(release.name, CONFIDENTIAL)
    except NotFound:
        return None


def kept_apart(parts: Parts, release: Release, key: Mapping[str, str], period: str) -> str | None:
    """The true value of one observation that a release hides or rounds; None for any other."""
    path = apart_of(parts, release)
    if path is None:
        return None
    found = pq.read_table(path)
    for name, code in {**key, "TIME_PERIOD": period}.items():
        found = found.filter(pc.equal(found.column(name), pa.scalar(code)))
    values = found.column("OBS_VALUE").to_pylist()
    return text(values[0]) if values else None
