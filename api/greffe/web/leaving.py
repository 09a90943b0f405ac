"""A server that leaves without a failed request: on SIGTERM or Ctrl-C it says that it is not ready, answers on for a while so that
who shares out requests takes notice, tells connections to end with their answer, and stops when nothing is under way.

Its socket may be that of who started it (systemd's socket units, LISTEN_FDS): several processes then take connections from one
queue, which outlives each of them.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from types import FrameType
from typing import Final

import uvicorn

from greffe.errors import BadDefinition

_FIRST: Final = 3  # descriptor of the first socket that is handed over (sd_listen_fds(3))
_LAST_ASKED: Final = (
    1.0  # seconds for connections that were taken when the socket was let go: their request is on its way
)
_CLOSE: Final = (b"connection", b"close")


class Leaving:
    """Whether this process takes leave; readiness asks it."""

    def __init__(self) -> None:
        self.begun = False


class LeavingServer(uvicorn.Server):
    """uvicorn's server, which leaves as said above. `seconds` that it answers on; 0: it stops at once, as far as no answer is
    under way. A second signal ends the wait."""

    def __init__(self, config: uvicorn.Config, leaving: Leaving, seconds: float, ready: Callable[[], object]) -> None:
        super().__init__(config)
        self._leaving, self._seconds, self._ready = leaving, seconds, ready
        self._until = 0.0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen; whoever started the process is told when it can answer."""
        await super().startup(sockets)
        if os.environ.get("NOTIFY_SOCKET"):
            with suppress(Exception):  # it may become ready later, and readiness says so
                await asyncio.to_thread(self._ready)
            tell("READY=1")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal: the process ends with 0, in order."""
        if self._leaving.begun or not self._seconds:
            self.force_exit = self.should_exit and sig == signal.SIGINT
            self.should_exit = True
        else:
            self._until = time.monotonic() + self._seconds
        self._leaving.begun = True

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: is it over?"""
        over = await super().on_tick(counter)
        if self._leaving.begun and _CLOSE not in self.server_state.default_headers:
            self.server_state.default_headers = [*self.server_state.default_headers, _CLOSE]
        return over or (self._until > 0 and time.monotonic() >= self._until)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no further connection, answer those that were taken, end."""
        tell("STOPPING=1")
        if self._until:
            for server in self.servers:
                server.close()
            for one in sockets or []:
                one.close()
            await asyncio.sleep(_LAST_ASKED)
        await super().shutdown(sockets)


def handed_over(environ: MutableMapping[str, str]) -> list[socket.socket] | None:
    """The listening socket that whoever started this process gave it, None without one. What says so is taken out of the
    environment, for it is meant for this process alone. Raises BadDefinition for more than one."""
    pid, count = environ.pop("LISTEN_PID", ""), environ.pop("LISTEN_FDS", "0")
    environ.pop("LISTEN_FDNAMES", None)
    if pid != str(os.getpid()):
        return None
    if count != "1":
        raise BadDefinition(f"{count} sockets were handed over, and one is served.", parameter="LISTEN_FDS")
    os.set_inheritable(_FIRST, False)
    return [socket.socket(fileno=_FIRST)]


def tell(state: str) -> None:
    """Say it to whoever started this process and asked for it (sd_notify(3))."""
    place = os.environ.get("NOTIFY_SOCKET", "")
    if not place:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.connect(f"\0{place[1:]}" if place.startswith("@") else place)
        line.send(state.encode())
