"""A returned workbook on its page: what it says otherwise is shown before it is entered, or its faults are; who may, and how large."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from answer_books import COMMENT, changed
from house import FIRST
from questionnaires import SENDER, Desk, desk_at
from reviewing import guard, signed_in
from site_tools import copied
from starlette.testclient import TestClient

from greffe.app import create_app
from greffe.transmission.answers.asked import MISSING, asked
from greffe.transmission.answers.book_back import workbook_of

PAGE = "/staff/answers/workbook"


@pytest.fixture(scope="module")
def desk(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return desk_at(copied(demo_home, tmp_path_factory.mktemp("came") / "var"))


def sent(client: TestClient, act: str, book: bytes | None = None, **fields: str) -> httpx.Response:
    files = {"book": ("retour.xlsx", book)} if book is not None else None
    return client.post(PAGE, data={"guard": guard(client.get(PAGE).text), "act": act, **fields}, files=files)


def told(answer: httpx.Response) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def test_a_workbook_is_looked_at_then_entered_or_its_faults_are_told(desk: Desk):
    parts = desk.parts
    one = desk.built("CEPEJ_CYCLE", 2024)
    body, cells = desk.content(one), asked(parts, "CEPEJ", 2024).cells
    number = next(a.name for a in cells if a.state == MISSING and a.row.layout.type == "number" and not a.house)
    held = next(a.name for a in cells if a.cell.held and a.cell.number is not None and not a.house)
    client, head = signed_in(create_app(parts), SENDER), parts.register.head()
    assert f'href="{PAGE}"' in client.get("/staff/answers").text
    assert f'href="{PAGE}"' in client.get("/staff/answers/CEPEJ?cycle=2024").text
    bad = changed(body, {number: "many", held: 1}, "Cases")
    assert sent(client, "look", bad).status_code == 303
    french = told(client.get(f"{PAGE}?lang=fr"))
    assert "Défauts : 3" in french.replace("\u00a0", " ")
    for fault in ("Cases, ligne 1, colonne A", "n’est pas un nombre", "un chiffre diffusé ne se retape jamais"):
        assert fault in french, fault
    assert 'value="take"' not in client.get(PAGE).text
    refused = sent(client, "take")
    assert refused.status_code == 409
    assert "retour.xlsx n’est pas repris" in told(refused)
    assert sent(client, "drop").status_code == 303
    assert "retour.xlsx" not in client.get(PAGE).text
    assert sent(client, "take").status_code == 404
    assert parts.register.head() == head  # nothing was entered by looking
    good = changed(body, {number: 41}, notes={(number, COMMENT): "Compté. / Counted."})
    assert sent(client, "look", good, of=one.id).status_code == 303
    shown = told(client.get(f"{PAGE}?lang=en"))
    for text in ("What retour.xlsx says", one.id, "comment", "Compté. / Counted.", "Enter it"):
        assert text in shown, text
    entered = sent(client, "take")
    assert (entered.status_code, entered.headers["location"]) == (303, "/staff/answers/CEPEJ?cycle=2024")
    answer = parts.ledger().answers["CEPEJ/2024"][number]
    assert (answer.said.value, answer.who) == ("41", SENDER.name)
    assert answer.said.words == {"comment": {"fr": "Compté.", "en": "Counted."}}
    assert "retour.xlsx" not in client.get(PAGE).text


def test_a_workbook_that_cannot_be_read_any_more_is_told_and_put_away(desk: Desk):
    """What went out is gone from the disk since: the page says so, and does not look as if nothing lay there."""
    parts = desk.parts
    one = next(t for t in parts.ledger().transmissions.values() if t.delivery == "CEPEJ_CYCLE")
    client = signed_in(create_app(parts), SENDER)
    assert sent(client, "look", desk.content(one)).status_code == 303
    (kept,) = parts.settings.home.rglob(f"{workbook_of(one).sha256}*")
    kept.rename(kept.with_suffix(".away"))
    shown = told(client.get(f"{PAGE}?lang=en"))
    assert "What retour.xlsx says" in shown
    assert "A stored file is missing" in shown
    assert 'value="take"' not in client.get(PAGE).text
    assert sent(client, "drop").status_code == 303
    assert "retour.xlsx" not in client.get(PAGE).text
    kept.with_suffix(".away").rename(kept)


def test_who_may_not_answer_what_is_no_workbook_and_what_is_too_large(desk: Desk):
    parts = desk.parts
    app = create_app(parts)
    approver, sender = signed_in(app, FIRST), signed_in(app, SENDER)
    assert 'name="book"' not in approver.get(PAGE).text
    one = next(t for t in parts.ledger().transmissions.values() if t.delivery == "CEPEJ_CYCLE")
    body = desk.content(one)
    denied = approver.post(
        PAGE, data={"guard": guard(approver.get("/staff").text), "act": "look"}, files={"book": ("b.xlsx", body)}
    )
    assert denied.status_code == 403
    assert sent(sender, "look", b"no workbook").status_code == 400
    assert sent(sender, "look", body, of="CEPEJ_CYCLE-1999-1").status_code == 404
    assert sent(sender, "bring", body).status_code == 400
    assert sender.post(PAGE, data={"act": "drop", "guard": "another"}).status_code == 403
    assert TestClient(app).get(PAGE, follow_redirects=False).status_code in (303, 401)
    small = replace(parts.settings, http=replace(parts.settings.http, upload_limit=len(body) - 1))
    parts.settings = small
    assert sent(signed_in(create_app(parts), SENDER), "look", body).status_code == 413
