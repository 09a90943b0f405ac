"""Why published figures differ, for people: the list of pairs, and a pair with its chain of steps."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from greffe.catalogue.policies.bridge.concepts import CONCEPT
from greffe.errors import BadQuery, NotFound, nearest
from greffe.release.bridge import Comparison, Comparisons
from greffe.release.bridge_data import summary, whole
from greffe.release.parts import Parts
from greffe.release.shared import shared
from greffe.validation.bridge.chains import STATES, Answer
from greffe.validation.bridge.figures import Figure
from greffe.validation.bridge.page import Page, operands
from greffe.validation.bridge.pairs import Pair
from greffe.validation.bridge.words import exactly, shown, word
from greffe.web.bridge import Releases
from greffe.web.pages.render import Pages
from greffe.web.pages.visitors import Looking
from greffe.web.pages.waterfall import LEFT_OVER, Bar, drawn, starts_at
from greffe.web.strict import only
from greffe.web.trail.certificate import answered, words
from greffe.web.trail.crossed import page_of
from greffe.web.trail.pairs import certificate

ROWS: Final = 50  # of a page
URGENT: Final = tuple(reversed(STATES))  # open first
Several = Annotated[list[str] | None, Query()]


@dataclass(frozen=True)
class Asked:
    """What of the pairs is wanted; '' is all."""

    state: str
    concept: str
    body: str
    text: str


def router(parts: Parts) -> APIRouter:
    """The routes /bridge."""
    routes, pages = APIRouter(), Pages(parts)
    comparisons = shared(parts, Comparisons)

    @routes.get(
        "/bridge",
        include_in_schema=False,
        dependencies=[Depends(only("state", "concept", "body", "q", "page", "lang"))],
    )
    def listed(
        request: Request, visitor: Looking, state: str = "", concept: str = "", body: str = "",
        q: Annotated[str, Query(max_length=200)] = "", page: Annotated[int, Query(ge=1, le=100_000)] = 1,
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


def bodies(figure: Figure) -> set[str]:
    """Whose publications a figure is made of."""
    return {o.series.body for o in operands(figure)}


def _list(found: Comparison, page: Page, asked: Asked, number: int) -> dict[str, object]:
    concepts = {f.concept: page.policy.words[CONCEPT][f.concept][page.language] for f in found.policy.figures}
    houses = sorted({b for pair, _ in found.answers for f in (pair.a, pair.b) for b in bodies(f)})
    for name, given, known in (
        ("state", asked.state, STATES),
        ("concept", asked.concept, concepts),
        ("body", asked.body, houses),
    ):
        if given and given not in known:
            raise NotFound(f"There is no {name} {given[:100]!r}.", parameter=name, nearest=nearest(given, known))
    matching = [
        (pair, answer)
        for pair, answer in found.answers
        if asked.concept in ("", pair.a.of.concept)
        and (not asked.body or asked.body in bodies(pair.a) | bodies(pair.b))
        and _says(page, pair, answer, asked.text)
    ]
    counts = Counter(answer.state for _, answer in matching)
    wanted = [one for one in matching if asked.state in ("", one[1].state)]
    wanted.sort(key=lambda one: URGENT.index(one[1].state))
    pages = max(-(-len(wanted) // ROWS), 1)
    if number > pages:
        raise BadQuery(f"There is no page {number}, the last one is {pages}.", parameter="page")
    rows = [
        summary(page, pair, answer) | {"a_label": page.figure_label(pair.a), "b_label": page.figure_label(pair.b)}
        for pair, answer in wanted[(number - 1) * ROWS : number * ROWS]
    ]
    chosen = {"state": asked.state, "concept": asked.concept}
    return {
        "asked": asked, "states": [(s, word(s, page.language), counts[s]) for s in URGENT], "rows": rows, "count": len(wanted),
        "concepts": sorted(concepts.items(), key=lambda c: c[1]), "bodies": houses, "page": number, "pages": pages,
        "word": lambda name: word(name, page.language), "told": page, "all": len(matching),
        "query": urlencode({n: v for n, v in chosen.items() if v} | {"lang": page.language}),
    }  # fmt: skip


def _says(page: Page, pair: Pair, answer: Answer, text: str) -> bool:
    """Whether every word of a text is in what is shown of a pair; without accents, in any case."""
    if not text:
        return True
    said = (
        pair.name,
        pair.id,
        page.title(pair),
        page.figure_label(pair.a),
        page.figure_label(pair.b),
        exactly(pair.a.value),
        exactly(pair.b.value),
    )
    return all(part in plain(" ".join(said)) for part in plain(text).split())


def plain(text: str) -> str:
    """Lower case without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))


def _pair(found: Comparison, page: Page, pair: Pair, releases: Sequence[str]) -> dict[str, object]:
    answer = found.answer(pair)
    bars = waterfall(page, answer)
    title = f"{word('first', page.language)} → {word('second', page.language)}"
    text = "; ".join(f"{b.label}: {b.amount}" for b in bars)
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
