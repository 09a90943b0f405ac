"""What is decided on findings: warnings accepted, a waiver asked for and signed, a draft sent back. Who may is the core's."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.errors import BadQuery, Denied, GreffeError
from greffe.release.found import found
from greffe.release.lifecycle import accept_warnings, send_back
from greffe.release.parts import Parts
from greffe.release.waivers import approve_waiver, propose_waiver
from greffe.store.base import Actor
from greffe.store.records import Waiver
from greffe.web.pages.faults import named_there
from greffe.web.pages.forms import Form, posted
from greffe.web.pages.render import see_other
from greffe.web.pages.visitors import Staff, Visitor
from greffe.web.staff.found_pages import address_of, dataset_page, finding_page
from greffe.web.staff.tables import HOUSE_STAFF

Act = Callable[[Parts, Actor, str, Form], None]


def router(parts: Parts) -> APIRouter:
    """The routes POST /staff/findings/NAME/{accept,return,sign} and /staff/findings/NAME/NUMBER/waive."""
    routes = APIRouter(dependencies=HOUSE_STAFF)

    @routes.post("/staff/findings/{name}/accept", include_in_schema=False)
    async def accept(request: Request, name: str, visitor: Staff) -> Response:
        form = await posted(request, visitor, "rule", "reason")
        return await run_in_threadpool(_done, parts, request, visitor, name, form, "accept", _accept)

    @routes.post("/staff/findings/{name}/return", include_in_schema=False)
    async def return_(request: Request, name: str, visitor: Staff) -> Response:
        form = await posted(request, visitor, "reason")
        return await run_in_threadpool(_done, parts, request, visitor, name, form, "return", _return)

    @routes.post("/staff/findings/{name}/sign", include_in_schema=False)
    async def sign(request: Request, name: str, visitor: Staff) -> Response:
        form = await posted(request, visitor, "waiver")
        return await run_in_threadpool(_done, parts, request, visitor, name, form, "sign", _sign)

    @routes.post("/staff/findings/{name}/{place}/waive", include_in_schema=False)
    async def waive(request: Request, name: str, place: str, visitor: Staff) -> Response:
        form = await posted(request, visitor, "period", "key", "reason", "reference")
        return await run_in_threadpool(_waive, parts, request, visitor, name, place, form)

    return routes


def _done(parts: Parts, request: Request, visitor: Visitor, name: str, form: Form, act: str, work: Act) -> Response:
    """Do it and show the dataset again; a fault stands on the page with what was typed. Who may not is told so, and it is
    recorded."""
    acting = parts.acting()
    try:
        work(acting, visitor.actor, name, form)
    except Denied:
        raise
    except GreffeError as fault:
        return dataset_page(parts, request, visitor, found(acting, name), fault, form)
    rule = form.text("rule") if act == "accept" else ""
    return see_other(address_of(name), done=act, **({"rule": rule} if rule else {}))


def _accept(parts: Parts, who: Actor, name: str, form: Form) -> None:
    rule, reason = form.text("rule"), form.text("reason")
    with named_there("--reason", "accept_reason"):
        accept_warnings(parts, who, name, reason, [rule] if rule else [])


def _return(parts: Parts, who: Actor, name: str, form: Form) -> None:
    with named_there("--reason", "return_reason"):
        send_back(parts, who, name, form.text("reason"))


def _sign(parts: Parts, who: Actor, name: str, form: Form) -> None:
    approve_waiver(parts, who, form.text("waiver"))


def _waive(parts: Parts, request: Request, visitor: Visitor, name: str, place: str, form: Form) -> Response:
    acting = parts.acting()
    whole = found(acting, name)
    page = finding_page  # a place that is not there is told by it
    if not place.isdecimal() or not 0 < int(place[:9]) <= len(whole.findings):
        return page(parts, request, visitor, whole, place)
    one = whole.findings[int(place) - 1]
    try:
        key = dict(_cell(text, one.key) for text in form.all("key"))
        period = one.period if form.text("period") else ""
        wanted = Waiver("", one.rule, whole.dataset.dataflow, key, period, form.text("reason"), form.text("reference"))
        propose_waiver(acting, visitor.actor, wanted)
    except Denied:
        raise
    except GreffeError as fault:
        return page(parts, request, visitor, whole, place, fault, form)
    return see_other(address_of(name), done="waive", rule=one.rule)


def _cell(component: str, key: object) -> tuple[str, str]:
    code = key.get(component) if isinstance(key, dict) else None
    if not isinstance(code, str):
        raise BadQuery(f"The finding has no {component}.", parameter="key")
    return component, code
