"""Standing orders on pages: a body's own, with their deliveries and receipts; some of the house see all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.errors import BadQuery, Denied, GreffeError
from greffe.model.orders import ON_RELEASE, Order
from greffe.model.schedule import following
from greffe.release.parts import Parts
from greffe.release.people import bodies, has_role, told_roles
from greffe.transmission.orders import acts
from greffe.transmission.orders.acts import SEES, Wanted, own_channels
from greffe.transmission.orders.sending import next_try
from greffe.web.orders.api import say_of
from greffe.web.orders.told import channels_of, file_of, limits_now, made, secret_told
from greffe.web.pages.acts import tried
from greffe.web.pages.forms import Form, posted
from greffe.web.pages.render import Pages, see_other
from greffe.web.pages.visitors import Staff, Visitor
from greffe.web.staff.words_of import countdown, instant
from greffe.web.strict import only

FIELDS: Final = ("body", "title", "query", "when", "schedule", "way", "to", "granted", "dataflow")
ACTS: Final = ("act", "number", "said", "reason")


def sees_orders(request: Request, visitor: Staff) -> None:
    """Raises Denied for whoever reads for no body and is none of the house who see all."""
    if not any(has_role(visitor.roles, r) for r in ("recipient", *SEES)):
        wanted, had = told_roles(("recipient", *SEES)), told_roles(visitor.roles)
        raise Denied(f"{visitor.name} has none of the roles for this page: {wanted} (roles: {had}).")


def router(parts: Parts) -> APIRouter:
    """The routes below /orders."""
    parts = parts.acting()
    routes, pages = APIRouter(dependencies=[Depends(sees_orders)]), Pages(parts)

    @routes.get("/orders", include_in_schema=False, dependencies=[Depends(only("lang", "query"))])
    def listed(request: Request, visitor: Staff) -> Response:
        return _list(parts, pages, request, visitor, None, {"query": request.query_params.get("query", "")})

    @routes.post("/orders", include_in_schema=False)
    async def make(request: Request, visitor: Staff) -> Response:
        form = await posted(request, visitor, *FIELDS)
        found: list[Order] = []
        fault = await tried(parts, request, visitor, lambda: found.append(_made(parts, visitor, form)))
        if fault is None:
            return see_other(f"/orders/{found[0].id}")
        typed = {n: form.values.get(n, ("",))[0] for n in FIELDS}
        return await run_in_threadpool(_list, parts, pages, request, visitor, fault, typed)

    @routes.get("/orders/{id_}", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def one(request: Request, visitor: Staff, id_: str) -> Response:
        return _one(parts, pages, request, visitor, id_, None)

    @routes.post("/orders/{id_}", include_in_schema=False)
    async def act(request: Request, visitor: Staff, id_: str) -> Response:
        form = await posted(request, visitor, *ACTS)
        fault = await tried(parts, request, visitor, lambda: _act(parts, visitor, id_, form))
        if fault is None:
            return see_other(f"/orders/{id_}")
        return await run_in_threadpool(_one, parts, pages, request, visitor, id_, fault)

    @routes.get("/orders/{id_}/files/{number}", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def file(visitor: Staff, id_: str, number: str) -> Response:
        return file_of(parts, visitor.actor, id_, _number(number))

    return routes


def _made(parts: Parts, visitor: Visitor, form: Form) -> Order:
    when = form.text("schedule") if form.text("when") == "schedule" else ON_RELEASE
    granted = form.text("granted") == "yes"
    wanted = Wanted(
        form.text("body"), form.text("title"), "" if granted else form.text("query"), when or "-", form.text("way"),
        form.text("to"), granted, form.text("dataflow") if granted else "",
    )  # fmt: skip
    return made(parts, visitor.actor, wanted)


def _act(parts: Parts, visitor: Visitor, id_: str, form: Form) -> None:
    act, number = form.text("act"), form.text("number")
    if act in ("acknowledged", "refused", "again", "arrived", "lost"):
        say_of(parts, visitor.actor, id_, _number(number), act, form.text("said"))
    else:
        acts.change(parts, visitor.actor, id_, act, form.text("reason"))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 8):
        raise BadQuery(f"{text[:20]!r} is no number of a delivery.", parameter="number")
    return int(text)


def _list(
    parts: Parts, pages: Pages, request: Request, visitor: Visitor, fault: GreffeError | None, typed: Mapping[str, str]
) -> Response:
    mine, channels = bodies(visitor.roles, "recipient"), channels_of(parts)
    found = sorted(acts.own_orders(parts, visitor.actor), key=lambda o: (o.state == "ended", o.body, o.title, o.id))
    values = {
        "orders": found, "bodies": mine, "fault": fault, "typed": {**dict.fromkeys(FIELDS, ""), **typed},
        "channels": sorted({c for b in mine for c in own_channels(channels, b)}), "limits": limits_now(parts),
        "flows": sorted({g.dataflow.id for g in parts.ledger().grants.values() if g.recipient in mine}), "instant": instant,
    }  # fmt: skip
    return pages.show(request, visitor, "portal/orders.html", values, fault.http if fault else 200)


def _one(
    parts: Parts, pages: Pages, request: Request, visitor: Visitor, id_: str, fault: GreffeError | None
) -> Response:
    order, now = acts.own_order(parts, visitor.actor, id_), parts.clock()
    mine = order.body in bodies(visitor.roles, "recipient")
    values = {
        "order": order, "fault": fault, "mine": mine, "ends": mine or visitor.may("administrator"), "instant": instant,
        "secret": secret_told(parts, order) if mine else "", "next_try": next_try,
        "next": following(order.when, now) if order.when != ON_RELEASE else None, "left": lambda t: countdown(t - now, visitor.lang),
    }  # fmt: skip
    return pages.show(request, visitor, "portal/order.html", values, fault.http if fault else 200)
