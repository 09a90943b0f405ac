"""Budgets and quotas of one application, and what one request does with them.

A place in a budget is held while an answer is *made*, never while a client reads it: a client that reads slowly holds no thread and
no place, only a connection. Of what is sent while it is made (a dump), so many are open at once, and their pieces are made by turns
of MAKING at a time: however many there are, other classes find processors and threads.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Final

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from greffe.errors import Busy, GreffeError, OverQuota
from greffe.load import LoadSettings
from greffe.web.load.budgets import Budget
from greffe.web.load.kinds import DUMPS, SERIES, STRUCTURES
from greffe.web.load.quotas import Quota, client_of
from greffe.web.watched import note

MAKING: Final = 2  # pieces of dumps that are made at a time
QUOTA, EACH = "quota", "each"  # reasons, beside those of budgets
_TURN: Final = "greffe.turn"
_KEYS: Final = 10_000  # keys that are known to hold
_AGAIN: Final = 5  # seconds after which a client that has too many downloads open may ask again
_AT_ONCE: Final = 50  # refusals of a second that leave at once
_HOLD, _HELD = 1.0, 5_000  # seconds that each of the others waits; how many wait at most
_GIVE_WAY: Final = 0.02  # seconds that a slice, or a piece of a dump, waits for small answers, at most


class Gate:
    """One for an application, in its event loop."""

    def __init__(self, settings: LoadSettings, now: Callable[[], float] = monotonic) -> None:
        self.budgets = {name: Budget(name, room) for name, room in settings.rooms.items()}
        self.quotas = {name: Quota(name, rate) for name, rate in settings.rates.items() if rate}
        self.making = asyncio.Semaphore(MAKING)
        self.open: dict[str, int] = {}  # client → dumps that it has open
        self.each = settings.dumps_each
        self._now = now
        self._secret = secrets.token_bytes(32)
        self._keys: OrderedDict[bytes, None] = OrderedDict()
        self._second, self._refusals, self._held = 0, 0, 0

    def client(self, scope: Scope) -> str:
        """By which this request is counted; '' for one that is not."""
        client = scope.get("client")
        found = client_of(client[0]) if client else ""
        if self._keys:
            for name, value in scope["headers"]:
                if name == b"authorization" and self._digest(value) in self._keys:
                    return f"key {self._digest(value).hex()}"
        return found

    def known(self, authorization: str) -> None:
        """That key holds: from now on it is counted by itself, not by its address. Any other one would let a client be as many
        as it likes."""
        digest = self._digest(authorization.encode("latin-1", "replace"))
        self._keys[digest] = None
        self._keys.move_to_end(digest)
        if len(self._keys) > _KEYS:
            self._keys.popitem(last=False)

    def charge(self, policy: str, client: str) -> tuple[int, tuple[tuple[bytes, bytes], ...]]:
        """Seconds to wait (0: go on) and the fields to tell; none where no limit is."""
        quota = self.quotas.get(policy)
        if quota is None or not client:
            return 0, ()
        wait, left = quota.take(client, self._now())
        return wait, ((b"ratelimit-policy", quota.policy), (b"ratelimit", left))

    async def give_way(self) -> None:
        """A moment for small answers that are in the making or wait for it. Short, so that dumps go on under any load."""
        small = self.budgets[SERIES], self.budgets[STRUCTURES]
        if any(budget.running for budget in small):
            until = self._now() + _GIVE_WAY
            while any(budget.running for budget in small) and self._now() < until:
                await asyncio.sleep(0.001)

    async def away(self, scope: Scope, error: GreffeError) -> None:
        """Before a refusal leaves. Some leave at once; of many, each waits a second: clients that ask again at once, whatever
        Retry-After says, would else take the processor for being refused."""
        told(scope, error)
        second = int(self._now())
        if second != self._second:
            self._second, self._refusals = second, 0
        self._refusals += 1
        if self._refusals > _AT_ONCE and self._held < _HELD:
            self._held += 1
            try:
                await asyncio.sleep(_HOLD)
            finally:
                self._held -= 1

    def _digest(self, value: bytes) -> bytes:
        return hashlib.blake2b(value, digest_size=16, key=self._secret).digest()


class Turn:
    """What one request holds."""

    __slots__ = ("_budget", "_dump", "client", "gate")

    def __init__(self, gate: Gate, client: str) -> None:
        self.gate, self.client = gate, client
        self._budget: Budget | None = None
        self._dump = False

    async def enter(self, kind: str) -> None:
        """Take a place in a class, after any other one is given back. Raises Busy, OverQuota."""
        self.leave()
        budget = self.gate.budgets[kind]
        await budget.enter(self.client)
        self._budget = budget

    def leave(self) -> None:
        """Give the place back, if one is held."""
        if self._budget is not None:
            self._budget.leave()
            self._budget = None

    async def open(self) -> None:
        """A dump begins. Raises OverQuota for a client that has as many as it may, Busy."""
        self.leave()
        mine, gate = self.gate.open, self.gate
        if self.client and gate.each and mine.get(self.client, 0) >= gate.each:
            hint = f"At most {gate.each} are sent to one client at a time."
            raise OverQuota(
                "Too many downloads are open.", wait=_AGAIN, policies=(DUMPS,), kind=DUMPS, reason=EACH, hint=hint
            )
        mine[self.client] = mine.get(self.client, 0) + 1
        try:
            await gate.budgets[DUMPS].enter(self.client)
        except BaseException:
            self._one_less()
            raise
        self._dump = True

    def close(self) -> None:
        """The dump has ended, if there was one."""
        if self._dump:
            self._dump = False
            self.gate.budgets[DUMPS].leave()
            self._one_less()

    def _one_less(self) -> None:
        left = self.gate.open.pop(self.client) - 1
        if left:
            self.gate.open[self.client] = left


def give(scope: Scope, turn: Turn) -> None:
    """The request goes on with it."""
    scope[_TURN] = turn


def turn_of(scope: Scope) -> Turn | None:
    """What the request holds; None for one that the application asks itself."""
    found = scope.get(_TURN)
    return found if isinstance(found, Turn) else None


def told(scope: Scope, error: GreffeError) -> None:
    """For the log and the metrics: why this one was turned away."""
    if isinstance(error, Busy | OverQuota):
        note(scope).shed = f"{error.kind}/{error.reason}"


@asynccontextmanager
async def making(scope: Scope, kind: str) -> AsyncIterator[None]:
    """While an answer of that class is made. Raises Busy, OverQuota."""
    turn = turn_of(scope)
    if turn is None:
        yield
        return
    try:
        await turn.enter(kind)
    except (Busy, OverQuota) as error:
        await turn.gate.away(scope, error)
        raise
    try:
        yield
    finally:
        turn.leave()


async def give_way(scope: Scope) -> None:
    """Before what is not small is made, in turn with others of its kind: `Gate.give_way`."""
    turn = turn_of(scope)
    if turn is not None:
        await turn.gate.give_way()


@asynccontextmanager
async def piece(scope: Scope) -> AsyncIterator[None]:
    """While a piece of a dump is made."""
    turn = turn_of(scope)
    if turn is None:
        yield
        return
    async with turn.gate.making:
        await turn.gate.give_way()
        yield


Refusal = Callable[[Request, GreffeError], Callable[[Scope, Receive, Send], Awaitable[None]]]


async def as_dump(
    scope: Scope,
    receive: Receive,
    send: Send,
    sent: Callable[[Scope, Receive, Send], Awaitable[None]],
    refused: Refusal,
) -> None:
    """Send an answer that takes its time, or say that too many are being sent."""
    turn = turn_of(scope)
    if turn is None or scope["method"] == "HEAD":
        await sent(scope, receive, send)
        return
    try:
        await turn.open()
    except (Busy, OverQuota) as error:
        await turn.gate.away(scope, error)
        await refused(Request(scope), error)(scope, receive, send)
        return
    try:
        await sent(scope, receive, send)
    finally:
        turn.close()
