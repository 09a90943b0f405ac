"""Two machines serve and two release, on one register and one bucket, while processes are killed, connections of the database
are cut and the store goes away. What readers were given, and when, is held against what a single machine could have said
(after Jepsen: record histories under faults, then judge them).

- A reader never sees a mixture: each answer is one release, whole.
- No reader goes back in time: an answer that began after another one had ended is of the same release or a later one, whichever
  machine gave it.
- No release is seen before its instant, and soon after it each answer is at least that one.
- Nothing that was acknowledged is lost.
"""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from examples import SOAK
from journey_tools import ROOT
from releasing_on import DELAY, YEARS, house_at
from s3_server import Line, new_bucket
from site_tools import Site
from sqlalchemy import create_engine, text

from greffe.release.people import HOUSE, add_person
from greffe.store.records import release_from_entry

RELEASES = 200 if SOAK else 5  # acknowledged, before it ends
PATIENCE = 3_000 if SOAK else 60  # seconds for that
LATE = 2.0  # seconds after its instant in which a release must be what is answered, on a busy machine
DATA = "/sdmx/v2/data/dataflow/SSER/ESTAT_CRIM_OFF_CAT/1.0.0?format=csv"


@dataclass(frozen=True)
class Read:
    """One answer: when it was asked for and when it was there, of which machine, what values it had."""

    began: float
    ended: float
    machine: int
    values: frozenset[str]
    rows: int


@pytest.fixture
def environ(new_postgresql: str, line: Line, s3: str) -> dict[str, str]:
    """What every machine is told."""
    url = new_bucket(s3)
    return {**os.environ, "GREFFE_REGISTER": new_postgresql, "GREFFE_FILES": url, "GREFFE_WARM": "0"}


class Releaser:
    """A machine that releases until it is killed, and is started again."""

    def __init__(self, home: Path, environ: dict[str, str]) -> None:
        self._command = [sys.executable, str(ROOT / "tests/helpers/releasing_on.py"), str(home), str(PATIENCE)]
        self._environ = {**environ, "PYTHONPATH": f"{ROOT / 'api'}:{ROOT / 'tests/helpers'}"}
        self._log = home.with_suffix(".told")
        self._process, self._before = self._started(), 0

    def _started(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, env=self._environ, stdout=self._log.open("ab"))

    def killed(self) -> bool:
        """Killed and started again, unless it has not released anything since it was the last time."""
        if len(self.told()) == self._before:
            return False
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._process, self._before = self._started(), len(self.told())
        return True

    def told(self) -> list[dict[str, float]]:
        """What was acknowledged so far."""
        whole = [line for line in self._log.read_text(encoding="utf-8").splitlines() if line.endswith("}")]
        return [json.loads(line) for line in whole]

    def ended(self) -> list[dict[str, float]]:
        self._process.kill()
        self._process.wait()
        return self.told()


def reading(bases: list[str], over: threading.Event, found: list[Read], seed: int) -> None:
    """Ask one machine after the other, by chance; an error is no answer."""
    dice = random.Random(seed)
    with httpx.Client(timeout=10) as client:
        while not over.is_set():
            machine = dice.randrange(len(bases))
            began = time.time()
            try:
                answer = client.get(bases[machine] + DATA)
            except httpx.HTTPError:
                continue
            ended = time.time()
            if answer.status_code != 200:
                assert answer.status_code in (404, 503), answer.text
                time.sleep(0.05)
                continue
            rows = list(csv.DictReader(answer.text.splitlines()))
            time.sleep(0.03)
            found.append(Read(began, ended, machine, frozenset(r["OBS_VALUE"] for r in rows), len(rows)))


def troubled(releasers: list[Releaser], environ: dict[str, str], line: Line) -> list[str]:
    """Kills, cut connections and a store that is away, until enough was released; what was done."""
    dice, done = random.Random(7), []
    engine = create_engine(environ["GREFFE_REGISTER"].replace("postgresql:", "postgresql+psycopg:"))
    cut = text(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    end = time.time() + PATIENCE
    while sum(len(r.told()) for r in releasers) < RELEASES and time.time() < end:
        time.sleep(dice.uniform(0.3, 0.8))
        what = dice.choice(["kill", "cut", "away"])
        if what == "kill" and not dice.choice(releasers).killed():
            continue
        if what == "cut":
            with engine.connect() as connection:
                connection.execute(cut)
        elif what == "away":
            line.down = True
            time.sleep(dice.uniform(0.3, 1.0))
            line.down = False
        done.append(what)
    engine.dispose()
    return done


def test_no_reader_goes_back_in_time_or_sees_a_mixture(
    environ: dict[str, str], line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GREFFE_REGISTER", "GREFFE_FILES", "GREFFE_WARM"):
        monkeypatch.setenv(name, environ[name])
    first = house_at(tmp_path / "first")
    add_person(first.parts, HOUSE, "farid", ["releaser"])
    sites = [Site(tmp_path / f"replica{n}") for n in (1, 2)]
    releasers = [Releaser(tmp_path / f"releaser{n}", environ) for n in (1, 2)]
    over = threading.Event()
    histories: list[list[Read]] = [[] for _ in range(3)]
    bases = [s.base for s in sites]
    threads = [threading.Thread(target=reading, args=(bases, over, h, n)) for n, h in enumerate(histories)]
    for one in threads:
        one.start()
    try:
        troubles = troubled(releasers, environ, line)
        time.sleep(DELAY + LATE)
    finally:
        over.set()
        for one in threads:
            one.join()
        acknowledged = [told for one in releasers for told in one.ended()]
        for site in sites:
            site.stop()
    made = {r.number: r for r in map(release_from_entry, first.parts.register.read(kinds=("release.made",)))}
    judge([r for h in histories for r in h], {n: r.effective_at.timestamp() for n, r in made.items()})
    assert {told["number"]: told["effective"] for told in acknowledged}.items() <= {
        (n, r.effective_at.timestamp()) for n, r in made.items()
    }
    assert len(set(troubles)) >= 2
    seen = {v for h in histories for r in h for v in r.values}
    assert len(seen) >= 2, "the readers saw a release take the place of another"
    assert {r.machine for h in histories for r in h} == {0, 1}


def judge(reads: list[Read], effective: dict[int, float]) -> None:
    """Hold a history against what a single machine could have said."""
    newest = -1
    ends = sorted((r.ended, int(next(iter(r.values)))) for r in reads)
    place = 0
    for read in sorted(reads, key=lambda r: r.began):
        assert len(read.values) == 1 and read.rows == len(YEARS), f"a mixture: {read}"
        number = int(next(iter(read.values)))
        while place < len(ends) and ends[place][0] < read.began:
            newest = max(newest, ends[place][1])
            place += 1
        assert number >= newest, f"back in time: {read} after {newest}"
        assert effective[number] <= read.ended, f"before its instant: {read}"
        due = [n for n, at in effective.items() if at + LATE < read.began]
        assert number >= max(due, default=0), f"late: {read} with {max(due)} in effect"


@pytest.mark.parametrize(
    ("reads", "said"),
    [
        ([Read(0, 1, 0, frozenset({"2"}), 70), Read(2, 3, 1, frozenset({"1"}), 70)], "back in time"),
        ([Read(0, 1, 0, frozenset({"1", "2"}), 70)], "a mixture"),
        ([Read(0, 1, 0, frozenset({"1"}), 69)], "a mixture"),
        ([Read(0, 1, 0, frozenset({"3"}), 70)], "before its instant"),
        ([Read(20, 21, 0, frozenset({"2"}), 70)], "late"),
    ],
)
def test_the_judge_is_no_friend(reads: list[Read], said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        judge(reads, {1: -9, 2: -8, 3: 10})
