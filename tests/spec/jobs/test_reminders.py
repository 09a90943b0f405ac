"""Houses are reminded of their cells by mail: once a stage, none without an address, nothing in it but what they are asked for."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from house import FIRST, House, new_house
from smtp_sink import SmtpSink
from typer.testing import CliRunner

from greffe.app import job_tools
from greffe.cli.whole import app
from greffe.errors import BadDefinition
from greffe.jobs.configured import read_jobs
from greffe.jobs.reminders import remind, reminders_of
from greffe.jobs.running import Ran, run_now
from greffe.jobs.works import WORKS
from greffe.model.answers import Said
from greffe.release.contributing import named
from greffe.release.people import HOUSE, add_person
from greffe.store import contribution_records as records
from greffe.store.base import Act, Actor
from greffe.transmission.contributions.acts import extend

DAP, CE = "UN_CTS-2026-DAP", "CEPEJ-2026-CE"
UNTIL = datetime(2027, 7, 15, 16, 0, tzinfo=UTC)  # 18:00 in Paris
SENDER = Actor("jules")


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = new_house(tmp_path / "home")
    add_person(made.parts, HOUSE, SENDER.name, ["transmitter"])
    return made


def set_up(house: House, sink: SmtpSink | None, text: str) -> None:
    """jobs.toml of that house."""
    mail = sink.settings() if sink else {}
    said = "\n".join(f"{k} = {json.dumps(v)}" for k, v in mail.items())
    path = house.parts.settings.home / "jobs.toml"
    path.write_text((f"[alerts.smtp]\n{said}\n" if sink else "") + text, encoding="utf-8")
    house.parts.settings = replace(house.parts.settings, jobs=path, public_url="https://greffe.example.org")


def look(house: House, at: datetime) -> Ran:
    house.clock.now = at
    return run_now(job_tools(house.parts), WORKS, "one", "reminders")


def said(mails: list[EmailMessage]) -> list[tuple[str, str]]:
    return [(str(m["To"]), str(m["Subject"])) for m in mails]


def test_each_stage_is_told_once_to_those_who_have_an_address(house: House, tmp_path: Path):
    """Two weeks before, three days before, once it is past; a deadline that is moved counts anew; the register has each."""
    parts, day = house.parts, timedelta(days=1)
    with SmtpSink(tmp_path) as sink:
        set_up(
            house,
            sink,
            '[reminders.houses]\nDAP = "stat@dap.example.org"\nCE = ["a@ce.example.org", "b@ce.example.org"]\n',
        )
        assert (look(house, UNTIL - 15 * day).report.counts, sink.mails) == ({}, [])
        assert look(house, UNTIL - 14 * day).report.counts == {"told": 3}  # the Council of State has two questionnaires
        assert sorted(said(sink.mails)) == [
            ("a@ce.example.org, b@ce.example.org", "[Greffe] CEPEJ 2026, CE: échéance proche / due soon"),
            ("a@ce.example.org, b@ce.example.org", "[Greffe] ESTAT_CTS 2026, CE: échéance proche / due soon"),
            ("stat@dap.example.org", "[Greffe] UN_CTS 2026, DAP: échéance proche / due soon"),
        ]
        assert all(sink.secured)
        (mine,) = (m for m in sink.mails if "DAP" in m["Subject"])
        place = f"https://greffe.example.org/staff/contributions/{DAP}"
        assert mine.get_content().replace("\r\n", "\n") == (
            "Les cellules de Direction de l’administration pénitentiaire dans UN_CTS 2026 sont attendues le 2027-07-15 18:00:00 "
            f"(heure de Paris).\nPour répondre et valider\u00a0: {place}\n\n"
            f"The cells of Prison administration in UN_CTS 2026 are due 2027-07-15 18:00:00 in Paris.\nTo answer and sign: {place}\n"
        )
        (other,) = (m for m in sink.mails if "CEPEJ" in m["Subject"])
        assert "Le classeur rempli est à rendre à qui l’a envoyé." in other.get_content()
        assert look(house, UNTIL - 13 * day).report.counts == {}
        extend(parts, SENDER, DAP, UNTIL + 20 * day, "Staff is ill.")
        assert look(house, UNTIL - 3 * day).report.counts == {"told": 2}
        assert look(house, UNTIL).report.counts == {"told": 2}
        assert "étaient attendues" in sink.mails[-1].get_content()
        assert look(house, UNTIL + 7 * day).report.counts == {"told": 1}
        assert str(sink.mails[-1]["Subject"]).startswith("[Greffe] UN_CTS 2026, DAP: échéance proche")
        told = [(e.subject, e.payload["stage"]) for e in parts.register.read(kinds=[records.REMINDED])]
        assert [s for subject, s in told if subject == CE] == ["14", "3", "late"]
        assert [s for subject, s in told if subject == DAP] == ["14", "14"]
        assert len(sink.mails) == len(told) == 8
        house.clock.now = UNTIL + 16 * day
        words = ["jobs", "run", "reminders", "--home", str(parts.settings.home), "--json"]
        found = CliRunner().invoke(app, words)
        assert (found.exit_code, json.loads(found.stdout)["ran"][0]["outcome"]) == (0, "done")


def test_what_is_signed_is_not_asked_for_and_what_cannot_be_told_is_tried_again(house: House, tmp_path: Path):
    parts, at = house.parts, UNTIL - timedelta(days=2)
    with SmtpSink(tmp_path) as sink:
        set_up(
            house,
            sink,
            '[reminders]\ndays = [2]\n[reminders.houses]\nDAP = "stat@dap.example.org"\nDSJ = "dsj@example.org"\n',
        )
        one = named(parts, "CEPEJ-2026-DSJ").one
        given = records.given_payload(replace(one, signatory="A. Martin"), {"X__2026": Said("1234567")}, 1)
        parts.note_all(SENDER, [Act(records.GIVEN, one.id, given)])
        sink.refuse = "451 later"
        ran = look(house, at)
        assert (ran.outcome, ran.report.counts, ran.report.about) == ("attention", {"not told": 1}, (DAP,))
        sink.refuse = ""
        assert look(house, at).report.counts == {"told": 1}
        given = records.given_payload(one, {"X__2026": Said("1234567")}, 1)
        parts.note_all(SENDER, [Act(records.GIVEN, one.id, given)])
        assert look(house, at).report.counts == {"told": 1}
        text = sink.mails[-1].get_content()
        assert "Elles sont remplies, et restent à valider." in text
        assert "1234567" not in "".join(m.as_string() for m in sink.mails)
        assert FIRST.name not in text


def test_nobody_is_told_without_an_address_and_wrong_settings_are_named(house: House, tmp_path: Path):
    at = UNTIL - timedelta(days=2)
    set_up(house, None, "")
    assert (look(house, at).outcome, look(house, at).report.counts) == ("done", {})
    for text, told in (
        ("[reminders.houses]\nDAP = 'stat'\n", "reminders: DAP has a mail address, or a list of them."),
        (
            "[reminders.houses]\nDAP = ['a@b.org\\n', 'c@d.org,e@f.org']\n",
            "reminders: DAP has a mail address, or a list of them.",
        ),
        ("[reminders]\ndays = [0]\n", "reminders: days is a list of whole numbers from 1 to 365."),
        ("[reminders]\nday = [1]\n", "reminders has no setting 'day'. Nearest: days."),
        ("[reminder]\ndays = [1]\n", "'reminder' is no table of jobs. Nearest: reminders"),
        ("[reminders.houses]\nDPA = 'a@b.org'\n", "reminders: no questionnaire asks 'DPA'. Nearest: DAP"),
        ("[reminders.houses]\nDAP = 'a@b.org'\n", "reminders: mail goes by [alerts.smtp], which is not set up."),
    ):
        set_up(house, None, text)
        with pytest.raises(BadDefinition) as error:
            configured = read_jobs(house.parts.settings.jobs)
            reminders_of(configured)
            list(remind(house.parts, HOUSE, configured))
        assert told in error.value.text()
