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
from greffe.model.calendar import Words
from greffe.release.access.keys import make_key, revoke_key
from greffe.release.advances import grant
from greffe.release.people import HOUSE

WHY = Words("For loading before the common hour.", "Pour chargement avant l’heure commune.")
ADVANCE, REGISTER = f"/api/v1/advance/ESTAT/{FLOW}", "/api/v1/register"


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
    key, found = make_key(house.parts, HOUSE, "A loader", role, actions, flows, house.clock() + timedelta(days=9))
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
    assert key["authorization"].rpartition("_")[2] not in said


def test_the_public_reads_on_without_a_key(client):
    assert client.get(f"/api/v1/series/{FLOW}").json()["release"] == f"{FLOW}#1"
    assert client.get(f"/api/v1/series/{FLOW}", headers={"authorization": "Bearer wrong"}).status_code == 200
