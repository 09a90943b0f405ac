"""Plain REST for figures: series as JSON with exact numbers and labels."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from greffe.errors import BadQuery, NotFound
from greffe.formats.languages import best
from greffe.model.dataset import SeriesBlock
from greffe.model.periods import Span, span
from greffe.model.structures import Codelist, DataStructure
from greffe.release.parts import Parts
from greffe.store.base import Selection
from greffe.web.api import ERRORS, published
from greffe.web.language import chosen_language
from greffe.web.notices import link_of, notice
from greffe.web.strict import only

PERIOD = r"^([0-9]{4}(-(Q[1-4]|S[12]|T[1-3]|W[0-5][0-9]|[01][0-9](-[0-3][0-9])?))?)?$"
MOST = 1_000  # series of one JSON answer; more is what SDMX-CSV is for
Lang = Annotated[
    str,
    Query(
        description="Language of the labels: en or fr; else Accept-Language", json_schema_extra={"enum": ["en", "fr"]}
    ),
]
Start = Annotated[str, Query(description="First period, e.g. 2015", pattern=PERIOD)]
End = Annotated[str, Query(description="Last period, e.g. 2022", pattern=PERIOD)]
Limit = Annotated[int, Query(ge=1, le=MOST, description="Most series of this answer; `next` leads on")]
Offset = Annotated[int, Query(ge=0, le=10_000_000, description="Series to pass over")]
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
        request: Request,
        dataflow: FlowId,
        key: Annotated[str, Query(description="One part per dimension; empty = any, + = or, e.g. A..NR.FR")] = "",
        start: Start = "",
        end: End = "",
        lang: Lang = "",
        limit: Limit = 100,
        offset: Offset = 0,
    ) -> Response:
        """Series of the current release with their observations. Values are exact decimals; null is missing, not zero."""
        return _answer(parts, request, dataflow, key, start, end, lang, limit, offset)

    @routes.get(
        "/series/{dataflow}/{key}",
        operation_id="one_series",
        dependencies=[Depends(only("start", "end", "lang", "limit", "offset"))],
        responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}, "links": EXPLAIN_LINK}},
    )
    def one_series(
        request: Request,
        dataflow: FlowId,
        key: Key,
        start: Start = "",
        end: End = "",
        lang: Lang = "",
        limit: Limit = 100,
        offset: Offset = 0,
    ) -> Response:
        """The series of a key (wildcards allowed) with their observations."""
        return _answer(parts, request, dataflow, key, start, end, lang, limit, offset)

    return routes


def _answer(
    parts: Parts,
    request: Request,
    dataflow: str,
    key: str,
    start: str,
    end: str,
    lang: str,
    limit: int,
    offset: int,
) -> Response:
    lang = chosen_language(lang, request.headers.get("accept-language", ""))
    catalogue = parts.catalogue()
    flow = published(catalogue, dataflow)
    structure = catalogue.structure(flow)
    current = parts.ledger().current(flow.reference, parts.clock())
    if current is None:
        raise NotFound(f"Nothing of {flow.reference} is released.")
    codelists = catalogue.codelists(structure)
    selection = Selection(keys=_keys(structure, key), spans=_spans(start, end))
    found = _series(parts.observations.select(current.name, selection), structure, codelists, lang, limit + 1, offset)
    more = str(request.url.include_query_params(offset=offset + limit).query) if len(found) > limit else ""
    head = {
        "dataflow": str(flow.reference),
        "name": flow.names.get(lang, ""),
        "release": str(current),
        "vintage": current.vintage,
        "notice": notice([current], lang),
        "effective_at": current.effective_at.isoformat(),
        "origin": current.origin,
        "provenance": flow.annotation("PROVENANCE"),
        "dimensions": list(structure.dimension_ids),
        "next": f"{request.url.path}?{more}" if more else None,
    }
    body = json.dumps(head, ensure_ascii=False)[:-1] + ', "series": [' + ",\n".join(found[:limit]) + "]}"
    links = [f'<{request.url.path}?{more}>; rel="next"'] if more else []
    headers = {
        "Content-Language": lang,
        "Data-Origin": current.origin,
        "Release": str(current),
        **link_of(parts, [current], links),
        "Vary": "Accept-Language",
    }
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
    if first > last:
        raise BadQuery(
            f"{'start'!r} is {start!r}, which is after {'end'!r}, {end!r}.",
            parameter="start",
            hint="Change the two over.",
        )
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
        raise NotFound("No series matches." if not seen else f"Only {seen} series match.")
    return out


def _label(codes: Codelist | None, code: str, lang: str) -> str:
    item = codes.item(code) if codes else None
    return best(item.names, lang) if item else code


def _observation(row: Mapping[str, object]) -> str:
    value = row["OBS_VALUE"]
    rest = {n.lower(): v for n, v in row.items() if n not in ("TIME_PERIOD", "OBS_VALUE") and v is not None}
    head = json.dumps({"period": row["TIME_PERIOD"]}, ensure_ascii=False)[:-1]
    tail = json.dumps(rest, ensure_ascii=False)[1:]
    return f'{head}, "value": {"null" if value is None else value}' + (f", {tail}" if rest else "}")
