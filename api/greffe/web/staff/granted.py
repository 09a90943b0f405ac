"""What is handed to a recipient who is signed in: releases before their hour and values by grant, to read here or to take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from greffe.arrow import text
from greffe.errors import NotFound
from greffe.formats.languages import best
from greffe.formats.negotiation import DATA_FORMATS
from greffe.model.dataset import DataSet
from greffe.model.instants import read
from greffe.model.structures import Dataflow
from greffe.release.access.keys import ADVANCE, GRANTED, reads_for
from greffe.release.advances import may_have, note_access
from greffe.release.grants import entitled, hidden_of, note_used
from greffe.release.parts import Parts
from greffe.release.people import bodies
from greffe.web.advances import Handed, ahead, by_grant
from greffe.web.api import published
from greffe.web.granted import Body, advanced, current_or, what_is_handed
from greffe.web.keyed import denials
from greffe.web.pages.render import Pages
from greffe.web.pages.visitors import Staff, Visitor, for_roles
from greffe.web.series import FlowId
from greffe.web.staff.words_of import countdown, instant
from greffe.web.strict import one_of, only, page_number

ROWS: Final = 100  # observations of a page
WAYS: Final = (ADVANCE, GRANTED)


@dataclass(frozen=True)
class Line:
    """An observation as it is shown: the codes of its key with their names, and what is said of it."""

    key: tuple[tuple[str, str], ...]
    period: str
    value: str
    status: str
    conf: str


def router(parts: Parts) -> APIRouter:
    """The routes /staff/granted and /staff/granted/BODY/FLOW."""
    parts = parts.acting()
    routes, pages = APIRouter(dependencies=[Depends(for_roles("recipient"))]), Pages(parts)

    @routes.get("/staff/granted", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def listed(request: Request, visitor: Staff) -> Response:
        mine = bodies(visitor.roles, "recipient")
        names = {d.reference.id: best(d.names, visitor.lang) for d in parts.catalogue().dataflows()}
        values = {
            "handed": [what_is_handed(parts, visitor.actor, body) for body in mine], "names": names, "formats": _formats(),
            "instant": instant, "parsed": read, "left": lambda t: countdown(t - parts.clock(), visitor.lang),
        }  # fmt: skip
        return pages.show(request, visitor, "staff/granted.html", values)

    @routes.get(
        "/staff/granted/{recipient}/{dataflow}",
        include_in_schema=False,
        dependencies=[Depends(only("what", "release", "page", "lang"))],
    )
    def read_here(
        request: Request, visitor: Staff, recipient: Body, dataflow: FlowId, release: int = 0, page: str = "1"
    ) -> Response:
        what, number = one_of(request, "what", WAYS) or GRANTED, page_number(page)
        with denials(parts, visitor.actor, request):
            handed = _handed(parts, visitor, what, recipient, published(parts.catalogue(), dataflow), release)
        return _shown(parts, pages, request, visitor, handed, what, number)

    return routes


def _handed(parts: Parts, visitor: Visitor, what: str, recipient: str, flow: Dataflow, number: int) -> Handed:
    """The release as that body has it; that it is looked at here is an entry of the register."""
    who = visitor.actor
    reads_for(parts, who, recipient, what, flow.reference)
    if what == ADVANCE:
        found = may_have(parts, who, advanced(parts, flow, recipient, number), recipient)
        note_access(parts, who, str(found), recipient)
        return ahead(found, recipient)
    current = current_or(parts, flow, number)
    grant = entitled(parts, who, recipient, current)
    apart = hidden_of(parts, current)
    note_used(parts, who, grant, current, sum(map(len, apart.values())), "")
    return by_grant(current, grant, apart)


def _shown(
    parts: Parts, pages: Pages, request: Request, visitor: Visitor, handed: Handed, what: str, number: int
) -> Response:
    release = handed.release
    last = max(-(-release.observations // ROWS), 1)
    if number > last:
        raise NotFound(f"There is no page {number}, the last one is {last}.", parameter="page")
    datasets = handed.datasets(parts, (number - 1) * ROWS, ROWS)
    flow = parts.catalogue().get(Dataflow, release.dataflow)
    structure = parts.catalogue().structure(flow)
    concepts = parts.catalogue().concepts(structure)
    values = {
        "release": release, "name": best(flow.names, visitor.lang), "words": handed.words.in_(visitor.lang), "to": handed.to,
        "what": what, "lines": [line for d in datasets for line in _lines(d, visitor.lang)], "page": number, "pages": last,
        "dimensions": [best(concepts.get(d, {}), visitor.lang) or d for d in structure.dimension_ids],
        "link": f"/api/v1/{what}/{handed.to}/{release.dataflow.id}?release={release.number}", "formats": _formats(),
    }  # fmt: skip
    return pages.show(request, visitor, "staff/handed.html", values)


def _lines(dataset: DataSet, lang: str) -> Iterator[Line]:
    """Observation by observation, in their order; codes with their names."""
    dimensions, lists = dataset.structure.dimension_ids, dataset.codelists
    for block in dataset.blocks:
        rows, at = block.observations.to_pylist(), 0
        for series, count in zip(block.series.to_pylist(), block.counts.to_pylist(), strict=True):
            key = []
            for dimension in dimensions:
                code = text(series[dimension])
                item = lists[dimension].item(code) if dimension in lists else None
                key.append((code, best(item.names, lang) if item else ""))
            mine, at = rows[at : at + (count or 0)], at + (count or 0)
            for row in ({**series, **one} for one in mine):
                said = (row.get(n) for n in ("TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "CONF_STATUS"))
                yield Line(tuple(key), *map(text, said))


def _formats() -> list[tuple[str, str]]:
    """What data can be taken as: the name in addresses, and how it is called."""
    return [(f.name, f"{f.name} (.{f.suffix or f.syntax})") for f in DATA_FORMATS]
