"""Questionnaires to answer: how far each cycle is; a sheet with its cells, one of them open to be answered; confirmed in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.catalogue.questionnaires import CHOICE, TEXT, YES_NO, Questionnaire
from greffe.errors import BadQuery, GreffeError
from greffe.model.answers import LANGUAGES, NOTES, PARTS, AnswerKey
from greffe.model.instants import read
from greffe.release.deadlines import horizon
from greffe.release.parts import Parts
from greffe.transmission.answers import tables
from greffe.transmission.answers.acts import ANSWERING, Typed, confirm, give, give_rest, seen_of
from greffe.transmission.answers.asked import OPEN, STATES, TO_CONFIRM, Asked, Round, asked, cycles, named
from greffe.transmission.answers.checking import WORDS_YES_NO
from greffe.web.pages.acts import tried
from greffe.web.pages.forms import Form, posted
from greffe.web.pages.render import HEADERS, Pages, see_other
from greffe.web.pages.visitors import HOUSE, Staff, Visitor, for_roles
from greffe.web.staff.words_of import instant
from greffe.web.strict import one_of, only

STAFF: Final = [Depends(for_roles(*HOUSE, "transmitter"))]
WORDS: Final = tuple(f"{part}_{language}" for part in PARTS for language in LANGUAGES)
FIELDS: Final = ("act", "cycle", "section", "show", "cell", "value", "missing", "seen", "cells", "table", *WORDS)
VIEW: Final = ("cycle", "section", "show", "cell")


def router(parts: Parts) -> APIRouter:
    """The routes below /staff/answers."""
    parts = parts.acting()
    routes, pages = APIRouter(dependencies=STAFF), Pages(parts)

    @routes.get("/staff/answers", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def listed(request: Request, visitor: Staff) -> Response:
        rows = [
            (one, [asked(parts, one.id, year) for year in _cycles(parts, one)])
            for one in parts.catalogue().questionnaires.values()
        ]
        return pages.show(request, visitor, "staff/answers.html", {"rows": rows, "open": OPEN})

    @routes.get("/staff/answers/{id_}", include_in_schema=False, dependencies=[Depends(only(*VIEW, "lang"))])
    def shown(request: Request, visitor: Staff, id_: str) -> Response:
        asked_for = {name: request.query_params.get(name, "") for name in VIEW}
        return _show(parts, pages, request, visitor, id_, asked_for, None, None)

    @routes.get("/staff/answers/{id_}/table", include_in_schema=False, dependencies=[Depends(only("cycle", "lang"))])
    def table(request: Request, visitor: Staff, id_: str) -> Response:
        found = asked(parts, id_, _year(request.query_params.get("cycle", "")))
        name = f"{found.questionnaire.id}_{found.cycle}.csv"
        headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Response(tables.to_csv(found), headers=headers, media_type="text/csv; charset=utf-8")

    @routes.post("/staff/answers/{id_}", include_in_schema=False)
    async def act(request: Request, visitor: Staff, id_: str) -> Response:
        form = await posted(request, visitor, *FIELDS, file="table")
        fault = await tried(parts, request, visitor, lambda: _act(parts, visitor, id_, form))
        view = {name: form.text(name) for name in VIEW}
        if fault is None:
            after = await run_in_threadpool(_next, parts, id_, form)
            return see_other(f"/staff/answers/{id_}", **{n: v for n, v in {**view, "cell": after}.items() if v})
        return await run_in_threadpool(_show, parts, pages, request, visitor, id_, view, fault, form)

    return routes


def _act(parts: Parts, visitor: Visitor, id_: str, form: Form) -> None:
    who, act, year = visitor.actor, form.text("act"), _year(form.text("cycle"))
    found, section = asked(parts, id_, year), form.text("section")
    match act:
        case "give":
            words = {p: {x: form.text(f"{p}_{x}") for x in LANGUAGES} for p in PARTS}
            seen = form.text("seen")
            if not (seen.isascii() and seen.isdecimal()):
                raise BadQuery("It is not said what was seen.", parameter="seen")
            typed = Typed(form.text("value"), form.text("missing"), words, int(seen))
            give(parts, who, AnswerKey(id_, year, form.text("cell")), typed)
        case "confirm":
            if not form.all("cells"):
                raise BadQuery("No cell was chosen.", parameter="cells")
            confirm(parts, who, found, form.all("cells"))
        case "confirm_sheet":
            confirm(parts, who, found, section=section)
        case "NA" | "NAP":
            give_rest(parts, who, found, section, act)
        case "table":
            name, body = form.file("table")
            tables.from_csv(parts, who, found, body, name[:200])
        case _:
            raise BadQuery(f"{act!r} is no act.", parameter="act")


def _next(parts: Parts, id_: str, form: Form) -> str:
    """After a cell was answered, the next open one of its sheet."""
    if form.text("act") != "give":
        return ""
    found = asked(parts, id_, _year(form.text("cycle")))
    here = found.cell(form.text("cell"))
    sheet = found.section(here.section)
    at = next(n for n, a in enumerate(sheet) if a.name == here.name)
    return next((a.name for a in (*sheet[at + 1 :], *sheet[:at]) if a.state in OPEN), "")


def _show(
    parts: Parts, pages: Pages, request: Request, visitor: Visitor, id_: str, view: dict[str, str],
    fault: GreffeError | None, form: Form | None,
) -> Response:  # fmt: skip
    one = named(parts.catalogue(), id_)
    known = _cycles(parts, one)
    found = asked(parts, id_, _year(view["cycle"]) if view["cycle"] else _current(parts, one, known))
    chosen = found.cell(view["cell"]) if view["cell"] else None
    section = view["section"] or (chosen.section if chosen else _first(found))
    state = view["show"] if form is not None else one_of(request, "show", ("open", *STATES))
    cells = [a for a in found.section(section) if _wanted(a, state) or a is chosen]
    sections = [(s, found.counts(found.section(s.id))) for s in one.sheets]
    values = {
        "one": one, "found": found, "cycles": known, "sections": sections, "section": section, "show": state, "cells": cells,
        "chosen": chosen, "fault": fault, "states": STATES, "open": OPEN, "to_confirm": TO_CONFIRM, "instant": instant, "read": read,
        "may": visitor.may(*ANSWERING), "typed": _typed(chosen, form) if chosen else {}, "seen": seen_of(chosen) if chosen else 0,
        "notes": NOTES, "languages": LANGUAGES, "choices": _choices(chosen) if chosen else (), "words": TEXT,
        "counts": found.counts(),
    }  # fmt: skip
    return pages.show(request, visitor, "staff/answering.html", values, fault.http if fault else 200)


def _wanted(one: Asked, state: str) -> bool:
    return not state or one.state == state or (state == "open" and one.state in OPEN)


def _typed(cell: Asked, form: Form | None) -> dict[str, str]:
    """What stands in the fields: what was typed, else what is said now, be it not confirmed."""
    names = ("value", "missing", *WORDS)
    if form is not None and form.text("act") == "give":
        return {n: form.text(n) for n in names}
    row = tables.row_of(cell)
    return {n: "" if cell.cell.held and n in ("value", "missing") else row[n] for n in names}


def _choices(cell: Asked) -> Sequence[str]:
    layout = cell.row.layout
    return WORDS_YES_NO if layout.type == YES_NO else layout.choices if layout.type == CHOICE else ()


def _first(found: Round) -> str:
    return next((a.section for a in found.cells if a.state in OPEN), found.questionnaire.sheets[0].id)


def _cycles(parts: Parts, one: Questionnaire) -> list[int]:
    return cycles(parts.catalogue(), one, horizon(parts.clock()))


def _current(parts: Parts, one: Questionnaire, known: Sequence[int]) -> int:
    """The cycle that is worked on: the last one of which a year is over, else the first."""
    over = [y for y in known if y < parts.clock().year]
    return over[-1] if over else cycles(parts.catalogue(), one)[0]


def _year(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) == 4):
        raise BadQuery(f"{text[:20]!r} is no year.", parameter="cycle")
    return int(text)
