"""What failed is told once a day by mail and webhook, without a figure or a name of a person; a mail server that refuses fails no
job, and is asked again."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta

import pytest
from house import Clock
from https_server import Endpoint
from smtp_sink import SmtpSink
from standardwebhooks_reader import verified

from greffe.errors import BadDefinition, Refused
from greffe.jobs.configured import Configured, Job
from greffe.jobs.reports import Report
from greffe.jobs.running import Tools, run_due
from greffe.jobs.showing import shown
from greffe.jobs.sinks import sinks_of
from greffe.jobs.works import WORKS
from greffe.release.parts import Parts
from greffe.settings import read_settings
from greffe.store.access_memory import MemoryAccess
from greffe.store.desk_memory import MemoryDesk
from greffe.store.leases_memory import MemoryLeases
from greffe.store.memory import MemoryObservations, MemoryRegister
from greffe.web.rest.ordered import saved_answer

HOUR = timedelta(hours=1)
SECRET = "whsec_" + "QUJD" * 12


class Office:
    """An hourly job that goes as `goes` says, and the alerts, at a moment that is moved."""

    def __init__(self, tmp_path, alerts):
        self.clock = Clock(datetime(2027, 1, 4, 12, 0, 30, tzinfo=UTC))
        self.goes = lambda task: Report()
        settings = read_settings({}, home=tmp_path)
        self.parts = Parts(
            settings, MemoryRegister(), MemoryObservations(), MemoryAccess(), MemoryDesk(), MemoryLeases(), self.clock
        )
        jobs = {n: Job(n, n, "0 * * * *", tries=1) for n in ("verify", "alerts")}
        self.tools = Tools(self.parts, Configured(jobs, alerts, "jobs.toml", tmp_path / "greffe.prom"), saved_answer)
        for name in jobs:
            self.parts.leases.standing(name, self.clock())

    def hour(self, goes=None):
        """An hour later; how it went with the alerts."""
        self.goes = goes or self.goes
        self.clock.now += HOUR
        ran = run_due(self.tools, {**WORKS, "verify": lambda task: self.goes(task)}, "one")
        return {r.job: (r.outcome, dict(r.report.counts)) for r in ran}

    def alert(self):
        return next(iter(shown(self.parts, self.tools.configured, "verify"))).alert


def fails(task):
    raise Refused("jules has 12345 prisoners")


def attention(task):
    return Report({"held up": 1}, ("ESTAT_CTS_PRIS-2025-1",), attention=True)


def test_a_failure_is_told_once_a_day_and_its_end_once(tmp_path, caplog):
    caplog.set_level(logging.INFO, "greffe.jobs")
    with SmtpSink(tmp_path) as sink:
        office = Office(tmp_path, {"smtp": sink.settings()})
        assert office.hour(fails) == {"verify": ("failed", {}), "alerts": ("done", {"told": 1})}
        for _ in range(22):
            assert office.hour()["alerts"] == ("done", {})
        assert len(sink.mails) == 1
        office.hour()
        office.hour()
        assert len(sink.mails) == 2  # a day later
        office.hour(attention)
        assert len(sink.mails) == 3  # another thing
        office.hour(lambda task: Report())
        assert office.alert() is None
        office.hour()
        assert len(sink.mails) == 4
    assert sink.secured == [True] * 4
    told = "".join(m.as_string() for m in sink.mails) + caplog.text
    assert "jules" not in told
    assert "12345" not in told
    first, over = sink.mails[0], sink.mails[-1]
    assert first["Subject"] == "[Greffe] verify failed / a échoué"
    assert "verify a échoué (2027-01-04 14:00:00 (heure de Paris))." in first.get_content()
    assert "Refused; 1 ×" in first.get_content()
    assert "http://127.0.0.1:8000/staff/jobs/verify" in first.get_content()
    assert "ESTAT_CTS_PRIS-2025-1" in sink.mails[2].get_content()
    assert over["Subject"] == "[Greffe] verify is well again / va de nouveau bien"
    lines = [json.loads(r.message) for r in caplog.records if r.message.startswith("{")]
    assert [line["type"] for line in lines] == ["job.failed", "job.attention", "job.over"]
    assert 'greffe_job_last_outcome{job="verify"} 0.0' in (tmp_path / "greffe.prom").read_text()


def test_a_mail_server_that_refuses_fails_no_job_and_is_asked_again(tmp_path):
    with SmtpSink(tmp_path) as sink:
        office = Office(tmp_path, {"smtp": sink.settings()})
        sink.refuse = "451 later"
        assert office.hour(fails)["alerts"] == ("done", {"not told": 1})
        assert "451" in office.alert().faults["smtp"]
        sink.refuse = ""
        assert office.hour()["alerts"] == ("done", {"told": 1})
        assert office.alert().faults == {}
        assert len(sink.mails) == 1
    assert office.hour(attention)["alerts"] == ("done", {"not told": 1})  # nobody listens
    assert office.alert().faults["smtp"]


@pytest.mark.parametrize("others", [{"ca_file": None}, {}], ids=["a certificate of nobody", "no STARTTLS"])
def test_nothing_is_told_over_a_connection_that_is_not_secured(tmp_path, others):
    with SmtpSink(tmp_path, starttls=bool(others)) as sink:
        settings = {k: v for k, v in sink.settings(**others).items() if v is not None}
        office = Office(tmp_path, {"smtp": settings})
        assert office.hour(fails)["alerts"] == ("done", {"not told": 1})
        assert sink.mails == []


def test_a_webhook_is_signed_and_an_alert_again_has_its_id(tmp_path):
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "secret").chmod(0o600)
    with Endpoint(tmp_path / "hook") as server:
        hook = {"url": f"https://localhost:{server.port}/alert", "secret_file": str(tmp_path / "secret"), "private": True,
                "ca_file": str(tmp_path / "hook" / "ca.pem")}  # fmt: skip
        office = Office(tmp_path, {"webhook": hook})
        server.fault = "500"
        assert office.hour(attention)["alerts"] == ("done", {"not told": 1})
        before = server.headers["webhook-id"]
        server.fault = "hook"
        assert office.hour()["alerts"] == ("done", {"told": 1})
        assert server.headers["webhook-id"] == before
        body = server.accepted[-1][1]
        assert verified(SECRET, server.headers, body)
        assert not verified(SECRET, server.headers, body + b" ")
        assert json.loads(body)["data"]["about"] == ["ESTAT_CTS_PRIS-2025-1"]
        closed = {**hook, "private": False}
        office.tools = Tools(
            office.parts, Configured(office.tools.configured.jobs, {"webhook": closed}, "jobs.toml"), saved_answer
        )
        office.hour(fails)
        assert "inside a private network" in office.alert().faults["webhook"]


@pytest.mark.parametrize(
    ("alerts", "said"),
    [
        ({"mail": {}}, "alerts: 'mail' is not known"),
        ({"smtp": {"host": "h", "sender": "a@b", "to": "x"}}, "to is a list of texts"),
        ({"smtp": {"host": "h", "sender": "a b", "to": ["x@y"]}}, "sender is no mail address"),
        ({"smtp": {"hosts": "h"}}, "no setting 'hosts'"),
        ({"webhook": {"url": "http://h", "secret_file": "/nowhere"}}, "url does not hold"),
        ({"webhook": {"url": "https://h"}}, "secret_file is a text that must be said"),
    ],
)
def test_settings_that_do_not_hold_are_named(alerts, said):
    with pytest.raises(BadDefinition) as told:
        sinks_of(Configured({}, alerts, "jobs.toml"))
    assert said in told.value.text()
