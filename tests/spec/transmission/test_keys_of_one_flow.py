"""A key of one dataflow opens nothing of another, whichever action it is for; people and keys of all flows are held to none."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from deliveries import PRIS, Sending, machine_key, sending_house, sent_once
from house import FLOW
from starlette.testclient import TestClient

from greffe.app import create_app
from greffe.model.transmissions import Beside
from greffe.release.access.keys import ACTIONS, make_key
from greffe.release.people import HOUSE
from greffe.store.base import Actor
from greffe.transmission.rounds.parties import own_of

QUERY = f"/sdmx/v2/data/dataflow/SSER/{PRIS}/1.0.0/*?format=csv"
ORDER = {"body": "ESTAT", "title": "Prisons", "query": QUERY}
CELL = f"{PRIS}/A.PRIS_ACT_CAP.TOTAL.TOTAL.TOTAL.TOTAL.T.NR.FR/2022"


@pytest.fixture(scope="module")
def sending(tmp_path_factory: pytest.TempPathFactory) -> Sending:
    return sending_house(tmp_path_factory.mktemp("one-flow"))


@pytest.fixture(scope="module")
def client(sending: Sending) -> TestClient:
    return TestClient(create_app(sending.house.parts))


@pytest.fixture(scope="module")
def names(sending: Sending, client: TestClient) -> dict[str, str]:
    """What there is of the prisons: a delivery, a query about it, an order with its first delivery."""
    sent = sent_once(sending)
    asked = {"transmission": sent, "queries": [{"cells": [CELL], "question": "Why?"}]}
    query = client.post("/api/v1/queries", json=asked, headers=machine_key(sending, "ESTAT", "queries"))
    made = client.post("/api/v1/orders", json=ORDER, headers=machine_key(sending, "ESTAT", "orders"))
    return {"sent": sent, "query": query.json()[0]["id"], "order": made.json()["id"]}


def key(sending: Sending, action: str, *flows: str) -> dict[str, str]:
    until = sending.house.clock() + timedelta(9)
    title = f"{action} {flows}{len(sending.house.parts.ledger().keys)}"
    return {
        "authorization": f"Bearer {make_key(sending.house.parts, HOUSE, title, 'recipient:ESTAT', [action], flows, until)[1]}"
    }


# action, method, address, body; what a key of that flow is answered, and a key of another one
ASKED = [
    ("advance", "GET", f"/api/v1/advance/ESTAT/{PRIS}", None, "was granted no release", 403),
    ("granted", "GET", f"/api/v1/granted/ESTAT/{PRIS}", None, "has no grant", 403),
    ("orders", "POST", "/api/v1/orders", ORDER, 201, 403),
    ("orders", "GET", "/api/v1/orders/{order}", None, 200, 404),
    ("orders", "GET", "/api/v1/orders/{order}/feed", None, 200, 404),
    ("orders", "GET", "/api/v1/orders/{order}/deliveries/9", None, "has no delivery 9", 404),
    ("orders", "POST", "/api/v1/orders/{order}/deliveries/9", {"act": "again"}, "has no delivery 9", 404),
    ("orders", "POST", "/api/v1/orders/{order}", {"act": "end"}, 200, 404),
    ("queries", "GET", "/api/v1/queries/{query}", None, 200, 404),
    ("queries", "POST", "/api/v1/queries/{query}", {"act": "accepted", "text": "Fine."}, 409, 404),
    ("queries", "POST", "/api/v1/queries", {"queries": [{"cells": [CELL], "question": "And?"}]}, 201, 404),
    ("receipts", "POST", "/api/v1/receipts?transmission={sent}", {"verdict": "acknowledged"}, 201, 404),
]  # fmt: skip


def test_every_action_of_a_recipient_is_in_the_table():
    assert {row[0] for row in ASKED} == {action for action, role in ACTIONS.items() if role == "recipient"}


@pytest.mark.parametrize(("action", "method", "address", "body", "mine", "other"), ASKED)
def test_a_key_of_another_flow_is_refused(sending, client, names, action, method, address, body, mine, other):
    if body and "queries" in body:
        body = {**body, "transmission": names["sent"]}

    def asked(headers):
        return client.request(method, address.format(**names), json=body, headers=headers)

    refused = asked(key(sending, action, FLOW))
    assert refused.status_code == other, refused.text
    said = f"is not for {PRIS}." if other == 403 else "of yours."
    assert said in refused.json()["detail"]
    answered = asked(key(sending, action, PRIS))
    if isinstance(mine, int):
        assert answered.status_code == mine, answered.text
    else:
        assert mine in answered.json()["detail"]


@pytest.mark.parametrize(("address", "count"), [
    ("/api/v1/orders", len), ("/api/v1/receipts", len),
    ("/api/v1/queries", lambda told: len(told["deliveries"]) * len(told["queries"])),
])  # fmt: skip
def test_lists_hold_what_a_key_is_for(sending, client, names, address, count):
    """And a key of both flows, and one of all, see what a key of that flow sees."""
    action = address.rpartition("/")[2]
    told = [client.get(address, headers=key(sending, action, *f)).json() for f in ((FLOW,), (PRIS,), (FLOW, PRIS), ())]
    assert count(told[0]) == 0 < count(told[1])
    assert told[1] == told[2] == told[3]


def test_a_receipt_that_names_the_delivery_itself_is_turned_away(sending, client, names):
    receipt = json.dumps({"transmission": names["sent"], "verdict": "refused"})
    refused = client.post("/api/v1/receipts", content=receipt, headers=key(sending, "receipts", FLOW))
    assert refused.status_code == 409
    assert sending.state(names["sent"]) != "refused"


@pytest.mark.parametrize(("flows", "seen"), [((PRIS,), False), ((FLOW,), False), ((PRIS, FLOW), True), ((), True)])
def test_a_delivery_of_several_flows_is_of_a_key_for_all_of_them(sending, names, flows, seen):
    """A questionnaire is one file of several flows, and what is said of it is said of all."""
    parts = sending.house.parts
    sent = parts.ledger().transmission(names["sent"])
    (file,) = sent.files
    other = Beside(replace(file.dataflow, id=FLOW), f"{FLOW}#1")
    both = replace(sent, files=(replace(file, beside=(other,)),))
    made, _ = make_key(
        parts, HOUSE, f"both {flows}", "recipient:ESTAT", ["queries"], flows, sending.house.clock() + timedelta(9)
    )
    ledger = parts.ledger()
    there = SimpleNamespace(people=ledger.people, keys=ledger.keys, transmissions={both.id: both})
    found = own_of(SimpleNamespace(ledger=lambda: there), Actor(made.name, "key"))
    assert list(found) == ([both.id] if seen else [])
