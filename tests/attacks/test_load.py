"""More than can be answered, from clients that read nothing, send nothing or ask without end: the others are served, and who is turned
away is told when to come back. One real server with little room.
"""

from __future__ import annotations

import json
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import requests
from attacked import structured
from examples import SOAK
from raw_bytes import Server
from requests.adapters import HTTPAdapter
from site_tools import copied
from structured_fields import items
from urllib3.util import Retry

DUMP = "/sdmx/v2/data?format=genericdata&dimensionAtObservation=AllDimensions"  # 3.8 MB, all that is released
SERIES = "/sdmx/v2/data/dataflow/SSER/ESTAT_CRIM_OFF_CAT/1.0.0/A.ICCS0101.NR.FR?format=csv&c[TIME_PERIOD]=ge:{}"
READERS, HEADS = 12, 200


@pytest.fixture(scope="module")
def little(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("little")
    room = {"GREFFE_BUDGET_DUMPS": f"{READERS}/0/1", "GREFFE_RATE_STRUCTURES": "60", "GREFFE_DUMPS_EACH": "2"}
    found = Server(copied(demo_home, folder / "home"), folder / "log.jsonl", **room)
    yield found
    assert found.stop() == 0


@contextmanager
def slow_readers(server: Server, count: int, *fields: str) -> Iterator[list[socket.socket]]:
    """Clients that ask for all data and take next to nothing of it. Each has begun to get it. They ask three times at once: what
    one answer leaves of the kernel's buffers, the next fills."""
    lines = []
    try:
        for _ in range(count):
            line = socket.socket()
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # else the kernel would take it for them
            line.settimeout(30)
            line.connect(("127.0.0.1", server.port))
            lines.append(line)
            head = "".join(f"{field}\r\n" for field in ("Host: a", *fields))
            line.sendall(f"GET {DUMP} HTTP/1.1\r\n{head}\r\n".encode() * 3)
        for line in lines:
            assert line.recv(12) == b"HTTP/1.1 200"
        yield lines
    finally:
        for line in lines:
            line.close()


def small(server: Server, number: int) -> float:
    """Seconds of one series that nobody asked for before."""
    begun = time.monotonic()
    found = server.get(SERIES.format(1900 + number))
    assert found.status == 200
    assert found.body.count(b"\n") > 1
    return time.monotonic() - begun


def settled(server: Server) -> None:
    """Until a dump is served again: that clients went away is noticed a moment later."""
    for _ in range(200):
        if server.get(DUMP).status == 200:
            return
        time.sleep(0.05)
    raise AssertionError("dumps are served no more")


def test_slow_readers_and_slow_heads_starve_nobody(little: Server) -> None:
    """Twelve dumps are stuck on clients that do not read, two hundred heads never end. One series and structures are answered as
    ever; a thirteenth dump is turned away, in the form of SDMX; health is green."""
    settled(little)
    alone = max(small(little, n) for n in range(5))
    heads = [little.connect() for _ in range(HEADS)]
    try:
        with slow_readers(little, READERS):
            for line in heads:
                line.sendall(b"GET / HTTP/1.1\r\nX: ")
            took = sorted(small(little, 10 + n) for n in range(20))
            assert took[len(took) // 2] < max(0.25, 5 * alone), (took, alone)
            assert little.get("/sdmx/v2/structure/dataflow/SSER/ESTAT_CRIM_OFF_CAT/1.0.0").status == 200
            over = little.get(DUMP)
            assert (over.status, over.headers["cache-control"]) == (503, "no-store")
            assert 1 <= int(over.headers["retry-after"]) <= 5
            assert structured(over)
            assert [little.get(f"/health/{which}").status for which in ("live", "ready")] == [200, 200]
            assert little.get("/", Accept="text/html").status == 200
    finally:
        for line in heads:
            line.close()
    settled(little)


def test_one_client_does_not_take_all_downloads(little: Server) -> None:
    """Two at a time; the third is 429, and another client's is served."""
    settled(little)
    with slow_readers(little, 2, "X-Forwarded-For: 192.0.2.1"):
        over = little.get(DUMP, X_Forwarded_For="192.0.2.1")
        assert over.status == 429
        assert structured(over)
        assert int(over.headers["retry-after"]) == 5
        assert little.get(DUMP, X_Forwarded_For="192.0.2.2").status == 200
        assert little.get(SERIES.format(1950), X_Forwarded_For="192.0.2.1").status == 200


def test_a_client_that_asks_again_when_told_gets_its_answer(little: Server) -> None:
    """requests (and sdmx1 with it) waits as Retry-After says; urllib (pandas) raises, with the seconds at hand."""
    address = f"http://127.0.0.1:{little.port}/sdmx/v2/structure/dataflow/SSER/ESTAT_CRIM_OFF_CAT/1.0.0"
    headers = {"X-Forwarded-For": "192.0.2.3"}
    with requests.Session() as session:
        for _ in range(70):  # 60 a minute, and what comes back meanwhile
            found = session.get(address, headers=headers)
            if found.status_code == 429:
                break
            assert found.status_code == 200
            assert items(found.headers["RateLimit-Policy"]) == {"structures": {"q": 60, "w": 60}}
        assert found.status_code == 429
        with pytest.raises(urllib.error.HTTPError) as told:
            urllib.request.urlopen(urllib.request.Request(address, headers=headers))
        assert (told.value.code, told.value.headers["Retry-After"]) == (429, "1")
        session.mount("http://", HTTPAdapter(max_retries=Retry(5)))
        begun = time.monotonic()
        assert session.get(address, headers=headers).status_code == 200
        assert time.monotonic() - begun >= 0.9


def test_of_several_processes_one_that_ends_stops_no_other(demo_home: Path, tmp_path: Path) -> None:
    """Both serve on one port, and stop in order. In `make soak` one is killed: the other serves on, and a new one begins."""
    server = Server(copied(demo_home, tmp_path / "home"), tmp_path / "log.jsonl", GREFFE_WORKERS="2")
    supervisor = psutil.Process(server.process.pid)
    first = working(server, 2)
    assert first <= {child.pid for child in supervisor.children()}
    if SOAK:
        psutil.Process(min(first)).kill()
        assert all(small(server, number) < 30 for number in range(5))
        assert len(working(server, 3) - first) == 1
    server.process.send_signal(2)
    assert server.process.wait(60) == 0  # one of them has just begun, on a machine as busy as it may be
    assert [line for line in server.log.read_text().splitlines() if not line.startswith("{")] == []


def working(server: Server, count: int) -> set[int]:
    """Processes that said so in the log, when there are so many."""
    for _ in range(600):
        said = [json.loads(line) for line in server.log.read_text().splitlines()]
        found = {line["pid"] for line in said if line["event"] == "working"}
        if len(found) >= count:
            return found
        time.sleep(0.05)
    raise AssertionError(server.log.read_text()[-2000:])


def test_nothing_of_that_was_a_fault(little: Server) -> None:
    """No error in its log, no line that is no JSON, and it says which class was turned away why."""
    lines = little.log.read_text().splitlines()
    assert [line for line in lines if not line.startswith("{") or '"level":"error"' in line] == []
    assert {reason for line in lines for reason in ("dumps/full", "dumps/each", "structures/quota") if reason in line} == {
        "dumps/full", "dumps/each", "structures/quota",
    }  # fmt: skip
