"""Where a published figure comes from, for staff: down to the lines of extracts, with values, decisions and names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from greffe.errors import BadQuery, NotFound
from greffe.model.instants import read
from greffe.model.structures import Dataflow
from greffe.release.custody import custody
from greffe.release.definitions import map_subject
from greffe.release.parts import Parts
from greffe.release.shared import shared
from greffe.release.told import INSIDE, may_read_inside, staff_explanation, staff_uses
from greffe.web.api import published
from greffe.web.pages.figure_finder import chosen_codes
from greffe.web.pages.labels import Labels
from greffe.web.pages.render import Pages, day, moment
from greffe.web.pages.visitors import Staff, Visitor, for_roles
from greffe.web.pages.words import sayer
from greffe.web.portal.trace import Number, Page, started, still_choosing
from greffe.web.strict import only
from greffe.web.trail.certificate import answered
from greffe.web.trail.crossed import Across
from greffe.web.trail.inside import Inside, said_codes
from greffe.web.trail.staff import certificate

BASE: Final = "/staff/trace"
LINES: Final = 100  # internal observations of a page


def router(parts: Parts) -> APIRouter:
    """The routes /staff/trace."""
    routes, pages = APIRouter(dependencies=[Depends(for_roles(*INSIDE))]), Pages(parts)
    across = shared(parts, Across)

    def inside(visitor: Visitor, flow: Dataflow, key: str, period: str, release: int) -> Inside:
        explanation = staff_explanation(parts, visitor.actor, f"{flow.reference}/{key}", period, release)
        return Inside(explanation, visitor.lang)

    @routes.get(BASE, include_in_schema=False, dependencies=[Depends(only("flow", "key", "period", "lang"))])
    def start(request: Request, visitor: Staff, flow: str = "", key: str = "", period: str = "") -> Response:
        return started(pages, request, visitor, BASE, flow, key, period)

    @routes.get(f"{BASE}/from", include_in_schema=False)
    def onward(request: Request, visitor: Staff, flow: str = "", period: str = "") -> Response:
        may_read_inside(parts, visitor.actor)
        return pages.show(request, visitor, "staff/trace_from.html", _followed(parts, request, visitor, flow, period))

    @routes.get(f"{BASE}/{{flow}}", include_in_schema=False)
    def trace(
        request: Request,
        visitor: Staff,
        flow: str,
        key: str = "",
        period: str = "",
        release: Number = 0,
        page: Page = 1,
    ) -> Response:
        dataflow = published(parts.catalogue(), flow)
        choosing = still_choosing(pages, request, visitor, BASE, dataflow, key, period, page)
        if choosing is not None:
            return choosing
        told = inside(visitor, dataflow, key, period, release)
        number = told.found.release.number
        more = {
            "say": sayer(("staff_trace", "portal_trace"), visitor.lang),
            "across": across.of(dataflow, number, key, period, visitor.lang),
        }
        return pages.show(request, visitor, "staff/trace.html", _shown(parts, told, page) | more)

    @routes.get(
        f"{BASE}/{{flow}}/certificate",
        include_in_schema=False,
        dependencies=[Depends(only("key", "period", "release", "format", "lang"))],
    )
    def one_certificate(
        request: Request, visitor: Staff, flow: str, key: str, period: str, release: Number = 0,
        format_: Annotated[str, Query(alias="format")] = "html",
    ) -> Response:  # fmt: skip
        told = inside(visitor, published(parts.catalogue(), flow), key, period, release)
        return answered(pages, request, visitor, certificate(parts, told), format_)

    return routes


def _shown(parts: Parts, told: Inside, page: int) -> dict[str, object]:
    explanation, ledger = told.found, parts.ledger()
    release = explanation.release
    pages = max(-(-len(told.sources) // LINES), 1)
    if page > pages:
        raise BadQuery(f"There is no page {page}, the last one is {pages}.", parameter="page")
    key = ".".join(explanation.key.values())
    return {
        "told": told, "x": explanation, "flow": explanation.dataflow, "labels": told.labels, "page": page, "pages": pages,
        "lines": told.sources[(page - 1) * LINES : page * LINES],
        "extracts": [ledger.extract(id_) for id_ in ledger.draft(release.draft).extracts],
        "custody": custody(parts, release, map_subject(explanation.map)),
        "current": ledger.current(explanation.dataflow.reference, parts.clock()),
        "query": urlencode({"key": key, "period": explanation.period, "release": release.number}), "said_codes": said_codes,
        "moment_of": lambda text: moment(read(text)), "day_of": lambda text: day(read(text)),
    }  # fmt: skip


def _followed(parts: Parts, request: Request, visitor: Visitor, flow: str, period: str) -> Mapping[str, object]:
    """What the page of the other way shows: a form, and with enough chosen what is made of the internal figures."""
    catalogue = parts.catalogue()
    internal = list(catalogue.dataflows(("internal",)))
    if not flow:
        for name in request.query_params:
            if name not in ("flow", "lang") and (name != "period" or period.strip()):
                raise BadQuery("Unknown parameter.", parameter=name, hint="Choose an internal dataflow first.")
        return {"internal": internal, "flow": None}
    dataflow = next((f for f in internal if f.reference.id == flow), None)
    if dataflow is None:
        raise NotFound(f"There is no internal dataflow {flow[:100]!r}.", parameter="flow")
    structure = catalogue.structure(dataflow)
    chosen = chosen_codes(request.query_params, structure, ("flow", "period"))
    labels = Labels(catalogue, structure, visitor.lang)
    lists = catalogue.codelists(structure)
    values: dict[str, object] = {
        "internal": internal, "flow": dataflow, "labels": labels, "dimensions": structure.dimension_ids, "lists": lists,
        "chosen": chosen, "period": period, "followed": None, "fault": None, "said_codes": said_codes,
    }  # fmt: skip
    if chosen:
        try:
            values["followed"] = staff_uses(parts, visitor.actor, dataflow.reference.id, chosen, period.strip())
        except (BadQuery, NotFound) as error:
            values["fault"] = type(error)(
                error.message, nearest=error.nearest, hint=error.hint
            )  # not the command's options
    return values
