"""Contributions on their pages: a person of a house answers and signs, the contact point merges; a workbook is looked at before
it is taken; each act by whom it is open to, in both languages."""

from __future__ import annotations

import hashlib
import html
import io
import re
import secrets
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from contributions import CAPACITY, CE, CLERK, COURTS, DAP, HELD, PAUL, filled, people
from house import AUTHOR
from questionnaires import SENDER, Desk, desk_at
from site_tools import copied
from starlette.testclient import TestClient

from greffe.app import create_app
from greffe.release.access.accounts import digest
from greffe.release.contributing import named
from greffe.store.access import Session
from greffe.store.base import Actor
from greffe.web.pages.visitors import cookie_name

LIST = "/staff/contributions"
PAGE = f"{LIST}/{DAP}"


@pytest.fixture(scope="module")
def desk(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    found = desk_at(copied(demo_home, tmp_path_factory.mktemp("pages") / "var"))
    people(found)
    return found


@pytest.fixture(scope="module")
def enter(desk: Desk) -> Callable[[Actor], TestClient]:
    app = create_app(desk.parts)

    def signed_in(person: Actor) -> TestClient:
        token, now = secrets.token_hex(), desk.clock()
        session = Session(person.name, "local", secrets.token_hex(), now, now, now + timedelta(hours=9))
        desk.parts.access.open_session(digest(token), session)
        cookies = {cookie_name(desk.parts.settings): token}
        return TestClient(app, headers={"accept": "text/html"}, follow_redirects=False, cookies=cookies)

    return signed_in


def fields(page: str) -> dict[str, str]:
    """What the form of cells would send: what stands there, and NA where nothing does."""
    found = dict(re.findall(r'<input name="([^"]+)" value="([^"]*)"', page))
    return {
        name: html.unescape(value) or ("NA" if name.startswith("value:") else "")
        for name, value in found.items()
        if ":" in name
    }


def sent(client: TestClient, address: str, act: str, **more: object) -> httpx.Response:
    shown = client.get(address).text
    files = more.pop("files", None)
    guard, revision = (re.search(rf'name="{n}" value="([^"]+)"', shown) for n in ("guard", "revision"))
    form = {"guard": guard[1] if guard else "", "revision": revision[1] if revision else "0", "act": act, **more}
    return client.post(address, data=form, files=files)


def without_its_last_row(content: bytes) -> bytes:
    """Its largest sheet ends with a row that has the number of the one before: some programs pass over it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        largest = max((n for n in parts.namelist() if "worksheets/" in n), key=lambda n: parts.read(n).count(b"<row "))
        for name in parts.namelist():
            body = parts.read(name)
            if name == largest:
                before, last = re.findall(rb'<row r="(\d+)"', body)[-2:]
                body = body.replace(b'<row r="%s"' % last, b'<row r="%s"' % before)
            made.writestr(name, body)
    return out.getvalue()


def told(answer: httpx.Response) -> str:
    return html.unescape(answer.text)


def test_a_person_answers_signs_and_the_contact_point_merges(desk: Desk, enter: Callable[[Actor], TestClient]):
    paul, contact = enter(PAUL), enter(SENDER)
    assert DAP in paul.get(LIST).text
    assert CE not in paul.get(LIST).text
    first = paul.get(PAGE)
    assert len(fields(first.text)) == 40 * 9  # a page of cells, each with its answer and the words beside it
    assert f'id="{HELD}"' not in first.text
    kept = sent(paul, PAGE, "give", **fields(first.text))
    assert (kept.status_code, kept.headers["location"]) == (303, PAGE)
    rest = fields(paul.get(f"{PAGE}?page=2").text)
    wrong = sent(paul, PAGE, "give", page="2", **{**rest, f"value:{CAPACITY}": "62 000"})
    assert wrong.status_code == 400
    assert "'62 000' is no number" in told(wrong)
    assert 'value="62 000"' in wrong.text  # what was typed is not lost
    foreign = sent(paul, PAGE, "give", **{f"value:{HELD}": "1"})
    assert "This cell is of SSER, not of DAP" in told(foreign)
    assert sent(paul, PAGE, "give", page="2", **rest).headers["location"] == f"{PAGE}?page=2"
    assert sent(contact, PAGE, "sign").status_code == 403
    assert sent(paul, PAGE, "sign").status_code == 303
    assert named(desk.parts, DAP).one.signatory == PAUL.name
    assert 'name="value:' not in paul.get(PAGE).text
    assert sent(paul, PAGE, "merge").status_code == 403
    assert sent(contact, PAGE, "merge").status_code == 303
    page = contact.get(f"{PAGE}?lang=fr").text
    assert "fusionnée" in page
    assert named(desk.parts, DAP).one.content in page


def test_a_workbook_is_looked_at_and_then_taken(desk: Desk, enter: Callable[[Actor], TestClient]):
    contact, page = enter(SENDER), f"{LIST}/{CE}"
    out = sent(contact, page, "export")
    assert out.headers["content-disposition"] == f'attachment; filename="{CE}-1.xlsx"'
    bad = filled(out.content, dict.fromkeys(COURTS, "many"), "A. Martin")
    lost = {"book": ("back.xlsx", without_its_last_row(out.content))}
    refused = sent(contact, page, "look", files=lost)
    if refused.status_code == 303:
        refused = contact.get(page)
    assert "A row has the number" in told(refused)
    look = {"book": ("back.xlsx", bad)}
    assert sent(contact, page, "look", files=look).status_code == 303
    shown = html.unescape(contact.get(f"{page}?lang=fr").text)
    assert re.search(
        r"Q91, ligne \d+, colonne H\s: Elle porte le texte «\smany\s» là où un nombre est demandé\.", shown
    )
    assert sent(contact, page, "take").status_code == 409
    shown = contact.get(page).text
    kept = named(desk.parts, CE).one.returned[-1]
    assert contact.get(f"{page}/books/{kept.sha256}").content == bad
    assert contact.get(f"{page}/books/{'0' * 64}").status_code == 404
    good = {"book": ("back.xlsx", filled(out.content, dict.fromkeys(COURTS, 7), "A. Martin"))}
    assert sent(contact, page, "look", files=good).status_code == 303
    assert named(desk.parts, CE).one.revision == 0
    assert sent(contact, page, "take").status_code == 303
    one = named(desk.parts, CE).one
    assert (one.state, one.signatory, one.signed.who) == ("signed", "A. Martin", SENDER.name)
    assert sent(contact, page, "reopen", reason="One line lacks").status_code == 303
    assert sent(contact, page, "look", files=good).status_code == 303
    (kept,) = desk.parts.settings.home.rglob(f"{hashlib.sha256(out.content).hexdigest()}*")
    away = kept.rename(kept.with_suffix(".away"))  # what went out is gone from the disk since
    shown = contact.get(f"{page}?lang=en").text
    assert "A stored file is missing" in shown
    assert 'value="drop"' in shown
    assert 'value="take"' not in shown
    assert sent(contact, page, "drop").status_code == 303
    assert 'value="drop"' not in contact.get(page).text
    away.rename(kept)
    moved = sent(contact, page, "extend", until="2027-01-15T18:00", reason="Holidays")
    assert moved.status_code == 303
    assert "2027-01-15 18:00" in contact.get(page).text


def test_who_sees_what(enter: Callable[[Actor], TestClient]):
    """People of another house see their own alone; an author of ours none."""
    clerk, author = enter(CLERK), enter(AUTHOR)
    theirs, nobodys = clerk.get(PAGE), clerk.get(f"{PAGE}X")
    assert (theirs.status_code, theirs.text) == (404, nobodys.text.replace(f"{DAP}X", DAP))
    assert sent(clerk, PAGE, "sign").status_code == sent(clerk, f"{PAGE}X", "sign").status_code == 404
    assert DAP not in clerk.get(LIST).text
    assert clerk.get("/staff/transmissions").status_code == 403
    assert author.get(LIST).status_code == 403
    assert LIST in clerk.get("/staff").text
    assert LIST not in author.get("/staff").text
    assert clerk.get(f"{LIST}/CEPEJ-2024-DSJ?page=x").status_code == 400
    assert sent(clerk, f"{LIST}/CEPEJ-2024-DSJ", "burn").status_code == 400
