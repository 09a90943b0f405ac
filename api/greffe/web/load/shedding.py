"""The ASGI layer before the application: it says of which class a request is, counts it to its client, and turns away what is too
much. SDMX entry points take their place themselves, when no answer is at hand in memory; everything else takes it here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from greffe.errors import Busy, GreffeError, OverQuota
from greffe.web.load.gate import QUOTA, Gate, Turn, give
from greffe.web.load.kinds import API, PAGES, POLICIES, STAFF, kind_of
from greffe.web.problems import answer
from greffe.web.watched import OURS, note

_HERE: Final = (API, PAGES, STAFF)
_FORM: Final = 64 * 1024  # bytes of a body that is waited for before a place is taken
Fields = tuple[tuple[bytes, bytes], ...]


class Shedding:
    """429 for a client that asks for more than its share, 503 for what there is no room for; both with Retry-After."""

    def __init__(self, app: ASGIApp, gate: Gate, named: Callable[[Scope], str]) -> None:
        """`named`: the template of the route that a request would have found; asked for what is turned away alone."""
        self.app, self._gate, self._named = app, gate, named

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, when it is its turn."""
        kind = kind_of(scope["path"], scope["query_string"]) if scope["type"] == "http" and OURS not in scope else ""
        if not kind:
            await self.app(scope, receive, send)
            return
        policy = POLICIES[kind]
        client = self._gate.client(scope)
        wait, fields = self._gate.charge(policy, client)
        if fields:
            send = _with(fields, send)
        if wait:
            hint = "RateLimit-Policy says how many are answered in which time."
            words = f"Too many requests for {policy}."
            over = OverQuota(words, wait=wait, policies=(policy,), kind=policy, reason=QUOTA, hint=hint)
            await self._refused(over, scope, receive, send)
            return
        turn = Turn(self._gate, client)
        give(scope, turn)
        if kind not in _HERE:
            await self.app(scope, receive, send)
            return
        try:
            receive = await _entered(turn, kind, scope, receive)
        except GreffeError as error:
            await self._refused(error, scope, receive, send)
            return
        except ClientDisconnect:  # nobody is there to be answered
            return
        try:
            await self.app(scope, receive, _until_made(turn, send))
        finally:
            turn.leave()

    async def _refused(self, error: GreffeError, scope: Scope, receive: Receive, send: Send) -> None:
        note(scope).route = self._named(scope)
        await self._gate.away(scope, error)
        await answer(Request(scope), error)(scope, receive, send)


async def _entered(turn: Turn, kind: str, scope: Scope, receive: Receive) -> Receive:
    """Take a place: of what comes with a body, when that is there, since a client may send it slowly. A large one has cost so
    much already that it waits for its place and is not turned away. Raises Busy, OverQuota, ClientDisconnect, and what reading
    the body raises."""
    if scope["method"] != "POST":
        await turn.enter(kind)
        return receive
    read: list[Message] = []
    size = 0
    while not read or (read[-1].get("more_body") and size <= _FORM):
        read.append(await receive())
        size += len(read[-1].get("body", b""))
        if read[-1]["type"] == "http.disconnect":
            raise ClientDisconnect
    whole = not read[-1].get("more_body")
    if whole:
        await turn.enter(kind)

    async def again() -> Message:
        if read:
            return read.pop(0)
        message = await receive()
        if not whole and message["type"] == "http.request" and not message.get("more_body"):
            try:
                await turn.enter(kind)
            except (Busy, OverQuota):
                return message
        return message

    return again


def _with(fields: Fields, send: Send) -> Send:
    """The answer, with those fields in its head."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *fields]
        await send(message)

    return sending


def _until_made(turn: Turn, send: Send) -> Send:
    """The place is given back as soon as there is something to send: who reads slowly holds none. What is sent while it is made
    has its own room (`gate.as_dump`)."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.body":
            turn.leave()
        await send(message)

    return sending
