"""The engine itself fails (a fault of DuckDB's own): one line and an exit code, a problem on the server, no half change."""

from __future__ import annotations

import duckdb
import pytest
from fastapi.testclient import TestClient
from house import FLOW, PUBLISHED, House, new_house
from journey_tools import inside

from greffe import engine
from greffe.app import create_app

FAULTS = [
    duckdb.FatalException(
        "FATAL Error: Failed: database has been invalidated because of a previous fatal error.\nStack Trace: 0x1"
    ),
    duckdb.InternalException(
        "INTERNAL Error: Attempted to access index 7 within vector of size 7\n\nStack Trace:\n0x1"
    ),
    duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate block of size 256.0 KiB"),
    duckdb.IOException('IO Error: Cannot open file "rows.parquet": No space left on device'),
]
EXPLAINED = f"/api/v1/explain/{FLOW}/A.ICCS0101.NR.FR/2022"


class Failing:
    """A real connection that fails at a statement, and at every one after it, as an invalidated database does."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, error: Exception, after: int) -> None:
        self._connection, self._error, self._left = connection, error, after

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)

    def execute(self, statement: str, *parameters: object) -> object:
        if not statement.startswith("SET "):
            self._left -= 1
        if self._left < 0:
            raise self._error
        return self._connection.execute(statement, *parameters)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return new_house(tmp_path_factory.mktemp("fails") / "home", "published", "map", "released")


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch):
    """Makes every engine that is opened fail after so many statements."""

    def fail(error: Exception, after: int) -> None:
        real = duckdb.connect
        monkeypatch.setattr(engine.duckdb, "connect", lambda *a, **k: Failing(real(*a, **k), error, after))

    return fail


def files(house: House) -> set[str]:
    home = house.parts.settings.home
    return {str(p.relative_to(home)) for p in home.rglob("*") if p.is_file() and not p.name.startswith("register")}


@pytest.mark.parametrize("after", [0, 3])
@pytest.mark.parametrize("error", FAULTS, ids=lambda e: type(e).__name__)
def test_a_command_says_it_in_one_line(house: House, failing, monkeypatch, error: Exception, after: int):
    """Exit code 6 (try again), no traceback, nothing entered in the register, no file left behind; then it works."""
    home = house.parts.settings.home
    commands = (
        ("prepare", FLOW, "--as", "camille", "--reason", f"{after}"),
        ("ingest", str(PUBLISHED / "prisons.csv"), "--as", "camille", "--source", "s", "--origin", "real"),
    )
    entries, before = len(list(house.parts.register.read())), files(house)
    failing(error, after)
    for command in commands:
        ran = inside(home, *command)
        assert (ran.code, len(ran.err.splitlines())) == (6, 1), ran.err
        assert "Traceback" not in ran.err + ran.out
        assert "run it again" in ran.err.casefold()
    assert len(list(house.parts.register.read())) == entries
    assert files(house) == before
    monkeypatch.undo()
    ran = inside(home, *commands[0])
    assert ran.code == 0, ran.err


@pytest.mark.parametrize("error", FAULTS, ids=lambda e: type(e).__name__)
def test_the_server_says_it_once_and_works_again(house: House, failing, monkeypatch, error: Exception):
    """503 with Retry-After as problem+json, without what the engine said; the next request has an engine of its own."""
    web = TestClient(create_app(house.parts), raise_server_exceptions=False)
    failing(error, 1)
    answer = web.get(EXPLAINED)
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert answer.headers["retry-after"] == "5"
    assert answer.json()["detail"] == "The engine failed here. It was logged; try again."
    monkeypatch.undo()
    assert web.get(EXPLAINED).status_code == 200
