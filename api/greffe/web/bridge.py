"""Why published figures differ, for everybody: publications and current releases, never an internal value (D20)."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from greffe.errors import BadQuery, nearest
from greffe.model.instants import paris_date
from greffe.release.bridge import Comparison, Comparisons
from greffe.release.bridge_data import Table, list_table, summary, totals, whole, written
from greffe.release.parts import Parts
from greffe.release.shared import shared
from greffe.validation.bridge.page import Page
from greffe.web.api import ERRORS
from greffe.web.bridge_asked import ASKED, Asked, Body, Concept, State, Text, matching
from greffe.web.bridge_models import AnswerOut, PairsOut
from greffe.web.language import chosen_language
from greffe.web.series import Lang
from greffe.web.strict import only

MOST = 1_000
Releases = Annotated[
    list[str] | None,
    Query(description="FLOW#n: this release of ours instead of the current one; again for others", max_length=200),
]
FORMATS = {
    "json": "application/json", "csv": "text/csv; charset=utf-8", "md": "text/markdown; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
FILES: dict[int | str, dict[str, object]] = {
    200: {"content": {m.partition(";")[0]: {} for n, m in FORMATS.items() if n != "json"}}
}
Format = Annotated[str, Query(alias="format", json_schema_extra={"enum": list(FORMATS)})]
Limit = Annotated[
    int | None,
    Query(ge=1, le=MOST, description="Most pairs of this answer; without it 100 as JSON, all of them as a file"),
]
Name = Annotated[str, Path(description="Name or id of a pair", examples=["FP01"], max_length=300)]


def router(parts: Parts) -> APIRouter:
    """Routes /api/v1/bridge."""
    routes = APIRouter(prefix="/api/v1", tags=["Plain REST"], responses=ERRORS)
    comparisons = shared(parts, Comparisons)

    @routes.get(
        "/bridge",
        operation_id="list_pairs",
        response_model=PairsOut,
        responses={**FILES},
        dependencies=[Depends(only(*ASKED, "release", "format", "lang", "limit", "offset", several="release"))],
    )
    def pairs(
        request: Request,
        response: Response,
        concept: Concept = "",
        state: State = "",
        body: Body = "",
        q: Text = "",
        release: Releases = None,
        format_: Format = "json",
        lang: Lang = "",
        limit: Limit = None,
        offset: Annotated[int, Query(ge=0, le=10_000_000, description="Pairs to pass over")] = 0,
    ) -> Response:
        """Pairs of published figures of one concept, each with its difference, what explains it, and what stays open."""
        found = comparisons.now(release or ())
        page = _page(parts, request, response, found, lang)
        wanted = [one for one in matching(found, page, Asked(state, concept, body, q)) if state in ("", one[1].state)]
        rows = [summary(page, pair, answer) for pair, answer in wanted]
        if format_ != "json":
            shown = rows[offset : None if limit is None else offset + limit]
            return _file("bridge", totals(page, shown), list_table(page, shown), format_, response)
        told = PairsOut.model_validate(
            {
                "count": len(wanted),
                "states": dict(Counter(answer.state for _, answer in wanted)),
                "pairs": rows[offset : offset + (limit or 100)],
                "generated": page.day,
            }
        )
        return JSONResponse(told.model_dump(), headers=dict(response.headers))

    @routes.get(
        "/bridge/{pair}",
        operation_id="one_pair",
        response_model=AnswerOut,
        responses={**FILES},
        dependencies=[Depends(only("release", "format", "lang", several="release"))],
    )
    def pair(
        request: Request,
        response: Response,
        pair: Name,
        release: Releases = None,
        format_: Format = "json",
        lang: Lang = "",
    ) -> Response:
        """Why two published figures differ: a pair by its name (FP01), or two figures of one concept joined by ~."""
        found = comparisons.now(release or ())
        page = _page(parts, request, response, found, lang)
        one = found.pair(pair)
        told = found.answer(one)
        if format_ != "json":
            title = f"{one.name or one.id}: {page.title(one)}"
            return _file(one.name or "bridge", title, (page.header(), *page.lines(one, told)), format_, response)
        return JSONResponse(
            AnswerOut.model_validate(whole(page, one, told)).model_dump(), headers=dict(response.headers)
        )

    return routes


def _file(name: str, title: str, table: Table, format_: str, response: Response) -> Response:
    if format_ not in FORMATS:
        raise BadQuery(
            f"{format_!r} is no format.", parameter="format", nearest=nearest(format_, FORMATS) or list(FORMATS)
        )
    headers = {**response.headers, "Content-Disposition": f'inline; filename="{name}.{format_}"'}
    return Response(written(title, table, format_), media_type=FORMATS[format_], headers=headers)


def _page(parts: Parts, request: Request, response: Response, found: Comparison, lang: str) -> Page:
    language = chosen_language(lang, request.headers.get("accept-language", ""))
    response.headers["Content-Language"], response.headers["Vary"] = language, "Accept-Language"
    return Page(found.policy, found.sources, language, paris_date(parts.clock()).isoformat())
