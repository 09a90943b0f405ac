"""A process that is killed in the middle of an act, at whatever point, leaves all of it or nothing, and can do it again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from examples import SOAK
from house import FIRST, FLOW, PUBLISHED, RELEASER, SECOND, House, new_house
from journey_tools import ROOT

from greffe.release.calendar import announce
from greffe.release.lifecycle import accept_warnings, approve_draft, kept_draft
from greffe.release.releasing import Terms, make_releases

CAPACITY = "ESTAT_CRIM_PRIS_CAP"
EVERY = 1 if SOAK else 3  # of the points of a release, of which there are many


@dataclass(frozen=True)
class Ready:
    """A house with two drafts on the way to being released together."""

    house: House
    drafts: tuple[str, str]
    at: datetime

    def killed(self, *words: str, every: int = 1) -> dict:
        """What `kills.py` finds, of every so many points."""
        home = self.house.parts.settings.home
        self.house.parts.register.close()
        env = {**os.environ, "PYTHONPATH": f"{ROOT / 'api'}:{ROOT / 'tests/helpers'}"}
        command = [
            sys.executable,
            str(ROOT / "tests/helpers/kills.py"),
            str(home),
            self.house.clock().isoformat(),
            str(every),
        ]
        done = subprocess.run([*command, *words], env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Ready:
    house = new_house(tmp_path_factory.mktemp("kills") / "home", "published")
    mended = tmp_path_factory.mktemp("mended") / "prisons.csv"  # 692 juveniles of 2010, of whom 688 by sex
    mended.write_text(
        (PUBLISHED / "prisons.csv").read_text(encoding="utf-8").replace(",692,", ",688,"), encoding="utf-8"
    )
    house.take(mended, "INT_JUSTICE")
    drafts = []
    for flow in (FLOW, CAPACITY):
        house.approve_map(flow)
        drafts.append(house.draft(flow).id)
    return Ready(house, (drafts[0], drafts[1]), house.clock() + timedelta(days=40))


def held(found: dict, least: int) -> None:
    """After each kill: nothing is wrong, and the state is that of before or that of after; done again it is that of
    after, whatever was left lying. The kills lie both before and behind the point from which on it holds."""
    *killed, last = found["rounds"]
    assert len(killed) >= least
    assert not last["killed"]
    assert last["before"] == ""
    before, end = found["before"]["state"], last["after"]["state"]
    assert before != end
    for one in found["rounds"]:
        assert one["after"]["faults"] == one["end"]["faults"] == []
        assert one["after"]["state"] in (before, end), one["before"]
        assert one["end"]["state"] == end, (one["before"], one["again"])
    assert killed[0]["after"]["state"] == before


def test_announce(ready):
    held(ready.killed("announce", ready.at.isoformat(), FLOW, CAPACITY), least=5)


def test_approve(ready):
    for draft in ready.drafts:
        approve_draft(ready.house.parts, FIRST, draft)
        if kept_draft(ready.house.parts, draft)[1].warnings:
            accept_warnings(ready.house.parts, FIRST, draft, "read")
    held(ready.killed("approve", ready.drafts[0]), least=5)


def test_release_of_several_and_a_move_and_a_withdrawal(ready):
    """Two dataflows for one entry: both are releases after the one commit of the register, and none before."""
    parts = ready.house.parts
    for draft in ready.drafts:
        approve_draft(parts, SECOND, draft)
    entry = announce(parts, RELEASER, [FLOW, CAPACITY], ready.at)
    found = ready.killed("release", entry.id, *ready.drafts, every=EVERY)
    held(found, least=40 // EVERY)
    for one in found["rounds"]:
        assert len(one["after"]["state"]["releases"]) in (0, 2)
    make_releases(parts, RELEASER, ready.drafts, Terms(calendar=entry.id))
    later = ready.at + timedelta(days=1)
    moved = ready.killed("move", entry.id, later.isoformat())
    held(moved, least=5)
    for one in moved["rounds"]:
        instants = {effective for _, _, effective, _ in one["after"]["state"]["releases"]}
        assert instants in ({ready.at.isoformat()}, {later.isoformat()})
    ready.house.clock.now = ready.at
    held(ready.killed("withdraw", f"{FLOW}#1"), least=5)


if SOAK:  # as long again as all of the others

    def test_release_of_a_revision(tmp_path):
        """With a predecessor: a difference is written, the engine is asked what changes, what is superseded is evicted."""
        house = new_house(tmp_path / "home", "published", "map", "released")
        later = tmp_path / "later.csv"
        lines = (PUBLISHED / "ssmsi_infractions.csv").read_text(encoding="utf-8").splitlines()
        row = next(x for x in lines if ",975," in x).replace(",975,", ",977,").replace(",D,,1,", ",R,,2,")
        later.write_text(f"{lines[0]}\n{row}\n", encoding="utf-8")
        house.take(later, "INT_SSMSI")
        draft = house.draft(reason="late report")
        house.sign(draft)
        entry = announce(house.parts, RELEASER, [FLOW], house.clock() + timedelta(days=40))
        held(Ready(house, (draft.id, ""), entry.at).killed("revise", entry.id, draft.id), least=40)
