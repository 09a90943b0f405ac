"""Keys for machines: made, rotated, revoked by an administrator; the secret is shown this once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.errors import BadQuery, GreffeError
from greffe.model.instants import given, paris_date
from greffe.release.access.keys import ACTIONS, LONGEST, OVERLAP, make_key, revoke_key, rotate_key
from greffe.release.parts import Parts
from greffe.release.people import OF_A_BODY, bodies_known
from greffe.web.pages.acts import tried
from greffe.web.pages.forms import Form, posted
from greffe.web.pages.render import Pages, see_other
from greffe.web.pages.visitors import Staff, Visitor, for_roles
from greffe.web.staff.words_of import instant, role_names
from greffe.web.strict import only

FIELDS: Final = ("act", "key", "title", "role", "actions", "flows", "until", "overlap", "reason")


def router(parts: Parts) -> APIRouter:
    """The route /staff/keys, for administrators and, to read, auditors."""
    parts = parts.acting()
    routes, pages = APIRouter(), Pages(parts)
    seen_by = for_roles("auditor")

    @routes.get("/staff/keys", include_in_schema=False, dependencies=[Depends(seen_by), Depends(only("lang"))])
    def keys(request: Request, visitor: Staff) -> Response:
        return _page(parts, pages, request, visitor, None, {}, "")

    @routes.post("/staff/keys", include_in_schema=False)
    async def change(request: Request, visitor: Staff) -> Response:
        form = await posted(request, visitor, *FIELDS)
        told: list[str] = []
        fault = await tried(parts, request, visitor, lambda: _act(parts, visitor, form, told))
        if fault is None and not told:
            return see_other("/staff/keys")
        typed = {n: form.values.get(n, ("",))[0] for n in FIELDS} | {n: form.all(n) for n in ("actions", "flows")}
        return await run_in_threadpool(_page, parts, pages, request, visitor, fault, typed, told[0] if told else "")

    return routes


def _act(parts: Parts, visitor: Visitor, form: Form, told: list[str]) -> None:
    act, who = form.text("act"), visitor.actor
    if act == "make":
        role, actions = form.text("role"), form.all("actions")
        _, secret = make_key(parts, who, form.text("title"), role, actions, form.all("flows"), _end(form.text("until")))
        told.append(secret)
    elif act == "rotate":
        days = form.text("overlap", "1")
        if not days.isascii() or not days.isdigit() or len(days) > 3:
            raise BadQuery(f"{days!r} is no number of days.", parameter="overlap")
        told.append(rotate_key(parts, who, form.text("key"), timedelta(days=int(days)))[1])
    elif act == "revoke":
        revoke_key(parts, who, form.text("key"), form.text("reason"))
    else:
        raise BadQuery(f"{act!r} is no act.", parameter="act")


def _end(text: str) -> datetime:
    """The end of a day in Paris."""
    try:
        return given((date.fromisoformat(text) + timedelta(days=1)).isoformat(), "until")
    except (ValueError, OverflowError) as error:
        raise BadQuery(f"{text!r} is no day.", parameter="until", hint="A day is written 2027-01-31.") from error


def _page(
    parts: Parts,
    pages: Pages,
    request: Request,
    visitor: Visitor,
    fault: GreffeError | None,
    typed: Mapping[str, object],
    secret: str,
) -> Response:
    now, uses = parts.clock(), parts.access.uses()
    found = sorted(parts.ledger().keys.values(), key=lambda k: (k.state(now) != "in force", k.until, k.id))
    roles = [r if r not in OF_A_BODY else f"{r}:{b}" for r in dict.fromkeys(ACTIONS.values())
             for b in (bodies_known(parts, r) if r in OF_A_BODY else ("",))]  # fmt: skip
    values = {
        "keys": [(k, k.state(now), uses.get(k.name)) for k in found], "words": lambda r: role_names([r], visitor.lang)[0],
        "roles": roles, "actions": ACTIONS, "flows": [d.reference.id for d in parts.catalogue().dataflows()],
        "instant": instant, "fault": fault, "typed": {**dict.fromkeys(FIELDS, ""), **typed}, "secret": secret, "overlap": OVERLAP.days,
        "last": paris_date(now + LONGEST) - timedelta(days=1), "usual": paris_date(now) + timedelta(days=90),
        "first": paris_date(now), "changes": visitor.may("administrator"),
    }  # fmt: skip
    return pages.show(request, visitor, "staff/keys.html", values, fault.http if fault else 200)
