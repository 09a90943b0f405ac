"""A waiver, a grant or a whole map that waits for signatures: what it says, who signed, and the button to sign."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.errors import GreffeError, NotFound, nearest
from greffe.model.instants import paris_date
from greffe.model.maps import StructureMap
from greffe.release.definitions import approve_map, map_subject
from greffe.release.grants import approve_grant, end_grant, grant_of
from greffe.release.parts import Parts
from greffe.release.people import approvers, author_of
from greffe.release.waivers import approve_waiver
from greffe.web.pages.acts import tried
from greffe.web.pages.forms import posted
from greffe.web.pages.render import Pages, see_other
from greffe.web.pages.visitors import Staff, Visitor
from greffe.web.staff.tables import HOUSE_STAFF
from greffe.web.strict import only

Facts = list[tuple[str, str]]  # word of the page → text
NEEDED: Final = 2


def router(parts: Parts) -> APIRouter:
    """The route /staff/signing/{subject}."""
    parts = parts.acting()
    routes, pages = APIRouter(dependencies=HOUSE_STAFF), Pages(parts)

    @routes.get("/staff/signing/{subject:path}", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def one(request: Request, visitor: Staff, subject: str) -> Response:
        return _page(parts, pages, request, visitor, subject, None)

    @routes.post("/staff/signing/{subject:path}", include_in_schema=False)
    async def sign(request: Request, visitor: Staff, subject: str) -> Response:
        form = await posted(request, visitor, "act", "reason")
        act = _act(parts, visitor, subject, form.text("act"), form.text("reason"))
        fault = await tried(parts, request, visitor, act)
        if fault is None:
            return see_other(f"/staff/signing/{subject}")
        return await run_in_threadpool(_page, parts, pages, request, visitor, subject, fault)

    return routes


def _act(parts: Parts, visitor: Visitor, subject: str, act: str, reason: str) -> Callable[[], object]:
    if subject.startswith("G-") and act == "end":
        return partial(end_grant, parts, visitor.actor, subject, reason)
    if subject.startswith("G-"):
        return partial(approve_grant, parts, visitor.actor, subject)
    if subject.startswith("W-"):
        return partial(approve_waiver, parts, visitor.actor, subject)
    return partial(approve_map, parts, visitor.actor, _map(parts, subject))


def _map(parts: Parts, subject: str) -> StructureMap:
    maps = {map_subject(m): m for m in parts.catalogue().maps.values()}
    if subject not in maps:
        raise NotFound(f"Nothing called {subject[:100]} waits for signatures.", nearest=nearest(subject, maps))
    return maps[subject]


def _page(
    parts: Parts, pages: Pages, request: Request, visitor: Visitor, subject: str, fault: GreffeError | None
) -> Response:
    kind, author, signed, facts, open_ = _of(parts, subject)
    mine = visitor.name in (author, *signed)
    values = {
        "kind": kind, "subject": subject, "author": author, "signed": signed, "facts": facts, "fault": fault,
        "open": open_, "mine": mine, "approver": visitor.may("approver"), "needed": NEEDED,
        "ends": kind == "grant" and open_ != "over" and visitor.may("author", "approver", "administrator"),
    }  # fmt: skip
    return pages.show(request, visitor, "staff/signing.html", values, fault.http if fault else 200)


def _of(parts: Parts, subject: str) -> tuple[str, str, tuple[str, ...], Facts, str]:
    """Kind, author, signatures, what it says, and whether it is open, signed or over."""
    if subject.startswith("G-"):
        grant = grant_of(parts, subject)
        state = grant.state(paris_date(parts.clock()))
        facts = [("recipient", grant.recipient), ("dataflow", grant.dataflow.id), ("until", grant.until.isoformat()),
                 ("reason", grant.reason), ("ended", grant.ended), ("uses", str(grant.uses))]  # fmt: skip
        open_ = {"waits": "open", "in force": "signed"}.get(state, "over")
        return "grant", grant.author, grant.approvers, [f for f in facts if f[1]], open_
    if subject.startswith("W-"):
        waiver = parts.ledger().waiver(subject)
        key = " ".join(f"{k}={v}" for k, v in waiver.key.items())
        facts = [("rule", waiver.rule), ("dataflow", waiver.dataflow.id), ("key", key), ("period", waiver.period),
                 ("reason", waiver.reason), ("reference", waiver.reference)]  # fmt: skip
        return (
            "waiver",
            waiver.author,
            waiver.approvers,
            [f for f in facts if f[1]],
            "signed" if waiver.in_force else "open",
        )
    map_ = _map(parts, subject)
    author, signed = author_of(parts, subject, map_.checksum), approvers(parts, subject, map_.checksum)
    facts = [
        ("source", str(map_.source)),
        ("dataflow", str(map_.target)),
        ("file", map_.file),
        ("checksum", map_.checksum),
    ]
    return "map", author, signed, facts, "signed" if len(set(signed) - {author}) >= NEEDED else "open"
