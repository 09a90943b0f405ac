"""Several processes that serve on one port: uvicorn's supervisor starts them anew when they end, and each is a service of its own,
with its own room and counts.

They are spawned, never forked: a store of objects has threads. What a command says (home, host, port) reaches them by the
environment. The register is brought to its newest migration before the first begins.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from types import FrameType
from typing import Final

from uvicorn.supervisors import Multiprocess, multiprocess

from greffe.app import compose
from greffe.cli.serving import config_of, server_of, serving
from greffe.settings import Settings, read_settings
from greffe.web.leaving import LeavingServer

HASTEN: Final = signal.SIGUSR1  # from the supervisor to one that takes leave: a second signal came


class _Server(LeavingServer):
    """It takes leave when it is told to; that its supervisor says it after systemd said it to both does not hasten it."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal."""
        if not (self._leaving.begun and sig == signal.SIGTERM):
            super().handle_exit(sig, frame)


class _Worker(multiprocess.Process):
    """One of them."""

    def target(self, sockets: list[socket.socket] | None = None) -> None:
        """In its own process: everything is made here, and ended here."""
        threading.Thread(target=self.always_pong, daemon=True).start()
        parts = compose(read_settings())
        with serving(parts) as (app, _):
            self._server = server = server_of(app, parts, _Server)
            signal.signal(HASTEN, lambda *_: setattr(server, "should_exit", True))
            server.run(sockets)

    def always_pong(self) -> None:
        """Tell the supervisor that it lives, as long as there is one."""
        with suppress(OSError, EOFError):
            super().always_pong()


class _Supervisor(Multiprocess):
    """It lets its workers take leave, and a second signal ends the wait, as it does where one process serves."""

    def terminate_all(self) -> None:
        """Tell them. The socket is theirs alone from here on: who comes after them is refused at once, and waits for nobody."""
        for one in self.sockets:
            one.close()
        super().terminate_all()

    def join_all(self) -> None:
        """Wait for them."""
        while left := [one.process for one in self.processes if one.process.is_alive()]:
            heard = {self.signal_queue.pop() for _ in range(len(self.signal_queue))}
            if heard & {signal.SIGTERM, signal.SIGINT}:  # a terminal that is made wider says something too
                for pid in filter(None, (process.pid for process in left)):
                    os.kill(pid, HASTEN)
            left[0].join(0.1)


def run_workers(settings: Settings, sockets: list[socket.socket] | None, environ: Mapping[str, str]) -> None:
    """Until a signal ends them. sockets: that was handed over, None to listen; `environ`: what the command said."""
    os.environ.update(environ)
    multiprocess.Process = _Worker  # type: ignore[misc]  # the supervisor has no other way to be told
    listening = sockets or [bound(settings.host, settings.port)]
    try:
        _Supervisor(config_of("greffe", settings), listening).run()
    finally:
        for one in listening:
            one.close()


def bound(host: str, port: int) -> socket.socket:
    """The socket that all of them share."""
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    found = socket.socket(family, kind)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind(address)
    return found
