"""Where a published figure comes from: read from the release, made again from the kept inputs, and compared (D20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from greffe.arrow import pa, text
from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadQuery, NotFound, nearest
from greffe.mapping.explain import trace
from greffe.model.findings import Finding
from greffe.model.maps import StructureMap
from greffe.model.releases import Release
from greffe.model.structures import Dataflow, DataStructure
from greffe.model.trace import Trace
from greffe.release.confidential import kept_apart
from greffe.release.decisions import Decision, RowKey, decisions_of
from greffe.release.definitions import map_subject
from greffe.release.made import Made, made
from greffe.release.manifest import findings, waivers
from greffe.release.parts import Parts
from greffe.release.sources import load_sources
from greffe.store.base import Selection
from greffe.store.records import Acceptance, Approval
from greffe.validation.run import RULES, Context


@dataclass(frozen=True)
class Explanation:
    """One published observation with its trail. `agrees`: made again from the kept inputs, it is what was published."""

    release: Release
    dataflow: Dataflow
    structure: DataStructure
    catalogue: Catalogue
    map: StructureMap
    key: Mapping[str, str]
    period: str
    published: str | None
    attributes: Mapping[str, str]
    trace: Trace | None
    agrees: bool
    rules_passed: tuple[str, ...]
    findings: tuple[Finding, ...]
    waivers: tuple[Mapping[str, object], ...]
    map_signatures: tuple[Approval, ...]
    decisions: Mapping[RowKey, Decision]  # of the mapping rows that were used
    draft_signatures: tuple[Approval, ...]
    draft_author: str
    partial: bool
    acceptances: tuple[Acceptance, ...]


def explain(parts: Parts, series: str, period: str, release_number: int = 0) -> Explanation:
    """Explain one observation of `SSER:FLOW(1.0.0)/A.X.Y` (or FLOW/A.X.Y) at a period, of the current release or of a
    named one. Raises BadQuery for a key that does not read, NotFound where nothing was published."""
    named, _, key_text = series.partition("/")
    found = made(parts, named, release_number)
    release, catalogue, flow, structure, map_ = (
        found.release,
        found.catalogue,
        found.dataflow,
        found.structure,
        found.map,
    )
    ledger = parts.ledger()
    key = _key(structure, key_text)
    published, attributes, before = _published(parts, release, structure, key, period)
    traced = _again(parts, found, key, period)
    at = _concerning(findings(found.manifest), key, period, traced)
    subject = map_subject(map_)
    draft = ledger.draft(release.draft)
    return Explanation(
        release=release,
        dataflow=flow,
        structure=structure,
        catalogue=catalogue,
        map=map_,
        key=key,
        period=period,
        published=published,
        attributes=attributes,
        trace=traced,
        agrees=traced is not None and _same(traced, published, kept_apart(parts, release, key, period)),
        rules_passed=tuple(
            sorted(_rules(catalogue, flow, structure, published is not None and before) - _failed(at, structure))
        ),
        findings=tuple(at),
        waivers=tuple(w for w in waivers(found.manifest) if w.get("id") in {f.waiver for f in at}),
        map_signatures=ledger.approvals(subject, map_.checksum),
        decisions=decisions_of(parts, map_, used) if (used := _used(map_, traced)) else {},
        draft_signatures=ledger.approvals(draft.id, draft.checksum),
        draft_author=draft.author,
        partial=draft.partial,
        acceptances=ledger.accepted_warnings(draft.id, draft.checksum),
    )


def _used(map_: StructureMap, made: Trace | None) -> tuple[RowKey, ...]:
    """The rows of the map that a trace went through (rules of time are no rows)."""
    rows = {(t.file, r.row_id) for t in map_.representation_maps for r in t.rows}
    found: dict[RowKey, None] = {}
    waiting = [made] if made else []
    while waiting:
        trace = waiting.pop()
        found |= dict.fromkeys((m.file, m.row_id) for m in trace.mappings if (m.file, m.row_id) in rows)
        waiting += trace.operands
    return tuple(found)


def _concerning(found: tuple[Finding, ...], key: Mapping[str, str], period: str, made: Trace | None) -> list[Finding]:
    """Findings on the published observation, on the observations it is calculated from, and on the internal rows that
    they are made of."""
    places: list[tuple[Mapping[str, str], str]] = [(key, period)]
    waiting = [made] if made else []
    while waiting:
        trace = waiting.pop()
        places.append((trace.key, trace.period))
        places += [(source.key, source.period) for source in trace.sources]
        waiting += trace.operands
    return [
        f
        for f in found
        if f.key and any(f.period in ("", at) and f.key.items() <= cells.items() for cells, at in places)
    ]


def _failed(found: Sequence[Finding], structure: DataStructure) -> set[str]:
    """Rules that found something in the dataset as it is published. What they found in internal rows says something of
    values that may be hidden, and is told to staff only (`findings`, D20)."""
    return {f.rule for f in found if f.key.keys() <= set(structure.dimension_ids)}


def _rules(catalogue: Catalogue, flow: Dataflow, structure: DataStructure, comparable: bool) -> set[str]:
    """Ids of the rules that look at an observation of this flow on its way to a release: without a value to compare it
    with, a year before, some see nothing that they could call good."""
    context = Context(catalogue, flow, structure, "mapped", "")
    return {rule.id for rule in RULES if rule.applies(context) and (comparable or not rule.compares)}


def _key(structure: DataStructure, text_: str) -> Mapping[str, str]:
    values = text_.split(".")
    if len(values) != len(structure.dimensions) or not all(values):
        raise BadQuery(
            f"The key {text_!r} has {len(values)} parts; {structure.reference.id} has {len(structure.dimensions)}: "
            f"{'.'.join(structure.dimension_ids)}.",
            hint="An explanation is of one series: no part is left out.",
        )
    return dict(zip(structure.dimension_ids, values, strict=True))


def _published(
    parts: Parts, release: Release, structure: DataStructure, key: Mapping[str, str], period: str
) -> tuple[str | None, Mapping[str, str], bool]:
    """Value text (None = missing) and attributes, as released, and whether there is a value a year before."""
    seen: list[str] = []
    valued: set[str] = set()
    here: tuple[str | None, Mapping[str, str]] | None = None
    selection = Selection(keys=({d: frozenset({c}) for d, c in key.items()},))
    for block in parts.observations.select(release.name, selection):
        series = _first_row(block.series)
        for row in range(block.observations.num_rows):
            cells = {n: block.observations.column(n)[row].as_py() for n in block.observations.column_names}
            value, at = cells.pop("OBS_VALUE"), text(cells.pop("TIME_PERIOD"))
            seen.append(at)
            if value is not None:
                valued.add(at)
            if at == period:
                found = {**{n: v for n, v in series.items() if n not in key}, **cells}
                here = None if value is None else text(value), {n: text(v) for n, v in found.items() if v is not None}
    if here:
        return *here, _year_before(period) in valued
    what = ".".join(key[d] for d in structure.dimension_ids)
    if seen:
        raise NotFound(f"Series {what} has no observation at {period}.", nearest=nearest(period, seen))
    raise NotFound(f"{release} has no series {what}.")


def _year_before(period: str) -> str:
    return f"{int(period[:4]) - 1:04}{period[4:]}" if period[:4].isdigit() else ""


def _first_row(table: pa.Table) -> dict[str, object]:
    return {n: table.column(n)[0].as_py() for n in table.column_names} if table.num_rows else {}


def _again(parts: Parts, found: Made, key: Mapping[str, str], period: str) -> Trace | None:
    with parts.connection() as connection:
        sources = load_sources(connection, found.inputs)
        return trace(connection, found.map, found.catalogue, sources.main, sources.populations, key, period)


def _same(made: Trace, published: str | None, apart: str | None) -> bool:
    """A value that was suppressed or rounded is compared with the one that is kept apart."""
    return (made.text or None) == (published if apart is None else apart)
