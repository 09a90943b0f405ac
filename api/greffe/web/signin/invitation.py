"""An invitation: a link that holds once, by which somebody chooses a password."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.errors import BadQuery, GreffeError, NotFound, Refused
from greffe.release.access.accounts import INVITED_FOR, accept, invitation_was, invited
from greffe.release.access.passwords import SHORTEST
from greffe.release.clocks import on_time
from greffe.release.parts import Parts
from greffe.web.pages.forms import posted
from greffe.web.pages.render import Pages, see_other
from greffe.web.pages.visitors import Looking, Visitor
from greffe.web.signin.local import safe
from greffe.web.strict import only


def router(parts: Parts) -> APIRouter:
    """The route /invitation/TOKEN."""
    routes, pages = APIRouter(), Pages(parts)

    def form_page(request: Request, visitor: Visitor, token: str, fault: GreffeError | None) -> Response:
        try:
            values = {"person": invited(parts, token), "shortest": SHORTEST, "fault": fault}
            response = pages.show(request, visitor, "signin/invitation.html", values, fault.http if fault else 200)
        except NotFound:
            over = {"was": invitation_was(parts, token) or "none", "hours": int(INVITED_FOR.total_seconds() // 3600)}
            response = pages.show(request, visitor, "signin/over.html", over, 410)
        response.headers["Referrer-Policy"] = "no-referrer"  # the address is the secret
        response.headers["Cache-Control"] = "no-store"
        return response

    @routes.get("/invitation/{token}", include_in_schema=False, dependencies=[Depends(only("lang"))])
    async def ask(request: Request, token: str, visitor: Looking) -> Response:
        return form_page(request, visitor, token, None)

    @routes.post("/invitation/{token}", include_in_schema=False)
    async def choose(request: Request, token: str, visitor: Looking) -> Response:
        safe(parts, request)
        form = await posted(request, None, "password", "again")
        try:
            if form.raw("password") != form.raw("again"):
                raise BadQuery("The two passwords are not the same.", parameter="again")
            await run_in_threadpool(on_time, parts)
            await run_in_threadpool(accept, parts, token, form.raw("password"))
        except (BadQuery, Refused) as fault:
            return form_page(request, visitor, token, fault)
        except NotFound:
            return form_page(request, visitor, token, None)
        return see_other("/signin", kept="yes")

    return routes
