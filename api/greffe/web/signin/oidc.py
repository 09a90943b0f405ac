"""Sign in with the institution's OpenID provider: there, and back with its word of who it is."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from greffe.errors import Denied, NotFound
from greffe.release.access.accounts import note_denied, open_session
from greffe.release.parts import Parts
from greffe.release.people import HOUSE
from greffe.store.base import Actor
from greffe.web.pages.preferences import local_path
from greffe.web.pages.render import see_other
from greffe.web.pages.visitors import Looking
from greffe.web.signin.attempt import Attempt
from greffe.web.signin.local import keep_session
from greffe.web.strict import only

if TYPE_CHECKING:
    from greffe.web.signin.provider import Provider

_MINUTES = 10


def router(parts: Parts) -> APIRouter:
    """The routes /signin/oidc and /signin/oidc/callback; 404 where no provider is set."""
    routes, settings = APIRouter(), parts.settings
    provider = _provider(parts)
    cookie = "__Host-greffe-oidc" if settings.secure else "greffe-oidc"

    def known() -> Provider:
        if provider is None:
            raise NotFound("No OpenID provider is set here.", hint="GREFFE_OIDC_ISSUER")
        return provider

    @routes.get("/signin/oidc", include_in_schema=False, dependencies=[Depends(only("back"))])
    def start(request: Request) -> Response:
        attempt = Attempt.new()
        back = local_path(request.query_params.get("back", ""), "/staff")
        response = RedirectResponse(known().address(attempt), 303, {"Cache-Control": "no-store"})
        kept = json.dumps([attempt.state, attempt.nonce, attempt.verifier, back])
        # Lax: the provider's redirect is a navigation from another site.
        response.set_cookie(
            cookie,
            kept.encode().hex(),
            max_age=60 * _MINUTES,
            httponly=True,
            samesite="lax",
            secure=settings.secure,
            path="/",
        )
        return response

    @routes.get("/signin/oidc/callback", include_in_schema=False)
    async def callback(request: Request, visitor: Looking) -> Response:
        attempt, back = _attempt(request.cookies.get(cookie, ""))
        given = request.query_params.get("state", "")
        if not hmac.compare_digest(given.encode(), attempt.state.encode()):
            raise Denied("This answer is not to a question of this browser.", hint="Sign in again.")
        if "error" in request.query_params:
            raise Denied("The provider did not let you in.", hint=request.query_params["error"][:100])
        name = await run_in_threadpool(known().who, attempt, request.query_params.get("code", ""))
        token = await run_in_threadpool(_enter, parts, name)
        response = keep_session(parts, see_other(back), token)
        response.delete_cookie(cookie, path="/", secure=settings.secure, httponly=True)
        return response

    return routes


def _provider(parts: Parts) -> Provider | None:
    """The one that is set. Its libraries take long to load: only where it is."""
    if parts.settings.oidc is None:
        return None
    from greffe.web.signin.provider import Provider

    return Provider(parts.settings.oidc, f"{parts.settings.public_url}/signin/oidc/callback")


def _enter(parts: Parts, name: str) -> str:
    """A session of that person. Raises Denied for a stranger: who may come in is said by the table of people."""
    if name not in parts.ledger().people or name == HOUSE.name or name.startswith("key."):
        note_denied(parts, HOUSE, "sign in with the provider", name[:100])
        raise Denied(f"{name[:100]} is not in the table of people.", hint="An administrator enters people.")
    return open_session(parts, Actor(name, "oidc"))[0]


def _attempt(kept: str) -> tuple[Attempt, str]:
    """What the cookie holds. Raises Denied."""
    try:
        state, nonce, verifier, back = json.loads(bytes.fromhex(kept[:8_000]))
        return Attempt(str(state), str(nonce), str(verifier)), local_path(str(back), "/staff")
    except ValueError as error:
        raise Denied("This browser did not ask, or too long ago.", hint="Sign in again.") from error
