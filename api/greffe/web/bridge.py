"""Why published figures differ, for everybody: publications and current releases, never an internal value (D20)."""

from __future__ import annotations

import json
from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from greffe.errors import BadQuery, NotFound, nearest
from greffe.model.instants import paris_date
from greffe.release.bridge import Comparison, Comparisons
from greffe.release.bridge_data import summary, whole
from greffe.release.parts import Parts
from greffe.validation.bridge.chains import STATES
from greffe.validation.bridge.page import Page
from greffe.web.api import ERRORS
from greffe.web.language import chosen_language
from greffe.web.series import Lang
from greffe.web.strict import only

MOST = 1_000
_OBJECT: dict[int | str, dict[str, object]] = {200: {"content": {"application/json": {"schema": {"type": "object"}}}}}
Name = Annotated[str, Path(description="Name or id of a pair", examples=["FP01"], max_length=300)]


def router(parts: Parts) -> APIRouter:
    """Routes /api/v1/bridge."""
    routes = APIRouter(prefix="/api/v1", tags=["Plain REST"], responses=ERRORS)
    comparisons = Comparisons(parts)

    @routes.get(
        "/bridge",
        operation_id="list_pairs",
        dependencies=[Depends(only("concept", "state", "lang", "limit", "offset"))],
        responses=_OBJECT,
    )
    def pairs(
        request: Request,
        concept: Annotated[str, Query(description="Only this concept, e.g. prison_population")] = "",
        state: Annotated[str, Query(description="equal, explained, partly or open")] = "",
        lang: Lang = "",
        limit: Annotated[int, Query(ge=1, le=MOST, description="Most pairs of this answer")] = 100,
        offset: Annotated[int, Query(ge=0, le=10_000_000, description="Pairs to pass over")] = 0,
    ) -> Response:
        """Pairs of published figures of one concept, each with its difference, what explains it, and what stays open."""
        found = comparisons.now()
        page = _page(parts, request, found, lang)
        known = sorted({f.concept for f in found.policy.figures})
        if concept and concept not in known:
            near = nearest(concept, known)
            raise NotFound(f"There is no concept {concept!r}.", parameter="concept", nearest=near)
        if state and state not in STATES:
            hint = f"{', '.join(STATES)}."
            raise BadQuery(f"{state!r} is no state.", parameter="state", nearest=nearest(state, STATES), hint=hint)
        wanted = [
            (pair, answer)
            for pair, answer in found.answers
            if concept in ("", pair.a.of.concept) and state in ("", answer.state)
        ]
        body = {
            "count": len(wanted),
            "states": dict(Counter(answer.state for _, answer in wanted)),
            "pairs": [summary(page, pair, answer) for pair, answer in wanted[offset : offset + limit]],
            "generated": page.day,
        }
        return _sent(body, page.language)

    @routes.get("/bridge/{pair}", operation_id="one_pair", dependencies=[Depends(only("lang"))], responses=_OBJECT)
    def pair(request: Request, pair: Name, lang: Lang = "") -> Response:
        """Why two published figures differ: a pair by its name (FP01), or two figures of one concept joined by ~."""
        found = comparisons.now()
        page = _page(parts, request, found, lang)
        one = found.pair(pair)
        return _sent(whole(page, one, found.answer(one)), page.language)

    return routes


def _page(parts: Parts, request: Request, found: Comparison, lang: str) -> Page:
    language = chosen_language(lang, request.headers.get("accept-language", ""))
    return Page(found.policy, found.sources, language, paris_date(parts.clock()).isoformat())


def _sent(body: dict[str, object], language: str) -> Response:
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    return Response(json.dumps(body, ensure_ascii=False).encode(), media_type="application/json", headers=headers)
