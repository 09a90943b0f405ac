"""Sign in with a name and a password of this house, and out again."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.errors import Denied
from greffe.release.access.accounts import LONGEST, sign_in, sign_out
from greffe.release.parts import Parts
from greffe.web.pages.forms import posted
from greffe.web.pages.preferences import local_path
from greffe.web.pages.render import Pages, see_other
from greffe.web.pages.visitors import Looking, cookie_name
from greffe.web.strict import one_of, only


def keep_session(parts: Parts, response: Response, token: str) -> Response:
    """Put a session's token into its cookie: not for scripts, not for other sites."""
    response.set_cookie(
        cookie_name(parts.settings), token, max_age=int(LONGEST.total_seconds()), httponly=True, samesite="lax",
        secure=parts.settings.secure, path="/",
    )  # fmt: skip
    return response


def safe(parts: Parts, request: Request) -> None:
    """Raise Denied where a password would cross a network in clear: HTTPS, or this machine alone."""
    if not parts.settings.secure and client_of(request) not in ("127.0.0.1", "::1", "testclient"):
        raise Denied("Passwords are taken over HTTPS alone.", hint="Set GREFFE_URL=https://… behind a proxy with TLS.")


def client_of(request: Request) -> str:
    """The address of who asks, as the server knows it."""
    return request.client.host if request.client else ""


def router(parts: Parts) -> APIRouter:
    """The routes /signin and /signout."""
    routes, pages = APIRouter(), Pages(parts)

    @routes.get("/signin", include_in_schema=False, dependencies=[Depends(only("back", "kept", "lang"))])
    async def ask(request: Request, visitor: Looking) -> Response:
        one_of(request, "kept", ("yes",))
        back = local_path(request.query_params.get("back", ""), "/staff")
        if visitor.session is not None:
            return see_other(back)
        return pages.show(
            request,
            visitor,
            "signin/signin.html",
            {"back": back, "name": "", "fault": None, "kept": "kept" in request.query_params},
        )

    @routes.post("/signin", include_in_schema=False)
    async def enter(request: Request, visitor: Looking) -> Response:
        safe(parts, request)
        form = await posted(request, None, "name", "password", "back")
        name, back = form.text("name")[:100], local_path(form.text("back"), "/staff")
        try:
            token, _ = await run_in_threadpool(sign_in, parts, name, form.raw("password"), client_of(request))
        except Denied as fault:
            return pages.show(
                request, visitor, "signin/signin.html", {"back": back, "name": name, "fault": fault, "kept": False}, 403
            )
        return keep_session(parts, see_other(back), token)

    @routes.post("/signout", include_in_schema=False)
    async def leave(request: Request, visitor: Looking) -> Response:
        if visitor.session is not None:
            await posted(request, visitor)
            await run_in_threadpool(sign_out, parts, visitor.token)
        response = see_other("/")
        response.delete_cookie(cookie_name(parts.settings), path="/", secure=parts.settings.secure, httponly=True)
        return response

    return routes
