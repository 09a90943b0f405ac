"""Servers on one socket that their starter holds, as systemd's socket units start them: they say when they are ready."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from journey_tools import ROOT

_START = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.executable, [sys.executable, "-m", "greffe", "serve"])
"""


class Sharing:
    """A listening socket, and processes of `greffe serve` that take from it."""

    def __init__(self, home: Path, work: Path, **environ: str) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._told.bind(str(work / "told"))
        self._told.settimeout(60)
        own = {"PYTHONPATH": str(ROOT / "api"), "GREFFE_HOME": str(home), "GREFFE_WARM": "0"}
        self._environ = {**os.environ, **own, "NOTIFY_SOCKET": str(work / "told"), **environ}
        self.port = int(self._socket.getsockname()[1])
        self.base = f"http://127.0.0.1:{self.port}"
        self.running: list[subprocess.Popen[bytes]] = []

    def begin(self) -> None:
        """One process more; it is ready when this returns."""
        number = self._socket.fileno()
        self.running.append(
            subprocess.Popen(
                [sys.executable, "-c", _START, str(number)],
                env=self._environ,
                pass_fds=[number],
                stderr=subprocess.DEVNULL,
            )
        )
        assert self.heard() == "READY=1"

    def heard(self) -> str:
        """What the next process says."""
        return self._told.recv(100).decode()

    def end(self) -> int:
        """The one that runs longest is told to end. Its exit code."""
        first = self.running.pop(0)
        first.send_signal(signal.SIGTERM)
        code = first.wait(60)
        assert self.heard() == "STOPPING=1"
        return code

    def close(self) -> None:
        for one in self.running:
            one.kill()
            one.wait()
        self._socket.close()
        self._told.close()
