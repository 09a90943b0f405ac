"""A release that was made: its terms, who had it before its hour, receipts; grant an advance, withdraw it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.errors import BadQuery, GreffeError
from greffe.formats.languages import best
from greffe.model.calendar import Words
from greffe.model.instants import given_by_people, read
from greffe.model.structures import Dataflow
from greffe.release.across import left_behind
from greffe.release.advances import grant
from greffe.release.calendar import public_reason
from greffe.release.lifecycle import withdraw
from greffe.release.parts import Parts
from greffe.web.pages.acts import tried
from greffe.web.pages.forms import Form, posted
from greffe.web.pages.render import Pages, see_other
from greffe.web.pages.visitors import Staff, Visitor
from greffe.web.staff.tables import HOUSE_STAFF
from greffe.web.staff.words_of import countdown, instant, zoned
from greffe.web.strict import only

FIELDS: Final = ("act", "reason", "reason_fr", "sure", "to", "at")


def router(parts: Parts) -> APIRouter:
    """The route /staff/releases/{flow}/{number}."""
    parts = parts.acting()
    routes, pages = APIRouter(dependencies=HOUSE_STAFF), Pages(parts)

    @routes.get("/staff/releases/{flow}/{number}", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def made(request: Request, visitor: Staff, flow: str, number: int) -> Response:
        return _page(parts, pages, request, visitor, f"{flow}#{number}", None, {})

    @routes.post("/staff/releases/{flow}/{number}", include_in_schema=False)
    async def act(request: Request, visitor: Staff, flow: str, number: int) -> Response:
        form = await posted(request, visitor, *FIELDS)
        name = f"{flow}#{number}"
        fault = await tried(parts, request, visitor, lambda: _act(parts, visitor, name, form))
        if fault is None:
            return see_other(f"/staff/releases/{flow}/{number}")
        typed = {n: form.text(n) for n in FIELDS}
        return await run_in_threadpool(_page, parts, pages, request, visitor, name, fault, typed)

    return routes


def _act(parts: Parts, visitor: Visitor, name: str, form: Form) -> None:
    act, reason = form.text("act"), Words(form.text("reason"), form.text("reason_fr"))
    if act == "advance":
        start = given_by_people(form.text("at"), "at") if form.text("at") else None
        grant(parts, visitor.actor, name, form.text("to"), start, reason)
    elif act == "withdraw":
        told = public_reason(reason.en, reason.fr, "A withdrawal")
        if form.text("sure") != "yes" and left_behind(parts, parts.ledger().release(name)):
            raise BadQuery("Say that what is current again may contradict other dataflows.", parameter="sure")
        withdraw(parts, visitor.actor, name, told.en, told.fr)
    else:
        raise BadQuery(f"{act!r} is no act.", parameter="act")


def _page(
    parts: Parts,
    pages: Pages,
    request: Request,
    visitor: Visitor,
    name: str,
    fault: GreffeError | None,
    typed: Mapping[str, str],
) -> Response:
    ledger, now = parts.ledger(), parts.clock()
    release = ledger.release(name)
    catalogue = parts.catalogue()
    used = [e for e in parts.register.read(kinds=("grant.used",)) if e.payload.get("release") == name]
    against = left_behind(parts, release) if visitor.may("releaser", "administrator") else ()
    values = {
        "release": release, "name": best(catalogue.get(Dataflow, release.dataflow).names, visitor.lang), "fault": fault,
        "typed": {**dict.fromkeys(FIELDS, ""), **typed}, "current": ledger.current(release.dataflow, now) == release,
        "instant": instant, "zoned": zoned,
        "left": lambda t: countdown(t - now, visitor.lang), "advances": ledger.advances_of(name),
        "advance_bodies": [(p.recipient, Words(p.name_en, p.name_fr).in_(visitor.lang), p.hours) for p in catalogue.policies.advances],
        "used": [(e, read(e.instant), ledger.grants.get(e.subject)) for e in used], "against": against,
        "releases": visitor.may("releaser", "administrator"), "draft": ledger.drafts.get(release.draft),
    }  # fmt: skip
    return pages.show(request, visitor, "staff/made.html", values, fault.http if fault else 200)
