"""Where a published figure comes from, for everybody: no internal value and no name (D20)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from greffe.errors import BadQuery
from greffe.model.structures import Dataflow
from greffe.release.parts import Parts
from greffe.release.shared import shared
from greffe.release.vintages import readable
from greffe.web.api import published
from greffe.web.explanations import Explained
from greffe.web.pages.figure_finder import FIELD, chosen_codes, find
from greffe.web.pages.labels import Labels
from greffe.web.pages.render import Pages, see_other
from greffe.web.pages.visitors import Looking, Visitor
from greffe.web.strict import only
from greffe.web.trail.certificate import answered
from greffe.web.trail.crossed import Across
from greffe.web.trail.public import certificate

Number = Annotated[int, Query(ge=0, le=1_000_000_000)]
Page = Annotated[int, Query(ge=1, le=1_000_000)]
OWN: Final = ("key", "period", "release", "page")


def router(parts: Parts) -> APIRouter:
    """The routes /trace."""
    routes, pages = APIRouter(), Pages(parts)
    explained, across = shared(parts, Explained), shared(parts, Across)

    @routes.get("/trace", include_in_schema=False, dependencies=[Depends(only("flow", "key", "period", "lang"))])
    def start(request: Request, visitor: Looking, flow: str = "", key: str = "", period: str = "") -> Response:
        return started(pages, request, visitor, "/trace", flow, key, period)

    @routes.get("/trace/{flow}", include_in_schema=False)
    def trace(
        request: Request,
        visitor: Looking,
        flow: str,
        key: str = "",
        period: str = "",
        release: Number = 0,
        page: Page = 1,
    ) -> Response:
        dataflow = published(parts.catalogue(), flow)
        if release:
            readable(parts, dataflow, release, "release")  # one under embargo is not there, whatever else is asked
        choosing = still_choosing(pages, request, visitor, "/trace", dataflow, key, period, page)
        if choosing is not None:
            return choosing
        told = explained.of(dataflow, key, period, visitor.lang, release)
        number = int(told.release.rpartition("#")[2])
        values = {
            "told": told, "flow": dataflow, "labels": Labels(parts.catalogue(), parts.catalogue().structure(dataflow), visitor.lang),
            "across": across.of(dataflow, number, key, period, visitor.lang), "number_": number,
            "keys": {d.id: d.code for d in told.key}, "effective": datetime.fromisoformat(told.effective_at),
            "current": parts.ledger().current(dataflow.reference, parts.clock()),
            "query": urlencode({"key": key, "period": period, "release": number}),
        }  # fmt: skip
        return pages.show(request, visitor, "portal/trace.html", values)

    @routes.get(
        "/trace/{flow}/certificate",
        include_in_schema=False,
        dependencies=[Depends(only("key", "period", "release", "format", "lang"))],
    )
    def one_certificate(
        request: Request, visitor: Looking, flow: str, key: str, period: str, release: Number = 0,
        format_: Annotated[str, Query(alias="format")] = "html",
    ) -> Response:  # fmt: skip
        dataflow = published(parts.catalogue(), flow)
        told = explained.of(dataflow, key, period, visitor.lang, release)
        return answered(pages, request, visitor, certificate(parts, dataflow, told, visitor.lang), format_)

    return routes


def started(pages: Pages, request: Request, visitor: Visitor, base: str, flow: str, key: str, period: str) -> Response:
    """The form by which a figure is found, or, of a form that was sent, on to its dataflow. Raises NotFound, BadQuery."""
    if flow:
        published(pages.parts.catalogue(), flow)
        given = {"key": key.strip(), "period": period.strip(), "lang": request.query_params.get("lang", "")}
        return see_other(f"{base}/{flow}", **{n: v for n, v in given.items() if v})
    for name, value in (("key", key), ("period", period)):
        if value.strip():
            raise BadQuery("Of which dataflow?", parameter=name, hint="Name it with flow.")
    values = {"base_path": base, "flows": flows(pages.parts), "flow": None}
    return pages.show(request, visitor, "portal/trace_find.html", values)


def still_choosing(
    pages: Pages, request: Request, visitor: Visitor, base: str, flow: Dataflow, key: str, period: str, page: int
) -> Response | None:
    """The page on which a figure of a dataflow is chosen; None when key and period name one. Raises BadQuery."""
    parts = pages.parts
    chosen = chosen_codes(request.query_params, parts.catalogue().structure(flow), OWN)
    if not (key and period):
        values = found(parts, visitor.lang, base, flow, key, chosen, page)
        return pages.show(request, visitor, "portal/trace_find.html", values)
    if chosen:
        raise BadQuery("A figure is named by its key and period alone.", parameter=FIELD + next(iter(chosen)))
    return None


def flows(parts: Parts) -> list[tuple[object, object]]:
    """What is released, with its release."""
    ledger, now = parts.ledger(), parts.clock()
    listed = ((f, ledger.current(f.reference, now)) for f in parts.catalogue().dataflows())
    return [(f, r) for f, r in listed if r is not None]


def found(
    parts: Parts, lang: str, base: str, dataflow: Dataflow, key: str, chosen: dict[str, str], page: int
) -> dict[str, object]:
    """What the page on which a figure is chosen shows. `key`: a series that was named without its period."""
    catalogue = parts.catalogue()
    structure = catalogue.structure(dataflow)
    current = parts.ledger().current(dataflow.reference, parts.clock())
    release = readable(parts, dataflow, current.number if current else 0)
    if key:
        codes = key.split(".")
        if len(codes) != len(structure.dimension_ids):
            wrong = f"The key has {len(codes)} parts; {structure.reference.id} has {len(structure.dimension_ids)}."
            raise BadQuery(wrong, parameter="key", hint=".".join(structure.dimension_ids))
        chosen = {**chosen, **{d: c for d, c in zip(structure.dimension_ids, codes, strict=True) if c}}
    result = find(parts, release, Labels(catalogue, structure, lang), chosen, page)
    return {"base_path": base, "flows": flows(parts), "flow": dataflow, "release": release, "found": result}
