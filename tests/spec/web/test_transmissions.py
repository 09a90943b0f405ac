"""Deliveries on their pages: planned, built, signed by two, sent, told when they went wrong; each act by whom it is open to."""

from __future__ import annotations

import html
import re
import secrets
from dataclasses import replace
from datetime import timedelta

import pytest
from deliveries import PRIS, SENDER, sending_house
from house import AUTHOR, FIRST, SECOND
from starlette.testclient import TestClient

from greffe.app import create_app
from greffe.release.access.accounts import digest
from greffe.release.people import HOUSE, add_person
from greffe.release.waiting import waiting_for
from greffe.store.access import Session
from greffe.store.base import Actor
from greffe.web.pages.visitors import cookie_name

READER = Actor("rene")
LIST = "/staff/transmissions"


@pytest.fixture
def sending(tmp_path):
    made = sending_house(tmp_path)
    folder = tmp_path / "out" / "edamis"
    folder.mkdir(parents=True)
    file = tmp_path / "channels.toml"
    file.write_text(f'[edamis]\nkind = "folder"\npath = "{folder}"\n', encoding="utf-8")
    made.house.parts.settings = replace(made.house.parts.settings, channels=file)
    add_person(made.house.parts, HOUSE, READER.name, ["recipient:ESTAT"])
    return made


@pytest.fixture
def enter(sending):
    parts = sending.house.parts
    app = create_app(parts)

    def signed_in(person):
        token, now = secrets.token_hex(), sending.house.clock()
        session = Session(person.name, "local", secrets.token_hex(), now, now, now + timedelta(hours=9))
        parts.access.open_session(digest(token), session)
        cookies = {cookie_name(parts.settings): token}
        return TestClient(app, headers={"accept": "text/html"}, follow_redirects=False, cookies=cookies)

    return signed_in


def sent(client, page, **fields):
    files = fields.pop("files", None)
    guard = re.search(r'name="guard" value="([^"]+)"', client.get(LIST).text)
    form = {"guard": guard[1] if guard else "", **fields}
    return client.post(page, data=form, files=files)


def waits(sending, who):
    return [(t.kind, t.subject) for t in waiting_for(sending.house.parts, who) if t.kind.startswith("delivery")]


def test_from_plan_to_acknowledgement(sending, enter):
    one, page = f"{PRIS}-2022-1", f"{LIST}/{PRIS}-2022-1"
    sender = enter(SENDER)
    plan = sending.plan()
    built = sent(sender, LIST, delivery=PRIS, year="2022", plan=plan.checksum)
    assert (built.status_code, built.headers["location"]) == (303, page)
    assert waits(sending, FIRST) == waits(sending, SECOND) == [("delivery_sign", one)]
    early = sent(sender, page, act="send")
    assert early.status_code == 409
    assert "signed by nobody" in html.unescape(early.text)
    assert sent(sender, page, act="approve").status_code == 403  # who built it signs nothing
    for person in (FIRST, SECOND):
        assert sent(enter(person), page, act="approve").status_code == 303
    assert waits(sending, SENDER) == [("delivery_send", one)]
    assert sent(enter(FIRST), page, act="send").status_code == 403
    assert sent(sender, page, act="send").status_code == 303
    assert list(sending.arrived) == ["CRIME_CTSPRIS_A_FR_2022_0000.CSV"]
    file = sender.get(f"{page}/files/CRIME_CTSPRIS_A_FR_2022_0000.CSV")
    assert file.content == sending.arrived["CRIME_CTSPRIS_A_FR_2022_0000.CSV"]
    assert file.headers["cache-control"] == "no-store"
    report = b"freq,TIME_PERIOD,message\nA,2022,<b>Much</b> more than in 2021\n"
    back = sent(sender, page, act="receipt", verdict="acknowledged", files={"receipt": ("report.csv", report)})
    assert back.status_code == 303
    for lang, word in (("en", "acknowledged"), ("fr", "accusé reçu")):
        shown = sender.get(f"{page}?lang={lang}").text
        assert word in shown
        assert "&lt;b&gt;Much&lt;/b&gt; more than in 2021" in shown
        assert "<b>Much" not in shown
    assert waits(sending, SENDER) == []
    wrong = ("wrong.json", b'{"verdict": "refused", "files": [{"sha256": "0000"}]}')
    assert sent(sender, page, act="receipt", files={"receipt": wrong}).status_code == 409
    (left,) = sending.house.parts.ledger().turned_away.values()
    for shown in (sender.get(f"{page}?lang=en").text, sender.get("/staff/receipts").text):
        assert "wrong.json" in shown
        assert "has the checksum 0000" in shown
    assert sender.get(f"/staff/receipts/{left.id}/file").content == wrong[1]
    assert sent(enter(FIRST), "/staff/receipts", receipt=left.id, reason="x").status_code == 403
    assert sent(sender, "/staff/receipts", receipt=left.id, reason="Of last year.").status_code == 303
    assert "Of last year." in sender.get("/staff/receipts").text
    assert sent(sender, f"{page}/entered", files={"file": ("f.csv", b"question\n")}).status_code == 409  # no order list


def test_the_plan_on_the_page_is_what_is_built(sending, enter):
    sender, old = enter(SENDER), sending.plan().checksum
    sending.revise(",60709,", ",60711,")
    answer = sent(sender, LIST, delivery=PRIS, year="2022", plan=old)
    assert answer.status_code == 400
    assert "is not what it was: read it anew" in html.unescape(answer.text)
    assert not sending.house.parts.ledger().transmissions


@pytest.mark.parametrize(("fields", "status", "told"), [
    ({"delivery": "ESTAT_CTS_PRIZ", "year": "2022"}, 404, "There is no delivery ESTAT_CTS_PRIZ. Nearest: ESTAT_CTS_PRIS"),
    ({"delivery": PRIS, "year": "soon"}, 400, "'soon' is no year"),
    ({"delivery": PRIS, "year": "1999"}, 404, "does not ask for data of 1999"),
    ({"delivery": PRIS, "year": "2022", "colour": "red"}, 400, "Unknown field"),
])  # fmt: skip
def test_rubbish_is_told(sending, enter, fields, status, told):
    answer = sent(enter(SENDER), LIST, **fields)
    assert answer.status_code == status
    assert told in html.unescape(answer.text)


def test_what_went_wrong_waits_for_the_transmitter(sending, enter):
    parts, one = sending.house.parts, sending.signed()
    page = f"{LIST}/{one.id}"
    (sending.out / "edamis").rmdir()
    sender = enter(SENDER)
    assert sent(sender, page, act="send").status_code == 303
    assert parts.ledger().transmission(one.id).state == "failed"
    assert waits(sending, SENDER) == [("delivery_failed", one.id)]
    assert "is no folder that can be reached" in html.unescape(sender.get(page).text)
    assert sent(sender, page, act="cancel").status_code == 409  # without its reason
    assert sent(sender, page, act="cancel", reason="Next week").status_code == 303
    assert parts.ledger().transmission(one.id).state == "cancelled"
    late = f"/staff/deadlines/{PRIS}/2024"
    assert late in sender.get(LIST).text
    assert sent(sender, late, act="give_up").status_code == 409  # without its reason
    assert sent(enter(FIRST), late, act="give_up", reason="x").status_code == 403
    assert sent(sender, late, act="give_up", reason="Eurostat closed it").status_code == 303
    assert "Eurostat closed it" in sender.get(LIST).text
    assert sent(sender, late, act="take_up", reason="It asks again").status_code == 303
    assert parts.ledger().given_up == {}
    assert [w in sender.get(late).text for w in ("Eurostat closed it", "It asks again")] == [True, True]


def test_who_only_reads_for_a_body_sees_none_of_it(sending, enter):
    """Nor somebody who is not signed in; the pages take no parameter that they do not know."""
    reader = enter(READER)
    assert reader.get(LIST).status_code == 403
    assert reader.get(f"{LIST}/x").status_code == 403
    assert TestClient(reader.app, follow_redirects=False, headers={"accept": "text/html"}).get(LIST).status_code == 303
    author = enter(AUTHOR)
    assert author.get(LIST).status_code == 200
    assert 'name="plan"' not in author.get(LIST).text
    assert author.get(f"{LIST}?test=maybe").status_code == 400
    assert author.get(f"{LIST}/{PRIS}-2022-9").status_code == 404
