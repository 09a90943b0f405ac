"""Commands that are killed, whose disk is full or fails, and whose machine loses power: nothing that was acknowledged is lost,
nothing is seen by halves, what is served is right, and the same command works afterwards.

`make test` tries a few of each, drawn by the same dice each time; `make soak` all disks that a power cut may leave, all calls
that may be refused, and some hundreds of kills. Limits: calls are refused one at a time, as strace does; what SQLite writes
into memory that it shares (-shm) is not recorded, and it makes it anew itself; a disk that gives back other bytes than it took
is tried in tests/spec/upkeep/test_flipped_bytes.py.
"""

from __future__ import annotations

import json
import os
import posix
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from acts_under_faults import Acts
from disk_model import WAYS, Recorder, disk
from examples import SOAK
from journey_tools import ROOT
from traced import TRACED, calls, child

from greffe.store.folders import put

pytest_plugins = ("acts_under_faults",)

KILLS = 220 if SOAK else 3
CUTS = 0 if SOAK else 3  # 0: all
REFUSED = 0 if SOAK else 2
SHORT = ("first release", "send")  # what is tried in `make test`
ON_THE_WAY = {"sending", "uncertain", "failed"}  # a delivery, until it is sent again or a person says what became of it


@dataclass(frozen=True)
class Found:
    """What `faulted.py` found: of each command, undisturbed; then each trial, by the way in which it was disturbed."""

    undisturbed: dict[str, dict]
    trials: dict[str, list[dict]]
    counted: list[dict]


@pytest.fixture(scope="module")
def found(acts: Acts, tmp_path_factory: pytest.TempPathFactory) -> Found:
    work = tmp_path_factory.mktemp("faulted")
    chosen = () if SOAK else SHORT
    plan = [["kills", KILLS, chosen], ["cuts", CUTS, chosen], ["refused", REFUSED, chosen]]
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'api'}:{ROOT / 'tests/helpers'}"}
    command = [
        sys.executable,
        str(ROOT / "tests/helpers/faulted.py"),
        str(acts.folder),
        str(work),
        "7",
        json.dumps(plan),
    ]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    trials: dict[str, list[dict]] = {"kills": [], "cuts": [], "refused": []}
    for one in lines:
        if "trial" in one:
            trials[one["trial"]].append(one)
    return Found({u["act"]: u for u in lines if "ran" in u}, trials, [c for c in lines if "of" in c])


def judge(undisturbed: dict, one: dict) -> str:
    """Hold a trial against the command undisturbed; where the house was found: before, after, or on the way."""
    before, after = undisturbed["before"], undisturbed["after"]
    there, end = one["after"], one["end"]
    assert there["faults"] == end["faults"] == [], one
    state = there["state"]
    where = "before" if state == before["state"] else "after" if state == after["state"] else "on the way"
    if where == "on the way":
        assert one["act"] == "send", one
        states = dict(state["transmissions"])
        assert ON_THE_WAY & {*states.values()}, one
        assert state["came"] in (before["state"]["came"], after["state"]["came"]), "never a file by halves"
        same = [k for k in state if k not in ("transmissions", "came")]
        assert [state[k] for k in same] == [before["state"][k] for k in same]
    told = [t for t in there["doctor"] if t not in (*before["doctor"], *after["doctor"])]
    assert all("greffe transmissions" in t for t in told) and (not told or where == "on the way"), told
    assert end["state"] == after["state"], (one, "the same command does not end it")
    return where


def test_a_command_that_is_killed_left_all_or_nothing(found: Found):
    where: Counter[str] = Counter()
    for one in found.trials["kills"]:
        where[judge(found.undisturbed[one["act"]], one)] += 1
        if one["acknowledged"]:
            assert one["after"]["state"] == found.undisturbed[one["act"]]["after"]["state"], (
                "what was acknowledged is lost"
            )
    print(f"{sum(where.values())} kills: {dict(where)}")
    assert sum(where.values()) == KILLS
    assert not SOAK or (where["before"] > 20 and where["after"] > 5)


def test_a_power_cut_leaves_a_house_of_before_or_after(found: Found):
    """Whatever was not waited for is lost, torn, reads as zeros, or has no name; what was acknowledged is there."""
    ways: Counter[str] = Counter()
    for one in found.trials["cuts"]:
        where = judge(found.undisturbed[one["act"]], one)
        assert where == "after" or not one["acknowledged"], ("what was acknowledged is lost", one)
        ways[one["way"]] += 1
    print(f"{sum(ways.values())} disks: {dict(ways)}")
    assert [c["missed"] for c in found.counted if c.get("missed")] == []
    assert {o["act"] for o in found.trials["cuts"] if o["acknowledged"]} == {
        c["act"] for c in found.counted if "missed" in c
    }


def test_a_disk_that_is_full_or_fails_is_said_in_one_line(found: Found):
    codes: Counter[int] = Counter()
    for one in found.trials["refused"]:
        where = judge(found.undisturbed[one["act"]], one)
        said = one["said"]
        assert isinstance(said, dict), ("a traceback", said)
        codes[said["code"]] += 1
        if said["code"] == 0:
            assert where == "after", "it said that it was done"
        else:
            told = (said["err"] or said["out"]).strip()
            assert said["code"] in (3, 6) and told and "Traceback" not in told
            assert one["act"] == "send" or len(told.splitlines()) == 1, told
    print(f"{sum(codes.values())} refused calls, by exit code: {dict(codes)}")
    assert codes[6] > 0


@pytest.mark.parametrize("waits", [True, False])
def test_the_disk_knows_who_did_not_wait_for_it(tmp_path: Path, waits: bool):
    """The model itself: of a file that was written and renamed without fsync each way loses something else."""
    home, start, mark, log = (tmp_path / n for n in ("home", "start", "mark", "log"))
    start.mkdir()
    (start / "old").write_bytes(b"as it was")
    shutil.copytree(start, home)

    def act() -> None:
        os.fsync = posix.fsync  # tests do not wait for the disk, but for this one
        if waits:
            put(home / "new", b"twelve bytes")
        else:
            (home / ".part").write_bytes(b"twelve bytes")
            (home / ".part").rename(home / "new")
        with (home / "old").open("ab") as stream:
            stream.write(b", and more")
        mark.mkdir()

    assert child(act, "-y", "-xx", "-s", "999", "-o", str(log), "-e", f"trace={TRACED}").acknowledged
    recording = Recorder(home, start, mark).read(calls(log))
    assert recording.unknown == []
    ends = {way: dict(disk(recording, len(recording.ops), way).paths) for way in WAYS}
    assert ends["kept"] == {"new": b"twelve bytes", "old": b"as it was, and more"}
    assert ends["torn"]["old"] == b"as it was, and"
    assert ends["unwritten"]["old"] == ends["lost"]["old"] == b"as it was"
    assert ends["zeros"]["old"] == b"as it was" + bytes(10)
    assert ends["nameless"]["old"] == b"as it was, and more"
    lost = {way: end.get("new") for way, end in ends.items() if end.get("new") != b"twelve bytes"}
    assert lost == ({} if waits else {
        "unwritten": b"", "zeros": bytes(12), "torn": b"twelve", "nameless": None, "lost": None,
    })  # fmt: skip
