"""Verifying all that is kept: beside the pages, one at a time, with what it found shown and recorded."""

from __future__ import annotations

import json
import re
import threading
import time

import pytest
from house import FLOW, RELEASER
from released import whole_story
from starlette.testclient import TestClient

from greffe.app import compose, create_app
from greffe.errors import Denied
from greffe.release import verifying
from greffe.release.access.accounts import accept, invite
from greffe.release.people import HOUSE, add_person
from greffe.store.base import Actor

GOOD = "zinc-mauve-ilot-karst"
WHERE = "/staff/register/verify"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    found = whole_story(tmp_path_factory.mktemp("verified") / "home")
    for name, role in (("ines", "auditor"), ("rita", "recipient:ESTAT")):
        add_person(found.parts, HOUSE, name, [role])
        accept(found.parts, invite(found.parts, HOUSE, name), GOOD)
    return found


@pytest.fixture(scope="module")
def enter(house):
    app = create_app(house.parts)

    def signed_in(who):
        client = TestClient(app, headers={"accept": "text/html"}, follow_redirects=True)
        client.post("/signin", data={"name": who, "password": GOOD, "back": "/staff/account"})
        return client

    return signed_in


@pytest.fixture
def held_up(monkeypatch):
    """One look that waits until it is let go."""
    go = threading.Event()
    monkeypatch.setattr(
        verifying, "looks", lambda parts: [("register", lambda: ()), ("slow", lambda: go.wait(20) and ())]
    )
    monkeypatch.setattr(verifying, "_PATIENCE", 0.0)
    yield go
    go.set()


def send(client, what):
    guard = re.search(r'name="guard" value="([^"]+)"', client.get("/staff/account").text)[1]
    return client.post(WHERE, data={"guard": guard, "what": what})


def ended(parts):
    end = time.monotonic() + 30
    while (found := verifying.standing(parts))[1] or not found[0].ended:
        assert time.monotonic() < end
        time.sleep(0.02)
    return found[0]


def test_an_auditor_verifies_all_and_that_is_recorded(house, enter):
    head = house.parts.register.head()
    page = send(enter("ines"), "all")
    one = ended(house.parts)
    ledger = house.parts.ledger()
    kept = len(ledger.accepted) + len(ledger.drafts) + len(ledger.releases)
    assert (one.what, one.who, one.done, one.total, one.count) == ("all", "ines", 1 + kept, 1 + kept, 0)
    assert len(ledger.releases) == 5
    assert (page.status_code, page.url.path) == (200, WHERE)
    (entry,) = house.parts.register.read(after=head, kinds=["register.verified"])
    assert (entry.actor, entry.subject) == ("ines", "all")
    assert (entry.payload["looked_at"], entry.payload["faults"], entry.payload["late"]) == (1 + kept, 0, False)
    text = enter("ines").get(f"{WHERE}?lang=fr").text
    assert "Intact." in text
    assert f"sont tels qu’écrits\u00a0: {1 + kept} relus" in text


def test_a_damaged_release_is_told_and_the_others_are_looked_at(house, enter):
    file = house.parts.settings.releases / FLOW / "2" / "data.parquet"
    good = file.read_bytes()
    file.write_bytes(good[:20] + bytes([good[20] ^ 1]) + good[21:])
    try:
        send(enter("ines"), "all")
        one = ended(house.parts)
    finally:
        file.write_bytes(good)
    assert (one.done, one.count) == (one.total, 1)
    assert one.faults[0].startswith(f"{FLOW}#2: ")
    page = enter("ines").get(WHERE).text
    assert "Not intact, faults: 1." in page
    assert f"{FLOW}#2: " in page
    (*_, entry) = house.parts.register.read(kinds=["register.verified"])
    assert entry.payload["first_faults"] == list(one.faults)


def test_one_runs_at_a_time_and_everybody_sees_how_far_it_is(house, enter, held_up):
    """In other processes too, which share the home directory; the page asks again by itself, and has a link to do so."""
    assert verifying.start(house.parts, Actor("ines"), "all")
    other = compose(house.parts.settings, house.clock)
    end = time.monotonic() + 10
    while verifying.standing(other)[0].total != 2:
        assert time.monotonic() < end
    assert verifying.standing(other)[1]
    assert not verifying.start(other, RELEASER, "chain")
    client = enter("ines")
    page = send(client, "chain").text
    assert re.search(r'<progress id="far" value="[01]" max="2">', page)
    assert 'hx-trigger="every 1s"' in page
    assert f'<a href="{WHERE}">' in page
    assert 'name="what"' not in page
    held_up.set()
    assert ended(house.parts).what == "all"
    page = client.get(WHERE).text
    assert "hx-trigger" not in page
    assert 'name="what"' in page


def test_what_takes_too_long_or_was_cut_off_says_so(house, enter, monkeypatch):
    monkeypatch.setattr(verifying, "LONGEST", -1.0)
    send(enter("ines"), "all")
    assert ended(house.parts).late
    page = enter("ines").get(WHERE).text
    assert "It took too long" in page
    assert "Intact." not in page
    file = house.parts.settings.home / "verification.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"ended": "", "late": False, "done": 3}))
    page = enter("ines").get(WHERE).text
    assert "It was cut off when 3 of" in page
    assert 'name="what"' in page


def test_a_look_that_fails_is_a_fault(house, monkeypatch, caplog):
    monkeypatch.setattr(verifying, "looks", lambda parts: [("broken", lambda: 1 / 0), ("good", lambda: ())])
    assert verifying.start(house.parts, Actor("ines"), "all")
    one = ended(house.parts)
    assert (one.done, one.faults) == (2, ("broken: it could not be looked at (ZeroDivisionError).",))
    assert "broken was not verified" in caplog.text


def test_a_recipient_may_not_and_that_is_recorded(house, enter):
    head = house.parts.register.head()
    answer = send(enter("rita"), "all")
    assert (answer.status_code, "rita may not verify" in answer.text) == (403, True)
    (entry,) = house.parts.register.read(after=head, kinds=["action.denied"])
    assert (entry.actor, entry.payload["what"]) == ("rita", f"POST {WHERE}")
    with pytest.raises(Denied):
        verifying.start(house.parts, Actor("rita"), "chain")


def test_another_thing_to_verify_or_page_is_refused(enter):
    client = enter("ines")
    answer = send(client, "chan")
    assert (answer.status_code, "chain" in answer.text) == (400, True)
    assert client.get("/staff/register?page=x").status_code == 400
    assert client.get("/staff/register?page=999").status_code == 400
