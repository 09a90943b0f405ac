"""What houses contribute to deliveries: the list, and one contribution with its cells, workbooks and acts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.errors import BadQuery, Denied, GreffeError, NotFound
from greffe.model.instants import given_by_people
from greffe.release.contributing import CONTRIBUTOR, all_waited, contact_point, houses_of, seen
from greffe.release.parts import Parts
from greffe.release.people import has_role
from greffe.transmission.contributions.acts import extend, give, merge, reopen, sign
from greffe.transmission.contributions.book_in import take
from greffe.transmission.contributions.book_out import export
from greffe.transmission.contributions.carried import confirm
from greffe.transmission.contributions.translating import translate
from greffe.transmission.keeping import content
from greffe.web.pages.acts import tried
from greffe.web.pages.forms import Form, posted
from greffe.web.pages.render import HEADERS, Pages, see_other
from greffe.web.pages.visitors import Staff, Visitor
from greffe.web.staff import contribution_form as cells
from greffe.web.staff.contribution_page import Desk, values_of
from greffe.web.staff.words_of import countdown, instant
from greffe.web.strict import only

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIELDS: Final = ("act", "reason", "until", "signatory", "revision", "book", "page", "confirm", "cell", "part", "text")


@dataclass(frozen=True)
class Asked:
    """An act that a form asks for."""

    parts: Parts
    visitor: Visitor
    id: str
    form: Form

    @property
    def revision(self) -> int:
        """Of the contribution, as it stood on the page."""
        text = self.form.text("revision")
        if not (text.isascii() and text.isdigit()):
            raise BadQuery(f"{text!r} is no revision.", parameter="revision")
        return int(text)


def router(parts: Parts) -> APIRouter:
    """The routes below /staff/contributions."""
    parts = parts.acting()
    routes, pages = APIRouter(), Pages(parts)

    @routes.get("/staff/contributions", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def listed(request: Request, visitor: Staff) -> Response:
        return _list(parts, pages, request, visitor)

    @routes.get("/staff/contributions/{id_}", include_in_schema=False, dependencies=[Depends(only("lang", "page"))])
    def shown(request: Request, visitor: Staff, id_: str) -> Response:
        return _one(parts, pages, request, visitor, id_)

    @routes.post("/staff/contributions/{id_}", include_in_schema=False)
    async def act(request: Request, visitor: Staff, id_: str) -> Response:
        await run_in_threadpool(seen, parts, visitor.actor, id_)
        known = await run_in_threadpool(cells.fields, parts, id_)
        asked = Asked(parts, visitor, id_, await posted(request, visitor, *FIELDS, *known, file="book"))
        if asked.form.text("act") == "export":
            return await run_in_threadpool(_book, asked)
        fault = await tried(parts, request, visitor, lambda: _act(asked))
        if fault is None:
            return see_other(f"/staff/contributions/{id_}", **cells.paged(asked.form))
        return await run_in_threadpool(_one, parts, pages, request, visitor, id_, fault, asked.form)

    @routes.get(
        "/staff/contributions/{id_}/books/{sha256}", include_in_schema=False, dependencies=[Depends(only("lang"))]
    )
    def book(visitor: Staff, id_: str, sha256: str) -> Response:
        one = seen(parts, visitor.actor, id_).one
        names = {e.sha256: f"{id_}-{e.number}.xlsx" for e in one.exports}
        names |= {r.sha256: f"{id_}-refused.xlsx" for r in one.returned}
        names |= {one.workbook: f"{id_}-returned.xlsx"} if one.workbook else {}
        if sha256 not in names:
            raise NotFound(f"{id_} has no workbook {sha256}.")
        return _file(content(parts, sha256), names[sha256])

    return routes


def _act(asked: Asked) -> None:
    parts, who, id_, form = asked.parts, asked.visitor.actor, asked.id, asked.form
    desk = Desk(parts, asked.visitor, id_)
    match form.text("act"):
        case "give":
            give(parts, who, id_, cells.typed(form), asked.revision)
        case "confirm":
            confirm(parts, who, id_, form.all("confirm"), asked.revision)
        case "translate":
            translate(parts, who, id_, (form.text("cell"), form.text("part")), form.text("text"))
        case "sign":
            sign(parts, who, id_, form.text("signatory"), asked.revision)
        case "reopen":
            reopen(parts, who, id_, form.text("reason"), asked.revision)
        case "merge":
            merge(parts, who, id_, asked.revision)
        case "extend":
            extend(parts, who, id_, given_by_people(form.text("until").replace("T", " "), "until"), form.text("reason"))
        case "look":
            name, body = form.file("book")
            desk.put(name, body)
        case "take":
            name, body = desk.taken()
            desk.clear()
            take(parts, who, id_, body, name)
        case "drop":
            desk.clear()
        case act:
            raise BadQuery(f"{act!r} is no act.", parameter="act")


def _book(asked: Asked) -> Response:
    made, body = export(asked.parts, asked.visitor.actor, asked.id)
    return _file(body, f"{asked.id}-{made.number}.xlsx")


def _file(body: bytes, name: str) -> Response:
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, headers=headers, media_type=XLSX)


def _list(parts: Parts, pages: Pages, request: Request, visitor: Visitor) -> Response:
    """Of people of houses, what is theirs; of the contact point and of auditors, all."""
    who, now = visitor.actor, parts.clock()
    every = contact_point(parts, who) or has_role(visitor.roles, "auditor")
    mine = houses_of(parts, who)
    if not every and not has_role(visitor.roles, CONTRIBUTOR):
        raise Denied(f"{who.name} does not act for a house, and does not put questionnaires together.")
    found = [w for w in all_waited(parts) if every or w.house in mine]
    values = {
        "found": found, "instant": instant, "left": lambda t: countdown(t - now, visitor.lang), "every": every,
    }  # fmt: skip
    return pages.show(request, visitor, "staff/contributions.html", values)


def _one(
    parts: Parts, pages: Pages, request: Request, visitor: Visitor, id_: str, fault: GreffeError | None = None,
    form: Form | None = None,
) -> Response:  # fmt: skip
    seen(parts, visitor.actor, id_)
    page = cells.page_of(form.text("page") if form else request.query_params.get("page", ""))
    values = values_of(parts, visitor, id_, page, form) | {"fault": fault}
    return pages.show(request, visitor, "staff/contribution.html", values, fault.http if fault else 200)
