"""Three releases of one flow: superseded ones cost their Parquet and difference, and answer all the same (D5)."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from house import FLOW, House, new_house
from released import day, take_back, whole_story
from typer.testing import CliRunner

from greffe.app import compose, create_app
from greffe.cli.whole import app
from greffe.release.eviction import sweep
from greffe.settings import StoreSettings

V2 = f"/sdmx/v2/data/dataflow/SSER/{FLOW}"
KEPT = {"data.parquet", "difference.parquet", "manifest.json", "manifest.sha256"}


@pytest.fixture
def story(tmp_path: Path) -> House:
    """Four releases in effect, the third withdrawn, the fifth to come."""
    return whole_story(tmp_path / "home")


def names(house: House) -> list[set[str]]:
    """What is in the folder of each release."""
    folder = house.parts.settings.releases / FLOW
    return [{p.name for p in (folder / str(n)).iterdir()} for n in range(1, 6)]


def test_superseded_and_withdrawn_releases_keep_their_truth_alone(story: House):
    """The current release and the one to come keep their serving files; nothing goes within the grace"""
    assert all("serving" in one for one in names(story))
    assert sweep(story.parts, grace=3600) == []
    gone = sweep(story.parts, grace=0)
    assert [(r.release.number, r.state) for r in gone] == [(1, "superseded"), (2, "superseded"), (3, "withdrawn")]
    assert names(story) == [KEPT, KEPT, KEPT, KEPT | {"serving"}, KEPT | {"serving"}]
    assert sweep(story.parts, grace=0) == []


def test_a_named_moment_is_answered_from_what_was_evicted(story: House):
    """asOf, updatedAfter and includeHistory answer the same bytes before and after eviction"""
    web = TestClient(create_app(story.parts))
    asked = [f"{V2}?{q}&format=sdmx-csv-2.1" for q in (
        "asOf=2026-12-01T12:00:00Z", "asOf=2026-12-02T12:00:00Z", "includeHistory=true", "updatedAfter=2026-12-01T12:00:00Z",
    )]  # fmt: skip
    before = [web.get(a).content for a in asked]
    assert len(sweep(story.parts, grace=0)) == 3
    fresh = TestClient(create_app(compose(story.parts.settings, story.clock)))  # nothing of it in memory
    assert [fresh.get(a).content for a in asked] == before
    assert "serving" in names(story)[0]  # asked for, so it is there again


def test_a_withdrawal_brings_an_evicted_release_back(story: House):
    sweep(story.parts, grace=0)
    take_back(story, 4)
    answer = TestClient(create_app(story.parts)).get(f"{V2}?format=csv")
    assert answer.headers["release"] == f"{FLOW}#2"
    assert [r.release.number for r in sweep(story.parts, grace=0)] == [4]


def test_the_server_sweeps_while_it_runs(tmp_path: Path):
    """What is superseded goes by itself, after the grace that is set"""
    house = whole_story(tmp_path / "home")
    settings = replace(house.parts.settings, store=StoreSettings(grace_seconds=0, sweep_seconds=0.05))
    with TestClient(create_app(compose(settings, house.clock))) as web:
        assert web.get("/health/ready").status_code == 200
        end = time.monotonic() + 20
        while names(house)[:3] != [KEPT] * 3 and time.monotonic() < end:
            time.sleep(0.05)
        assert names(house)[:3] == [KEPT] * 3
        house.clock.now = day(12)  # the fifth takes effect
        while names(house)[3:] != [KEPT, KEPT | {"serving"}] and time.monotonic() < end:
            time.sleep(0.05)
        assert names(house)[3:] == [KEPT, KEPT | {"serving"}]


def test_the_command_shows_what_releases_take_and_evicts(tmp_path: Path):
    """greffe store: bytes by release, as the system counts them; --evict frees what is derived of superseded ones"""
    home = tmp_path / "home"
    house = whole_story(home)
    settings, clock = house.parts.settings, house.clock
    runner = CliRunner()

    def run(*arguments: str) -> dict[str, object]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("greffe.cli.common.compose", lambda _, **_more: compose(settings, clock))
            found = runner.invoke(app, ["store", "--home", str(home), "--json", *arguments])
        assert found.exit_code == 0, found.output
        return json.loads(found.stdout)  # type: ignore[no-any-return]

    before = run()
    folder = settings.releases / FLOW / "1"
    first = before["releases"][0]  # type: ignore[index]
    assert first["kept"] == sum(p.stat().st_size for p in folder.iterdir() if p.is_file())
    assert first["derived"] == sum(p.stat().st_size for p in (folder / "serving").iterdir())
    states = [r["state"] for r in before["releases"]]  # type: ignore[attr-defined]
    assert states == ["superseded", "superseded", "withdrawn", "current", "waiting"]
    after = run("--evict")
    lost = sum(r["derived"] for r in before["releases"][:3])  # type: ignore[index]
    assert after["freed_by_kind"]["superseded"] == lost == before["derived"] - after["derived"]  # type: ignore[index, operator]
    assert after["kept"] == before["kept"]
    assert after["mended"] == []


def test_a_release_evicts_what_was_superseded_before(tmp_path: Path):
    """With the next release what was superseded by the one before goes: two releases at most are served"""
    home = new_house(tmp_path / "home", "published", "map", store=StoreSettings(grace_seconds=0))
    for reason in ("first", "second", "third"):
        home.released(reason=reason)
    folder = home.parts.settings.releases / FLOW
    assert [(folder / str(n) / "serving").exists() for n in (1, 2, 3)] == [False, True, True]
    assert {p.name for p in (folder / "1").iterdir()} == KEPT
