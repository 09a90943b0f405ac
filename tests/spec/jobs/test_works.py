"""The shipped jobs on a real house: a delivery that two people signed leaves by nobody's hand, its receipt is taken from the
inbox, what is kept is verified; by the command line and on the page."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import replace
from datetime import timedelta

import pytest
from deliveries import PRIS, SENDER, larger, sending_house
from house import AUTHOR, FIRST, SECOND
from smtp_sink import SmtpSink
from starlette.testclient import TestClient
from typer.testing import CliRunner

from greffe.app import create_app, job_tools
from greffe.cli.whole import app
from greffe.jobs.running import run_due
from greffe.jobs.works import WORKS
from greffe.release.access.accounts import digest
from greffe.release.waiting import waiting_for
from greffe.store.access import Session
from greffe.transmission.building import approve
from greffe.transmission.keeping import kept
from greffe.transmission.turned_away import look_at, waiting
from greffe.web.pages.visitors import cookie_name


@pytest.fixture(scope="module")
def sending(tmp_path_factory):
    """Jobs, first seen; a folder as channel, an inbox."""
    made = sending_house(tmp_path_factory.mktemp("works"))
    out, box = made.out / "edamis", made.out / "in"
    for folder in (out, box):
        folder.mkdir(parents=True)
    home = made.house.parts.settings.home
    (home / "channels.toml").write_text(f'[edamis]\nkind = "folder"\npath = "{out}"\ninbox = "{box}"\n')
    made.house.parts.settings = replace(made.house.parts.settings, channels=home / "channels.toml")
    look(made)
    return made


def look(made, **by):
    made.house.clock.forward(**by)
    return {r.job: r for r in run_due(job_tools(made.house.parts), WORKS, "one")}


def test_what_is_signed_leaves_and_its_receipt_is_taken(sending):
    one = sending.built(year=2022)
    waits = look(sending, minutes=11)["transmissions"]
    assert sending.state(one.id) == "built"
    for person in (FIRST, SECOND):
        approve(sending.house.parts, person, one.id)
    ran = look(sending, minutes=10)["transmissions"]
    assert (ran.report.counts["sent"], sending.state(one.id)) == (1, "sent")
    assert set(sending.arrived) == {"CRIME_CTSPRIS_A_FR_2022_0000.CSV"}
    assert waits.outcome == ran.outcome == "attention"  # data of 2024 is late, and the figures end with 2022
    assert f"{PRIS}-2024-1" in ran.report.about
    box = sending.out / "in"
    (box / "ack.json").write_text(json.dumps({"transmission": one.id, "verdict": "acknowledged"}))
    (box / "other.json").write_text('{"transmission": "X-1", "verdict": "acknowledged"}')
    (box / "half.json").write_text('{"transmis')  # still being written
    taken = look(sending, minutes=10)["receipts"]
    assert (taken.report.counts, taken.report.about) == ({"acknowledged": 1, "unknown": 1}, ("other.json",))
    assert sending.state(one.id) == "acknowledged"
    assert sorted(p.name for p in box.glob("*.json")) == ["half.json", "other.json"]
    assert len(list((box / ".taken").iterdir())) == 1
    (box / "other.json").unlink()
    assert look(sending, minutes=10)["receipts"].outcome == "attention"  # it is kept, and waits for somebody
    (left,) = waiting(sending.house.parts)
    assert (left.name, left.way, left.about) == ("other.json", "edamis", "")
    look_at(sending.house.parts, SENDER, left.id, "Asked Eurostat: of another country.")
    assert look(sending, minutes=10)["receipts"].outcome == "done"
    assert len(list(sending.house.parts.register.read(kinds=["transmission.sent"]))) == 1


def test_verify_runs_at_night_and_names_what_is_damaged(sending):
    parts = sending.house.parts
    good = look(sending, hours=24)["verify"]
    assert good.outcome == "done"
    (one,) = parts.ledger().transmissions.values()
    file = kept(parts.settings, one.files[0].sha256)
    content = file.read_bytes()
    file.write_bytes(b"x" + content[1:])
    bad = look(sending, hours=24)["verify"]
    file.write_bytes(content)
    assert (bad.outcome, bad.report.about) == ("attention", (one.id,))
    entry = list(parts.register.read(kinds=["register.verified"]))[-1]
    assert (entry.actor, entry.payload["faults"]) == ("greffe", 1)


def test_what_a_job_asks_for_stands_in_the_list_of_a_transmitter(sending):
    mine = [(t.kind, t.place) for t in waiting_for(sending.house.parts, SENDER)]
    assert ("job", "/staff/jobs/transmissions") in mine
    assert not [t for t in waiting_for(sending.house.parts, AUTHOR) if t.kind == "job"]


def test_releases_that_take_effect_are_told_once_and_a_server_that_is_away_is_asked_again(sending, tmp_path):
    """What was out before the job began is not told; of one that cannot be told nothing is lost."""
    parts, home = sending.house.parts, sending.house.parts.settings.home
    with SmtpSink(tmp_path) as sink:
        said = "\n".join(f"{k} = {json.dumps(v)}" for k, v in sink.settings(about=["releases"]).items())
        (home / "jobs.toml").write_text(f"[alerts.smtp]\n{said}\n")
        parts.settings = replace(parts.settings, jobs=home / "jobs.toml")
        assert look(sending, minutes=1)["releases"].report.counts == {}
        sending.revise(*larger())
        sink.refuse = "451 later"
        assert look(sending, minutes=1)["releases"].report.counts == {"not told": 1}
        sink.refuse = ""
        assert look(sending, minutes=1)["releases"].report.counts == {"told": 1}
        assert look(sending, minutes=1)["releases"].report.counts == {}
        assert [m["Subject"] for m in sink.mails] == [f"[Greffe] {PRIS}#2 took effect / a pris effet"]
    parts.settings = replace(parts.settings, jobs=None)
    (home / "jobs.toml").unlink()


def test_the_command_line_shows_and_runs_jobs(sending):
    home = ["--home", str(sending.house.parts.settings.home)]

    def told(*words, code=0):
        found = CliRunner().invoke(app, ["jobs", *words, *home, "--json"])
        assert found.exit_code == code, found.output
        return json.loads(found.stdout)

    jobs = {j["job"]: j for j in told("list")["jobs"]}
    assert jobs["verify"]["schedule"] == "30 2 * * *"
    assert jobs["transmissions"]["alert"]["mark"].startswith("attention")
    assert told("run", "housekeeping")["ran"][0]["outcome"] == "done"
    assert told("show", "housekeeping")["runs"][0]["outcome"] == "done"
    assert {r["job"] for r in told("history", "verify", "--most", "3")["runs"]} == {"verify"}
    assert told("reset", "housekeeping")["state"] == "waiting"
    wrong = CliRunner().invoke(app, ["jobs", "show", "verifi", *home])
    assert wrong.exit_code == 2
    assert "There is no job verifi. Nearest: verify." in wrong.stderr
    text = CliRunner().invoke(app, ["jobs", "metrics", *home]).stdout
    assert re.search(r'greffe_job_last_outcome\{job="verify"\} 1\.0', text)


def test_the_page_shows_them_in_both_languages_to_the_house_alone(sending):
    parts = sending.house.parts
    client = TestClient(create_app(parts), headers={"accept": "text/html"}, follow_redirects=False)
    assert client.get("/staff/jobs").status_code == 303
    token, now = secrets.token_hex(), sending.house.clock()
    session = Session(AUTHOR.name, "local", "g", now, now, now + timedelta(hours=9))
    parts.access.open_session(digest(token), session)
    client.cookies.set(cookie_name(parts.settings), token)
    french = client.get("/staff/jobs?lang=fr").text
    assert "30 2 * * *" in french
    assert "à regarder" in french
    one = client.get("/staff/jobs/transmissions?lang=en").text
    assert f"{PRIS}-2024-1" in one
    assert "held up:" in one
    assert client.get("/staff/jobs/nothing").status_code == 404
