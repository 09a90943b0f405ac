"""A DuckLake catalogue of the releases: another DuckDB reads in it what the service serves, from a disk and from a bucket, and
nothing that is under embargo or was withdrawn (docs/how-to/sql-over-everything.md)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from house import FLOW, RELEASER, House, new_house
from journey_tools import inside
from released import put

from greffe.errors import BadDefinition
from greffe.release.lifecycle import withdraw
from greffe.upkeep.lake import tell_lake

ROWS = "ICCS0101 NR 2020 {} A F\nICCS0102 NR 2020 5 A F"


def asked(home: Path, catalogue: str, question: str) -> list[tuple]:
    """What a DuckDB of somebody else answers; it has the extensions and nothing else of ours."""
    with duckdb.connect(config={"extension_directory": str(home / "lake/extensions")}) as connection:
        connection.execute("LOAD ducklake")
        if catalogue.startswith("postgres"):
            connection.execute("LOAD postgres_scanner")
            catalogue = f"postgres:{catalogue}"
        connection.execute(f"ATTACH 'ducklake:{catalogue}' AS lake (READ_ONLY)")
        return connection.execute(question).fetchall()


@pytest.fixture
def house(tmp_path: Path) -> House:
    return new_house(tmp_path / "home")


def values(home: Path, catalogue: str) -> list[tuple]:
    return asked(home, catalogue, f"SELECT OBS_VALUE FROM lake.SSER.{FLOW} ORDER BY ALL")


def test_what_is_current_is_what_is_read(house: House, new_postgresql: str) -> None:
    home = house.parts.settings.home
    put(house, 1, ROWS.format(1))
    put(house, 2, ROWS.format(2), hours=5)
    first = tell_lake(house.parts, new_postgresql)
    assert (first.told, first.unchanged) == ((f"{FLOW}#1",), 0)
    assert values(home, new_postgresql) == [("1",), ("5",)], "release 2 is under embargo"
    assert tell_lake(house.parts, new_postgresql).unchanged == 1
    [(snapshot,)] = asked(home, new_postgresql, "SELECT max(snapshot_id) FROM ducklake_snapshots('lake')")
    house.clock.forward(hours=6)
    assert len(tell_lake(house.parts, new_postgresql).told) == 1
    assert values(home, new_postgresql) == [("2",), ("5",)]
    before = asked(
        home, new_postgresql, f"SELECT OBS_VALUE FROM lake.SSER.{FLOW} AT (VERSION => {snapshot}) ORDER BY ALL"
    )
    assert before == [("1",), ("5",)], "the lake as it was"
    withdraw(house.parts, RELEASER, f"{FLOW}#2", "wrong")
    tell_lake(house.parts, new_postgresql)
    assert values(home, new_postgresql) == [("1",), ("5",)]
    withdraw(house.parts, RELEASER, f"{FLOW}#1", "wrong")
    assert tell_lake(house.parts, new_postgresql).gone == (FLOW,)
    assert asked(home, new_postgresql, "SELECT count(*) FROM lake.greffe.releases") == [(0,)]


def test_the_files_are_those_of_the_store(house: House, tmp_path: Path) -> None:
    """Nothing is copied: what lies in the lake's own folder is nothing but its extensions."""
    home = house.parts.settings.home
    put(house, 1, ROWS.format(1))
    tell_lake(house.parts, str(tmp_path / "x.ducklake"))
    file = str((home / f"releases/{FLOW}/1/data.parquet").resolve())
    assert asked(home, str(tmp_path / "x.ducklake"), "SELECT file FROM lake.greffe.releases") == [(file,)]
    own = [p for p in (home / "lake").rglob("*.parquet") if "SSER" in str(p)]
    assert own == []


def test_from_a_bucket(tmp_path: Path, bucket_url: str, s3: str) -> None:
    house = new_house(tmp_path / "home", files=bucket_url)
    put(house, 1, ROWS.format(1))
    shutil.rmtree(house.parts.settings.releases)
    catalogue = str(tmp_path / "b.ducklake")
    assert len(tell_lake(house.parts, catalogue).told) == 1
    host = s3.removeprefix("http://")
    secret = f"CREATE SECRET (TYPE s3, KEY_ID 'a', SECRET 'b', REGION 'us-east-1', ENDPOINT '{host}', URL_STYLE 'path', USE_SSL false)"
    shutil.rmtree(house.parts.settings.releases)
    with duckdb.connect(
        config={"extension_directory": str(house.parts.settings.home / "lake/extensions")}
    ) as connection:
        for statement in ("LOAD ducklake", "LOAD httpfs", secret, f"ATTACH 'ducklake:{catalogue}' AS lake (READ_ONLY)"):
            connection.execute(statement)
        assert connection.execute(f"SELECT sum(OBS_VALUE::INT) FROM lake.SSER.{FLOW}").fetchall() == [(6,)]


def test_on_the_command_line(house: House, tmp_path: Path) -> None:
    put(house, 1, ROWS.format(1))
    house.parts.register.close()
    done = inside(house.parts.settings.home, "lake", str(tmp_path / "x.ducklake"), "--json")
    assert json.loads(done.out)["unchanged"] == 0
    assert done.code == 0
    wrong = inside(house.parts.settings.home, "lake", "postgresql://nobody@127.0.0.1:1/none")
    assert wrong.code == 2
    assert "catalogue of the lake cannot be used" in wrong.err
    with pytest.raises(BadDefinition):
        tell_lake(house.parts, "/nowhere/at/all.ducklake")
