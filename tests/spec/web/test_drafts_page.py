"""Drafts prepared on a page: who may, what is shown on the way, what is said when it fails; the draft is the command's."""

from __future__ import annotations

import re
import threading
import time

import pytest
from house import AUTHOR, FIRST, FLOW, new_house
from starlette.testclient import TestClient

from greffe.app import create_app
from greffe.errors import BadInput
from greffe.release import preparing
from greffe.release.access.accounts import open_session
from greffe.release.lifecycle import dataflow_named, make_draft
from greffe.release.waiting import waiting_for
from greffe.store.base import Actor

PAGE = f"/staff/drafts/{FLOW}"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """The published offences are accepted, their map is signed; no draft yet."""
    return new_house(tmp_path_factory.mktemp("drafts") / "home", "published", "map")


@pytest.fixture(scope="module")
def enter(house):
    app = create_app(house.parts)

    def signed_in(who: Actor) -> TestClient:
        token, _ = open_session(house.parts, Actor(who.name, "local"))
        return TestClient(app, cookies={"greffe": token}, headers={"accept": "text/html"}, follow_redirects=False)

    return signed_in


def send(client, path=PAGE, **fields):
    guard = re.search(r'name="guard" value="([^"]+)"', client.get("/staff/account").text)[1]
    return client.post(path, data={"guard": guard, **fields})


def ended(house, flow=FLOW):
    for _ in range(600):
        state, runs = preparing.standing(house.parts, flow)
        if state and not runs:
            return state
        time.sleep(0.05)
    raise AssertionError("it did not end")


def test_an_author_prepares_the_draft_that_the_command_prepares(house, enter):
    """The same id and checksum as by the command, entered once, with who asked; then the approvers have it to sign."""
    author = enter(AUTHOR)
    listed = author.get("/staff/drafts?lang=en").text
    assert f'href="{PAGE}"' in listed
    answer = send(author, reason="First edition")
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    state = ended(house)
    record = house.parts.ledger().drafts[state.draft]
    assert (record.author, record.reason, state.fault) == ("camille", "First edition", "")
    page = author.get(f"{PAGE}?lang=en").text
    assert f'href="/staff/releases/{record.id}"' in page
    assert f"warnings: {record.warnings}" in page
    assert "driss, elise" in page
    assert [t.kind for t in waiting_for(house.parts, FIRST) if t.subject == record.id] == ["sign", "warnings"]
    told = []
    flow = dataflow_named(house.parts, FLOW)
    again = make_draft(house.parts, AUTHOR, flow, told.append, reason="First edition")
    assert (again.id, again.checksum) == (record.id, record.checksum)
    assert set(told) <= set(preparing.STAGES)
    assert len([e for e in house.parts.register.read(kinds=["draft.prepared"]) if e.subject == record.id]) == 1


def test_who_is_no_author_is_denied_in_the_core_and_that_is_recorded(house, enter):
    approver, head = enter(FIRST), house.parts.register.head()
    assert '<form method="post" class="narrow"' not in approver.get(PAGE).text
    answer = send(approver)
    assert (answer.status_code, "driss is no author" in answer.text) == (403, True)
    (entry,) = house.parts.register.read(after=head, kinds=["action.denied"])
    assert (entry.actor, entry.payload["what"]) == ("driss", f"POST {PAGE}")


@pytest.mark.parametrize(
    ("path", "fields", "status", "said"),
    [
        (PAGE, {"extracts": "INT_SSMSI-0"}, 409, "There is no accepted extract INT_SSMSI-0"),
        (PAGE, {"origin": "synthetic"}, 409, "No accepted synthetic extract"),
        ("/staff/drafts/UNODC_PRISONS", {}, 409, "No accepted extract"),
        ("/staff/drafts/ESTAT_CRIM_OFF_CATS", {}, 404, "ESTAT_CRIM_OFF_CAT"),
        (PAGE, {"extract": "x"}, 400, "extracts"),
    ],
)
def test_what_cannot_be_prepared_is_said_at_once_on_the_page(house, enter, path, fields, status, said):
    answer = send(enter(AUTHOR), path, **fields)
    assert (answer.status_code, said in answer.text.replace("&#39;", "'")) == (status, True), answer.text


def test_how_far_it_is_and_that_one_runs_at_a_time(house, enter, monkeypatch):
    """Shown to all, with a link for who has no scripts; a second one is refused meanwhile; a fault is told in the language of
    whoever looks."""
    go, author = threading.Event(), enter(AUTHOR)

    def slow(parts, who, flow, progress, **_given):
        progress("mapping")
        go.wait(20)
        raise BadInput("The column stands twice.", file="rows.parquet", row=7)

    monkeypatch.setattr(preparing, "make_draft", slow)
    monkeypatch.setattr(preparing, "_PATIENCE", 0.0)
    send(author)
    for _ in range(200):
        page = enter(FIRST).get(f"{PAGE}?lang=en").text
        if "Step 3 of 6: mapping" in page:
            break
    assert "Step 3 of 6: mapping" in page
    assert f'<a href="{PAGE}">See how far it is</a>' in page
    assert send(author).status_code == 409
    go.set()
    ended(house)
    found = author.get(f"{PAGE}?lang=fr").text
    assert ("rows.parquet" in found, "Aucun projet n’a été préparé" in found, "The column" in found) == (
        True,
        True,
        False,
    )
