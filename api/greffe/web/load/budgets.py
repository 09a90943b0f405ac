"""How many answers of a class are in the making at once, and a short queue before it. For one event loop: no locks.

A fixed number at once and a bounded wait, rather than a number that follows measured latencies (Envoy's gradient, Netflix's
concurrency-limits): the threads of a process share one interpreter, so its capacity is known, and what grows under load is the
time that requests wait, which is bounded here itself. A burst may wait the whole time; where the queue stays long (CoDel calls it a
standing one), a quarter: else everybody would be served as late as can be.
"""

from __future__ import annotations

import asyncio
from collections import deque
from math import ceil
from typing import Final

from greffe.errors import Busy, OverQuota
from greffe.load import Room

FULL, LATE, SHARE = "full", "late", "share"
QUEUE: Final = "queue"  # what a client has a share of, beside those that RateLimit-Policy tells
_PART: Final = 4  # of the queue, one in so many places may be one client's; with fewer that wait it is short
_LASTING: Final = (
    4  # when somebody has always waited for as long as one may: a wait may be one in so many parts of that
)
_SPREAD: Final = 3  # who is turned away comes back at different seconds, not all at one


class Budget:
    """The room of one class. `name` is told with what is turned away."""

    def __init__(self, name: str, room: Room) -> None:
        self.name = name
        self._room = room
        self._running = 0
        self._waiting: deque[tuple[asyncio.Future[bool], str]] = deque()
        self._turned_away = 0
        self._clear = 0.0  # when the queue was short, last

    @property
    def running(self) -> int:
        """In the making now."""
        return self._running

    @property
    def waiting(self) -> int:
        """Requests that wait now."""
        return len(self._waiting)

    async def enter(self, client: str = "") -> None:
        """Take a place, waiting for it if need be; `leave` gives it back. `client`: '' for one that is not told apart. Raises
        Busy when too many wait or when the wait gets too long, OverQuota when too many of that client wait."""
        loop = asyncio.get_running_loop()
        if len(self._waiting) * _PART <= self._room.waiting:
            self._clear = loop.time()
        if self._running < self._room.at_once and not self._waiting:
            self._running += 1
            return
        if len(self._waiting) >= self._room.waiting:
            raise self._busy(FULL)
        if client and self._of(client) >= max(1, self._room.waiting // _PART):
            raise self._over()
        lasting = loop.time() - self._clear > self._room.seconds
        turn: asyncio.Future[bool] = loop.create_future()
        self._waiting.append((turn, client))
        late = loop.call_later(self._room.seconds / (_LASTING if lasting else 1), self._expire, turn)
        try:
            entered = await turn
        except asyncio.CancelledError:  # who asked went away
            if turn.done() and not turn.cancelled() and turn.result():
                self.leave()
            else:
                self._forget(turn)
            raise
        finally:
            late.cancel()
        if not entered:
            raise self._busy(LATE)

    def leave(self) -> None:
        """The place goes to whoever waits longest."""
        while self._waiting:
            turn, _ = self._waiting.popleft()
            if not turn.done():
                turn.set_result(True)
                return
        self._running -= 1

    def _expire(self, turn: asyncio.Future[bool]) -> None:
        if not turn.done():
            self._forget(turn)
            turn.set_result(False)

    def _forget(self, turn: asyncio.Future[bool]) -> None:
        self._waiting = deque(one for one in self._waiting if one[0] is not turn)

    def _of(self, client: str) -> int:
        return sum(1 for _, one in self._waiting if one == client)

    def _busy(self, reason: str) -> Busy:
        return Busy("Too much is asked for at once here.", wait=self._wait(), kind=self.name, reason=reason)

    def _over(self) -> OverQuota:
        hint = "One client may hold a quarter of a queue."
        return OverQuota(
            "Too many of your requests wait.",
            wait=self._wait(),
            policies=(QUEUE,),
            kind=self.name,
            reason=SHARE,
            hint=hint,
        )

    def _wait(self) -> int:
        """Seconds after which to ask again."""
        self._turned_away += 1
        return max(1, ceil(self._room.seconds)) + self._turned_away % _SPREAD
