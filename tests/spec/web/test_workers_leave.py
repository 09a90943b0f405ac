"""`greffe serve --workers 2` that is told to stop takes leave in order, as one process does: docs/how-to/upgrade.md says how."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from house import FLOW, new_house
from journey_tools import ROOT, free_port
from prober import Prober
from released import put

FIGURES = f"/sdmx/v2/data/dataflow/SSER/{FLOW}/1.0.0?format=csv"
LEAVE = 2.0  # seconds that the processes answer on
HALVES = 6  # requests of which the half is there when the signal comes; both processes have some
PROCESS = 20  # digits of a request's id that say which process answered


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = new_house(tmp_path_factory.mktemp("leaving") / "home")
    put(made, 1, "\n".join(f"ICCS0101 NR {year} {year} A F" for year in range(1950, 2020)))
    made.parts.register.close()
    return made.parts.settings.home


class Served:
    """The command with two workers, in a group of its own as a terminal and systemd have it."""

    def __init__(self, home: Path, log: Path, leave: float) -> None:
        self.port, self._log = free_port(), log
        self.base = f"http://127.0.0.1:{self.port}"
        own = {"PYTHONPATH": str(ROOT / "api"), "GREFFE_HOME": str(home), "PORT": str(self.port), "GREFFE_LOG": "json"}
        with log.open("wb") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "greffe", "serve", "--workers", "2"],
                env={**os.environ, **own, "GREFFE_WARM": "0", "GREFFE_LEAVE_SECONDS": str(leave)},
                stderr=stream, start_new_session=True,
            )  # fmt: skip

    def said(self, event: str) -> set[int]:
        """Processes that said so."""
        lines = (json.loads(line) for line in self._log.read_text().splitlines() if line.endswith("}"))
        return {line["pid"] for line in lines if line["event"] == event}

    def state(self) -> tuple[int, str]:
        """Of readiness, on a connection of its own, and who says so."""
        answer = httpx.get(f"{self.base}/health/ready", timeout=30)
        return answer.status_code, answer.headers["x-request-id"][:PROCESS]

    def wait_for(self, status: int) -> None:
        """Until both say it, one after the other as they come."""
        told: set[str] = set()
        end = time.monotonic() + 60
        while len(told) < 2:
            assert time.monotonic() < end, self._log.read_text()
            try:
                code, who = self.state()
            except httpx.TransportError:
                code, who = 0, ""
            told |= {who} if code == status else set()
            time.sleep(0.02)


@contextmanager
def served(home: Path, log: Path, leave: float) -> Iterator[Served]:
    one = Served(home, log, leave)
    try:
        one.wait_for(200)
        yield one
    finally:
        if one.process.poll() is None:
            os.killpg(one.process.pid, signal.SIGKILL)
            one.process.wait()


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_workers_take_leave_in_order(home: Path, tmp_path: Path) -> None:
    """Both say that they are not ready, and answer on: what is new, and what was under way when the signal came. Then nobody listens,
    and who comes is refused at once; all processes end, the command with 0."""
    over = threading.Event()
    with served(home, tmp_path / "log", LEAVE) as one, ExitStack() as halves:
        workers = one.said("working")
        open_ = [halves.enter_context(socket.create_connection(("127.0.0.1", one.port))) for _ in range(HALVES)]
        for half in open_:
            half.settimeout(30)
            half.sendall(f"GET {FIGURES} HTTP/1.1\r\nHost: x\r\n".encode())
        probers = [Prober(one.base, FIGURES, over, kept=kept) for kept in (True, False)]
        for prober in probers:
            prober.start()
        time.sleep(0.2)
        one.process.send_signal(signal.SIGTERM)
        one.wait_for(503)
        begun = time.monotonic()
        fresh = httpx.get(f"{one.base}{FIGURES}", timeout=30)
        over.set()
        for prober in probers:
            prober.join()
        for half in open_:
            half.sendall(b"\r\n")
        whole = [b"".join(iter(lambda half=half: half.recv(65_536), b"")) for half in open_]
        while _listens(one.port):
            time.sleep(0.02)
        assert any(alive(pid) for pid in workers)  # refused before they are gone: no queue that nobody takes from
        assert one.process.wait(30) == 0
        took = time.monotonic() - begun
    assert [prober.failed for prober in probers] == [[], []]
    assert {code for prober in probers for code, _ in prober.answers} == {200}
    assert (fresh.status_code, fresh.headers["connection"]) == (200, "close")
    assert [(w[:15], w.count(b"ICCS0101")) for w in whole] == [(b"HTTP/1.1 200 OK", 70)] * HALVES
    assert len(workers) == 2
    assert workers < one.said("stopped")
    assert not any(alive(pid) for pid in workers)
    assert took > LEAVE - 1  # the second worker begins at the latest half a second after the first


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=30).close()
    except ConnectionRefusedError:
        return False
    return True


def test_a_second_signal_ends_the_wait(home: Path, tmp_path: Path) -> None:
    """Ctrl-C goes to all of them; the second one is for the first process alone, as `systemctl stop` and `kill` say it."""
    with served(home, tmp_path / "log", 600) as one:
        os.killpg(one.process.pid, signal.SIGINT)
        one.wait_for(503)
        time.sleep(0.7)  # the supervisor looks twice a second
        one.process.send_signal(signal.SIGWINCH)
        time.sleep(0.3)
        assert one.said("stopped") == set()
        assert one.process.poll() is None
        one.process.send_signal(signal.SIGTERM)
        assert one.process.wait(30) == 0
        assert len(one.said("stopped")) == 3
