"""Recipients ask about their own deliveries over HTTP, by key or signed in, and read what is answered; nobody sees another's."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

import pytest
from deliveries import PRIS, SENDER, Sending, machine_key, sending_house, sent_once
from starlette.testclient import TestClient

from greffe.app import create_app
from greffe.release.access.accounts import digest
from greffe.release.people import HOUSE, add_person
from greffe.release.waiting import Asker
from greffe.store.access import Session
from greffe.transmission.rounds.answering import Given, answer
from greffe.transmission.tasks import queries
from greffe.web.pages.visitors import cookie_name

CELL = f"{PRIS}/A.PRIS_ACT_CAP.TOTAL.TOTAL.TOTAL.TOTAL.T.NR.FR/2022"
QUERIES = "/api/v1/queries"


@pytest.fixture(scope="module")
def sending(tmp_path_factory: pytest.TempPathFactory) -> Sending:
    return sending_house(tmp_path_factory.mktemp("queries"))


@pytest.fixture(scope="module")
def sent(sending: Sending) -> str:
    return sent_once(sending)


@pytest.fixture(scope="module")
def client(sending: Sending) -> TestClient:
    return TestClient(create_app(sending.house.parts), follow_redirects=False)


def key(sending: Sending, body: str, action: str = "queries") -> dict[str, str]:
    return machine_key(sending, body, action)


def signed_in(sending: Sending, client: TestClient, name: str) -> dict[str, str]:
    parts, token = sending.house.parts, secrets.token_hex()
    at = parts.clock()
    parts.access.open_session(
        digest(token), Session(name, "local", secrets.token_hex(), at, at, at + timedelta(hours=9))
    )
    return {"cookie": f"{cookie_name(parts.settings)}={token}"}


def wanted(sent: str, **other: object) -> dict[str, object]:
    return {"transmission": sent, "queries": [{"cells": [CELL], "question": "Why 72,350?", **other}]}


def test_asked_by_key_answered_and_accepted(sending: Sending, sent: str, client: TestClient):
    parts, mine = sending.house.parts, key(sending, "ESTAT")
    asked = client.post(QUERIES, json=wanted(sent, deadline="2099-01-31"), headers=mine)
    assert asked.status_code == 201, asked.text
    assert asked.headers["cache-control"] == "no-store"
    (one,) = asked.json()
    assert (one["id"], one["state"], one["cells"], one["deadline"]) == (f"{sent}-q1", "asked", [CELL], "2099-01-31")
    (task,) = queries(parts, Asker(SENDER.name, ("transmitter",)))
    assert (task.subject, task.place) == (f"{sent}-q1", f"/staff/transmissions/{sent}/queries/1")
    early = client.post(f"{QUERIES}/{one['id']}", json={"act": "accepted", "text": "Fine."}, headers=mine)
    assert (early.status_code, early.json()["detail"]) == (409, f"{one['id']} waits for our answer.")

    answer(parts, SENDER, one["id"], Given("Stock au 1er octobre.", "Stock of 1 October."))
    told = client.get(f"{QUERIES}/{one['id']}", headers=mine).json()
    assert told["state"] == "answered"
    assert told["turns"][-1]["texts"] == {"fr": "Stock au 1er octobre.", "en": "Stock of 1 October."}
    assert [p["name"] for p in told["turns"][-1]["proofs"]] == [CELL]
    assert SENDER.name not in str(told)  # who of us wrote it is not told
    again = client.post(f"{QUERIES}/{one['id']}", json={"act": "again", "text": "And 2021?"}, headers=mine).json()
    assert (again["state"], again["question"]) == ("asked", "And 2021?")
    answer(parts, SENDER, one["id"], Given("69 448.", "69,448.", trace=False))
    done = client.post(f"{QUERIES}/{one['id']}", json={"act": "accepted", "text": "Thank you."}, headers=mine)
    assert done.json()["state"] == "accepted"
    acts = [(e.kind, e.actor.partition(".")[0]) for e in parts.register.read(subject=one["id"])]
    assert acts == [
        ("round.asked", "key"), ("round.answered", "jules"), ("round.again", "key"), ("round.answered", "jules"),
        ("round.accepted", "key"),
    ]  # fmt: skip


def test_who_is_signed_in_asks_too_and_not_from_another_site(sending: Sending, sent: str, client: TestClient):
    add_person(sending.house.parts, HOUSE, "rene", ["recipient:ESTAT"])
    mine = signed_in(sending, client, "rene")
    listed = client.get(QUERIES, headers=mine).json()
    assert [d["transmission"] for d in listed["deliveries"]] == [sent]
    for other in ({"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}):
        assert client.post(QUERIES, json=wanted(sent), headers=mine | other).status_code == 403
    assert client.post(QUERIES, json=wanted(sent), headers=mine).status_code == 201


def test_others_see_nothing_and_what_is_no_query_is_refused(sending: Sending, sent: str, client: TestClient):
    parts, other, mine = sending.house.parts, key(sending, "UNODC"), key(sending, "ESTAT", "orders")
    head = parts.ledger().head
    assert client.get(QUERIES, headers=other).json() == {"deliveries": [], "queries": []}
    nothing = {"code": 404, "text": "of yours"}
    for found in (
        client.get(f"{QUERIES}/{sent}-q1", headers=other),
        client.post(QUERIES, json=wanted(sent), headers=other),
        client.post(f"{QUERIES}/{sent}-q1", json={"act": "again", "text": "x"}, headers=other),
    ):
        assert (found.status_code, nothing["text"] in found.text) == (nothing["code"], True), found.text
    assert parts.ledger().head == head
    assert client.get(QUERIES, headers=mine).status_code == 403  # a key for orders
    assert client.get(QUERIES).status_code == 401
    add_person(parts, HOUSE, "hana", ["auditor"])
    assert client.get(QUERIES, headers=signed_in(sending, client, "hana")).status_code == 403
    right = key(sending, "ESTAT", "advance")
    assert client.post(QUERIES, json=wanted(sent), headers=right).status_code == 403
    good = signed_in(sending, client, "rene")
    for body, status in (
        (wanted(sent, deadline="31/01/2099"), 400), (wanted(sent, deadline="2001-02-29"), 400),
        (wanted(sent, cells=[CELL.replace("/2022", "/1899")]), 404), (wanted(sent, question=" "), 400),
        ({"transmission": sent, "queries": []}, 400), (wanted(sent, more="x"), 400),
    ):  # fmt: skip
        assert client.post(QUERIES, json=body, headers=good).status_code == status, body


def test_pages_ask_answer_and_accept(sending: Sending, sent: str, client: TestClient):
    """The forms of the pages, posted as a browser does: with the token of the session, and refused without."""
    page, mine = f"/staff/transmissions/{sent}/queries", signed_in(sending, client, SENDER.name)
    mine |= {"accept": "text/html"}
    form = re.search(r'name="guard" value="([^"]+)"', client.get(page, headers=mine).text)
    assert form is not None
    csrf = {"guard": form[1]}
    asked = {"act": "ask", "cells": CELL, "question": "On the page?", "deadline": "2001-01-31"}
    assert client.post(page, data=asked, headers=mine).status_code == 403
    assert client.post(page, data=csrf | asked | {"cells": "X/Y/Z"}, headers=mine).status_code == 404
    assert client.post(page, data=csrf | asked, headers=mine).status_code == 303
    one = list(sending.house.parts.ledger().queries.values())[-1]
    assert (one.question, one.deadline, one.cells) == ("On the page?", "2001-01-31", (CELL,))
    place = f"{page}/{one.number}"
    for where in (page, place):
        assert re.search(r"2001-01-31 <span class=.tag bad.>[a-z]", client.get(where, headers=mine).text)
    said = {"act": "answer", "fr": "Oui.", "en": "Yes.", "trace": "yes", "pairs": ""}
    assert client.post(place, data=csrf | said | {"en": ""}, headers=mine).status_code == 400
    assert client.post(place, data=csrf | said, headers=mine).headers["location"] == place
    told = client.get(place, headers=mine).text
    proof = re.search(rf'href="({place}/proofs/[0-9a-f]{{64}})"', told)
    assert proof is not None
    assert client.get(proof[1], headers=mine).json()["published"] == "72350"
    assert (
        client.post(place, data=csrf | {"act": "again", "text": "Sure?", "deadline": ""}, headers=mine).status_code
        == 303
    )
    assert client.post(place, data=csrf | said | {"trace": ""}, headers=mine).status_code == 303
    assert client.post(place, data=csrf | {"act": "accept", "text": "By mail."}, headers=mine).status_code == 303
    assert client.post(place, data=csrf | {"act": "guess"}, headers=mine).status_code == 400
    acts = [t.act for t in sending.house.parts.ledger().query(one.id).turns]
    assert acts == ["asked", "answered", "again", "answered", "accepted"]
