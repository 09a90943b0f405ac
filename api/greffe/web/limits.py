"""An ASGI layer in front of everything: bounds what a client sizes, and adds the headers that browsers' clients need."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from greffe.errors import BadQuery, TooLarge
from greffe.settings import HttpSettings
from greffe.web.problems import answer

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, If-None-Match, If-Modified-Since, Range",
    "Access-Control-Expose-Headers": (
        "Accept-Ranges, Content-Disposition, Content-Encoding, Content-Language, Content-Length, Content-Range, "
        "Data-Origin, ETag, Last-Modified, Link, Release, Vary"
    ),
    "Access-Control-Max-Age": "86400",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Limits:
    """414 for a long address, 413 for a body (nothing here takes one), 405 for other methods, 204 for preflights."""

    def __init__(self, app: ASGIApp, settings: HttpSettings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse early or pass on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in CORS.items():
                    headers.setdefault(name, value)
            await send(message)

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await with_headers(message)

        refusal = self._refusal(scope)
        if refusal is None and scope["method"] == "HEAD" and not scope["path"].startswith("/sdmx/"):
            # FastAPI's routes answer GET alone; the SDMX routes answer HEAD themselves, without making the body.
            await self.app({**scope, "method": "GET"}, receive, without_body)
            return
        if refusal is None:
            await self.app(scope, receive, with_headers)
            return
        status, words = refusal
        request = Request(scope)
        headers = {"Allow": "GET, HEAD, OPTIONS"} if status in (204, 405) else {}
        kind = TooLarge if status == 413 else BadQuery
        response = answer(request, kind(words), status) if words else Response(status_code=status)
        response.headers.update(headers)
        await response(scope, receive, with_headers)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        if scope["method"] == "OPTIONS":
            return 204, ""
        if scope["method"] not in ("GET", "HEAD"):
            return 405, "This service is read with GET and HEAD; staff write with the command line."
        length = len(scope.get("raw_path") or b"") + len(scope["query_string"])
        if length > self.settings.url_limit:
            return 414, f"The address has {length} characters; at most {self.settings.url_limit} are read."
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > self.settings.body_limit:
            return 413, f"The body has {int(declared)} bytes; at most {self.settings.body_limit} are read."
        return None
