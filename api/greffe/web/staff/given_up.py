"""A deadline that was missed: given up with a reason, or asked for again; who did so before, and who may."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.errors import BadQuery, GreffeError, NotFound
from greffe.model.instants import paris_date, read
from greffe.release.parts import Parts
from greffe.store.given_up_records import GIVING_UP
from greffe.transmission.giving_up import give_up, take_up
from greffe.transmission.plan import named_plan
from greffe.web.pages.acts import tried
from greffe.web.pages.forms import posted
from greffe.web.pages.render import Pages, see_other
from greffe.web.pages.visitors import HOUSE, Staff, Visitor, for_roles
from greffe.web.staff.words_of import instant
from greffe.web.strict import only

STAFF: Final = [Depends(for_roles(*HOUSE, "transmitter"))]


def router(parts: Parts) -> APIRouter:
    """The routes below /staff/deadlines."""
    parts = parts.acting()
    routes, pages = APIRouter(dependencies=STAFF), Pages(parts)
    path = "/staff/deadlines/{delivery}/{year}"

    @routes.get(path, include_in_schema=False, dependencies=[Depends(only("lang"))])
    def shown(request: Request, visitor: Staff, delivery: str, year: str) -> Response:
        return _show(parts, pages, request, visitor, (delivery, _year(year)), None, "")

    @routes.post(path, include_in_schema=False)
    async def act(request: Request, visitor: Staff, delivery: str, year: str) -> Response:
        form, number = await posted(request, visitor, "act", "reason"), _year(year)
        does = {"give_up": give_up, "take_up": take_up}.get(form.text("act"))
        if does is None:
            raise BadQuery(f"{form.text('act')!r} is no act.", parameter="act")
        reason = form.text("reason")
        fault = await tried(parts, request, visitor, lambda: does(parts, visitor.actor, delivery, number, reason))
        if fault is None:
            return see_other(f"/staff/deadlines/{delivery}/{number}")
        return await run_in_threadpool(_show, parts, pages, request, visitor, (delivery, number), fault, reason)

    return routes


def _year(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) == 4):
        raise NotFound(f"{text!r} is no year.")
    return int(text)


def _show(
    parts: Parts, pages: Pages, request: Request, visitor: Visitor, about: tuple[str, int], fault: GreffeError | None, reason: str
) -> Response:  # fmt: skip
    plan, id_ = named_plan(parts, *about), f"{about[0]}-{about[1]}"
    left = parts.ledger().given_up.get(id_)
    late = plan.day < paris_date(parts.clock()) and plan.due and not plan.corrects
    values = {
        "plan": plan, "id": id_, "left": left, "late": late, "fault": fault, "reason": reason, "instant": instant, "read": read,
        "entries": [(e, read(e.instant)) for e in parts.register.read(subject=id_, kinds=GIVING_UP)],
        "may": visitor.may("transmitter", "administrator"),
    }  # fmt: skip
    return pages.show(request, visitor, "staff/given_up.html", values, fault.http if fault else 200)
