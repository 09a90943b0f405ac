"""Two releases compared, for everybody: as JSON, CSV or a workbook."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import JSONResponse, Response

from greffe.errors import BadQuery, Unavailable, nearest
from greffe.release.parts import Parts
from greffe.release.vintage_book import write_book
from greffe.release.vintage_tables import Table, as_csv, as_json, table_of
from greffe.release.vintages import compared
from greffe.web.api import ERRORS, published
from greffe.web.language import chosen_language
from greffe.web.models import ComparisonOut
from greffe.web.rest.answers import has, tag_of
from greffe.web.series import FlowId, Lang
from greffe.web.strict import only

MOST = 10_000  # cells of one JSON answer
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
FORMATS = ("json", "csv", "xlsx")
_AT_ONCE, _PATIENCE = 2, 10.0
_PLACES = threading.BoundedSemaphore(_AT_ONCE)


@contextmanager
def in_turn() -> Iterator[None]:
    """While cells of two releases are listed, by whoever asks: two at a time. Raises Unavailable after ten seconds."""
    if not _PLACES.acquire(timeout=_PATIENCE):
        raise Unavailable("Too many releases are compared at once.")
    try:
        yield
    finally:
        _PLACES.release()


def router(parts: Parts) -> APIRouter:
    """The route /api/v1/dataflows/{dataflow}/compare."""
    routes = APIRouter(prefix="/api/v1", tags=["Plain REST"], responses=ERRORS)
    files: dict[str, dict[str, object]] = {CSV.partition(";")[0]: {}, XLSX: {}}

    @routes.get(
        "/dataflows/{dataflow}/compare",
        operation_id="compare_releases",
        dependencies=[Depends(only("from", "to", "format", "lang", "limit", "offset"))],
        response_model=ComparisonOut,
        responses={
            200: {"content": files},
            409: {"content": ERRORS[404]["content"], "description": "The two have other dimensions"},
        },
    )
    def compare_releases(
        request: Request,
        dataflow: FlowId,
        older: Annotated[int, Query(alias="from", ge=0, description="Number of a release; else the one before")] = 0,
        newer: Annotated[int, Query(alias="to", ge=0, description="Number of a release; else the current one")] = 0,
        format_: Annotated[str, Query(alias="format", json_schema_extra={"enum": list(FORMATS)})] = "json",
        lang: Lang = "",
        limit: Annotated[int, Query(ge=1, le=MOST, description="Most cells of a JSON answer")] = 1_000,
        offset: Annotated[int, Query(ge=0, le=1_000_000, description="Cells to pass over in JSON")] = 0,
    ) -> Response:
        """What differs between two releases: added, gone, changed, the exact difference; means by indicator and unit."""
        language = chosen_language(lang, request.headers.get("accept-language", ""))
        if format_ not in FORMATS:
            raise BadQuery(
                f"{format_!r} is no format.", parameter="format", nearest=nearest(format_, FORMATS) or FORMATS
            )
        comparison = compared(parts, published(parts.catalogue(), dataflow), older, newer)
        pair = comparison.older, comparison.newer
        tag = tag_of("compare", *(r.content_hash for r in pair), *pair, format_, language, limit, offset)
        headers = {
            "ETag": tag, "Cache-Control": "public, max-age=0, must-revalidate", "Content-Language": language,
            "Vary": "Accept-Language", "Release": ", ".join(map(str, pair)),
        }  # fmt: skip
        if has(request.headers.get("if-none-match", ""), "", headers):
            return Response(status_code=304, headers=headers)
        with in_turn():
            return _answer(table_of(comparison), format_, language, limit, offset, headers)

    return routes


def _answer(table: Table, format_: str, lang: str, limit: int, offset: int, headers: dict[str, str]) -> Response:
    headers = {**headers, "Data-Origin": table.origin}
    if format_ == "json":
        return JSONResponse(as_json(table, limit, offset), headers=headers)
    comparison = table.comparison
    kind = "-SYNTHETIC" if table.origin == "synthetic" else ""
    name = f"{comparison.dataflow.reference.id}-{comparison.older.number}-{comparison.newer.number}{kind}.{format_}"
    headers["Content-Disposition"] = f'inline; filename="{name}"'
    if format_ == "csv":
        return Response(as_csv(table, lang), media_type=CSV, headers=headers)
    return Response(write_book(table, lang), media_type=XLSX, headers=headers)
