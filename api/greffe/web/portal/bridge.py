"""Why published figures differ, for people: the list of pairs, and a pair with its chain of steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from greffe.catalogue.policies.bridge.concepts import CONCEPT
from greffe.errors import BadQuery
from greffe.release.bridge import Comparison, Comparisons
from greffe.release.bridge_data import summary, whole
from greffe.release.parts import Parts
from greffe.release.shared import shared
from greffe.validation.bridge.chains import STATES, Answer
from greffe.validation.bridge.page import Page
from greffe.validation.bridge.pairs import Pair
from greffe.validation.bridge.words import shown, word
from greffe.web.bridge import Releases
from greffe.web.bridge_asked import ASKED, Asked, Body, Concept, State, Text, bodies, matching
from greffe.web.pages.render import Pages
from greffe.web.pages.visitors import Looking
from greffe.web.pages.waterfall import LEFT_OVER, Bar, drawn, starts_at
from greffe.web.strict import only
from greffe.web.trail.certificate import answered, words
from greffe.web.trail.crossed import page_of
from greffe.web.trail.pairs import certificate

ROWS: Final = 50  # of a page
URGENT: Final = tuple(reversed(STATES))  # open first


def router(parts: Parts) -> APIRouter:
    """The routes /bridge."""
    routes, pages = APIRouter(), Pages(parts)
    comparisons = shared(parts, Comparisons)

    @routes.get(
        "/bridge",
        include_in_schema=False,
        dependencies=[Depends(only(*ASKED, "page", "lang"))],
    )
    def listed(
        request: Request, visitor: Looking, state: State = "", concept: Concept = "", body: Body = "", q: Text = "",
        page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    ) -> Response:  # fmt: skip
        found = comparisons.now()
        told = page_of(parts, found, visitor.lang)
        asked = Asked(state, concept, body, q.strip())
        return pages.show(request, visitor, "portal/bridge.html", _list(found, told, asked, page))

    @routes.get("/bridge/{pair}", include_in_schema=False, dependencies=[Depends(only("release", "lang"))])
    def one_pair(request: Request, visitor: Looking, pair: str, release: Releases = None) -> Response:
        found = comparisons.now(release or ())
        one = found.pair(pair)
        return pages.show(
            request,
            visitor,
            "portal/bridge_pair.html",
            _pair(found, page_of(parts, found, visitor.lang), one, release or ()),
        )

    @routes.get(
        "/bridge/{pair}/certificate", include_in_schema=False, dependencies=[Depends(only("release", "format", "lang"))]
    )
    def one_certificate(
        request: Request, visitor: Looking, pair: str, release: Releases = None,
        format_: Annotated[str, Query(alias="format")] = "html",
    ) -> Response:  # fmt: skip
        found = comparisons.now(release or ())
        one = found.pair(pair)
        made = certificate(parts, words(visitor.lang), page_of(parts, found, visitor.lang), one, found.answer(one))
        return answered(pages, request, visitor, made, format_)

    return routes


def _list(found: Comparison, page: Page, asked: Asked, number: int) -> dict[str, object]:
    concepts = {f.concept: page.policy.words[CONCEPT][f.concept][page.language] for f in found.policy.figures}
    chosen = matching(found, page, asked)
    counts = Counter(answer.state for _, answer in chosen)
    wanted = [one for one in chosen if asked.state in ("", one[1].state)]
    wanted.sort(key=lambda one: URGENT.index(one[1].state))
    pages = max(-(-len(wanted) // ROWS), 1)
    if number > pages:
        raise BadQuery(f"There is no page {number}, the last one is {pages}.", parameter="page")
    rows = [
        summary(page, pair, answer) | {"a_label": page.figure_label(pair.a), "b_label": page.figure_label(pair.b)}
        for pair, answer in wanted[(number - 1) * ROWS : number * ROWS]
    ]
    narrowed = dict(zip(ASKED, (asked.state, asked.concept, asked.body, asked.text), strict=True))
    return {
        "asked": asked, "states": [(s, word(s, page.language), counts[s]) for s in URGENT], "rows": rows, "count": len(wanted),
        "concepts": sorted(concepts.items(), key=lambda c: c[1]), "bodies": bodies(found), "page": number, "pages": pages,
        "word": lambda name: word(name, page.language), "told": page, "all": len(chosen),
        "query": urlencode({n: v for n, v in narrowed.items() if v} | {"lang": page.language}),
    }  # fmt: skip


def _pair(found: Comparison, page: Page, pair: Pair, releases: Sequence[str]) -> dict[str, object]:
    answer = found.answer(pair)
    bars = waterfall(page, answer)
    title = f"{word('first', page.language)} → {word('second', page.language)}"
    text = "; ".join(f"{b.label}{page.colon}{b.amount}" for b in bars)
    asked = [("release", r) for r in releases]
    return {
        "data": whole(page, pair, answer), "told": page, "answer": answer, "plot": drawn(bars, title, text), "bars": bars,
        "cut": starts_at(bars) > 0, "releases": releases, "word": lambda name: word(name, page.language),
        "path": quote(pair.name or pair.id, safe="~@."), "query": urlencode([*asked, ("lang", page.language)]),
    }  # fmt: skip


def waterfall(page: Page, answer: Answer) -> list[Bar]:
    """Both figures, the steps of the first chain between them, and what stays open."""
    lang, level = page.language, answer.a.value
    bars = [Bar(page.figure_label(answer.a), level, level, shown(level, lang, answer.a.as_published), "total")]
    for taken in answer.chains[0] if answer.chains else ():
        if taken.amount:
            bars.append(
                Bar(page.step_label(taken), level, level + taken.amount, shown(taken.amount, lang, signed=True))
            )
            level += taken.amount
    if answer.open:
        amount = shown(answer.open, lang, signed=True)
        bars.append(Bar(word("remainder", lang), level, level + answer.open, amount, LEFT_OVER))
    last = answer.b.value
    bars.append(Bar(page.figure_label(answer.b), last, last, shown(last, lang, answer.b.as_published), "total"))
    return bars
