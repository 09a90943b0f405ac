"""`/search?q=`: the dataflows that answer, each with what of it answers and why, and the way to exactly those figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from greffe.errors import BadQuery, GreffeError
from greffe.model.releases import Release
from greffe.model.structures import Dataflow, Texts
from greffe.query.find import MOST_LETTERS, Hit, Met
from greffe.query.find_terms import CODE, SYNONYM
from greffe.release.parts import Parts
from greffe.store.base import Selection
from greffe.web.pages.render import Pages
from greffe.web.pages.visitors import Looking
from greffe.web.portal.shelf import OnShelf, Shelf
from greffe.web.strict import only

SIZE: Final = 20  # dataflows of a page
PAGES: Final = 100


@dataclass(frozen=True)
class Chosen:
    """A code that answers, with the names of its dimension."""

    dimension: Texts
    names: Texts
    code: str


@dataclass(frozen=True)
class Why:
    """A reason. `text` is what was met, in `language` ('' of an id); `notes`: in what it is only near."""

    kind: str
    text: str
    language: str
    names: Texts
    notes: Texts


@dataclass(frozen=True)
class Answer:
    """A dataflow as it is shown. `href`: the page of exactly what was asked; `also`: codes beside, each with its page."""

    flow: Dataflow
    href: str
    release: Release | None
    chosen: tuple[Chosen, ...]
    why: tuple[Why, ...]
    also: tuple[tuple[Chosen, str], ...]
    span: tuple[str, ...]
    outside: tuple[str, ...]  # years that were asked and lie outside what is released


def router(parts: Parts) -> APIRouter:
    """The route /search."""
    routes, pages = APIRouter(), Pages(parts)

    @routes.get("/search", include_in_schema=False, dependencies=[Depends(only("q", "page", "lang"))])
    def search(
        request: Request,
        visitor: Looking,
        shelf: OnShelf,
        q: Annotated[str, Query()] = "",
        page: Annotated[int, Query(ge=1, le=PAGES)] = 1,
    ) -> Response:
        if len(q) > MOST_LETTERS:
            raise BadQuery(f"At most {MOST_LETTERS} letters are searched.", parameter="q")
        hits = shelf.index.find(q)
        shown = [answer(parts, shelf, hit, visitor.lang) for hit in hits[(page - 1) * SIZE : page * SIZE]]
        last = min(PAGES, max(1, -(-len(hits) // SIZE)))
        values = {
            "q": q.strip(),
            "hits": shown,
            "count": len(hits),
            "page": page,
            "last": last,
            "subjects": shelf.subjects,
        }
        return pages.show(request, visitor, "portal/search.html", values)

    return routes


def answer(parts: Parts, shelf: Shelf, hit: Hit, lang: str) -> Answer:
    """What is shown of a hit."""
    flow, release = shelf.flows[hit.flow], shelf.current.get(hit.flow)
    met = _together(parts, hit, release)
    cells = _cells(met)
    span = shelf.span(hit.flow)
    inside = [y for y in hit.years if span and span[0][:4] <= y <= span[1][:4]]
    start, end = (inside[0], inside[-1]) if inside else ("", "")
    return Answer(
        flow,
        shelf.address(hit.flow, cells, start, end),
        release,
        tuple(_chosen(shelf, flow, cells)),
        tuple(_why(met, lang)),
        tuple(_also(shelf, flow, hit, cells, start, end)),
        span,
        tuple(y for y in hit.years if y not in inside),
    )


def _together(parts: Parts, hit: Hit, release: Release | None) -> tuple[Met, ...]:
    """As many of what was met as there are figures of together: what answers best comes first."""
    met = hit.met
    while release is not None and len(met) > 1:
        keys = {d: frozenset(codes) for d, codes in _cells(met).items()}
        try:
            if parts.observations.counts(release.name, Selection(keys=(keys,)))[0]:
                break
        except GreffeError:
            break  # the page of the dataflow says what is wrong with it
        met = met[:-1]
    return met


def _cells(met: tuple[Met, ...]) -> dict[str, tuple[str, ...]]:
    return {d: (code,) for one in met for d, code in one.place.cells}


def _chosen(shelf: Shelf, flow: Dataflow, cells: Mapping[str, tuple[str, ...]]) -> Iterator[Chosen]:
    structure = shelf.catalogue.structure(flow)
    codelists, concepts = shelf.catalogue.codelists(structure), shelf.catalogue.concepts(structure)
    for dimension, codes in cells.items():
        for code in codes:
            item = codelists[dimension].item(code) if dimension in codelists else None
            yield Chosen(concepts.get(dimension, {"en": dimension}), item.names if item else {"en": code}, code)


def _why(met: tuple[Met, ...], lang: str) -> Iterator[Why]:
    """Reasons that are not seen in what is shown: a code is, when it was met by its name in the language of the page."""
    for one in met:
        term = one.term
        if term.kind == CODE and term.language == lang and one.place.cells:
            continue
        yield Why(term.kind, term.text, term.language, term.names, term.notes)


def _also(
    shelf: Shelf, flow: Dataflow, hit: Hit, cells: Mapping[str, tuple[str, ...]], start: str, end: str
) -> Iterator[tuple[Chosen, str]]:
    """Other codes of one dimension that answer too, in the place of the one that was chosen there."""
    for one in hit.also:
        if len(one.place.cells) != 1 or one.term.kind not in (CODE, SYNONYM):
            continue
        dimension, code = one.place.cells[0]
        (chosen,) = _chosen(shelf, flow, {dimension: (code,)})
        yield chosen, shelf.address(hit.flow, {**cells, dimension: (code,)}, start, end)
