"""One's own account: who one is here, and another password."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.errors import BadQuery, Conflict, Denied, GreffeError, Refused
from greffe.release.access.accounts import change_password
from greffe.release.access.passwords import SHORTEST
from greffe.release.clocks import on_time
from greffe.release.parts import Parts
from greffe.web.pages.forms import posted
from greffe.web.pages.render import Pages, see_other
from greffe.web.pages.visitors import Staff, Visitor
from greffe.web.signin.local import safe
from greffe.web.staff.words_of import instant, role_names
from greffe.web.strict import only


def router(parts: Parts) -> APIRouter:
    """The route /staff/account."""
    parts = parts.acting()
    routes, pages = APIRouter(), Pages(parts)

    def page(request: Request, visitor: Visitor, fault: GreffeError | None) -> Response:
        values = {
            "roles": role_names(visitor.roles, visitor.lang), "shortest": SHORTEST, "fault": fault, "instant": instant,
            "local": bool(parts.access.password(visitor.name)),
        }  # fmt: skip
        return pages.show(request, visitor, "staff/account.html", values, fault.http if fault else 200)

    @routes.get("/staff/account", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def account(request: Request, visitor: Staff) -> Response:
        return page(request, visitor, None)

    @routes.post("/staff/account", include_in_schema=False)
    async def change(request: Request, visitor: Staff) -> Response:
        safe(parts, request)
        form = await posted(request, visitor, "old", "password", "again")
        try:
            if form.raw("password") != form.raw("again"):
                raise BadQuery("The two passwords are not the same.", parameter="again")
            await run_in_threadpool(on_time, parts)
            await run_in_threadpool(change_password, parts, visitor.actor, form.raw("old"), form.raw("password"))
        except (BadQuery, Denied, Refused, Conflict) as fault:  # the core has recorded what it denied
            return await run_in_threadpool(page, request, visitor, fault)
        return see_other("/signin")

    return routes
