"""A workbook of a whole questionnaire comes back: what it says otherwise than it went out is shown, then entered, or it is told why not."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.errors import BadQuery, GreffeError
from greffe.release.parts import Parts
from greffe.transmission.answers.acts import ANSWERING
from greffe.transmission.answers.book_back import Back, bring_back, look_back, take_back, workbook_of
from greffe.web.pages.acts import tried
from greffe.web.pages.forms import Form, posted
from greffe.web.pages.render import Pages, see_other
from greffe.web.pages.visitors import HOUSE, Staff, Visitor, for_roles
from greffe.web.staff.laid_file import LaidFile
from greffe.web.strict import only

STAFF: Final = [Depends(for_roles(*HOUSE, "transmitter"))]
PLACE: Final = "/staff/answers/workbook"
FAULTS: Final = 50  # that the page tells one by one
LINES: Final = 500  # differences that it shows


def router(parts: Parts) -> APIRouter:
    """The routes of /staff/answers/workbook."""
    parts = parts.acting()
    routes, pages = APIRouter(dependencies=STAFF), Pages(parts)

    @routes.get(PLACE, include_in_schema=False, dependencies=[Depends(only("lang"))])
    def shown(request: Request, visitor: Staff) -> Response:
        return _show(parts, pages, request, visitor, None)

    @routes.post(PLACE, include_in_schema=False)
    async def act(request: Request, visitor: Staff) -> Response:
        form = await posted(request, visitor, "act", "of", file="book")
        done: list[Back] = []
        fault = await tried(parts, request, visitor, lambda: done.extend(_act(parts, visitor, form)))
        if fault is not None:
            return await run_in_threadpool(_show, parts, pages, request, visitor, fault)
        if not done:
            return see_other(PLACE)
        round_ = done[0].round
        return see_other(f"/staff/answers/{round_.questionnaire.id}", cycle=str(round_.cycle))

    return routes


def _desk(parts: Parts, visitor: Visitor) -> LaidFile:
    return LaidFile(parts, visitor, "answers:workbook")


def _act(parts: Parts, visitor: Visitor, form: Form) -> tuple[Back, ...]:
    """What was entered, () where nothing was to be."""
    desk = _desk(parts, visitor)
    match form.text("act"):
        case "look":
            (name, body), of = form.file("book"), form.text("of")
            bring_back(parts, visitor.actor, body, name, of)  # what is no workbook of ours is told now
            desk.put(name, body, of)
        case "take":
            name, body, of = desk.taken()
            found, _ = take_back(parts, visitor.actor, body, name, of)
            desk.clear()
            return (found,)
        case "drop":
            desk.clear()
        case act:
            raise BadQuery(f"{act!r} is no act.", parameter="act")
    return ()


def _show(parts: Parts, pages: Pages, request: Request, visitor: Visitor, fault: GreffeError | None) -> Response:
    found, name, unread = _reading(parts, visitor)
    known = [t.id for t in parts.ledger().transmissions.values() if workbook_of(t)]

    def place(cell: str) -> str:
        assert found is not None
        asked = {"cycle": found.round.cycle, "cell": cell}
        return f"/staff/answers/{found.round.questionnaire.id}?{urlencode(asked)}"

    values = {
        "found": found, "name": name, "fault": fault, "known": known[::-1], "place": place, "most": FAULTS, "lines": LINES,
        "may": visitor.may(*ANSWERING), "unread": unread,
    }  # fmt: skip
    return pages.show(request, visitor, "staff/answers_back.html", values, fault.http if fault else 200)


def _reading(parts: Parts, visitor: Visitor) -> tuple[Back | None, str, GreffeError | None]:
    """What the workbook on the desk says, its name, and why it cannot be read any more, where that is so."""
    held = _desk(parts, visitor).held()
    if held is None:
        return None, "", None
    name, body, of = held
    try:
        return look_back(parts, body, name, of), name, None
    except GreffeError as fault:
        return None, name, fault
