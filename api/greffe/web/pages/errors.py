"""Errors on pages: the same one clear message, as a page; the public that asks for a staff page is sent to sign in."""

from __future__ import annotations

from urllib.parse import quote, unquote

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from greffe.errors import Busy, GreffeError, NotFound, TooOften, Unavailable, Unidentified
from greffe.release.parts import Parts
from greffe.web.pages.render import Pages
from greffe.web.pages.visitors import somebody

_MACHINES = ("/api/", "/sdmx/", "/health", "/static/")


def wants_page(request: Request) -> bool:
    """Whether a person looks: not at an entry point of programs, and HTML is what they accept."""
    path = request.url.path
    return not path.startswith(_MACHINES) and "text/html" in request.headers.get("accept", "")


def page(parts: Parts, request: Request, error: GreffeError, status: int) -> Response:
    """The error as a page."""
    visitor = somebody(parts, request)
    if isinstance(error, Unidentified) and request.method == "GET":
        back = quote(request.url.path + (f"?{request.url.query}" if request.url.query else ""), safe="/")
        return RedirectResponse(f"/signin?back={back}", 303, {"Cache-Control": "no-store"})
    response = Pages(parts).show(
        request,
        visitor,
        "error.html",
        {"error": error, "status": status, "near": _near(request.url.path, error)},
        status,
    )
    if isinstance(error, TooOften | Unavailable):
        response.headers["Retry-After"] = wait_of(error)
        response.headers["Cache-Control"] = "no-store"
    return response


def wait_of(error: TooOften | Unavailable) -> str:
    """Seconds after which to ask again."""
    return str(error.wait) if isinstance(error, TooOften | Busy) else "5"


def _near(path: str, error: GreffeError) -> list[tuple[str, str]]:
    """The names near to one that is not there, each with the address at which it would be."""
    before, _, name = path.rpartition("/")
    if not isinstance(error, NotFound) or not name or f"{unquote(name)!r}" not in error.message:
        return []
    return [(near, f"{before}/{quote(near)}") for near in error.nearest]
