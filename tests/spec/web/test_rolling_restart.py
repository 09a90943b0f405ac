"""Processes of one machine are replaced one after the other, and no request fails; one that is told to stop takes leave in order."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
from examples import SOAK
from handed_over import Sharing
from house import FLOW, House, new_house
from prober import Prober
from released import put

from greffe.errors import BadDefinition
from greffe.web.leaving import handed_over

FIGURES = f"/sdmx/v2/data/dataflow/SSER/{FLOW}/1.0.0?format=csv"
REPLACED = 30 if SOAK else 1
LEAVE = 1.0  # seconds that a process answers on


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    made = new_house(tmp_path_factory.mktemp("rolling") / "home")
    put(made, 1, "\n".join(f"ICCS0101 NR {year} {year} A F" for year in range(1950, 2020)))
    made.parts.register.close()
    return made


@pytest.fixture(scope="module")
def shared(house: House) -> Iterator[Sharing]:
    with TemporaryDirectory(prefix="greffe-") as work:  # addresses of this kind are short
        found = Sharing(house.parts.settings.home, Path(work), GREFFE_LEAVE_SECONDS=str(LEAVE))
        try:
            yield found
        finally:
            found.close()


def test_no_request_fails_while_processes_are_replaced(shared: Sharing) -> None:
    """One after the other, each when the next one is ready; readers on kept and on new connections have one answer."""
    shared.begin()
    over = threading.Event()
    probers = [Prober(shared.base, FIGURES, over, kept=kept) for kept in (True, True, False)]
    for one in probers:
        one.start()
    try:
        for _ in range(REPLACED):
            shared.begin()
            assert shared.end() == 0
    finally:
        over.set()
        for one in probers:
            one.join()
    assert [one.failed for one in probers] == [[], [], []]
    told = [answer for one in probers for answer in one.answers]
    assert {code for code, _ in told} == {200}
    assert len({text for _, text in told}) == 1
    assert min(len(one.answers) for one in probers) > 20


def test_who_takes_leave_says_so_and_ends_what_is_under_way(shared: Sharing) -> None:
    """Not ready, and answering; the connection ends with the answer; a request of which the half is there is answered whole."""
    if not shared.running:
        shared.begin()
    assert httpx.get(f"{shared.base}/health/ready").status_code == 200
    with socket.create_connection(("127.0.0.1", shared.port)) as half, httpx.Client(base_url=shared.base) as client:
        half.settimeout(30)
        assert "connection" not in client.get("/health/live").headers
        half.sendall(f"GET {FIGURES} HTTP/1.1\r\nHost: x\r\n".encode())
        process = shared.running[0]
        process.send_signal(signal.SIGTERM)
        end = time.monotonic() + LEAVE
        while (ready := client.get("/health/ready")).status_code == 200:
            assert time.monotonic() < end
            time.sleep(0.02)
        assert (ready.status_code, ready.json()["status"]) == (503, "leaving")
        time.sleep(0.15)
        answer = client.get(FIGURES)
        assert (answer.status_code, answer.headers["connection"]) == (200, "close")
        time.sleep(LEAVE)
        half.sendall(b"\r\n")
        told = b""
        while piece := half.recv(65_536):
            told += piece
    assert told.startswith(b"HTTP/1.1 200 OK")
    assert told.count(b"ICCS0101") == 70
    assert process.wait(30) == 0


def test_a_socket_that_is_not_ours_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was meant for another process, or is more than one, is not taken."""
    assert handed_over({}) is None
    environ = {"LISTEN_PID": "1", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "web"}
    assert handed_over(environ) is None
    assert environ == {}
    monkeypatch.setattr("os.getpid", lambda: 77)
    with pytest.raises(BadDefinition, match="2 sockets"):
        handed_over({"LISTEN_PID": "77", "LISTEN_FDS": "2"})
