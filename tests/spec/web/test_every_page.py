"""Every page of the demonstration as it is read: no English on a French page, no "1 séries", no raw key of an entry.

The pages are those that the browser looks at (PUBLIC and STAFF of tests/browser/test_pages.py), asked without a browser.
"""

from __future__ import annotations

import ast
import json
import re
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from journey_tools import ROOT
from lxml import html
from site_tools import copied
from starlette.testclient import TestClient

from greffe.app import compose, create_app
from greffe.french import spoken
from greffe.release.access.accounts import digest
from greffe.release.people import ROLES
from greffe.settings import read_settings
from greffe.store.access import Session
from greffe.web.pages.blanks import unbroken
from greffe.web.pages.visitors import cookie_name
from greffe.web.pages.words import filled, table
from greffe.web.staff.register import SAID
from greffe.web.staff.words_of import days_left

READER = "hana"  # an auditor sees the register whole
AUTHOR = "camille"
ONE = re.compile(r"(?<![\w,./:#–-])(?<![\d/:#–-][\s\u202f])1[ \u00a0\u202f]([^\W\d_]+)")
ALWAYS = {"flux", "fois", "mois", "processus", "pays", "choix", "accès", "temps", "avis", "series", "relus"}
SILENT = ("script", "style", "code", "pre", "textarea", "svg")
TOLD = ("title", "aria-label", "placeholder", "alt")


def listed(name: str) -> tuple[str, ...]:
    """PUBLIC or STAFF of the browser's list of pages."""
    tree = ast.parse((ROOT / "tests/browser/test_pages.py").read_text("utf-8"))
    return next(
        tuple(ast.literal_eval(node.value))
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name
    )


@pytest.fixture(scope="module")
def client(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    parts = compose(read_settings({}, home=copied(demo_home, tmp_path_factory.mktemp("pages") / "var")))
    with TestClient(create_app(parts)) as made:
        made.tokens = {}
        for name in (READER, AUTHOR):
            token, now = secrets.token_urlsafe(32), parts.clock()
            session = Session(name, "local", secrets.token_hex(), now, now, now + timedelta(hours=1))
            parts.access.open_session(digest(token), session)
            made.tokens[name] = (cookie_name(parts.settings), token)
        yield made


def page(client: TestClient, path: str, lang: str, who: str = "") -> html.HtmlElement:
    cookie = client.tokens[who] if who else None
    headers = {"accept": "text/html", "accept-language": lang}
    client.cookies.clear()
    answer = client.get(path, headers={**headers, **({"cookie": f"{cookie[0]}={cookie[1]}"} if cookie else {})})
    assert answer.status_code in (200, 403, 404), (path, answer.status_code)
    found = html.fromstring(answer.text)
    assert found.get("lang") == lang, path
    return found


def texts(element: html.HtmlElement, lang: str, told: Sequence[str] = TOLD) -> Iterator[str]:
    """What is read in the language of the page, piece by piece: not what is marked as another language, nor code."""

    def read(node: html.HtmlElement, said: str) -> Iterator[str]:
        said = node.get("lang") or said
        if said == lang:
            yield from (t for t in (node.text, *(node.get(a) for a in told)) if t)
        for child in node:
            if isinstance(child.tag, str) and child.tag not in SILENT:
                yield from read(child, said)
            if said == lang and child.tail:
                yield child.tail

    return read(element, lang)


heard = cache(spoken)  # the same words stand on every page
COLON = re.compile(r"[^\W_][ ]?[:;!?](?=\s|$)")


def faults(found: html.HtmlElement, lang: str) -> Iterator[str]:
    if lang == "fr":
        for text in texts(found, lang):
            if heard(text) == "en":
                yield f"English: {' '.join(text.split())[:200]}"
        for text in texts(found, lang, ()):
            if COLON.search(text):
                yield f"mark without its blank: {COLON.sub('>>', text).strip()[:200]}"
    for line in (
        " ".join(e.text_content().split())
        for e in found.iter("p", "li", "td", "dd", "dt", "caption", "summary", "label", "h2")
    ):
        for one in ONE.finditer(line):
            word = one.group(1)
            if word not in ALWAYS and word.islower() and word.endswith(("s", "x")):
                yield f"one of several: {line[max(0, one.start() - 30) : one.end() + 30]}"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_pages_are_in_their_language_and_their_words_in_the_right_number(client, lang):
    """What stays English on a French page (a comment, a title) is marked as such, so that it is pronounced rightly."""
    found = [
        f"{path} {fault}"
        for who, paths in (
            ("", listed("PUBLIC")),
            (AUTHOR, listed("STAFF")),
            (READER, ("/staff/register?page=2", "/staff/keys")),
        )
        for path in paths
        for fault in dict.fromkeys(faults(page(client, path, lang, who), lang))
    ]
    assert not found, "\n".join(found)


def test_what_is_english_is_found():
    """By hand: in a text, after an element, in a title; not in code, not where it is marked, not in a name of two words."""
    found = html.fromstring(
        "<div><p>The sum of the parts.</p><p>Oui<b>x</b> and of the rest</p><i title='What it is'>-</i><code>for the</code>"
        "<span lang='en'>It is of the house <b>and so</b> is this</span><p>Data Explorer</p><p>Le total de l’année</p></div>"
    )
    assert list(faults(found, "fr")) == [
        "English: The sum of the parts.", "English: and of the rest", "English: What it is"
    ]  # fmt: skip
    one = html.fromstring("<div><p>1 séries, 2 séries, 1 flux, 21 séries, 1 234 séries, n° 1 séries</p></div>")
    assert len(list(faults(one, "fr"))) == 2


def test_blanks_before_punctuation_do_not_break():
    """In text alone: what a field sends back and what is copied stay as they were; a mark without its blank is found."""
    kept = '<input value="a : b"><code>x ? y : z</code><textarea>a ; b</textarea><option>a : b</option><a href="/?q=a : b">'
    assert unbroken(kept) == kept
    read = '<p title="a : b">Titre : « mot » ; quoi ? <b>a</b> : 1:2</p><option value="1">a : b</option>'
    told = '<p title="a : b">Titre_: «_mot_»_; quoi_? <b>a</b>_: 1:2</p><option value="1">a_: b</option>'
    assert unbroken(read) == told.replace("_", "\u00a0")
    found = html.fromstring(
        "<div><p>Titre: x</p><p>Titre : x</p><p>Titre\u00a0: x</p><code>a: b</code><i lang='en'>a: b</i></div>"
    )
    assert len(list(faults(found, "fr"))) == 2
    assert not list(faults(found, "en"))


def test_words_are_in_the_number_of_what_they_count():
    text = "{n} {n:série|séries} dans {m} {m:fichier|fichiers}, {n:la seule|les {n}}"
    assert filled(text, "fr", {"n": 1, "m": "0"}) == "1 série dans 0 fichier, la seule"
    assert filled(text, "fr", {"n": "1 234", "m": 2}) == "1 234 séries dans 2 fichiers, les 1 234"
    assert filled("{n} {n:file|files}", "en", {"n": 0}) == "0 files"
    assert filled("{n} {n:file|files}", "en", {"n": "1"}) == "1 file"
    assert filled("{x:.1f}", "en", {"x": 1.25}) == "1.2"


@pytest.mark.parametrize(
    ("last", "en", "fr"),
    [
        ("2026-06-30", "154\u00a0days ago", "il y a 154\u00a0jours"),  # July to November: 31, 31, 30, 31, 30, and one
        ("2026-12-13", "in 12\u00a0days", "dans 12\u00a0jours"),
        ("2026-11-30", "yesterday", "hier"),
        ("2026-12-01", "today", "aujourd’hui"),
        ("2026-12-02", "tomorrow", "demain"),
    ],
)
def test_days_are_counted_as_the_calendar_does(last, en, fr):
    told = [days_left(date.fromisoformat(last), date(2026, 12, 1), lang) for lang in ("en", "fr")]
    assert told == [en, fr]


def test_who_may_not_look_is_told_which_roles_may(client):
    """In the words of the language, the roles of the page and one's own."""
    cookie = "=".join(client.tokens[AUTHOR])
    answer = client.get("/staff/people", headers={"accept": "text/html", "accept-language": "fr", "cookie": cookie})
    told = html.fromstring(answer.text).find(".//div[@role='alert']").text_content().replace("\u00a0", " ")
    assert answer.status_code == 403
    assert told == "camille n’a aucun des rôles de cette page : auditeur, administrateur (rôles : auteur)."


def test_every_role_says_what_it_allows():
    """The page that asks before a role is given."""
    assert {f"may_{role}" for role in ROLES} == {key for key in table("staff_people_sure") if key.startswith("may_")}


def test_members_of_entries_have_words(demo_home):
    """What the demonstration's entries say (test_register_words.py: what the code writes)."""
    with sqlite3.connect(f"file:{demo_home / 'register.db'}?mode=ro", uri=True) as register:
        found = set()
        for (payload,) in register.execute("SELECT payload FROM entries"):
            members = json.loads(payload)
            lists = [one for value in members.values() if isinstance(value, list) for one in value]
            found |= {name for one in (members, *lists) if isinstance(one, dict) for name in one}
    assert len(found) > 60
    assert not found - set(table(SAID))
