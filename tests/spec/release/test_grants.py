"""Values that a release hides go to a recipient by grant, to its last day, and to nobody else."""

from __future__ import annotations

import csv
import hashlib
import io
import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from house import AUTHOR, FIRST, RELEASER, SECOND, House
from secrets_kept import FLOW, Secret, house_with
from starlette.testclient import TestClient

from greffe.app import create_app
from greffe.errors import BadQuery, Denied, Refused
from greffe.formats.negotiation import DATA_FORMATS
from greffe.release.access.accounts import open_session
from greffe.release.access.keys import make_key
from greffe.release.clocks import say_right
from greffe.release.grants import approve_grant, end_grant, granted, propose_grant, write_granted
from greffe.release.lifecycle import dataflow_named
from greffe.release.people import HOUSE, add_person
from greffe.release.waiting import waiting_for
from greffe.store.base import Actor

SECRET = Secret(73_931, 512_347)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> House:
    return house_with(tmp_path_factory.mktemp("grants") / "house", SECRET)


def ask(house: House, recipient: str = "ESTAT", until: date = date(2027, 6, 30), reason: str = "Regulation 223/2009"):
    return propose_grant(house.parts, AUTHOR, recipient, dataflow_named(house.parts, FLOW), until, reason)


def test_without_a_grant_nobody(made: House, tmp_path: Path):
    """Neither the recipient of the flow nor another; and nothing is written."""
    for recipient in ("ESTAT", "UNODC"):
        with pytest.raises(Denied, match="has no grant in force"):
            write_granted(made.parts, RELEASER, recipient, made.current(FLOW), tmp_path / "x.csv")
    assert list(tmp_path.iterdir()) == []


def test_two_others_approve_and_the_values_are_handed_over(made: House, tmp_path: Path):
    grant = ask(made)
    with pytest.raises(Denied):
        approve_grant(made.parts, AUTHOR, grant.id)
    approve_grant(made.parts, FIRST, grant.id)
    with pytest.raises(Refused):
        approve_grant(made.parts, FIRST, grant.id)
    with pytest.raises(Denied, match="waits"):
        granted(made.parts, "ESTAT", made.current(FLOW))
    approve_grant(made.parts, SECOND, grant.id)
    out = tmp_path / "estat.csv"
    assert write_granted(made.parts, RELEASER, "ESTAT", made.current(FLOW), out) == 2
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    rows = [r for r in csv.DictReader(out.open(encoding="utf-8")) if (r["TIME_PERIOD"], r["unit"]) == ("2020", "NR")]
    assert {r["sex"]: (r["OBS_VALUE"], r["CONF_STATUS"], r["OBS_STATUS"]) for r in rows} == {
        "M": ("73931", "A", "A"),
        "F": ("512347", "D", "A"),
        "T": ("586278", "F", "A"),
    }
    used = list(made.parts.register.read(kinds=["grant.used"]))
    assert [(e.subject, e.payload["values"], e.actor) for e in used] == [(grant.id, 2, "farid")]
    with pytest.raises(Denied):  # a grant is for one recipient
        write_granted(made.parts, RELEASER, "UNODC", made.current(FLOW), tmp_path / "unodc.csv")
    with pytest.raises(Denied, match="no releaser"):
        write_granted(made.parts, AUTHOR, "ESTAT", made.current(FLOW), out)
    end_grant(made.parts, FIRST, grant.id, "The agreement is over")
    with pytest.raises(Denied, match="ended"):
        granted(made.parts, "ESTAT", made.current(FLOW))


def test_a_key_of_the_recipient_has_them_over_http(made: House):
    """As long as the grant is in force; nothing of it stays on the server, nobody on the way keeps it."""
    until = made.clock() + timedelta(days=30)
    key, secret = make_key(made.parts, HOUSE, "Eurostat", "recipient:ESTAT", ["granted"], [FLOW], until)
    client = TestClient(create_app(made.parts), headers={"authorization": f"Bearer {secret}"})
    path = f"/api/v1/granted/ESTAT/{FLOW}"
    assert client.get(path).status_code == 403
    grant = ask(made)
    for person in (FIRST, SECOND):
        approve_grant(made.parts, person, grant.id)
    answer = client.get(f"{path}?release=1")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    rows = {(r["TIME_PERIOD"], r["unit"], r["sex"]): r for r in csv.DictReader(answer.text.splitlines())}
    assert rows["2020", "NR", "M"]["OBS_VALUE"] == "73931"
    assert list(made.parts.settings.spill.glob("granted-*")) == []
    (used,) = [e for e in made.parts.register.read(kinds=["grant.used"]) if e.subject == grant.id]
    assert (used.actor, used.established, used.payload["values"]) == (key.name, "key", 2)
    assert used.payload["sha256"] == hashlib.sha256(answer.content).hexdigest()
    (listed,) = client.get("/api/v1/granted/ESTAT").json()["granted"]
    assert (listed["dataflow"], listed["until"], listed["link"]) == (FLOW, "2027-06-30", path)
    assert client.get(f"{path}?release=9").status_code == 404
    end_grant(made.parts, FIRST, grant.id, "Over")
    denied = client.get(path)
    assert (denied.status_code, "73931" in denied.text) == (403, False)


def test_who_reads_for_the_recipient_has_them_signed_in(made: House):
    """On a page and in every format, the hidden values in their place and told; in the message, by which grant. The register has
    the checksum of each file. Read by the libraries of each format."""
    grant = ask(made)
    for person in (FIRST, SECOND):
        approve_grant(made.parts, person, grant.id)
    add_person(made.parts, HOUSE, "rita", ["recipient:ESTAT"])
    token, _ = open_session(made.parts, Actor("rita", "local"))
    client = TestClient(create_app(made.parts), cookies={"greffe": token})
    path = f"/api/v1/granted/ESTAT/{FLOW}"
    assert [t.kind for t in waiting_for(made.parts, Actor("rita"))] == ["granted"]
    for format_ in DATA_FORMATS:
        answer = client.get(f"{path}?format={format_.name}")
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store"), format_.name
        assert "CONFIDENTIAL" in answer.headers["content-disposition"]
        (*_, used) = made.parts.register.read(kinds=["grant.used"])
        assert (used.actor, used.payload["sha256"]) == ("rita", hashlib.sha256(answer.content).hexdigest())
        if format_.syntax == "parquet":
            rows = pq.read_table(io.BytesIO(answer.content)).to_pylist()
            assert 73931 in {int(r["OBS_VALUE"]) for r in rows if r["OBS_VALUE"] is not None}
        elif format_.syntax == "xlsx":
            cells = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True)
            assert any(73931 in row for row in cells)
        else:
            assert all(value in answer.text for value in ("73931", "512347")), format_.name
    assert grant.id in client.get(f"{path}?format=sdmx-json-2.0").text
    assert list(made.parts.settings.spill.glob("granted-*")) == []
    page = client.get(f"/staff/granted/ESTAT/{FLOW}?what=granted&lang=en", headers={"accept": "text/html"})
    assert (page.status_code, "73,931" in page.text, "512,347" in page.text) == (200, True, True)
    assert waiting_for(made.parts, Actor("rita")) == ()
    end_grant(made.parts, FIRST, grant.id, "Over")
    assert client.get(path).status_code == 403


def test_a_grant_ends_with_its_last_day(made: House):
    """In Paris: the day counts to its end."""
    grant = ask(made, "UNODC", date(2027, 1, 31))
    for person in (FIRST, SECOND):
        approve_grant(made.parts, person, grant.id)
    before = made.clock.now
    made.clock.now = made.clock.now.replace(year=2027, month=1, day=31, hour=22, minute=59)
    assert granted(made.parts, "UNODC", made.current(FLOW)).id == grant.id
    made.clock.forward(minutes=1)
    with pytest.raises(Denied, match="expired"):
        granted(made.parts, "UNODC", made.current(FLOW))
    made.clock.now = before


def test_what_cannot_be_asked_for(made: House):
    with pytest.raises(BadQuery, match="no recipient") as error:
        ask(made, "ESTATT")
    assert "ESTAT" in error.value.nearest
    with pytest.raises(BadQuery, match="past"):
        ask(made, until=date(2020, 1, 1))
    with pytest.raises(BadQuery, match="reason"):
        ask(made, reason=" ")


def test_the_commands(made: House, tmp_path: Path):
    from journey_tools import inside

    made.clock.now = datetime.now(UTC)  # as the commands have it
    say_right(made.parts, HOUSE, "The clock was moved to the end of a grant.")
    home = made.parts.settings.home
    asked = inside(
        home,
        "grant",
        "add",
        "CEPEJ",
        FLOW,
        "--until",
        "2099-12-31",
        "--reason",
        "Agreement",
        "--as",
        "camille",
        "--json",
    )
    grant = asked.json()["grant"]
    for person in ("driss", "elise"):
        assert inside(home, "approve", grant, "--as", person).code == 0
    listed = {g["grant"]: g for g in inside(home, "grant", "list", "--json").json()["grants"]}
    assert (listed[grant]["state"], listed[grant]["approvers"]) == ("in force", "driss, elise")
    out = tmp_path / "cepej.csv"
    done = inside(home, "grant", "data", "CEPEJ", FLOW, "--release", "1", "--out", str(out), "--as", "farid")
    assert done.code == 0, done.err
    assert "2 confidential values" in done.out and "73931" not in done.out
    assert "73931" in out.read_text()
    refused = inside(home, "grant", "add", "CEPEJ", FLOW, "--until", "soon", "--as", "camille", "--reason", "x")
    assert refused.code != 0 and "2027-01-31" in refused.err
    assert inside(home, "grant", "end", grant, "--as", "driss", "--reason", "Over").code == 0
    assert inside(home, "grant", "data", "CEPEJ", FLOW, "--out", str(out), "--as", "farid").code != 0
