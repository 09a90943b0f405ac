"""A running service for tests in the browser, on a copy of the demonstration, with passwords that are known."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

import httpx
import uvicorn
from journey_tools import ROOT, free_port

from greffe.app import compose, create_app, utc_now
from greffe.release.access.accounts import accept, invite
from greffe.release.parts import Parts
from greffe.release.people import HOUSE, add_person
from greffe.settings import read_settings
from greffe.store.base import Actor

PASSWORD = "fanal-ruche-zinc-moulin"
STAFF = ("camille", "driss", "elise", "farid", "hana", "ines")
ADMIN = "gaston"
RECIPIENT = "rita"  # reads for ESTAT
CONTRIBUTOR = "paul"  # answers for the prison administration


def copied(home: Path, into: Path) -> Path:
    """A home of its own: files that never change are linked, the register and what people edit are copied."""

    def link(source: str, target: str) -> None:
        if Path(source).name.startswith("register.db") or source.endswith(".toml"):
            shutil.copy2(source, target)
        else:
            os.link(source, target)

    shutil.copytree(home, into, copy_function=link)
    return into


def with_passwords(home: Path) -> Parts:
    """Everybody of the demonstration has PASSWORD, and so has an administrator. Returns the house, for who must look into it."""
    parts = compose(read_settings({}, home=home))
    add_person(parts, HOUSE, ADMIN, ["administrator"])
    add_person(parts, Actor(ADMIN), RECIPIENT, ["recipient:ESTAT"])
    add_person(parts, Actor(ADMIN), CONTRIBUTOR, ["contributor:DAP"])
    for name in (*STAFF, ADMIN, RECIPIENT, CONTRIBUTOR):
        accept(parts, invite(parts, HOUSE, name), PASSWORD)
    return parts


class Site:
    """`greffe serve` on a home, in a process of its own."""

    def __init__(self, home: Path, parts: Parts | None = None, **environ: str) -> None:
        self.home, self.parts = home, parts
        port = free_port()
        self.base = f"http://127.0.0.1:{port}"
        paths = {"PYTHONPATH": str(ROOT / "api"), "GREFFE_HOME": str(home)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "greffe", "serve", "--port", str(port)],
            cwd=ROOT,
            env={**os.environ, **paths, **environ},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
        )
        with httpx.Client() as client:
            for _ in range(300):
                try:
                    if client.get(f"{self.base}/health/ready").status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                time.sleep(0.1)
        self.stop()
        raise AssertionError("the service did not get ready")

    def stop(self) -> None:
        """End it."""
        self._process.send_signal(2)
        self._process.wait(15)


class Later:
    """The same house at another hour: the service on a home, in a thread, its clock set; it goes on from there."""

    def __init__(self, home: Path, at: datetime) -> None:
        started = utc_now()
        parts = compose(read_settings({}, home=home), clock=lambda: at + (utc_now() - started))
        port = free_port()
        self.base = f"http://127.0.0.1:{port}"
        self._server = uvicorn.Server(uvicorn.Config(create_app(parts), port=port, log_level="error"))
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.05)
            assert self._thread.is_alive(), "the service did not start"

    def stop(self) -> None:
        """End it."""
        self._server.should_exit = True
        self._thread.join(30)
