"""An ASGI layer in front of everything: bounds what a client sizes, and adds the headers that browsers' clients need."""

from __future__ import annotations

import re

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from greffe.errors import BadQuery, TooLarge
from greffe.settings import HttpSettings
from greffe.web.charsets import FOREIGN, names_another
from greffe.web.problems import answer

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, If-None-Match, If-Modified-Since, Range, X-Request-Id, traceparent",
    "Access-Control-Expose-Headers": (
        "Accept-Ranges, Content-Disposition, Content-Encoding, Content-Language, Content-Length, Content-Range, "
        "Data-Origin, ETag, Last-Modified, Link, RateLimit, RateLimit-Policy, Release, Retry-After, Vary, X-Request-Id"
    ),
    "Access-Control-Max-Age": "86400",
}
EVERYWHERE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


# Pages: people's browsers write here, with forms. Everything else is read.
WRITTEN = ("/staff", "/orders", "/signin", "/signout", "/invitation", "/preferences")
# Programs write here, with a key.
KEYED = re.compile(r"/api/v1/(orders(/[^/]+(/deliveries/[^/]+)?)?|queries(/[^/]+)?|receipts)")


def written_by_people(path: str) -> bool:
    """Whether forms are sent there."""
    return any(path == p or path.startswith(f"{p}/") for p in WRITTEN)


class Limits:
    """414 for a long address, 413 for a large body, 415 for one that is packed or no UTF-8, 405 for other methods, 204 for preflights."""

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
                for name, value in (EVERYWHERE if written_by_people(scope["path"]) else {**EVERYWHERE, **CORS}).items():
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
            await self.app(scope, self._counted(scope, receive), with_headers)
            return
        status, words = refusal
        request = Request(scope)
        allowed = "GET, HEAD, OPTIONS, POST" if KEYED.fullmatch(scope["path"]) else "GET, HEAD, OPTIONS"
        headers = {"Allow": allowed} if status in (204, 405) else {}
        kind = TooLarge if status == 413 else BadQuery
        response = answer(request, kind(words), status) if words else Response(status_code=status)
        response.headers.update(headers)
        await response(scope, receive, with_headers)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        if scope["method"] == "OPTIONS":
            return 204, ""
        forms = scope["method"] == "POST" and (written_by_people(scope["path"]) or KEYED.fullmatch(scope["path"]))
        if scope["method"] not in ("GET", "HEAD") and not forms:
            return 405, "This address is read with GET and HEAD."
        length = len(scope.get("raw_path") or b"") + len(scope["query_string"])
        if length > self.settings.url_limit:
            return 414, f"The address has {length} characters; at most {self.settings.url_limit} are read."
        if dict(scope["headers"]).get(b"content-encoding", b"identity").lower() != b"identity":
            return 415, "Bodies are read as they are, in no content coding."
        if forms and names_another(scope["headers"]):
            return 415, FOREIGN
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > self._most(scope):
            return 413, f"The body has {int(declared)} bytes; at most {self._most(scope)} are read."
        return None

    def _most(self, scope: Scope) -> int:
        """Bytes of a body: those of a file where staff hand one over, of a receipt, else of a form."""
        if scope["path"] == "/api/v1/receipts":
            return self.settings.receipt_limit
        kind = dict(scope["headers"]).get(b"content-type", b"")
        upload = kind.startswith(b"multipart/form-data") and scope["path"].startswith("/staff/")
        return self.settings.upload_limit if upload else self.settings.body_limit

    def _counted(self, scope: Scope, receive: Receive) -> Receive:
        """The body in pieces, refused when it gets too large: its length need not be declared."""
        most, read = self._most(scope), 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise TooLarge(f"The body is larger than {most} bytes.")
            return message

        return counted
