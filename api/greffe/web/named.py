"""Questions that name a release, or a moment that is past, are answered while the register is away (D6); all others are 503 then."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Receive, Scope, Send

from greffe.errors import BadQuery
from greffe.model import instants
from greffe.release.parts import Parts, about_the_past

_NUMBERED: Final = ("/data/", "/quality/", "/trace/", "/api/v1/releases/")  # public addresses that take ?release=
_RELEASES: Final = "/api/v1/releases/"  # …/DATAFLOW/NUMBER


class Named:
    """Says of a request that no entry to come changes its answer."""

    def __init__(self, app: ASGIApp, parts: Parts) -> None:
        self.app, self._parts = app, parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and _names(scope, self._parts.reader.read_at):
            with about_the_past():
                await self.app(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _names(scope: Scope, read_at: datetime | None) -> bool:
    path, query = scope["path"], scope["query_string"]
    if path.startswith("/sdmx/"):
        return read_at is not None and b"asOf=" in query and _before(query, read_at)
    if path.startswith(_RELEASES) and path.removeprefix(_RELEASES).count("/"):
        return True
    return b"release=" in query and path.startswith(_NUMBERED)


def _before(query: bytes, read_at: datetime) -> bool:
    """Whether the moment that is asked for was past when the register was read last. What is no moment is refused further on."""
    asked = dict(parse_qsl(query.decode("latin-1"))).get("asOf", "")
    try:
        return instants.given(asked, "asOf") <= read_at
    except BadQuery:
        return False
