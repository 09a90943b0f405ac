"""`/developers`: how programs ask, from the service's own OpenAPI description; examples can be opened and copied."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from fastapi import APIRouter, Depends, FastAPI, Request
from starlette.responses import Response

from greffe.errors import NotFound, nearest
from greffe.formats.format import AnyFormat
from greffe.formats.negotiation import OFFERED
from greffe.release.parts import Parts
from greffe.web.openapi import TAGS, describe
from greffe.web.openapi_sdmx import FLOW
from greffe.web.pages.render import Pages
from greffe.web.pages.visitors import Looking
from greffe.web.portal.operations import curl, operations
from greffe.web.strict import only

# Part of the address → tag of the description, where its questions begin, words of its place.
SECTIONS: Final = {
    "sdmx-1.5": (TAGS[0][0], "/sdmx/v1"), "sdmx-2": (TAGS[1][0], "/sdmx/v2"), "rest": (TAGS[2][0], "/api/v1"),
    "health": (TAGS[3][0], "/health"),
}  # fmt: skip


@dataclass(frozen=True)
class Example:
    """`word`: what it shows; `accept`: a header, where the address alone does not choose the format."""

    word: str
    path: str
    accept: str = ""


_V2: Final = f"/sdmx/v2/data/dataflow/SSER/{FLOW}/1.0.0"
EXAMPLES: Final = (
    Example("ex_flows", "/api/v1/dataflows"),
    Example("ex_series", f"/api/v1/series/{FLOW}/A.ICCS0101.NR.FR?start=2015&lang=fr"),
    Example("ex_csv", f"/sdmx/v1/data/{FLOW}/A.ICCS0101..FR?format=plain-csv"),
    Example("ex_json", f"{_V2}/A.ICCS0101.*.FR?c[TIME_PERIOD]=ge:2015&format=sdmx-json-2.1"),
    Example("ex_accept", f"{_V2}/A.ICCS0101.*.FR", "application/vnd.sdmx.data+csv;version=2.0.0"),
    Example("ex_last", f"/sdmx/v1/data/{FLOW}/A...?lastNObservations=1&format=csv"),
    Example("ex_available", f"/sdmx/v2/availability/dataflow/SSER/{FLOW}/1.0.0/*/iccs?mode=available"),
    Example("ex_structure", f"/sdmx/v2/structure/dataflow/SSER/{FLOW}/1.0.0?references=all&format=structure-3.1"),
    Example("ex_explain", f"/api/v1/explain/{FLOW}/A.ICCS0101.NR.FR/2022?lang=fr"),
    Example("ex_releases", f"/api/v1/releases?dataflow={FLOW}"),
)
KINDS: Final = ("data", "structure", "schema", "metadata")
STATUSES: Final = ("304", "400", "404", "406", "413", "414", "422", "501", "503")


def router(parts: Parts) -> APIRouter:
    """The routes /developers and /developers/{section}."""
    routes, pages = APIRouter(dependencies=[Depends(only("lang"))]), Pages(parts)

    @routes.get("/developers", include_in_schema=False)
    def developers(request: Request, visitor: Looking) -> Response:
        http = parts.settings.http
        limits = (
            ("limit_url", http.url_limit), ("limit_values", http.key_values_limit), ("limit_series", http.series_limit),
            ("limit_body", http.body_limit),
        )  # fmt: skip
        counts = {name: len(operations(describe(_app(request)), tag)) for name, (tag, _) in SECTIONS.items()}
        values = {
            "sections": SECTIONS, "counts": counts, "examples": EXAMPLES, "curl": curl, "limits": limits, "statuses": STATUSES,
            "formats": {kind: _formats(kind) for kind in KINDS},
        }  # fmt: skip
        return pages.show(request, visitor, "portal/developers.html", values)

    @routes.get("/developers/{section}", include_in_schema=False)
    def section(request: Request, visitor: Looking, section: str) -> Response:
        if section not in SECTIONS:
            raise NotFound(f"There is no part {section[:50]!r}.", nearest=nearest(section, SECTIONS))
        tag, root = SECTIONS[section]
        found = operations(describe(_app(request)), tag)
        values = {
            "tag": tag,
            "root": root,
            "operations": found,
            "words": dict(TAGS)[tag],
            "curl": curl,
            "name": section,
        }
        return pages.show(request, visitor, "portal/operations.html", values)

    return routes


def _app(request: Request) -> FastAPI:
    found: FastAPI = request.app
    return found


@cache
def _formats(kind: str) -> tuple[AnyFormat, ...]:
    """The formats of a kind of answer."""
    return next(offered for name, offered in OFFERED.items() if name == kind)
