"""What was typed into a recipient's form, beside what was meant: an export of the form is brought, differences are shown by cell."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.errors import GreffeError
from greffe.model.instants import read
from greffe.model.transmissions import CANCELLED, Transmission
from greffe.release.parts import Parts
from greffe.transmission.entered_on_line import enter_comparison, kept_comparison
from greffe.transmission.workbooks.entered import ORDER, SAME
from greffe.web.pages.acts import tried
from greffe.web.pages.forms import posted
from greffe.web.pages.render import Pages, see_other
from greffe.web.pages.visitors import HOUSE, Staff, Visitor, for_roles
from greffe.web.staff.words_of import instant
from greffe.web.strict import only

STAFF: Final = [Depends(for_roles(*HOUSE, "transmitter"))]


def typed_by_hand(one: Transmission) -> str:
    """The questionnaire whose order list it has, '' for none."""
    found = (f.format.partition(":") for f in one.files)
    return next((questionnaire for kind, _, questionnaire in found if kind == ORDER), "")


def router(parts: Parts) -> APIRouter:
    """The routes below /staff/transmissions/…/entered."""
    parts = parts.acting()
    routes, pages = APIRouter(dependencies=STAFF), Pages(parts)

    @routes.get("/staff/transmissions/{id_}/entered", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def shown(request: Request, visitor: Staff, id_: str) -> Response:
        return _show(parts, pages, request, visitor, id_, None)

    @routes.post("/staff/transmissions/{id_}/entered", include_in_schema=False)
    async def act(request: Request, visitor: Staff, id_: str) -> Response:
        form = await posted(request, visitor, file="file")

        def compare() -> None:
            name, body = form.file("file")
            enter_comparison(parts, visitor.actor, id_, name[:200], body)

        fault = await tried(parts, request, visitor, compare)
        if fault is None:
            return see_other(f"/staff/transmissions/{id_}/entered")
        return await run_in_threadpool(_show, parts, pages, request, visitor, id_, fault)

    return routes


def _show(
    parts: Parts, pages: Pages, request: Request, visitor: Visitor, id_: str, fault: GreffeError | None
) -> Response:
    one = parts.ledger().transmission(id_)
    last = one.entered[-1] if one.entered else None
    found = [c for c in kept_comparison(parts, one, last) if c.state != SAME] if last else []
    questionnaire = typed_by_hand(one)

    def place(cell: str) -> str:
        return f"/staff/answers/{questionnaire}?{urlencode({'cycle': one.year, 'cell': cell})}"

    values = {
        "one": one, "last": last, "found": found, "questionnaire": questionnaire, "fault": fault, "place": place, "instant": instant,
        "read": read, "may": visitor.may("transmitter", "administrator") and one.state != CANCELLED and bool(questionnaire),
    }  # fmt: skip
    return pages.show(request, visitor, "staff/entered.html", values, fault.http if fault else 200)
