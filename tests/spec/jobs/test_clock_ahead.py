"""A clock that was far ahead and came back: jobs wait for its date, which is said and told, also while the job that tells waits too."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from house import House, new_house
from smtp_sink import SmtpSink
from typer.testing import CliRunner

from greffe.app import job_tools
from greffe.cli.whole import app
from greffe.jobs.running import run_due
from greffe.jobs.works import WORKS
from greffe.store.leases import Claim

ALL = ("transmissions", "receipts", "releases", "orders", "reminders", "verify", "housekeeping", "alerts")


def look(house: House, **by: int) -> list[str]:
    house.clock.forward(**by)
    return [r.job for r in run_due(job_tools(house.parts), WORKS, "one")]


def test_it_is_said_and_told_until_the_jobs_are_put_back(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO, "greffe.jobs")
    house = new_house(tmp_path / "home")
    house.clock.now = datetime.now(UTC)  # as the commands have it
    with SmtpSink(tmp_path) as sink:
        path = house.parts.settings.home / "jobs.toml"
        said = "\n".join(f"{k} = {json.dumps(v)}" for k, v in sink.settings().items())
        path.write_text(f"[alerts.smtp]\n{said}\n", encoding="utf-8")
        house.parts.settings = replace(house.parts.settings, jobs=path)
        look(house)
        assert set(look(house, days=3653)) >= {"transmissions", "alerts"}
        house.clock.now = datetime.now(UTC)  # it comes back
        before = len(sink.mails)
        sink.refuse = "451 later"
        assert look(house) == []
        sink.refuse = ""
        assert look(house, seconds=30) == [] and len(sink.mails) == before  # not each ten seconds
        assert [look(house, minutes=1) for _ in range(5)] == [[]] * 5
        assert [m["Subject"] for m in sink.mails[before:]] == [
            "[Greffe] clock was ahead: jobs wait for its date / était en avance\u00a0: des tâches attendent sa date"
        ]
        assert all(f"- {name}" in sink.mails[-1].get_content() for name in ALL)
        assert sum('"job.ahead"' in r.getMessage() for r in caplog.records) == 1
        look(house, hours=25)
        assert len(sink.mails) == before + 2  # a day later, again
        home = ["--home", str(house.parts.settings.home)]
        ran = CliRunner().invoke(app, ["jobs", "run", "--once", "--json", *home])
        told = json.loads(ran.stdout)
        assert (ran.exit_code, told["ran"], {one["job"] for one in told["ahead"]}) == (3, [], set(ALL)), ran.output
        plain = CliRunner().invoke(app, ["jobs", "run", "--once", *home])
        assert (plain.exit_code, "reset" in plain.stdout, "housekeeping" in plain.stdout) == (3, True, True)
        # Somebody took one on by that clock and was killed: it is ahead as well, and is put back all the same.
        house.clock.now = datetime.now(UTC)
        leases, now = house.parts.leases, house.clock()
        for name in ALL:
            leases.reset(name, now)
        seen, far = leases.standing("verify", now), now + timedelta(days=3000)
        assert leases.claim(seen, Claim(far, 1, "killed", far, far), now)
        assert [s["job"] for s in json.loads(CliRunner().invoke(app, ["jobs", "list", "--json", *home]).stdout)["jobs"]
                if s["state"] == "ahead"] == ["verify"]  # fmt: skip
        assert CliRunner().invoke(app, ["jobs", "reset", "verify", *home]).exit_code == 0
        leases.reset("verify", now)
        look(house, minutes=1)
        assert sink.mails[-1]["Subject"] == "[Greffe] clock is well again / va de nouveau bien"
        count = len(sink.mails)
        look(house, seconds=10)
        assert len(sink.mails) == count
