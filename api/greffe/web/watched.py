"""An ASGI layer outside all others: each answer has an id, is counted, and leaves one line in the log."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from time import perf_counter
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from greffe.formats.negotiation import FORMATS
from greffe.logs.asked import ASKED, Asked, maker, read
from greffe.logs.requests import Answered
from greffe.logs.spans import UNKNOWN

OURS: Final = "greffe.warming"  # in the scope of a question that nobody asked
_NOTE: Final = "greffe.note"
_METHODS: Final = frozenset(("GET", "HEAD", "POST", "OPTIONS"))
GONE: Final = 499  # who asked went away before the answer began
_PLAIN: Final = {
    "text/html": "html", "application/problem+json": "problem", "application/json": "json", "application/xml": "xml",
    "text/css": "css", "text/javascript": "js", "application/javascript": "js", "image/svg+xml": "svg", "font/woff2": "woff2",
    "application/atom+xml": "atom", "text/calendar": "ics", "application/pdf": "pdf", "text/turtle": "turtle",
    "application/ld+json": "jsonld", "application/rdf+xml": "rdf", "text/plain": "text", "image/png": "png", "text/csv": "csv",
}  # fmt: skip
_NAMED: Final = {(f.media_type.split(";")[0], f.version): f.name for f in reversed(FORMATS)} | {
    (alias.split(";")[0], f.version): f.name for f in FORMATS for alias in f.aliases
}
Heard = Callable[[Asked, Answered], None]


class Note:
    """What layers within say of the answer: the template of its route, where it was kept, why it was turned away."""

    __slots__ = ("cache", "route", "shed")

    def __init__(self) -> None:
        self.route, self.cache, self.shed = "", "none", ""


def note(scope: Scope) -> Note:
    """That of the request; one that nobody reads when nothing watches."""
    found = scope.get(_NOTE)
    return found if isinstance(found, Note) else Note()


class Routed:
    """The layer inside all others: says which route was found."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""
        try:
            await self.app(scope, receive, send)
        finally:
            said: Note | None = scope.get(_NOTE)
            if said is not None and not said.route:
                said.route = getattr(scope.get("route"), "path", "")


class Watched:
    """Tells `began` of every request and `ended` of every answer, whoever went away; the id goes back as X-Request-Id."""

    def __init__(self, app: ASGIApp, began: Callable[[], None], ended: Iterable[Heard]) -> None:
        self.app, self._began, self._ended = app, began, tuple(ended)
        self._made, self._format = maker(), _Formats()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""
        if scope["type"] != "http" or OURS in scope:
            await self.app(scope, receive, send)
            return
        start = perf_counter()
        asked = read(scope["headers"], self._made)
        said = scope[_NOTE] = Note()
        identity = [(b"x-request-id", asked.request.encode("ascii"))]
        if asked.parent:
            identity.append((b"traceparent", asked.parent.encode("ascii")))
        status, size, kind = 0, 0, b""

        def counted(
            message: Message,
        ) -> Awaitable[None]:  # what `send` gives is passed on: one coroutine less a message
            nonlocal status, size, kind
            if message["type"] == "http.response.start":
                status = message["status"]
                for name, value in message["headers"]:
                    if name == b"content-type":
                        kind = value
                        break
                message["headers"] = [*message["headers"], *identity]
            else:
                size += len(message["body"]) if "body" in message else 0
            return send(message)

        self._began()
        token = ASKED.set(asked)
        try:
            await self.app(scope, receive, counted)
        except Exception:
            status = status or 500
            raise
        finally:
            method = scope["method"] if scope["method"] in _METHODS else "other"
            answered = Answered(
                said.route or UNKNOWN,
                method,
                status or GONE,
                self._format.of(kind),
                size,
                perf_counter() - start,
                said.cache,
                said.shed,
            )
            for heard in self._ended:
                heard(asked, answered)
            ASKED.reset(token)


class _Formats:
    """Content types → short names: of the formats that are offered, else of a short list, else `other`; '' is `none`."""

    def __init__(self) -> None:
        self._known: dict[bytes, str] = {b"": "none"}

    def of(self, kind: bytes) -> str:
        """The name. At most 500 spellings are remembered."""
        found = self._known.get(kind)
        if found is None:
            found = _named(kind.decode("latin-1"))
            if len(self._known) < 500:
                self._known[kind] = found
        return found


def _named(kind: str) -> str:
    media, *rest = (part.strip() for part in kind.split(";"))
    version = next((p.removeprefix("version=").strip('"') for p in rest if p.startswith("version=")), "")
    return _NAMED.get((media, version)) or _PLAIN.get(media) or _NAMED.get((media, ""), "other")
