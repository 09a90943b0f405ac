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

from uvicorn.supervisors import Multiprocess, multiprocess

from greffe.app import compose
from greffe.cli.serving import config_of, server_of, serving
from greffe.settings import Settings, read_settings
from greffe.web.leaving import LeavingServer


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
            self._server = server_of(app, parts, _Server)
            self._server.run(sockets)

    def always_pong(self) -> None:
        """Tell the supervisor that it lives, as long as there is one."""
        with suppress(OSError, EOFError):
            super().always_pong()


def run_workers(settings: Settings, sockets: list[socket.socket] | None, environ: Mapping[str, str]) -> None:
    """Until a signal ends them. sockets: that was handed over, None to listen; `environ`: what the command said."""
    os.environ.update(environ)
    multiprocess.Process = _Worker  # type: ignore[misc]  # the supervisor has no other way to be told
    listening = sockets or [bound(settings.host, settings.port)]
    try:
        Multiprocess(config_of("greffe", settings), listening).run()
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
