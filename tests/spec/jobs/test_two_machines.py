"""Two machines, each with a home and a process of its own, on one register of PostgreSQL: they look at the jobs and at the same
deliveries at once, one is killed now and then, and each file comes once."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from examples import examples
from house import Clock
from year_checks import jobs_ran_once, once, received_well, runs_of, told
from year_counterparts import Counterparts
from year_kills import counting
from year_office import BEGINS, CASES, PRIS, WHY, Office
from year_process import Process

ROW = "{name},ESTAT_CTS,{flow},sdmx-csv-2.0,full,free,{name}_{{year}}_{{number}}.csv,FR_SSER,4D0,,{channel},standing"
WAYS = (("A", PRIS, "edamis"), ("B", CASES, "files"), ("C", PRIS, "api"), ("D", CASES, "edamis"))
SHARED = ("releases", "transmissions")  # the folders that machines share


def machine(office: Office, name: str, register: str) -> Process:
    """Another home, with settings and shared folders as those of the office."""
    home = office.folder / name
    home.mkdir()
    for file in ("jobs.toml", "channels.toml"):
        shutil.copy(office.settings.home / file, home)
    for shared in SHARED:
        (home / shared).symlink_to(office.settings.home / shared)
    return Process(replace(office.settings, home=home), office.folder, register)


def test_two_machines_at_the_same_deliveries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, new_postgresql: str):
    """Each look of both begins at the same time. What came is what the register says, once; each due moment has one run."""
    register = new_postgresql.replace("postgresql:", "postgresql+psycopg:")
    clock, pick = Clock(BEGINS), random.Random(8)
    rows = "".join(ROW.format(name=n, flow=f, channel=c) + WHY + "\n" for n, f, c in WAYS)
    with Counterparts(tmp_path, clock) as others:
        office = Office(tmp_path, clock, others, counting(tmp_path, monkeypatch), rows, register)
        for shared in SHARED:
            (office.settings.home / shared).mkdir(exist_ok=True)
        with machine(office, "one", register) as one, machine(office, "two", register) as two:
            for number in range(examples(3, 40)):
                if number % 2 == 0:
                    for flow in (PRIS, CASES):
                        office.put(flow, 2025 + number % 4 // 2)
                clock.forward(hours=7)
                others.api.fault = pick.choice(("", "", "500 after", "later"))
                one.told(clock(), pick.randint(1, 40) if number % 3 == 1 else 0, name="one", all_=True)
                two.told(clock(), name="two", all_=True)
                for each in (one, two):
                    each.answer()
                others.take_away()
                clock.forward(minutes=40)
            others.api.fault = ""
            for _ in range(2 if number < 9 else 4):
                two.told(clock(), name="two", all_=True)
                two.answer()
                others.take_away()
                clock.forward(hours=7)
            assert one.killed
        deliveries = told(new_postgresql)
        once(others.received, deliveries, over=True)
        received_well(others.received, office.figures, {})
        jobs_ran_once(runs_of(new_postgresql))
        assert Counter(d.state for d in deliveries.values()) == {"sent": len(deliveries)}
        assert {d.way for d in deliveries.values()} == {"edamis", "files", "api"}
        office.parts.register.close()
        office.second.register.close()
