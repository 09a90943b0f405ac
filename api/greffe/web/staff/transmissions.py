"""Deliveries to recipients: what is due and what stands in its way; one delivery with its files, signatures, tries, receipts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.errors import BadQuery, GreffeError, NotFound
from greffe.model.instants import read
from greffe.model.transmissions import APPROVED, BUILT, FAILED, SENDING, UNCERTAIN, Transmission
from greffe.release.deadlines import horizon
from greffe.release.parts import Parts
from greffe.transmission import receipts
from greffe.transmission.building import approve, build, cancel
from greffe.transmission.foreseen.of_delivery import kept_foreseen
from greffe.transmission.keeping import content
from greffe.transmission.plan import named_plan, plans
from greffe.transmission.proof import history
from greffe.transmission.reading import VERDICTS
from greffe.transmission.running import next_try, send_by_hand
from greffe.transmission.sending import may_be_settled, settle
from greffe.transmission.turned_away import PAGE, waiting
from greffe.transmission.ways import read_channels
from greffe.web.pages.acts import tried
from greffe.web.pages.forms import Form, posted
from greffe.web.pages.render import HEADERS, Pages, see_other
from greffe.web.pages.visitors import HOUSE, Staff, Visitor, for_roles
from greffe.web.staff.entered import typed_by_hand
from greffe.web.staff.words_of import countdown, instant
from greffe.web.strict import only

STAFF: Final = [Depends(for_roles(*HOUSE, "transmitter"))]
FIELDS: Final = ("act", "reason", "verdict", "said", "receipt", "delivery", "year", "test", "plan")
MOST: Final = 200  # findings of a recipient that are shown; all are kept


def router(parts: Parts) -> APIRouter:
    """The routes below /staff/transmissions."""
    parts = parts.acting()
    routes, pages = APIRouter(dependencies=STAFF), Pages(parts)

    @routes.get("/staff/transmissions", include_in_schema=False, dependencies=[Depends(only("test", "lang"))])
    def listed(request: Request, visitor: Staff) -> Response:
        return _list(parts, pages, request, visitor, None, {})

    @routes.post("/staff/transmissions", include_in_schema=False)
    async def build_one(request: Request, visitor: Staff) -> Response:
        form = await posted(request, visitor, *FIELDS)
        made: list[Transmission] = []
        fault = await tried(parts, request, visitor, lambda: made.append(_build(parts, visitor, form)))
        if fault is None:
            return see_other(f"/staff/transmissions/{made[0].id}")
        typed = {n: form.text(n) for n in ("delivery", "year", "reason")}
        return await run_in_threadpool(_list, parts, pages, request, visitor, fault, typed)

    @routes.get("/staff/transmissions/{id_}", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def shown(request: Request, visitor: Staff, id_: str) -> Response:
        return _one(parts, pages, request, visitor, id_, None)

    @routes.post("/staff/transmissions/{id_}", include_in_schema=False)
    async def act(request: Request, visitor: Staff, id_: str) -> Response:
        form = await posted(request, visitor, *FIELDS, file="receipt")
        fault = await tried(parts, request, visitor, lambda: _act(parts, visitor, id_, form))
        if fault is None:
            return see_other(f"/staff/transmissions/{id_}")
        return await run_in_threadpool(_one, parts, pages, request, visitor, id_, fault)

    @routes.get(
        "/staff/transmissions/{id_}/files/{name}", include_in_schema=False, dependencies=[Depends(only("lang"))]
    )
    def file(visitor: Staff, id_: str, name: str) -> Response:
        one = parts.ledger().transmission(id_)
        found = next((f for f in one.files if f.name == name), None)
        if found is None:
            raise NotFound(f"{id_} has no file {name}.", nearest=[f.name for f in one.files][:3])
        headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        body = content(parts, found.sha256)
        return Response(body, headers=headers, media_type="application/octet-stream")

    return routes


def _build(parts: Parts, visitor: Visitor, form: Form) -> Transmission:
    """Exactly the plan that was on the page: its checksum comes back with the form."""
    year = form.text("year")
    if not (year.isascii() and year.isdigit()):
        raise BadQuery(f"{year!r} is no year.", parameter="year")
    plan = named_plan(parts, form.text("delivery"), int(year), test=form.text("test") == "yes")
    if plan.checksum != form.text("plan"):
        raise BadQuery(f"The plan of {plan.id} is not what it was: read it anew.", parameter="plan")
    return build(parts, visitor.actor, plan, form.text("reason")).transmission


def _act(parts: Parts, visitor: Visitor, id_: str, form: Form) -> None:
    who, act, reason = visitor.actor, form.text("act"), form.text("reason")
    match act:
        case "approve":
            approve(parts, who, id_)
        case "send":
            send_by_hand(parts, who, id_, read_channels(parts.settings.channels))
        case "cancel":
            cancel(parts, who, id_, reason)
        case "arrived" | "lost":
            channels = read_channels(parts.settings.channels)
            settle(parts, who, id_, channels, arrived=act == "arrived", reason=reason)
        case "receipt":
            _receipt(parts, visitor, id_, form)
        case _:
            raise BadQuery(f"{act!r} is no act.", parameter="act")


def _receipt(parts: Parts, visitor: Visitor, id_: str, form: Form) -> None:
    name, body = form.file("receipt")
    came = Path(name).name[:200] or "receipt", body
    receipts.take_or_keep(parts, visitor.actor, id_, came, PAGE, form.text("verdict"), form.text("said"))


def _list(
    parts: Parts, pages: Pages, request: Request, visitor: Visitor, fault: GreffeError | None, typed: Mapping[str, str]
) -> Response:
    asked = request.query_params.get("test", "")
    if asked not in ("", "yes"):
        raise BadQuery(f"{asked!r} is not known here.", parameter="test", nearest=("yes",))
    now = parts.clock()
    found = plans(parts, horizon(now), test=asked == "yes")
    made = sorted(parts.ledger().transmissions.values(), key=lambda t: t.said.get(BUILT, ""), reverse=True)
    values = {
        "plans": found, "made": made, "fault": fault, "typed": typed, "test": asked == "yes", "instant": instant,
        "read": read, "transmits": visitor.may("transmitter", "administrator"), "today": now.date(), "next_try": next_try,
        "house": visitor.may(*HOUSE, "administrator"), "turned_away": len(waiting(parts)),
        "given_up": sorted(parts.ledger().given_up.items()),
    }  # fmt: skip
    return pages.show(request, visitor, "staff/transmissions.html", values, fault.http if fault else 200)


def _one(
    parts: Parts, pages: Pages, request: Request, visitor: Visitor, id_: str, fault: GreffeError | None
) -> Response:
    one, now = parts.ledger().transmission(id_), parts.clock()
    found = receipts.remarks(parts, one) if one.receipts else ()
    signs = visitor.may("approver") and visitor.name not in (one.author, *one.approvers)
    transmits = visitor.may("transmitter", "administrator")
    values = {
        "one": one, "fault": fault, "house": visitor.may(*HOUSE, "administrator"),
        "entries": [(e, read(e.instant)) for e in history(parts, one)],
        "remarks": found[:MOST], "remarks_all": len(found), "instant": instant, "read": read, "next_try": next_try(one),
        "left": lambda t: countdown(t - now, visitor.lang), "verdicts": VERDICTS,
        "may_sign": signs and one.state in (BUILT, APPROVED) and not one.signed,
        "may_send": transmits and one.signed and one.state in (BUILT, APPROVED, FAILED, SENDING),
        "may_cancel": transmits and one.state in (BUILT, APPROVED, FAILED), "may_settle": transmits and may_be_settled(parts, one),
        "queries": [q for q in parts.ledger().queries.values() if q.transmission == id_],
        "typed": typed_by_hand(one), "turned_away": [r for r in parts.ledger().turned_away.values() if r.about == id_],
        "foreseen": json.loads(kept_foreseen(parts, one))["questions"] if one.foreseen else [],
        "may_file": transmits and one.state in ("sent", UNCERTAIN, "acknowledged", "refused"),
    }  # fmt: skip
    return pages.show(request, visitor, "staff/transmission.html", values, fault.http if fault else 200)
