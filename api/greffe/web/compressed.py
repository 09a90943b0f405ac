"""An ASGI layer that puts texts of the site into a content coding: pages, feeds, the catalogue for harvesters, JSON.

What comes with a coding of its own (data and structures of SDMX REST, style sheets and scripts) passes as it is.

**BREACH.** Where an answer holds a secret beside something that a stranger can put into the address, the length of the
compressed answer tells how alike the two are, and with enough requests the secret. So what is for one person's eyes is not
compressed at all: everything below the addresses where people write (`limits.WRITTEN`), and everything that is marked
`no-store`, which is every page that a session sees (with the token that guards its forms, with figures under embargo, with
keys that are shown once) and every answer to a key. To mask the token alone, anew
in each answer, would leave the figures open to the same question. Staff pages have some tens of kilobytes and are read in the
house; the public's pages hold no secret.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Final

import zstandard
from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from greffe.web.encodings import LEAST, OFFERED, admitted_encoding
from greffe.web.limits import written_by_people
from greffe.web.rest.answers import coded

TEXTS: Final = (
    "text/", "application/json", "application/xml", "application/javascript", "application/ld+json", "application/problem+json",
    "application/atom+xml", "application/rdf+xml", "image/svg+xml",
)  # fmt: skip
_OWN: Final = ("/sdmx/", "/static/")  # these choose codings themselves
_LONG: Final = 32 * 1024  # bytes: what takes longer than a millisecond is done beside the loop


class Compressed:
    """gzip or zstd, as Accept-Encoding likes best; another strong ETag for each coding; 304 for the one that was sent."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and code what comes back."""
        if scope["type"] != "http" or scope["path"].startswith(_OWN) or written_by_people(scope["path"]):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        coding = admitted_encoding(headers.get("accept-encoding", ""))
        answer = _Answer(send, coding, headers.get("if-none-match", ""))
        await self.app(_asked_plainly(scope, coding), receive, answer.sent)


class _Answer:
    """One answer on its way."""

    def __init__(self, send: Send, coding: str, tags: str) -> None:
        self._send, self._coding, self._tags = send, coding, tags
        self._start: Message | None = None  # held back until the first piece says how long the body is
        self._machine: Callable[[bytes, bool], bytes] | None = None

    async def sent(self, message: Message) -> None:
        """A message of the application."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if message["status"] == 304:
                _tell_coded(headers, self._coding, self._tags)
            if not _is_text(headers) or message["status"] in (204, 206, 304):
                await self._send(message)
                return
            _vary(headers)
            self._start = message
            return
        if message["type"] == "http.response.body" and self._start is not None:
            await self._first(message, self._start)
        elif message["type"] == "http.response.body" and self._machine is not None:
            await self._send({**message, "body": await self._coded(message)})
        else:
            await self._send(message)

    async def _first(self, message: Message, start: Message) -> None:
        headers, body = MutableHeaders(scope=start), message.get("body", b"")
        whole = not message.get("more_body", False)
        self._start = None
        if self._coding and not _secret(headers) and not (whole and len(body) < LEAST):
            self._machine = _machine(self._coding)
            body = await self._coded(message)
            headers["Content-Encoding"] = self._coding
            if whole:
                headers["Content-Length"] = str(len(body))
            elif "Content-Length" in headers:
                del headers["Content-Length"]
            if headers.get("ETag", "").startswith('"'):
                headers["ETag"] = coded(headers["ETag"], self._coding)
        await self._send(start)
        await self._send({**message, "body": body})

    async def _coded(self, message: Message) -> bytes:
        body, last = message.get("body", b""), not message.get("more_body", False)
        if self._machine is None or len(body) < _LONG:
            return self._machine(body, last) if self._machine else body
        return await to_thread.run_sync(self._machine, body, last)


def _machine(coding: str) -> Callable[[bytes, bool], bytes]:
    """What takes a piece, and whether it is the last, and gives bytes."""
    if coding == "gzip":
        gzip = zlib.compressobj(6, wbits=31)
        return lambda body, last: gzip.compress(body) + (gzip.flush() if last else b"")
    zstd = zstandard.ZstdCompressor(level=3).compressobj()
    return lambda body, last: zstd.compress(body) + (zstd.flush() if last else b"")


def _is_text(headers: Headers) -> bool:
    return headers.get("content-type", "").startswith(TEXTS) and "content-encoding" not in headers


def _secret(headers: Headers) -> bool:
    return "no-store" in headers.get("cache-control", "")


def _asked_plainly(scope: Scope, coding: str) -> Scope:
    """The question with the tags that the application knows: those of this coding without its name. Tags of other codings
    stay as they are, so that they meet nothing."""
    if not coding or b"if-none-match" not in dict(scope["headers"]):
        return scope
    ending = f'-{coding}"'.encode()
    headers = [(n, v.replace(ending, b'"') if n == b"if-none-match" else v) for n, v in scope["headers"]]
    return {**scope, "headers": headers}


def _vary(headers: MutableHeaders) -> None:
    """Said once: some answers say it themselves."""
    if "accept-encoding" not in (part.strip().lower() for part in headers.get("Vary", "").split(",")):
        headers.add_vary_header("Accept-Encoding")


def _tell_coded(headers: MutableHeaders, coding: str, tags: str) -> None:
    """A 304 names the tag that the client holds."""
    _vary(headers)
    tag = headers.get("ETag", "")
    if coding in OFFERED and tag.startswith('"') and coded(tag, coding) in tags:
        headers["ETag"] = coded(tag, coding)
