"""A recipient's machine hands receipts in with a key for them: of its own deliveries alone; a wrong one is kept for the house."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from deliveries import SENDER, Sending, machine_key, sending_house, sent_once
from httpx import Response
from journey_tools import inside
from starlette.testclient import TestClient

from greffe.app import create_app
from greffe.release.access.keys import make_key
from greffe.store.base import Actor
from greffe.transmission import turned_away
from greffe.transmission.turned_away import waiting

RECEIPTS = "/api/v1/receipts"
KEYS: dict[tuple[str, str], dict[str, str]] = {}


@pytest.fixture(scope="module")
def sending(tmp_path_factory: pytest.TempPathFactory) -> Sending:
    return sending_house(tmp_path_factory.mktemp("handed"))


@pytest.fixture(scope="module")
def sent(sending: Sending) -> str:
    return sent_once(sending)


@pytest.fixture(scope="module")
def client(sending: Sending) -> TestClient:
    return TestClient(create_app(sending.house.parts), follow_redirects=False)


def key(sending: Sending, body: str, action: str = "receipts") -> dict[str, str]:
    """The key of a recipient for that, made once."""
    if (body, action) not in KEYS:
        KEYS[body, action] = machine_key(sending, body, action)
    return KEYS[body, action]


def test_a_machine_hands_in_receipts_of_its_own_deliveries(sending: Sending, sent: str, client: TestClient):
    parts, mine, other = sending.house.parts, key(sending, "ESTAT"), key(sending, "UNODC")
    (file,) = parts.ledger().transmission(sent).files
    good = json.dumps({"verdict": "acknowledged", "files": [{"name": file.name, "sha256": file.sha256}]}).encode()
    assert client.post(RECEIPTS, content=good).status_code == 401
    assert client.post(RECEIPTS, content=good, headers=key(sending, "ESTAT", "queries")).status_code == 403
    assert client.post(f"{RECEIPTS}?transmission={sent}", content=good, headers=other).status_code == 404
    assert client.post(f"{RECEIPTS}?nome=x", content=good, headers=mine).status_code == 400
    assert client.post(f"{RECEIPTS}?name=../x", content=good, headers=mine).status_code == 400
    assert parts.ledger().turned_away == {}

    taken = client.post(RECEIPTS, content=good, headers=mine | {"content-type": "application/json"})
    assert (taken.status_code, taken.headers["cache-control"]) == (201, "no-store")
    digest = hashlib.sha256(good).hexdigest()
    assert taken.json() == {
        "transmission": sent, "state": "acknowledged", "verdict": "acknowledged", "sha256": digest, "findings": 0, "not_sent": 0,
    }  # fmt: skip
    assert parts.ledger().transmission(sent).receipts[-1].who.startswith("key.")
    report = b"sex,message\nT,look\n"
    told = client.post(f"{RECEIPTS}?name=r.csv&transmission={sent}", content=report, headers=mine).json()
    assert (told["verdict"], told["findings"]) == ("reported", 1)
    listed = client.get(RECEIPTS, headers=mine).json()
    assert {(r["transmission"], r["verdict"], r["name"]) for r in listed} == {
        (sent, "acknowledged", "receipt.json"), (sent, "reported", "r.csv"),
    }  # fmt: skip
    assert client.get(RECEIPTS, headers=other).json() == []


def test_a_wrong_one_is_kept_for_the_house(sending: Sending, sent: str, client: TestClient):
    parts, mine = sending.house.parts, key(sending, "CEPEJ")
    wrong = json.dumps({"transmission": sent, "verdict": "refused"}).encode()
    refused = client.post(f"{RECEIPTS}?name=w.json", content=wrong, headers=mine)
    assert refused.status_code == 409  # another's: in the same words as one that is none
    (left,) = waiting(parts)
    assert (left.name, left.about, left.way, left.fault) == (
        "w.json",
        "",
        "api",
        "It names no delivery that left here.",
    )
    assert client.post(f"{RECEIPTS}?name=x.json", content=b"{", headers=mine).status_code == 400
    assert [r.name for r in waiting(parts)] == ["w.json", "x.json"]


def test_what_one_recipient_handed_in_waits_though_another_hands_in_the_same(
    sending: Sending, sent: str, client: TestClient
):
    """Turned away of UNODC and of CEPEJ, each for itself; taken of ESTAT, whose delivery it is; a person looks at one of them. What a
    recipient hands in again, so that it is taken, waits no more."""
    home, mine = sending.house.parts.settings.home, key(sending, "ESTAT")
    told = json.dumps({"transmission": sent, "verdict": "acknowledged", "message": "Twice."}).encode()
    first, second = key(sending, "UNODC"), key(sending, "CEPEJ")
    for theirs in (first, second, first):
        assert client.post(f"{RECEIPTS}?name=same.json", content=told, headers=theirs).status_code == 409
    unnamed = json.dumps({"verdict": "acknowledged", "message": "Of which?"}).encode()
    assert client.post(f"{RECEIPTS}?name=unnamed.json", content=unnamed, headers=mine).status_code == 409
    both = waiting_now(sending, "same.json")
    assert len(set(both)) == 2
    assert len(waiting_now(sending, "unnamed.json")) == 1
    for content, query in ((told, "name=same.json"), (unnamed, f"name=unnamed.json&transmission={sent}")):
        assert client.post(f"{RECEIPTS}?{query}", content=content, headers=mine).status_code == 201
    assert (waiting_now(sending, "same.json"), waiting_now(sending, "unnamed.json")) == (both, [])
    looked = inside(home, "transmissions", "look-at", both[0], "--reason", "It is not theirs.", "--as", SENDER.name)
    assert (looked.code, waiting_now(sending, "same.json")) == (0, both[1:])


def waiting_now(sending: Sending, name: str) -> list[str]:
    listed = inside(sending.house.parts.settings.home, "transmissions", "refused-receipts", "--json").json()["receipts"]
    return [r["id"] for r in listed if r["name"] == name]


def test_what_a_key_sends_for_nothing_fills_no_disk(
    sending: Sending, client: TestClient, monkeypatch: pytest.MonkeyPatch
):
    """So many an hour are kept of what is refused, and so many that nobody has looked at; another key's are kept all the same, and so
    is what was kept before, once. A body larger than receipts are is not read."""
    parts, until = sending.house.parts, sending.house.parts.clock() + timedelta(days=1)
    _, secret = make_key(parts, Actor("greffe"), "Rubbish", "recipient:ESTAT", ["receipts"], [], until)
    mine = {"authorization": f"Bearer {secret}"}
    kept = parts.settings.home / "transmissions"

    def hand_in(content: bytes, headers: dict[str, str] = mine) -> Response:
        return client.post(f"{RECEIPTS}?name=rubbish.csv", content=content, headers=headers)

    monkeypatch.setattr(turned_away, "MOST_AN_HOUR", 4)
    statuses = [hand_in(b"rubbish %d\n" % n + b"," * 100_000).status_code for n in range(7)]
    assert statuses == [409, 409, 409, 409, 429, 429, 429]
    over = hand_in(b"again")
    assert 3_000 < int(over.headers["retry-after"]) <= 3_601
    assert "4 receipts of one sender are refused and kept in an hour: this one is not." in over.json()["detail"]
    before = {p.name for p in kept.rglob("*")}
    assert hand_in(b"rubbish 1\n" + b"," * 100_000).status_code == 409  # it is there already
    assert hand_in(b"again").status_code == 429
    assert {p.name for p in kept.rglob("*")} == before
    assert hand_in(b"of another", key(sending, "CEPEJ")).status_code == 409

    monkeypatch.setattr(turned_away, "MOST_AN_HOUR", 20)
    monkeypatch.setattr(turned_away, "MOST_WAITING", 5)
    assert [hand_in(b"and %d" % n).status_code for n in range(2)] == [409, 429]
    assert "5 receipts of this sender were refused and wait to be looked at" in hand_in(b"one more").text
    assert hand_in(b"," * 4_000_001).status_code == 413


def test_fields_that_nobody_reads_are_told_with_those_that_are(sending: Sending, sent: str, client: TestClient):
    finding = {"cell": "A.PRIS_ACT_CAP", "message": "Look."}
    told = json.dumps({"transmission": sent, "verdict": "acknowledged", "findings": [finding]}).encode()
    refused = client.post(f"{RECEIPTS}?name=cell.json", content=told, headers=key(sending, "ESTAT"))
    assert refused.status_code == 409
    assert (
        "has fields that are not read here: findings.cell. Read are transmission, message_id, verdict, message, findings, files, "
        "files.name, files.sha256, findings.file, findings.key, findings.period, findings.severity, findings.message."
        in refused.text
    )
