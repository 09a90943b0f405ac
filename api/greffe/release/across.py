"""What a draft and the datasets of other dataflows must have in common (validation.across), and how it stands now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import product

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.policies.identities import Identity
from greffe.engine import Connection, quoted
from greffe.model.findings import Finding, open_errors
from greffe.model.instants import written
from greffe.model.references import Reference
from greffe.model.releases import Release, current
from greffe.model.structures import Dataflow
from greffe.release.drafts import Draft, draft_folder
from greffe.release.job import Beside
from greffe.release.parts import Parts
from greffe.release.waivers import waived_of
from greffe.validation.across import Held, Outcome, sides, tried
from greffe.validation.facts import literal

Others = Mapping[str, Sequence[Beside]]  # by dataflow id, the one that decides last


def beside(parts: Parts, catalogue: Catalogue, flow: Dataflow, origin: str) -> dict[str, tuple[Beside, ...]]:
    """What identities join with a dataflow, by dataflow id: the current release, and before it the draft that was prepared
    since. Agreement with one of them is enough while drafts are made, for figures that change together are drafted one after
    the other; a draft excuses and never accuses. Real and synthetic figures are never compared (D13)."""
    found: dict[str, tuple[Beside, ...]] = {}
    for other in _joined(catalogue, flow.reference.id):
        reference = catalogue.latest(Dataflow, other).reference
        current = _current(parts, reference, origin)
        if current:
            found[other] = (*_waiting(parts, reference, origin), *current)
    return found


def check_across(
    connection: Connection, catalogue: Catalogue, flow: Dataflow, table: str, others: Others
) -> tuple[Finding, ...]:
    """Contradictions of the dataset in `table` with those beside it, and within itself where an identity says so."""
    id_ = flow.reference.id
    held = Held(id_, catalogue.structure(flow), table, id_)
    found: list[Finding] = []
    for one in catalogue.policies.identities:
        for side in sides(one, id_):
            outcome = _tried(connection, catalogue, one, held, others, side)
            found += outcome.findings if outcome is not None else ()
    return tuple(found)


def contradictions(
    parts: Parts, draft: Draft, flow: Dataflow, together: Mapping[str, Draft], effective: datetime
) -> tuple[Finding, ...]:
    """Errors that a draft has with what will be current when it is `effective`, or with the drafts that are released
    `together` with it (by dataflow id), those apart that a waiver lifts (D19)."""
    catalogue = parts.catalogue()
    others: dict[str, tuple[Beside, ...]] = {}
    for other in _joined(catalogue, flow.reference.id):
        if other in together:
            others[other] = (Beside(together[other].id, together[other].data),)
        else:
            others[other] = _current(parts, catalogue.latest(Dataflow, other).reference, draft.origin, effective)
    return _open(parts, flow, Beside(draft.id, draft.data), others)


def left_behind(parts: Parts, release: Release) -> tuple[Finding, ...]:
    """Errors that everybody would read once `release` is withdrawn: what is current again contradicts other dataflows. None
    when nothing is current again, or the release is not current now."""
    catalogue, now = parts.catalogue(), parts.clock()
    known = parts.ledger().releases_of(release.dataflow)
    again = current([r for r in known if r != release], now)
    if again is None or current(known, now) != release:
        return ()
    flow = catalogue.get(Dataflow, release.dataflow)
    references = {
        other: catalogue.latest(Dataflow, other).reference for other in _joined(catalogue, release.dataflow.id)
    }
    others = {other: _current(parts, reference, again.origin) for other, reference in references.items()}
    return _open(parts, flow, Beside(str(again), parts.observations.file(again.name, "data.parquet")), others)


def _open(parts: Parts, flow: Dataflow, own: Beside, others: Others) -> tuple[Finding, ...]:
    """The errors of a dataset with those beside it, those apart that a waiver lifts (D19)."""
    catalogue = parts.catalogue()
    if not any(one.concerns(flow.reference.id) for one in catalogue.policies.identities):
        return ()
    with parts.connection() as connection:
        _view(connection, "dataset_in_question", own)
        found = check_across(connection, catalogue, flow, "dataset_in_question", others)
    return open_errors(waived_of(parts, str(flow.reference), found))


def standing(parts: Parts) -> tuple[tuple[Identity, Outcome | None], ...]:
    """Every identity with what the current releases say of it; None where they cannot be compared."""
    catalogue = parts.catalogue()
    result: list[tuple[Identity, Outcome | None]] = []
    with parts.connection() as connection:
        for one in catalogue.policies.identities:
            flows = {f: catalogue.latest(Dataflow, f).reference for f in (one.left.dataflow, one.right.dataflow)}
            origins = {r.origin for f in flows.values() if (r := parts.ledger().current(f, parts.clock())) is not None}
            others = {f: _current(parts, reference, o) for f, reference in flows.items() for o in origins}
            alike = len(origins) == 1 and all(others.values())
            result.append((one, _tried(connection, catalogue, one, None, others, "left") if alike else None))
    return tuple(result)


def _joined(catalogue: Catalogue, dataflow: str) -> list[str]:
    """The other dataflows that identities join with one."""
    both = [{one.left.dataflow, one.right.dataflow} for one in catalogue.policies.identities if one.concerns(dataflow)]
    return sorted({other for pair in both for other in pair - {dataflow}})


def _current(parts: Parts, flow: Reference, origin: str, at: datetime | None = None) -> tuple[Beside, ...]:
    current = parts.ledger().current(flow, at or parts.clock())
    if current is None or current.origin != origin:
        return ()
    return (Beside(str(current), parts.observations.file(current.name, "data.parquet")),)


def _waiting(parts: Parts, flow: Reference, origin: str) -> tuple[Beside, ...]:
    """The newest draft that was prepared since the current release and is not released itself."""
    ledger = parts.ledger()
    current = ledger.current(flow, parts.clock())
    since = written(current.made_at) if current is not None else ""
    drafts = [
        d
        for d in ledger.drafts.values()
        if d.dataflow == flow
        and d.origin == origin
        and d.prepared_at > since
        and ledger.release_of_draft(d.id) is None
        and (draft_folder(parts, d) / "data.parquet").is_file()
    ]
    if not drafts:
        return ()
    newest = max(drafts, key=lambda d: (d.prepared_at, d.id))
    return (Beside(newest.id, draft_folder(parts, newest) / "data.parquet"),)


def _tried(
    connection: Connection,
    catalogue: Catalogue,
    identity: Identity,
    own: Held | None,
    others: Others,
    about: str,
) -> Outcome | None:
    """The first outcome without an open error, else the last. None where a side is not at hand."""

    def candidates(flow: str) -> list[Held]:
        if own is not None and flow == own.dataflow:
            return [own]
        structure = catalogue.structure(catalogue.latest(Dataflow, flow))
        return [
            Held(flow, structure, _view(connection, f"beside_{flow}_{n}", one), one.name)
            for n, one in enumerate(others.get(flow, ()))
        ]

    last: Outcome | None = None
    for left, right in product(candidates(identity.left.dataflow), candidates(identity.right.dataflow)):
        last = tried(connection, identity, left, right, catalogue.policies.differences, about)
        if not open_errors(last.findings):
            return last
    return last


def _view(connection: Connection, name: str, one: Beside) -> str:
    """A view over a file of our own; a view takes no parameters."""
    file = literal(str(one.data))
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {quoted(name)} AS SELECT * FROM read_parquet({file})")
    return name
