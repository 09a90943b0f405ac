"""What a key opens over HTTP: an advance release, the register; and what is answered to everybody else."""

from __future__ import annotations

import csv
import io
import itertools
import json
import logging
from datetime import timedelta

import pytest
from house import FLOW, RELEASER, new_house
from released import put
from starlette.testclient import TestClient

from greffe.app import create_app
from greffe.formats.negotiation import DATA_FORMATS
from greffe.model.calendar import Words
from greffe.release.access.accounts import open_session
from greffe.release.access.keys import make_key, revoke_key
from greffe.release.advances import grant
from greffe.release.people import HOUSE, add_person
from greffe.store.base import Actor

WHY = Words("For loading before the common hour.", "Pour chargement avant l’heure commune.")
ADVANCE, REGISTER = f"/api/v1/advance/ESTAT/{FLOW}", "/api/v1/register"

NUMBERS = itertools.count(1)  # two keys are not called the same


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Release 1 is current, 2 waits for its hour and ESTAT may have it, 3 waits and nobody may."""
    made = new_house(tmp_path_factory.mktemp("keys"))
    put(made, 1, "ICCS0101 NR 2020 975 A F")
    put(made, 2, "ICCS0101 NR 2020 431877 A F", 48)
    put(made, 3, "ICCS0101 NR 2020 622999 A F", 96)
    grant(made.parts, RELEASER, f"{FLOW}#2", "ESTAT", None, WHY)
    return made


def secret(house, role="recipient:ESTAT", actions=("advance",), flows=()):
    key, found = make_key(
        house.parts, HOUSE, f"A loader {next(NUMBERS)}", role, actions, flows, house.clock() + timedelta(days=9)
    )
    return key, {"authorization": f"Bearer {found}"}


@pytest.fixture
def client(house):
    return TestClient(create_app(house.parts))


def denials(house, head):
    found = house.parts.register.read(after=head, kinds=["action.denied"])
    return [(e.actor, e.established, e.payload["what"]) for e in found]


def test_a_recipient_has_its_release_before_the_hour_and_each_time_is_recorded(house, client):
    _, key = secret(house)
    answer = client.get(f"{ADVANCE}?format=sdmx-csv-2.0", headers=key)
    assert answer.status_code == 200
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert (row["OBS_VALUE"], row["CONF_STATUS"]) == ("431877", "E")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["release"] == f"{FLOW}#2"
    assert "EMBARGO" in answer.headers["content-disposition"]
    assert len(house.parts.ledger().advances[f"{FLOW}#2", "ESTAT"].accesses) == 1
    (listed,) = client.get("/api/v1/granted/ESTAT", headers=key).json()["advances"]
    assert client.get(f"{listed['link']}&format=csv&lang=fr", headers=key).status_code == 200
    assert len(house.parts.ledger().advances[f"{FLOW}#2", "ESTAT"].accesses) == 2


def test_what_was_not_granted_is_not_told_from_what_is_not_there(house, client):
    _, key = secret(house)
    told = [client.get(f"{ADVANCE}?release={n}", headers=key) for n in (1, 3, 99)]
    assert {t.status_code for t in told} == {403}
    assert len({t.json()["detail"] for t in told}) == 1
    assert "622999" not in "".join(t.text for t in told)


@pytest.mark.parametrize(
    ("made", "path"),
    [
        ({"role": "recipient:UNODC"}, ADVANCE),
        ({"role": "recipient:UNODC"}, "/api/v1/granted/ESTAT"),
        ({"flows": ("ESTAT_CRIM_JUST_SEX",)}, ADVANCE),
        ({"actions": ("granted",)}, ADVANCE),
        ({"actions": ("advance",)}, f"/api/v1/granted/ESTAT/{FLOW}"),
        ({"role": "auditor", "actions": ("register",)}, ADVANCE),
        ({}, REGISTER),
    ],
)
def test_a_key_that_is_for_something_else_is_denied_and_that_is_recorded(house, client, made, path):
    key, header = secret(house, **made)
    head = house.parts.register.head()
    answer = client.get(path, headers=header)
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
    assert denials(house, head) == [(key.name, "key", f"GET {path}")]


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Basic eDp5"},
        {"authorization": "Bearer x"},
    ],
)
@pytest.mark.parametrize("path", [ADVANCE, REGISTER, "/api/v1/granted/ESTAT"])
def test_without_a_key_that_holds_nobody_is_told_anything(client, path, header):
    answer = client.get(path, headers=header)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["cache-control"] == "no-store"
    assert "431877" not in answer.text


def test_a_key_in_an_address_is_refused(house, client):
    _, header = secret(house)
    answer = client.get(f"{ADVANCE}?key={header['authorization'][7:]}", headers=header)
    assert (answer.status_code, header["authorization"][7:] in answer.text) == (400, False)


def test_a_revoked_key_is_nobody(house, client):
    key, header = secret(house)
    assert client.get(ADVANCE, headers=header).status_code == 200
    revoke_key(house.parts, HOUSE, key.id, "Lost")
    assert client.get(ADVANCE, headers=header).status_code == 401


def test_an_auditors_key_takes_the_register_out_with_its_hashes(house, client):
    _, key = secret(house, "auditor", ("register",))
    whole = client.get(REGISTER, headers=key).json()
    assert [e["number"] for e in whole] == list(range(house.parts.register.head(), 0, -1))
    for newer, older in itertools.pairwise(whole):
        assert newer["previous"] == older["hash"]
    (one,) = client.get(f"{REGISTER}?kind=advance.granted&person=farid&text=estat&subject=%232", headers=key).json()
    assert (one["subject"], one["said"]["to"]) == (f"{FLOW}#2", "ESTAT")
    assert client.get(f"{REGISTER}?to=2026-11-23", headers=key).json() == []
    rows = list(csv.DictReader(io.StringIO(client.get(f"{REGISTER}?kind=release&format=csv", headers=key).text)))
    assert [(r["kind"], json.loads(r["said"])["number"]) for r in rows] == [("release.made", n) for n in (3, 2, 1)]
    for wrong in ("format=xml", "from=2026-02-30", "kinds=x"):
        assert client.get(f"{REGISTER}?{wrong}", headers=key).status_code == 400


def test_nothing_of_a_secret_is_in_the_register_or_the_logs(house, client, caplog):
    _, key = secret(house)
    with caplog.at_level(logging.DEBUG):
        for path in (ADVANCE, REGISTER, f"{ADVANCE}?release=x", "/api/v1/nowhere"):
            client.get(path, headers=key)
    said = caplog.text + "".join(json.dumps(dict(e.payload)) for e in house.parts.register.read())
    assert key["authorization"].split("_", 2)[2] not in said


def test_the_public_reads_on_without_a_key(client):
    assert client.get(f"/api/v1/series/{FLOW}").json()["release"] == f"{FLOW}#1"
    assert client.get(f"/api/v1/series/{FLOW}", headers={"authorization": "Bearer wrong"}).status_code == 200


def signed_in(house, name, role):
    """A browser in which that person is signed in."""
    add_person(house.parts, HOUSE, name, [role])
    token, _ = open_session(house.parts, Actor(name, "local"))
    return TestClient(create_app(house.parts), cookies={"greffe": token}, headers={"accept": "text/html"})


def test_who_reads_for_a_body_has_its_release_signed_in_as_its_key_does(house):
    """In every format and on a page, marked, kept by nobody; each time is recorded. A person of no body, or of another, and
    another site's page have nothing of it."""
    rita = signed_in(house, "rita", "recipient:ESTAT")
    before = len(house.parts.ledger().advances[f"{FLOW}#2", "ESTAT"].accesses)
    for format_ in DATA_FORMATS:
        answer = rita.get(f"{ADVANCE}?format={format_.name}")
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store"), format_.name
        assert "Cookie" in answer.headers["vary"]
        assert (answer.headers["release"], "EMBARGO" in answer.headers["content-disposition"]) == (f"{FLOW}#2", True)
        packed = format_.packed or "431877" in answer.text  # a workbook and Parquet are read by their own tests
        assert packed, format_.name
    page = rita.get(f"/staff/granted/ESTAT/{FLOW}?what=advance&lang=en")
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert "431,877" in page.text
    assert "Under embargo until 2026-11-26" in page.text
    assert len(house.parts.ledger().advances[f"{FLOW}#2", "ESTAT"].accesses) == before + len(DATA_FORMATS) + 1
    listed = rita.get("/staff/granted?lang=en")
    assert (f"{FLOW}#2" in listed.text, f"{FLOW}#3" in listed.text) == (True, False)
    assert 'href="/staff/granted"' in rita.get("/staff").text
    elsewhere = rita.get(ADVANCE, headers={"sec-fetch-site": "cross-site"})
    assert (elsewhere.status_code, "431877" in elsewhere.text) == (403, False)
    head = house.parts.register.head()
    for name, role in (("camille", "author"), ("ulla", "recipient:UNODC")):
        other = signed_in(house, name, role)
        for path in (ADVANCE, f"/staff/granted/ESTAT/{FLOW}?what=advance", "/api/v1/granted/ESTAT"):
            told = other.get(path)
            assert (told.status_code, "431" in told.text) == (403, False), (name, path)
    assert [d[0] for d in denials(house, head)] == ["camille"] * 3 + ["ulla"] * 3


def test_what_was_handed_out_is_nowhere_else(house):
    """After a recipient has read it, in the same service: no page, answer, count, search or feed of the public has the figure,
    the release or its number; nor what the recipient sees of those pages."""
    rita = signed_in(house, "rita", "recipient:ESTAT")
    public = TestClient(rita.app)
    data, where = f"/sdmx/v2/data/dataflow/SSER/{FLOW}/1.0.0", f"/sdmx/v2/availability/dataflow/SSER/{FLOW}/1.0.0/*/all"
    paths = (
        f"/data/{FLOW}?key=all", f"/api/v1/series/{FLOW}", f"{data}?format=csv",
        f"{where}", "/search?q=homicide", "/feeds/releases.atom", f"/feeds/{FLOW}.atom", "/catalog.ttl",
        "/changes", "/",
    )  # fmt: skip
    assert rita.get(f"/staff/granted/ESTAT/{FLOW}?what=advance").status_code == 200
    assert rita.get(f"{ADVANCE}?format=csv").status_code == 200
    for path in paths:
        for client in (public, rita):
            told = client.get(path, headers={"accept": "*/*"})
            assert told.status_code == 200, (path, told.text[:300])
            secret_words = ("431,877", f"{FLOW}#2", f"{FLOW}/2", ">431877<", '"431877"', ",431877,")
            assert not [one for one in secret_words if one in told.text], path
    assert public.get(ADVANCE).status_code == 401
    page = public.get(
        f"/staff/granted/ESTAT/{FLOW}?what=advance", headers={"accept": "text/html"}, follow_redirects=False
    )
    assert page.status_code == 303
