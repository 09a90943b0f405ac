"""Standing orders by key and on their pages: made, followed, fetched, answered with a receipt; nobody sees another body's."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta

import feedparser
import pytest
from deliveries import PRIS, sending_house
from house import AUTHOR, FIRST, SECOND
from starlette.testclient import TestClient

from greffe.app import create_app, job_tools
from greffe.jobs.running import run_now
from greffe.jobs.works import WORKS
from greffe.release.access.accounts import digest
from greffe.release.access.keys import make_key
from greffe.release.grants import approve_grant, end_grant, propose_grant
from greffe.release.lifecycle import dataflow_named
from greffe.release.people import HOUSE, add_person
from greffe.store.access import Session
from greffe.web.pages.visitors import cookie_name

QUERY = f"/sdmx/v2/data/dataflow/SSER/{PRIS}/1.0.0/*?format=csv"
ORDERS = "/api/v1/orders"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    made = sending_house(tmp_path_factory.mktemp("orders")).house
    for name, role in (
        ("rene", "recipient:ESTAT"),
        ("zoe", "recipient:UNODC"),
        ("hana", "auditor"),
        ("carl", "author"),
    ):
        add_person(made.parts, HOUSE, name, [role])
    return made


@pytest.fixture(scope="module")
def client(house):
    return TestClient(create_app(house.parts))


@pytest.fixture(scope="module")
def keys(house):
    found = {}
    for body in ("ESTAT", "UNODC"):
        _, secret = make_key(
            house.parts, HOUSE, body, f"recipient:{body}", ["orders"], [], house.clock() + timedelta(9)
        )
        found[body] = {"authorization": f"Bearer {secret}"}
    return found


@pytest.fixture(scope="module")
def enter(house):
    app = create_app(house.parts)

    def signed_in(name):
        token, now = secrets.token_hex(), house.clock()
        house.parts.access.open_session(digest(token), Session(name, "local", "g", now, now, now + timedelta(hours=9)))
        cookies = {cookie_name(house.parts.settings): token}
        return TestClient(app, headers={"accept": "text/html"}, follow_redirects=False, cookies=cookies)

    return signed_in


def look(house):
    return run_now(job_tools(house.parts), WORKS, "me", "orders").report.counts


def test_a_program_makes_follows_fetches_and_acknowledges(house, client, keys):
    mine, other = keys["ESTAT"], keys["UNODC"]
    made = client.post(
        ORDERS, json={"body": "ESTAT", "title": "Prisons", "query": f"http://testserver{QUERY}"}, headers=mine
    )
    assert made.status_code == 201
    id_ = made.json()["id"]
    assert made.json()["query"] == QUERY
    assert look(house) == {"prepared": 1}
    (one,) = client.get(f"{ORDERS}/{id_}", headers=mine).json()["deliveries"]
    assert (one["release"], one["state"]) == (f"{PRIS}#1", "sent")
    file = client.get(one["link"], headers=mine)
    assert (file.headers["cache-control"], file.headers["release"]) == ("no-store", f"{PRIS}#1")
    assert hashlib.sha256(file.content).hexdigest() == one["sha256"]
    assert file.content == client.get(QUERY).content
    said = client.post(one["link"], json={"act": "acknowledged", "said": "thanks"}, headers=mine)
    assert (said.json()["verdict"], said.json()["fetched"]) == ("acknowledged", 1)
    for path in (f"{ORDERS}/{id_}", one["link"]):
        assert client.get(path, headers=other).status_code == 404
        assert client.get(path).status_code == 401
    assert client.post(f"{ORDERS}/{id_}", json={"act": "end"}, headers=other).status_code == 404
    assert client.get(ORDERS, headers=other).json() == []
    assert client.post(f"{ORDERS}/{id_}", json={"act": "end"}, headers=mine).json()["state"] == "ended"
    assert client.post(f"{ORDERS}/{id_}", json={"act": "resume"}, headers=mine).status_code == 409


def test_values_by_grant_are_written_when_they_are_fetched_and_kept_nowhere(house, client):
    _, secret = make_key(
        house.parts, HOUSE, "g", "recipient:ESTAT", ["orders", "granted"], [], house.clock() + timedelta(9)
    )
    key, flow = {"authorization": f"Bearer {secret}"}, dataflow_named(house.parts, PRIS)
    grant = propose_grant(
        house.parts, AUTHOR, "ESTAT", flow, (house.clock() + timedelta(30)).date(), "The act says so."
    )
    for person in (FIRST, SECOND):
        approve_grant(house.parts, person, grant.id)
    wanted = {"body": "ESTAT", "title": "By grant", "granted": True, "dataflow": PRIS}
    id_ = client.post(ORDERS, json=wanted, headers=key).json()["id"]
    assert look(house) == {"prepared": 1}
    (one,) = client.get(f"{ORDERS}/{id_}", headers=key).json()["deliveries"]
    assert (one["state"], one["sha256"]) == ("sent", "")
    file = client.get(one["link"], headers=key)
    assert "CONFIDENTIAL" in file.headers["content-disposition"]
    assert len(list(house.parts.register.read(kinds=["grant.used"]))) == 1
    feed = feedparser.parse(client.get(f"{ORDERS}/{id_}/feed", headers=key).content)
    assert [(e.title, e.links[-1].href) for e in feed.entries] == [
        (f"By grant: {PRIS}#1", f"http://127.0.0.1:8000{one['link']}")
    ]
    end_grant(house.parts, AUTHOR, grant.id, "It is over.")
    assert client.get(one["link"], headers=key).status_code == 403
    client.post(f"{ORDERS}/{id_}", json={"act": "end"}, headers=key)


def test_the_secret_of_a_webhook_is_told_when_it_is_made_alone(client, keys):
    wanted = {"body": "ESTAT", "title": "hook", "query": QUERY, "way": "webhook", "to": "https://hooks.example.org/in"}
    made = client.post(ORDERS, json=wanted, headers=keys["ESTAT"]).json()
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", made["secret"])
    assert client.get(f"{ORDERS}/{made['id']}", headers=keys["ESTAT"]).json()["secret"] == ""
    client.post(f"{ORDERS}/{made['id']}", json={"act": "end"}, headers=keys["ESTAT"])


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"body": "UNODC", "title": "t", "query": QUERY}, 403, "does not read for UNODC"),
        ({"body": "ESTAT", "title": "t", "query": QUERY, "way": "mail"}, 400, "way"),
        ({"body": "ESTAT", "title": "t", "query": QUERY, "ways": "link"}, 400, "ways"),
        ({"body": "ESTAT", "title": "t", "query": QUERY.replace("csv", "cvs")}, 400, "csv"),
        ({"body": "ESTAT"}, 400, "title"),
        ("nonsense", 400, ""),
    ],
)
def test_what_is_wrong_is_told_as_a_problem(client, keys, body, status, said):
    answer = client.post(ORDERS, json=body, headers=keys["ESTAT"])
    assert answer.status_code == status
    assert said in answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.post("/api/v1/releases", json={}, headers=keys["ESTAT"]).status_code == 405


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_that_is_not_called_json_is_told_so(client, keys, kind):
    """In words, and not as Python writes bytes."""
    answer = client.post(ORDERS, content=b'{"body":"ESTAT"}', headers=keys["ESTAT"] | {"content-type": kind})
    assert answer.status_code == 400
    assert answer.json()["detail"] == "The body is read as JSON alone: its Content-Type is application/json."
    listed = client.post(ORDERS, json=["a"], headers=keys["ESTAT"]).json()["detail"]
    assert "cannot be read here" in listed
    assert "b'" not in listed


def test_a_body_has_its_page_and_the_house_looks(house, enter):
    rene, zoe, hana = enter("rene"), enter("zoe"), enter("hana")
    form = {"guard": "g", "body": "ESTAT", "title": "Écrous", "query": QUERY, "when": "schedule", "schedule": "0 6 1 * *",
            "way": "link", "to": ""}  # fmt: skip
    assert rene.post("/orders", data={**form, "guard": "other"}).status_code == 403
    wrong = rene.post("/orders?lang=fr", data={**form, "schedule": "6 heures"})
    assert wrong.status_code == 400
    assert "cinq champs" in wrong.text
    assert 'value="6 heures"' in wrong.text
    place = rene.post("/orders", data=form).headers["location"]
    assert re.fullmatch("/orders/O-[0-9a-f]{8}", place)
    shown = rene.get(f"{place}?lang=fr").text
    assert "Écrous" in shown
    assert "0 6 1 * *" in shown
    house.clock.forward(days=9)
    assert look(house) == {"prepared": 1}
    rene, zoe, hana = enter("rene"), enter("zoe"), enter("hana")
    file = rene.get(f"{place}/files/1")
    assert file.headers["content-disposition"].endswith('.csv"')
    assert rene.post(place, data={"guard": "g", "act": "acknowledged", "number": "1"}).status_code == 303
    assert "acknowledged" in rene.get(f"{place}?lang=en").text
    assert "Écrous" not in zoe.get("/orders").text
    assert {zoe.get(p).status_code for p in (place, f"{place}/files/1")} == {404}
    assert zoe.post(place, data={"guard": "g", "act": "end"}).status_code == 404
    assert "Écrous" in hana.get("/orders").text
    assert hana.get(f"{place}/files/1").status_code == 403
    assert "whsec" not in hana.get(place).text
    assert enter("carl").get("/orders").status_code == 403
    assert 'href="/orders"' in rene.get("/staff").text
    (link,) = re.findall(r'href="(/orders\?query=[^"#]+)#make"', rene.get(f"/data/{PRIS}").text)
    assert f'value="/sdmx/v1/data/SSER,{PRIS},1.0.0/' in rene.get(link).text
    assert "/orders?" not in hana.get(f"/data/{PRIS}").text
    assert 'href="/orders"' not in enter("carl").get("/staff").text
    assert rene.post(place, data={"guard": "g", "act": "end", "reason": "done"}).status_code == 303
    assert [e.payload["reason"] for e in house.parts.register.read(kinds=["order.ended"])][-1] == "done"
