"""Errors → answers: RFC 9457 on /api, the standard's own error message on the SDMX entry points, a page for people."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from greffe.errors import (
    Absent,
    BadSemantics,
    Broken,
    Busy,
    Denied,
    EngineFailed,
    GreffeError,
    NotAcceptable,
    NotFound,
    OverQuota,
    TooOften,
    Unavailable,
    Unidentified,
    of_the_disk,
)
from greffe.formats.accept import ranges
from greffe.formats.errors import error_json, error_ml
from greffe.formats.negotiation import FORMATS
from greffe.french import tell
from greffe.release.parts import Parts
from greffe.web.asked import refused, wrong
from greffe.web.denials import note_denied_request
from greffe.web.language import language_of
from greffe.web.pages.busy import busy_page
from greffe.web.pages.errors import page, wait_of, wants_page
from greffe.web.pages.visitors import somebody
from greffe.web.watched import GONE

_LOG = logging.getLogger("greffe")
V1, V2 = "/sdmx/v1", "/sdmx/v2"
VARY = "Accept, Accept-Encoding, Accept-Language"


def install(app: FastAPI, parts: Parts) -> None:
    """Put the handlers on the application."""
    app.state.parts = parts
    app.add_exception_handler(GreffeError, _ours)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(OSError, _disk)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _unforeseen)


def _ours(request: Request, error: Exception) -> Response:
    if isinstance(error, Broken | Absent):  # its message names files of the server: that is for the operator
        _LOG.error("%s", error.text())
        error = Broken("A stored file is not what was written. It was logged; the operator restores it.")
    if isinstance(error, EngineFailed):  # what the engine said may hold internal values
        _LOG.error("The engine failed.", exc_info=error)
        error = Unavailable("The engine failed here. It was logged; try again.")
    found = error if isinstance(error, GreffeError) else Broken("Something failed here that is not your doing.")
    return answer(request, found)


def _unreadable(request: Request, error: Exception) -> Response:
    first = error.errors()[0] if isinstance(error, RequestValidationError) else {}
    return answer(request, wrong(first))


def _gone(request: Request, error: Exception) -> Response:
    """Who asked hung up before the body was there: nobody's fault here, and nobody reads this. It is for the log."""
    return Response(status_code=GONE)


def _http(request: Request, error: Exception) -> Response:
    if isinstance(error.__cause__, ClientDisconnect):  # FastAPI's reader of bodies takes it for a bad one
        return _gone(request, error)
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == HTTPStatus.NOT_FOUND:
        return answer(request, NotFound(f"There is nothing at {request.url.path}."))
    response = answer(request, refused(status, request.method), status=status)
    allow = (error.headers or {}).get("Allow") if isinstance(error, HTTPException) else None
    if allow:
        response.headers["Allow"] = allow
    return response


def _disk(request: Request, error: Exception) -> Response:
    """A disk that is full or fails: its files are for the operator, as what it said is."""
    found = of_the_disk(error) if isinstance(error, OSError) else None
    if found is None:
        return _unforeseen(request, error)
    _LOG.error("%s", found.text(), exc_info=error)
    return answer(request, Unavailable("The disk of this service is full, or fails. It was logged; try again later."))


def _unforeseen(request: Request, error: Exception) -> Response:
    _LOG.error("unforeseen", exc_info=error)
    return answer(request, Broken("Something failed here that is not your doing. It was logged."))


def answer(request: Request, error: GreffeError, status: int = 0) -> Response:
    """The error in the form that this entry point's clients read. HTML for people's pages alone, never a traceback."""
    path = request.url.path
    status = status or _status(error, path)
    if isinstance(error, Denied) and "app" in request.scope:
        _noted(request)
    if wants_page(request) and "app" in request.scope:
        parts: Parts = request.app.state.parts
        response = (
            busy_page(parts, request, error, status)
            if isinstance(error, Busy | OverQuota)
            else page(parts, request, error, status)
        )
        response.headers.add_vary_header("Accept")  # another reader gets a problem
        return response
    lang = language_of(request.query_params.get("lang", ""), request.headers.get("accept-language", ""))
    headers = {"Cache-Control": "no-store", "Vary": VARY, "Content-Language": lang}
    if isinstance(error, Unavailable | TooOften):
        headers["Retry-After"] = wait_of(error)
    if isinstance(error, Unidentified):
        headers["WWW-Authenticate"] = 'Bearer realm="Greffe"'
    if path.startswith((V1, V2)):
        media, body = _sdmx(request, error, path, lang)
        return Response(body, status_code=status, media_type=None, headers={**headers, "Content-Type": media})
    return JSONResponse(problem(error, status, path, lang), status, headers, media_type="application/problem+json")


def _noted(request: Request) -> None:
    """What somebody signed in is denied is recorded, whether a person or a program gets the answer. Not what the public is:
    entries stay for ever, and anybody could make as many as they like."""
    parts: Parts = request.app.state.parts
    visitor = somebody(parts, request)
    if visitor.session is None:
        return
    try:
        note_denied_request(parts, visitor.actor, request)
    except GreffeError as fault:  # it stays denied when the register cannot be written; the operator's log has it
        _LOG.error("That somebody was denied something could not be recorded.", exc_info=fault)


def problem(error: GreffeError, status: int, instance: str, lang: str = "en") -> Mapping[str, object]:
    """RFC 9457 members, and ours: parameter, nearest, hint. Words are in the language asked for, names are not."""
    told = tell(error, lang)
    violated = {"violated-policies": list(error.policies)} if isinstance(error, OverQuota) else {}
    return {
        "type": f"urn:greffe:problem:{type(error).__name__.lower()}",
        "title": told.title,
        "status": status,
        "detail": told.text,
        "instance": instance,
        "parameter": error.parameter,
        "nearest": list(error.nearest),
        "hint": told.hint,
        **violated,
    }


def _status(error: GreffeError, path: str) -> int:
    if isinstance(error, BadSemantics) and path.startswith(V1):
        return 403  # R1-ERR-01: SDMX code 150 is 403 in 1.5, 422 in 2.x
    return error.http


def _sdmx(request: Request, error: GreffeError, path: str, lang: str) -> tuple[str, bytes]:
    """The standard's message in the syntax and version that was asked; CSV has none, it gets that of the entry point."""
    syntax, version = _asked(request)
    text = tell(error, lang).text  # the standard's code and its sentence (the title) stay as they are
    if syntax == "json" or (syntax != "xml" and path.startswith(V2)):
        return "application/json", error_json(
            error.http if isinstance(error, NotAcceptable) else error.sdmx, error.title, text, language=lang
        )
    default = "2.1" if path.startswith(V1) else "3.1"
    return "application/xml", error_ml(error.sdmx, text, lang, version=_XML.get(version, default))


_XML = {"2.1": "2.1", "3.0": "3.0", "3.0.0": "3.0", "3.1": "3.1", "3.1.0": "3.1"}


def _asked(request: Request) -> tuple[str, str]:
    """Syntax and version of `format=` where that has errors, else of the media range that is liked best."""
    name = request.query_params.get("format", "").casefold()
    named = next((f for f in FORMATS if name and name in (f.name, *f.synonyms)), None)
    if named is not None and named.syntax in ("json", "xml"):
        return named.syntax, named.version
    wanted = sorted(ranges(request.headers.get("accept", "")), key=lambda r: -r.quality)
    for one in wanted:
        syntax = next((s for s in ("json", "xml") if s in one.type), "")
        if syntax and one.quality > 0:
            return syntax, one.get("version")
    return "", ""
