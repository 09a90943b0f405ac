"""The page of a dataflow: what it is, its figures as a table and a drawing, the query as code, downloads, other releases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Final

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadQuery, NotFound
from greffe.formats.format import DataWriter, Format
from greffe.formats.languages import best
from greffe.formats.people_data import PEOPLE_DATA_FORMATS
from greffe.formats.sdmx_data import SDMX_DATA_FORMATS
from greffe.model.releases import Release, current
from greffe.model.structures import Codelist, Dataflow, DataStructure
from greffe.release.parts import Parts
from greffe.release.revisions import leading
from greffe.release.vintages import readable, structure_of
from greffe.store.base import Selection
from greffe.web.api import published
from greffe.web.pages import plots
from greffe.web.pages.blanks import colon
from greffe.web.pages.render import Pages, number, see_other
from greffe.web.pages.visitors import Looking, Visitor
from greffe.web.pages.words import Say, sayer
from greffe.web.portal import flow_about as about
from greffe.web.portal.flow_code import Query, snippets, whole
from greffe.web.portal.flow_compare import Differences, differences
from greffe.web.portal.flow_filters import Filters, filters
from greffe.web.portal.flow_first import first_codes
from greffe.web.portal.flow_query import Asked, backwards, number_of, read, selected
from greffe.web.portal.flow_table import ROWS, Label, Row, Table, label, table

WORDS: Final = ("portal_flow",)
_LABELLED: Final = ("xlsx",)  # formats whose file has names beside codes when asked


def router(parts: Parts) -> APIRouter:
    """The route /data/{flow}."""
    routes, pages = APIRouter(), Pages(parts)

    @routes.get("/data/{flow}", include_in_schema=False)
    def dataflow(request: Request, flow: str, visitor: Looking) -> Response:
        found = published(parts.catalogue(), flow)
        release = _release(parts, found, number_of("release", request.query_params.get("release", "")))
        if release is None:
            values = {"flow": found, "release": None, **_identity(parts, found, visitor)}
            return pages.show(request, visitor, "portal/flow.html", values)
        view = _view(parts, found, release, request, visitor)
        if view.asked.from_form:
            where = view.asked.address(flow, view.structure)
            return see_other(f"{where}&lang={visitor.lang}" if request.query_params.get("lang") else where)
        page = pages.show(
            request, visitor, "portal/flow.html", _values(parts, view, visitor), 400 if view.backwards else 200
        )
        if view.backwards:
            page.headers["Shown-In-Place"] = "1"  # greffe.js: the message stands beside the fields that it is about
        return page

    return routes


@dataclass(frozen=True)
class _View:
    """What is looked at: a release with the definitions that it is read by, and what is asked of it."""

    flow: Dataflow
    release: Release
    catalogue: Catalogue
    structure: DataStructure
    codelists: Mapping[str, Codelist]
    asked: Asked
    selection: Selection
    query: Query
    lang: str
    backwards: bool = False  # the first period is after the last: all periods are looked at, and the page says so


def _release(parts: Parts, flow: Dataflow, wanted: int) -> Release | None:
    """The release of that number, else the current one; None when nothing is released. Raises as `readable` does."""
    return readable(parts, flow, wanted, "release") if wanted else parts.ledger().current(flow.reference, parts.clock())


def _view(parts: Parts, flow: Dataflow, release: Release, request: Request, visitor: Visitor) -> _View:
    """The current release is read by the definitions of today, as the query of its code is; another by its own."""
    latest = parts.ledger().current(flow.reference, parts.clock())
    catalogue = parts.catalogue()
    structure = catalogue.structure(flow)
    if release != latest:
        catalogue, structure = structure_of(parts, release)
    codelists = catalogue.codelists(structure)
    asked = read(request.query_params, structure, codelists)
    if asked.opened:
        asked = replace(asked, codes=first_codes(parts.observations, release, structure))
    reversed_ = backwards(asked)
    chosen = selected(replace(asked, start="", end="") if reversed_ else asked, flow, structure, codelists)
    query = Query(parts.settings.public_url, flow, structure, asked, release.effective_at if asked.release else None)
    return _View(flow, release, catalogue, structure, codelists, asked, chosen, query, visitor.lang, reversed_)


def _identity(parts: Parts, flow: Dataflow, visitor: Visitor) -> dict[str, object]:
    """What is told of a dataflow whether something of it is released or not."""
    catalogue, lang = parts.catalogue(), visitor.lang
    recipient = flow.annotation("RECIPIENT")
    return {
        "id": flow.reference.id,
        "name": best(flow.names, lang),
        "description": best(flow.descriptions, lang),
        "provenance": flow.annotation("PROVENANCE") or "unverified",
        "scope": flow.annotation("SCOPE"),
        "agency": about.organisation(catalogue, flow.reference.agency, lang),
        "recipient": about.organisation(catalogue, recipient, lang) if recipient else "",
        "counted": {axis: about.counted(catalogue, flow, axis, lang) for axis in ("counting_unit", "population", "moment")},
        "sources": list(dict.fromkeys(filter(None, (
            i.annotation("SOURCE_APPLICATION") for i in about.indicators(catalogue, flow)
        )))),
        "next": about.next_release(parts, flow),
        "history": about.history(parts, flow, lang),
    }  # fmt: skip


def _values(parts: Parts, view: _View, visitor: Visitor) -> dict[str, object]:
    """What the template shows."""
    asked, release, lang = view.asked, view.release, view.lang
    say = sayer(WORDS, lang)
    tallies = parts.observations.tallies(release.name, view.selection)
    shown = table(
        parts.observations, release, view.structure, view.codelists, view.selection, tallies, lang, asked.page
    )
    pages = max(-(-shown.series // ROWS), 1)
    if asked.page > pages:
        raise NotFound(f"There are only {pages} pages.", parameter="page")
    offered = filters(
        parts.observations, release, view.catalogue, view.flow, view.structure, asked, view.selection, tallies, lang
    )
    told = shown if shown.rows else _of_all(parts, view)
    to = partial(_to, view)
    lasting = view.query.base + asked.but(release=release.number, opened=False).address(
        view.flow.reference.id, view.structure
    )
    drawn = _drawn(view, shown, say)
    return {
        "flow": view.flow,
        **_identity(parts, view.flow, visitor),
        "release": release,
        "asked": asked,
        "swapped": to(start=asked.end, end=asked.start) if view.backwards else "",
        "table": shown,
        "pages": pages,
        "rows_from": (asked.page - 1) * ROWS + 1,
        "offered": offered,
        "to": to,
        "cleared": lambda dimension: to(codes={d: c for d, c in asked.codes.items() if d != dimension}),
        "everything": to(codes={}, start="", end=""),
        "lifted": () if shown.rows or view.backwards else _lifted(parts, view),
        "alone": lambda row: _name(view, row),
        "territories": [t.name for t in told.attributes.get("TERRITORY", ())],
        "units": _units(view, told),
        "plot": drawn[0],
        "drawn": drawn[1],
        "swatch": plots.swatch,
        "signed": lambda difference: plots.signed(difference, lambda value: number(value, lang)),
        "latest": parts.ledger().current(view.flow.reference, parts.clock()),
        "snippets": snippets(view.query, say) if _answers(parts, view) else (),
        "query": view.query,
        "whole": whole(view.query),
        "formats": _formats(lang),
        "citation": about.citation(view.flow, release, lasting, lang),
        "permalink": lasting,
        "against": _against(parts, view),
        "plot_of": partial(_plot_of_differences, say=say, lang=lang, codelists=view.codelists),
        "label": lambda dimension, code: label(view.codelists.get(dimension), code, lang),
        "dataset": _dataset(view, offered, told),
    }


def _formats(lang: str) -> list[tuple[Format[DataWriter], dict[str, str]]]:
    """Every format of data with what is asked beside it, those of people's tools first."""
    offered = (*PEOPLE_DATA_FORMATS, *reversed(SDMX_DATA_FORMATS))
    return [(f, {"labels": "both", "lang": lang} if f.name in _LABELLED else {"lang": lang}) for f in offered]


def _to(view: _View, **changed: object) -> str:
    """The page's address with something else."""
    return view.asked.but(**changed).address(view.flow.reference.id, view.structure)


def _answers(parts: Parts, view: _View) -> bool:
    """Whether the interface can be asked for this release: not when another took its place at the very moment it came."""
    if view.query.moment is None:
        return True
    now = parts.clock()
    told = [
        r for r in parts.ledger().releases_of(view.flow.reference) if r.withdrawn_at is None or now < r.withdrawn_at
    ]
    return current(told, view.query.moment) == view.release


def _against(parts: Parts, view: _View) -> Differences | None:
    if not view.asked.against:
        return None
    if view.asked.against == view.release.number:
        raise BadQuery("A release does not differ from itself.", parameter="against", hint="Choose another one.")
    return differences(parts, view.flow, view.asked, view.release.number, view.selection)


def _lifted(parts: Parts, view: _View) -> list[tuple[str, str, int]]:
    """Where nothing matches: each condition without which something does (a dimension; empty for the periods), the
    address without it, and how many series there are then."""
    asked = view.asked
    tried = [(d, asked.but(codes={o: c for o, c in asked.codes.items() if o != d})) for d in asked.codes]
    if asked.start or asked.end:
        tried.append(("", asked.but(start="", end="")))
    found = []
    for dimension, without in tried:
        chosen = selected(without, view.flow, view.structure, view.codelists)
        if series := parts.observations.counts(view.release.name, chosen)[0]:
            found.append((dimension, without.address(view.flow.reference.id, view.structure), series))
    return found


def _of_all(parts: Parts, view: _View) -> Table:
    """The first series of the whole release: what it is of is told when nothing matches, too."""
    every = parts.observations.tallies(view.release.name, Selection())
    return table(parts.observations, view.release, view.structure, view.codelists, Selection(), every, view.lang)


def _units(view: _View, shown: Table) -> list[Label]:
    """The units of what is shown."""
    _, unit = leading(view.structure)
    codes = dict.fromkeys(r.key[unit] for r in shown.rows) if unit else {}
    return [label(view.codelists.get(unit), code, view.lang) for code in codes]


def _drawn(view: _View, shown: Table, say: Say) -> tuple[Markup | None, Sequence[str]]:
    """The drawing and the names of its series: the first of the table that have a value, in the unit of the first; those of
    zeros alone where no other has one."""
    _, unit = leading(view.structure)
    with_value = [r for r in shown.rows if any(_decimal(c.value) is not None for c in r.cells.values())]
    with_value = [r for r in with_value if any(_decimal(c.value) for c in r.cells.values())] or with_value
    rows = [r for r in with_value if not unit or r.key[unit] == with_value[0].key[unit]][: plots.SERIES]
    if not rows:
        return None, ()
    names = [_name(view, r) for r in rows]
    series = [plots.Drawn(n, [_point(r, p) for p in shown.periods]) for n, r in zip(names, rows, strict=True)]
    draw = plots.bars if view.asked.chart == "bar" else plots.lines
    title = f"{best(view.flow.names, view.lang)}, {shown.periods[0]}–{shown.periods[-1]}"
    text = say("plot_text", series="; ".join(names))
    return draw(shown.periods, series, title, text, lambda value: number(value, view.lang), colon(view.lang)), names


def _name(view: _View, row: Row) -> str:
    """What tells a series from the others that are shown; of one alone, what is counted."""
    subject, _ = leading(view.structure)
    alone = label(view.codelists.get(subject), row.key[subject], view.lang).name
    return ", ".join(one.name for one in row.labels) or alone


def _point(row: Row, period: str) -> plots.Point | None:
    cell = row.cells.get(period)
    return plots.Point(_decimal(cell.value), "".join(cell.marks), cell.breaks) if cell else None


def _decimal(value: str | None) -> Decimal | None:
    try:
        found = None if value is None else Decimal(value)
    except ArithmeticError:
        return None
    return found if found is not None and found.is_finite() else None


def _plot_of_differences(found: Differences, say: Say, lang: str, codelists: Mapping[str, Codelist]) -> Markup | None:
    if not found.drawn:
        return None
    varying = [d for d in found.comparison.structure.dimension_ids if len({c.key[d] for c, _ in found.drawn}) > 1]
    rows = [
        (", ".join([c.period, *(label(codelists.get(d), c.key[d], lang).name for d in varying)]), difference)
        for c, difference in found.drawn
    ]
    title = say("plot_differences", older=found.comparison.older, newer=found.comparison.newer)
    return plots.differences(rows, title, say("plot_differences_text"), lambda value: number(value, lang), colon(lang))


def _dataset(view: _View, offered: Filters, shown: Table) -> dict[str, object]:
    subject, _ = leading(view.structure)
    places = [t.name for t in shown.attributes.get("TERRITORY", ())]
    page = f"{view.query.base}/data/{view.flow.reference.id}"
    return about.dataset(
        view.flow, view.release, whole(view.query), page, offered.periods, [offered.names[subject]], places, view.lang
    )  # fmt: skip
