"""A recipient's machine hands receipts in with a key for them: of its own deliveries alone; a wrong one is kept for the house."""

from __future__ import annotations

import hashlib
import json

import pytest
from deliveries import Sending, machine_key, sending_house, sent_once
from starlette.testclient import TestClient

from greffe.app import create_app
from greffe.transmission.turned_away import waiting

RECEIPTS = "/api/v1/receipts"


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
    return machine_key(sending, body, action)


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
