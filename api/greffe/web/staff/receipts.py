"""The inbox: what came back of recipients and nobody took, to be looked at; and what was taken last."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.errors import GreffeError
from greffe.model.instants import read
from greffe.model.transmissions import Receipt
from greffe.release.parts import Parts
from greffe.transmission.keeping import content
from greffe.transmission.turned_away import API, COMMAND, PAGE, look_at, turned_away, waiting
from greffe.web.pages.acts import tried
from greffe.web.pages.forms import posted
from greffe.web.pages.render import HEADERS, Pages, see_other
from greffe.web.pages.visitors import HOUSE, Staff, Visitor, for_roles
from greffe.web.staff.words_of import instant
from greffe.web.strict import only

STAFF: Final = [Depends(for_roles(*HOUSE, "transmitter"))]
LAST: Final = 50  # receipts that are shown; a delivery shows all of its own
WAYS: Final = (PAGE, COMMAND, API)


def router(parts: Parts) -> APIRouter:
    """The routes below /staff/receipts."""
    parts = parts.acting()
    routes, pages = APIRouter(dependencies=STAFF), Pages(parts)

    @routes.get("/staff/receipts", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def listed(request: Request, visitor: Staff) -> Response:
        return _list(parts, pages, request, visitor, None)

    @routes.post("/staff/receipts", include_in_schema=False)
    async def act(request: Request, visitor: Staff) -> Response:
        form = await posted(request, visitor, "receipt", "reason")
        id_ = form.text("receipt")
        fault = await tried(parts, request, visitor, lambda: look_at(parts, visitor.actor, id_, form.text("reason")))
        if fault is None:
            return see_other("/staff/receipts")
        return await run_in_threadpool(_list, parts, pages, request, visitor, fault)

    @routes.get("/staff/receipts/{id_}/file", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def file(visitor: Staff, id_: str) -> Response:
        one = turned_away(parts, id_)
        headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{one.id}"', "Cache-Control": "no-store"}
        return Response(content(parts, one.sha256), headers=headers, media_type="application/octet-stream")

    return routes


def _list(parts: Parts, pages: Pages, request: Request, visitor: Visitor, fault: GreffeError | None) -> Response:
    open_ = waiting(parts)
    over = [r for r in parts.ledger().turned_away.values() if r not in open_]
    taken: list[tuple[str, Receipt]] = [(t.id, r) for t in parts.ledger().transmissions.values() for r in t.receipts]
    taken.sort(key=lambda pair: pair[1].instant, reverse=True)
    values = {
        "open": open_[::-1], "over": over[::-1][:LAST], "taken": taken[:LAST], "fault": fault, "instant": instant, "read": read,
        "ways": WAYS, "may": visitor.may("transmitter", "administrator"),
    }  # fmt: skip
    return pages.show(request, visitor, "staff/receipts.html", values, fault.http if fault else 200)
