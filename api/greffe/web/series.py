"""Plain REST for figures: series as JSON with exact numbers and labels, and where a figure comes from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadQuery, NotFound
from greffe.model.dataset import SeriesBlock
from greffe.model.maps import Calculation
from greffe.model.periods import Span, span
from greffe.model.structures import Codelist, DataStructure
from greffe.model.trace import Trace
from greffe.release.explain import Explanation, explain
from greffe.release.parts import Parts
from greffe.store.base import Selection
from greffe.store.ledger import Approval
from greffe.web.api import ERRORS, finding_out, public, published
from greffe.web.language import chosen_language
from greffe.web.models import CalculationOut, Dimension, ExplanationOut, MappingOut
from greffe.web.strict import only

MOST = 1_000  # series of one JSON answer; more is what SDMX-CSV is for
Lang = Annotated[str, Query(description="Language of the labels: en or fr")]
FlowId = Annotated[str, Path(description="Id of a dataflow", examples=["ESTAT_CRIM_OFF_CAT"])]
Key = Annotated[str, Path(description="Key with one part per dimension", examples=["A.ICCS0101.NR.FR"])]
EXPLAIN_LINK = {
    "explain": {
        "operationId": "explain_figure",
        "parameters": {
            "dataflow": "$request.path.dataflow",
            "key": "$response.body#/series/0/key",
            "period": "$response.body#/series/0/observations/0/period",
        },
    }
}


def router(parts: Parts) -> APIRouter:
    """Routes under /api/v1."""
    routes = APIRouter(prefix="/api/v1", tags=["Plain REST"], responses=ERRORS)

    @routes.get(
        "/series/{dataflow}",
        operation_id="list_series",
        dependencies=[Depends(only("key", "start", "end", "lang", "limit", "offset"))],
        responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}, "links": EXPLAIN_LINK}},
    )
    def series(
        dataflow: FlowId,
        key: Annotated[str, Query(description="One part per dimension; empty = any, + = or, e.g. A..NR.FR")] = "",
        start: Annotated[str, Query(description="First period, e.g. 2015")] = "",
        end: Annotated[str, Query(description="Last period, e.g. 2022")] = "",
        lang: Lang = "en",
        limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
        offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    ) -> Response:
        """Series of the current release with their observations. Values are exact decimals; null is missing, not zero."""
        return _answer(parts, dataflow, key, start, end, lang, limit, offset)

    @routes.get(
        "/series/{dataflow}/{key}",
        operation_id="one_series",
        dependencies=[Depends(only("start", "end", "lang"))],
        responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}, "links": EXPLAIN_LINK}},
    )
    def one_series(dataflow: FlowId, key: Key, start: str = "", end: str = "", lang: Lang = "en") -> Response:
        """The series of a key (wildcards allowed) with their observations."""
        return _answer(parts, dataflow, key, start, end, lang, MOST, 0)

    @routes.get(
        "/explain/{dataflow}/{key}/{period}", operation_id="explain_figure", dependencies=[Depends(only("lang"))]
    )
    def explain_figure(dataflow: FlowId, key: Key, period: str, lang: Lang = "en") -> ExplanationOut:
        """Where a published figure comes from: maps, calculation, rules, row ids and reasons; no internal value, no name."""
        chosen_language(lang, "")
        flow = published(parts.catalogue(), dataflow)
        return _explained(explain(parts, f"{flow.reference}/{key}", period))

    return routes


def _answer(
    parts: Parts, dataflow: str, key: str, start: str, end: str, lang: str, limit: int, offset: int
) -> Response:
    lang = chosen_language(lang, "")
    catalogue = parts.catalogue()
    flow = published(catalogue, dataflow)
    structure = catalogue.structure(flow)
    current = parts.ledger().current(flow.reference, parts.clock())
    if current is None:
        raise NotFound(f"Nothing of {flow.reference} is released.")
    codelists = catalogue.codelists(structure)
    selection = Selection(keys=_keys(structure, key), spans=_spans(start, end))
    found = _series(parts.observations.select(current.name, selection), structure, codelists, lang, limit, offset)
    head = {
        "dataflow": str(flow.reference),
        "name": flow.names.get(lang, ""),
        "release": str(current),
        "effective_at": current.effective_at.isoformat(),
        "origin": current.origin,
        "provenance": flow.annotation("PROVENANCE"),
        "dimensions": list(structure.dimension_ids),
    }
    body = json.dumps(head, ensure_ascii=False)[:-1] + ', "series": [' + ",\n".join(found) + "]}"
    headers = {"Content-Language": lang, "Data-Origin": current.origin, "Release": str(current), "Vary": "Accept"}
    return Response(body.encode(), media_type="application/json", headers=headers)


def _keys(structure: DataStructure, key: str) -> tuple[Mapping[str, frozenset[str]], ...]:
    if not key or key == "all":
        return ()
    slots = key.split(".")
    if len(slots) != len(structure.dimensions):
        raise BadQuery(
            f"The key has {len(slots)} parts where {structure.reference.id} has {len(structure.dimensions)} dimensions.",
            parameter="key",
            hint=f"Order: {'.'.join(structure.dimension_ids)}.",
        )
    wanted = {
        d: frozenset(slot.replace(" ", "+").split("+"))
        for d, slot in zip(structure.dimension_ids, slots, strict=True)
        if slot not in ("", "*")
    }
    return (wanted,) if wanted else ()


def _spans(start: str, end: str) -> tuple[Span, ...]:
    if not start and not end:
        return ()
    first = span(start).first if start else span("0001").first
    last = span(end).last if end else span("9999").last
    return (Span(first, last),)


def _series(
    blocks: Iterator[SeriesBlock],
    structure: DataStructure,
    codelists: Mapping[str, Codelist],
    lang: str,
    limit: int,
    offset: int,
) -> list[str]:
    """JSON text of each series. Values are pasted as the decimal text that was released: no float in between."""
    out: list[str] = []
    seen = 0
    for block in blocks:
        rows, at = block.series.to_pylist(), 0
        observations = block.observations.to_pylist()
        for row, count in zip(rows, block.counts.to_pylist(), strict=True):
            mine, at = observations[at : at + (count or 0)], at + (count or 0)
            seen += 1
            if seen <= offset:
                continue
            if len(out) == limit:
                return out
            key = ".".join(str(row[d]) for d in structure.dimension_ids)
            labels = {d: _label(codelists.get(d), str(row[d]), lang) for d in structure.dimension_ids}
            head = {
                "key": key,
                "codes": {d: row[d] for d in structure.dimension_ids},
                "labels": labels,
                "attributes": {n: v for n, v in row.items() if n not in structure.dimension_ids and v is not None},
            }
            text = ", ".join(_observation(o) for o in mine)
            out.append(json.dumps(head, ensure_ascii=False)[:-1] + f', "observations": [{text}]}}')
    if not out:
        raise NotFound("No series matches.")
    return out


def _label(codes: Codelist | None, code: str, lang: str) -> str:
    item = codes.item(code) if codes else None
    return (item.names.get(lang) or item.names.get("en", code)) if item else code


def _observation(row: Mapping[str, object]) -> str:
    value = row["OBS_VALUE"]
    rest = {n.lower(): v for n, v in row.items() if n not in ("TIME_PERIOD", "OBS_VALUE") and v is not None}
    head = json.dumps({"period": row["TIME_PERIOD"]}, ensure_ascii=False)[:-1]
    tail = json.dumps(rest, ensure_ascii=False)[1:]
    return f'{head}, "value": {"null" if value is None else value}' + (f", {tail}" if rest else "}")


def _explained(found: Explanation) -> ExplanationOut:
    calculations = {c.id: c for c in found.map.calculations}
    traces = list(_all(found.trace)) if found.trace else []
    used = dict.fromkeys(t.calculation_id for t in traces if t.calculation_id in calculations)
    steps = dict.fromkeys((m.file, m.row_id) for t in traces for m in t.mappings)
    by_row = {(m.file, m.row_id): m for t in traces for m in t.mappings}
    codes = {d: _codes(found.catalogue, found.structure, d) for d in found.key}
    return ExplanationOut(
        series=f"{found.dataflow.reference}/{'.'.join(found.key.values())}",
        key=[Dimension(id=d, code=c, names=_names(codes[d], c)) for d, c in found.key.items()],
        period=found.period,
        published=found.published,
        attributes=dict(found.attributes),
        release=str(found.release),
        origin=found.release.origin,
        effective_at=found.release.effective_at.isoformat(),
        map=str(found.map.reference),
        map_approved=_signed(found.map_signatures),
        release_approved=_signed(found.draft_signatures),
        calculations=[_calculation(calculations[c]) for c in used],
        mappings=[
            MappingOut(
                file=m.file,
                row_id=m.row_id,
                source=dict(m.source),
                target=dict(m.target),
                kind=m.kind,
                reason=m.reason,
                reference=m.reference,
                confidence=m.confidence,
            )
            for m in (by_row[s] for s in steps)
        ],
        internal_rows=list(dict.fromkeys(f"{s.extract} row {s.row}" for t in traces for s in t.sources)),
        agrees=found.agrees,
        rules_passed=list(found.rules_passed),
        findings=[finding_out(f) for f in found.findings if public(f, found.structure)],
        waivers=[{k: str(w.get(k, "")) for k in ("id", "rule", "reason", "reference")} for w in found.waivers],
    )


def _all(trace: Trace) -> Iterator[Trace]:
    yield trace
    for operand in trace.operands:
        yield from _all(operand)


def _calculation(one: Calculation) -> CalculationOut:
    return CalculationOut(
        id=one.id, kind=one.kind, expression=one.expression or " + ".join(one.parts), factor=one.factor,
        decimals=one.decimals, reason=one.reason,
    )  # fmt: skip


def _codes(catalogue: Catalogue, structure: DataStructure, id_: str) -> Codelist | None:
    component = structure.component(id_)
    return catalogue.codelist(component) if component else None


def _names(codes: Codelist | None, code: str) -> dict[str, str]:
    item = codes.item(code) if codes else None
    return dict(item.names) if item else {}


def _signed(signatures: tuple[Approval, ...]) -> str:
    approvals = [a for a in signatures if a.role == "approver"]
    words = {0: "no approver", 1: "one approver", 2: "two approvers"}
    count = words.get(len(approvals), f"{len(approvals)} approvers")
    return f"{count}, {max(a.instant for a in approvals)[:10]}" if approvals else count
