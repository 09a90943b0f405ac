"""Jobs run at their hours, once, whatever clocks, kills and several machines do: a clock that is moved by hand, no sleeping."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from house import Clock
from parcels import Killed

from greffe.errors import BadDefinition, Refused
from greffe.jobs.configured import Configured, Job, read_jobs
from greffe.jobs.reports import Report
from greffe.jobs.running import Tools, run_due, run_now
from greffe.model.instants import PARIS
from greffe.release.parts import Parts
from greffe.settings import read_settings
from greffe.store.access_memory import MemoryAccess
from greffe.store.desk_memory import MemoryDesk
from greffe.store.leases import Leases
from greffe.store.leases_memory import MemoryLeases
from greffe.store.leases_sql import SqlLeases
from greffe.store.memory import MemoryObservations, MemoryRegister
from greffe.store.register import SqlRegister
from greffe.web.rest.ordered import saved_answer

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class Shop:
    """Jobs whose work is a list of what it did; `each` is what a run does besides."""

    def __init__(self, tmp_path: Path, *jobs: Job, leases: Leases | None = None, at: datetime | None = None) -> None:
        self.clock = Clock(at or datetime(2027, 1, 4, 12, 0, tzinfo=UTC))
        self.did: list[datetime] = []
        self.each = lambda task: Report({"did": 1})
        settings = read_settings({}, home=tmp_path)
        self.parts = Parts(
            settings, MemoryRegister(), MemoryObservations(), MemoryAccess(), MemoryDesk(), leases or MemoryLeases(), self.clock
        )  # fmt: skip
        self.tools = Tools(self.parts, Configured({j.name: j for j in jobs}, {}, "jobs.toml"), saved_answer)
        for job in jobs:
            self.parts.leases.standing(job.name, self.clock())

    def work(self, task):
        self.did.append(self.clock())
        return self.each(task)

    def look(self, holder="one"):
        return [(r.job, r.outcome) for r in run_due(self.tools, {"verify": self.work}, holder)]

    def until(self, end, step=10 * MINUTE):
        while self.clock() < end:
            self.clock.now += step
            self.look()


def job(schedule="30 2 * * *", **more):
    return Job("j", "verify", schedule, **more)


def paris(*parts):
    return datetime(*parts, tzinfo=PARIS).astimezone(UTC)


def test_the_nights_of_the_change_each_have_one_run(tmp_path):
    """2027: 28 March skips 02:00 to 03:00, 31 October has it twice. By hand: 00:30 UTC in winter is 01:30; the run of the
    night that skips comes at 03:00 (01:00 UTC), that of the other at the first 02:30 (00:30 UTC)."""
    spring = Shop(tmp_path, job(), at=paris(2027, 3, 27, 12))
    spring.until(paris(2027, 3, 29, 12))
    assert spring.did == [datetime(2027, 3, 28, 1, 0, tzinfo=UTC), datetime(2027, 3, 29, 0, 30, tzinfo=UTC)]
    autumn = Shop(tmp_path, job(), at=paris(2027, 10, 30, 12))
    autumn.until(paris(2027, 11, 1, 12))
    assert autumn.did == [datetime(2027, 10, 31, 0, 30, tzinfo=UTC), datetime(2027, 11, 1, 1, 30, tzinfo=UTC)]
    hourly = Shop(tmp_path, job("0 * * * *"), at=paris(2027, 10, 31, 0, 30))
    hourly.until(paris(2027, 10, 31, 4, 30))
    assert len(hourly.did) == 5  # 1, 2, 2 again, 3, 4


def test_a_clock_that_goes_back_runs_nothing_twice(tmp_path):
    shop = Shop(tmp_path, job("0 * * * *"))
    shop.until(shop.clock() + timedelta(hours=3))
    assert len(shop.did) == 3
    shop.clock.now -= timedelta(hours=2)
    shop.until(shop.clock() + timedelta(hours=2))
    assert len(shop.did) == 3
    shop.until(shop.clock() + timedelta(hours=1))
    assert len(shop.did) == 4


@pytest.mark.parametrize(
    ("policy", "runs", "missed", "skipped"),
    [("once", 1, [3], 0), ("all", 4, [0, 0, 0, 0], 0), ("none", 0, [], 4)],
)
def test_missed_runs_are_caught_up_as_the_job_says(tmp_path, policy, runs, missed, skipped):
    shop = Shop(tmp_path, job(missed=policy))
    shop.clock.now += 4 * DAY
    shop.look()
    done = shop.parts.leases.runs("j")
    assert len(shop.did) == runs
    assert [r.missed for r in done if r.outcome == "done"] == missed
    assert sum(r.missed for r in done if r.outcome == "skipped") == skipped
    shop.look()
    assert len(shop.did) == runs
    shop.clock.now = paris(2027, 1, 9, 2, 31)
    shop.look()
    assert len(shop.did) == runs + 1  # a minute late is not missed


def test_it_is_tried_again_later_and_later_and_not_for_ever(tmp_path):
    shop = Shop(tmp_path, job(tries=4, wait=MINUTE))

    def fails(task):
        raise Refused("12 345 persons")

    shop.each = fails
    first = paris(2027, 1, 5, 2, 30)
    shop.clock.now = first - MINUTE
    shop.until(first + timedelta(hours=1), MINUTE)
    assert [(d - first) // MINUTE for d in shop.did] == [0, 1, 3, 7]
    last, *_ = shop.parts.leases.runs("j")
    assert (last.outcome, last.attempt) == ("failed", 4)
    assert "12 345 persons" in last.said  # in the house
    shop.each = lambda task: Report()
    shop.until(first + DAY)
    assert len(shop.did) == 5
    assert shop.parts.leases.runs("j")[0].outcome == "done"


def test_a_kill_between_claim_and_end_is_taken_over_and_counts_as_a_try(tmp_path):
    shop = Shop(tmp_path, job(tries=2, lease=2 * MINUTE))

    def killed(task):
        raise Killed

    shop.each = killed
    shop.clock.now = paris(2027, 1, 5, 2, 30)
    with pytest.raises(Killed):
        shop.look()
    assert shop.look("two") == []
    shop.clock.now += 2 * MINUTE
    with pytest.raises(Killed):
        shop.look("two")
    shop.clock.now += 2 * MINUTE
    assert shop.look("three") == [("j", "failed")]  # cut off twice: a third try is not made
    assert len(shop.did) == 2
    assert [(r.holder, r.outcome) for r in shop.parts.leases.runs("j")] == [
        ("three", "failed"), ("two", "lost"), ("one", "lost"),
    ]  # fmt: skip
    shop.each = lambda task: Report()
    shop.until(paris(2027, 1, 6, 2, 30))
    assert len(shop.did) == 3


def test_who_lost_the_job_can_neither_go_on_nor_end_it(tmp_path):
    shop, seen = Shop(tmp_path, job(lease=2 * MINUTE)), []
    shop.clock.now = paris(2027, 1, 5, 2, 30)

    def slow(task):
        shop.clock.now += 3 * MINUTE  # nobody renewed
        shop.each = lambda task: Report({"theirs": 1})
        seen.append(shop.look("two"))
        task.holding.beat()
        raise AssertionError("it went on")

    shop.each = slow
    assert shop.look("one") == []
    assert seen == [[("j", "done")]]
    assert [(r.holder, r.outcome, r.said) for r in shop.parts.leases.runs("j")] == [
        ("two", "done", '{"counts": {"theirs": 1}}'), ("one", "lost", ""),
    ]  # fmt: skip
    assert shop.look("one") == []


def test_work_that_goes_on_keeps_the_job(tmp_path):
    shop = Shop(tmp_path, job(lease=3 * MINUTE))
    shop.clock.now = paris(2027, 1, 5, 2, 30)

    def long(task):
        for _ in range(10):
            shop.clock.now += MINUTE
            task.holding.beat()
            assert shop.look("two") == []
        return Report()

    shop.each = long
    assert shop.look("one") == [("j", "done")]


def test_several_workers_on_one_register_run_each_due_moment_once(tmp_path):
    """Four workers with connections of their own, 30 hours of an hourly job: each hour once, in order, never two at once."""
    address, schedule = f"sqlite:///{tmp_path / 'register.db'}", job("0 * * * *", missed="all")
    shops = [Shop(tmp_path, schedule, leases=SqlLeases(SqlRegister(address).engine)) for _ in range(4)]
    inside, most = [0], []

    def each(task):
        inside[0] += 1
        most.append(inside[0])
        inside[0] -= 1
        return Report()

    for shop in shops:
        shop.each, shop.clock.now = each, shop.clock.now + timedelta(hours=30)

    def worker(shop, name):
        for _ in range(40):
            shop.look(name)

    threads = [threading.Thread(target=worker, args=(s, f"w{n}")) for n, s in enumerate(shops)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    runs = shops[0].parts.leases.runs("j", 1000)
    start = datetime(2027, 1, 4, 12, tzinfo=UTC)
    assert sorted(r.due for r in runs) == [start + timedelta(hours=n) for n in range(1, 31)]
    assert {r.outcome for r in runs} == {"done"}
    assert set(most) == {1}


def test_run_at_once_leaves_the_hours_as_they_are(tmp_path):
    shop = Shop(tmp_path, job())
    assert run_now(shop.tools, {"verify": shop.work}, "me", "j").outcome == "done"
    shop.until(paris(2027, 1, 5, 3))
    assert len(shop.did) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[jobs.verify]\nschedule = "61 * * * *"', "job verify: '61 * * * *' is no schedule"),
        ('[jobs.verify]\nhours = "x"', "job verify has no setting 'hours'"),
        ('[jobs.mine]\nschedule = "0 1 * * *"', "'mine' is no kind"),
        ('[jobs.verify]\nmissed = "some"', "'some' is no missed"),
        ("[jobs.verify]\ntries = 0", "tries is a whole number from 1 to 20"),
        ("[job.verify]", "'job' is no table of jobs"),
        ("[jobs", "The jobs cannot be read"),
    ],
)
def test_what_is_wrong_in_jobs_toml_is_named(tmp_path, text, said):
    file = tmp_path / "jobs.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadDefinition, match=r"jobs\.toml: ") as told:
        read_jobs(file)
    assert said in told.value.text()


def test_the_house_says_otherwise_key_by_key(tmp_path):
    file = tmp_path / "jobs.toml"
    file.write_text(
        '[jobs.verify]\nenabled = false\n[jobs.trials]\nkind = "transmissions"\nschedule = "0 7 * * 1"\ntest = true\n'
    )
    found = read_jobs(file).jobs
    assert (found["verify"].enabled, found["verify"].schedule) == (False, "30 2 * * *")
    assert (found["trials"].kind, found["trials"].test) == ("transmissions", True)
    assert list(found)[-1] == "alerts"
