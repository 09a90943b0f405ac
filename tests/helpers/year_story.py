"""What happens during the year: chosen by a seed, one thing after the other, with a look at the jobs after each."""

from __future__ import annotations

import logging
import random
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from examples import SOAK
from house import Clock
from parcels import Killed
from year_alerts import told_once, trouble_is_told
from year_checks import (
    PARIS,
    Run,
    caught_up,
    corrected,
    houses_stand,
    jobs_ran_once,
    nothing_hidden,
    once,
    orders_served,
    received_well,
    rounds,
    runs_of,
    told,
)
from year_counterparts import Counterparts
from year_kills import counting
from year_office import BEGINS, CASES, JOB, JOBS, PRIS, Office
from year_people import People
from year_process import Process

from greffe.errors import GreffeError
from greffe.release.verify import faults as faults_of_all
from greffe.transmission.proof import faults, rebuild

STEPS = 60 if SOAK else 24
NIGHTS = (datetime(2027, 3, 28, 0, 40, tzinfo=PARIS), datetime(2027, 10, 31, 0, 40, tzinfo=PARIS))
FAULTS = ("", "", "500 after", "reset", "later", "503", "422", "401")
# What a kill is right before: anything; what follows a request that was taken; a commit; a file that is shown.
WHERE = (
    ("", 330),
    ("", 120),
    ("after ", 3),
    ("before ", 3),
    ("before rename", 2),
    ("commit", 25),
    ("os.rename", 4),
    ("open", 8),
    ("begin", 20),
)


class Year:
    """`runs`: every run of a job that was ever seen, also those that were forgotten since."""

    def __init__(self, seed: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.random, self.clock = random.Random(seed), Clock(BEGINS)
        self.others = Counterparts(folder, self.clock)
        self.runs: dict[tuple[str, int], Run] = {}
        self._log: list[str] = []
        self._open = ExitStack()
        self._open.enter_context(self.others)
        self.steps = counting(folder, monkeypatch)
        self.office = Office(folder, self.clock, self.others, self.steps)
        self.people = People(self.office, self.random)
        self.process = self._open.enter_context(Process(self.office.settings, folder))
        self.home = folder / "home"

    def __enter__(self) -> Year:
        heard = logging.Handler()
        heard.emit = lambda record: self._log.append(record.getMessage())
        for name in ("greffe", "httpx2"):
            logging.getLogger(name).addHandler(heard)
            self._open.callback(logging.getLogger(name).removeHandler, heard)
        self.office.look()
        for flow, origin in ((PRIS, "real"), (CASES, "real"), (JOB, "synthetic")):
            self.office.put(flow, 2025, origin=origin)
        self.clock.forward(minutes=1)
        self.people.order()
        return self

    def __exit__(self, *_: object) -> None:
        self.office.parts.register.close()
        self.office.second.register.close()
        self._open.close()

    def goes_by(self) -> None:
        """The year, and in it both nights of the clock change by half hours."""
        each = timedelta(days=365) / STEPS
        nights = list(NIGHTS)
        for number in range(1, STEPS + 1):
            until = BEGINS + each * number
            if nights and nights[0] <= until:
                self.night(nights.pop(0))
                (self.gone if nights else self.full)()
                self.looked()
            self.clock.now = max(self.clock.now, until - each * self.random.random())
            for _ in range(self.random.randint(1, 3)):
                self.people.acts()
            self.happens()
            self.clock.forward(minutes=self.random.choice([7, 45, 200]))
            self.looked()

    def night(self, evening: datetime) -> None:
        """Half past midnight to half past four, as the clocks go."""
        self.clock.now = max(self.clock.now, evening.astimezone(UTC))
        for _ in range(9):
            self.looked()
            self.clock.forward(minutes=30)

    def happens(self) -> None:
        """What goes wrong this time, if anything does."""
        pick = self.random.choice
        if self.random.random() < 0.5:
            self.others.break_off(pick((-1, -1, 0, 3_000, 9_000)))
            if self.random.random() < 0.1:
                self.others.lock_out()
            self.others.api.fault, self.others.api.status = pick(FAULTS), pick((0, 0, 0, 500))
            self.others.hook.fault = pick(("hook", "hook", "500 after"))
            self.others.mail.refuse = pick(("", "", "451 later"))
        pick((self.killed, self.killed, self.gone, self.full, self.together, self.back, self.ahead, lambda: None))()

    def killed(self) -> None:
        """The process goes at some step of a look, and another one begins when its time is over."""
        only, most = self.random.choice(WHERE)
        greedy = self.random.random() < 0.5
        try:
            with self.steps.counted(self.random.randint(1, most), only):
                self.office.look()
            return
        except Killed:
            pass
        if greedy:
            self.others.take_away()
        self.office.begins_again()
        if self.random.random() < 0.5:
            self.look()
        self.clock.forward(minutes=self.random.choice([1, 3, 31]))

    def gone(self) -> None:
        """Another process on this home looks at the jobs, and is gone by SIGKILL at some step."""
        only, most = self.random.choice(WHERE)
        self.process.looks(self.clock(), self.random.randint(1, most), only)
        if self.random.random() < 0.5:
            self.others.take_away()
            self.look()
        self.clock.forward(minutes=self.random.choice([1, 3, 31]))

    def full(self) -> None:
        """The disk is full during a look, from some step on, and has room again."""
        with self.steps.full(self.random.randint(1, 200)), suppress(GreffeError):  # the loop tells it, and looks again
            self.office.look()
        self.clock.forward(minutes=self.random.choice([1, 3, 31]))

    def together(self) -> None:
        """One process stands still at some step, for a moment or some minutes, and the other one looks."""
        only, most = self.random.choice(WHERE)
        later = self.random.choice([0, 0, 5])

        def meanwhile(_step: str) -> None:
            self.clock.forward(minutes=later)
            if self.random.random() < 0.3:
                self.others.take_away()
            self.look(self.office.second)

        with self.steps.counted(self.random.randint(1, most), only, meanwhile):
            self.office.look()

    def back(self) -> None:
        """The clock goes back some hours, the jobs are looked at, and people act."""
        self.clock.forward(hours=-self.random.choice([1, 5, 30]))
        self.look()
        self.people.acts()
        self.look()

    def ahead(self) -> None:
        """The clock goes ahead by a day or so, and back."""
        by = self.random.choice([1, 20, 40])
        self.clock.forward(hours=by)
        self.look()
        self.clock.forward(hours=-by)
        self.look()

    def look(self, parts: object = None) -> None:
        """A look that nothing disturbs."""
        self.office.look(*([parts, "two"] if parts else []))

    def looked(self) -> None:
        """A look that nothing disturbs, and what must hold after it."""
        self.look()
        if self.random.random() < 0.7:
            self.others.take_away()
        self.holds()

    def holds(self) -> None:
        """What must hold at any moment."""
        self.runs |= {(r.job, r.token): r for r in runs_of(self.home)}
        got = self.others.received
        received_well(got, self.office.figures, self.office.withdrawn)
        deliveries = told(self.home)
        once([*got, *self.others.lying], deliveries, over=False)
        houses_stand(self.home, deliveries)
        trouble_is_told(
            [(id_, d.state, d.since, bool(d.built.payload["test"])) for id_, d in deliveries.items()],
            self.runs.values(),
        )
        told_once(self.runs.values(), self.others.alerts, self.clock())

    def calms_down(self) -> None:
        """Nothing goes wrong any more: whatever is open comes to its end, by jobs and by people."""
        self.others.api.fault = self.others.mail.refuse = ""
        self.others.break_off(-1)
        self.others.api.status, self.others.hook.fault = 0, "hook"
        for _ in range(16):
            self.clock.forward(hours=7)
            self.looked()
            self.others.take_away()
            if not self.people.finish():
                break

    def is_judged(self) -> None:
        """What must hold when all is over."""
        parts, deliveries = self.office.parts, told(self.home)
        once(self.others.received, deliveries, over=True)
        over = ("acknowledged", "refused", "cancelled")
        assert [(id_, one.state) for id_, one in deliveries.items() if one.state not in over] == []
        corrected(deliveries)
        jobs_ran_once(self.runs.values())
        for job, table in _jobs().items():
            caught_up(job, table.get("missed", "once"), table["schedule"], self.runs.values(), BEGINS)
        nothing_hidden(
            "\n".join([*self._log, self.others.mails, *(str(b) for _, b, _ in self.others.alerts)]), self.office.figures
        )
        self.people.answered(rounds(self.home))
        orders_served(self.home, self.others.received, self.people.mine[0])
        assert faults_of_all(parts) == []
        for one in parts.ledger().transmissions.values():
            assert list(faults(parts, one)) == []
            assert all(again.same for again in rebuild(parts, one)), one.id


def _jobs() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for line in JOBS.splitlines():
        if line.startswith("["):
            found[line[6:-1]] = {}
        else:
            key, _, value = line.partition(" = ")
            found[list(found)[-1]][key] = value.strip('"')
    return found
