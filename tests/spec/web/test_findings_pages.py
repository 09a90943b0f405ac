"""The pages of findings over HTTP: groups, one finding with its rows, acts and who may not do them, bad addresses."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest
from house import AUTHOR, FIRST, PUBLISHED, RELEASER, SECOND, new_house
from starlette.testclient import TestClient

from greffe.app import create_app
from greffe.release.access.accounts import accept, invite
from greffe.release.people import HOUSE, add_person
from greffe.store.base import Actor
from greffe.validation.run import RULES

GOOD = "zinc-mauve-ilot-karst"
HTML = {"accept": "text/html"}
TOTAL = "Le total est 692, mais les sexes font 688."  # 692 juveniles of 2010, of whom 688 by sex


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    made = new_house(tmp_path_factory.mktemp("findings") / "home")
    made.take(PUBLISHED / "prisons.csv", "INT_JUSTICE")
    add_person(made.parts, HOUSE, "ines", ["auditor"])
    for person in (AUTHOR, FIRST, SECOND, RELEASER, Actor("ines")):
        accept(made.parts, invite(made.parts, HOUSE, person.name), GOOD)
    return made


@pytest.fixture(scope="module")
def draft(house):
    return house.draft("UNODC_PRISONS")


@pytest.fixture(scope="module")
def enter(house):
    app, known = create_app(house.parts), {}

    def signed_in(who):
        if who not in known:
            known[who] = TestClient(app, headers=HTML, follow_redirects=False)
            known[who].post("/signin", data={"name": who, "password": GOOD, "back": "/staff"})
        return known[who]

    return signed_in


def send(client, path, page, **fields):
    guard = re.search(r'name="guard" value="([^"]+)"', client.get(page).text)[1]
    return client.post(path, data={"guard": guard, **fields})


def place_of(draft, rule, **key):
    found = [n for n, f in enumerate(draft.findings, 1) if f.rule == rule and key.items() <= f.key.items()]
    assert len(found) == 1
    return found[0]


def test_findings_are_counted_by_rule_and_the_public_is_sent_away(house, draft, enter):
    text = enter("ines").get(f"/staff/findings/{draft.id}?lang=fr").text
    errors = len(draft.errors)
    assert f"<dt>erreurs ouvertes</dt><dd>{errors}</dd>" in text
    for rule in {f.rule for f in draft.findings}:
        assert rule in text
    public = TestClient(enter("ines").app, headers=HTML, follow_redirects=False)
    answer = public.get(f"/staff/findings/{draft.id}")
    assert (answer.status_code, answer.headers["location"][:14]) == (303, "/signin?back=/")


def test_a_group_opens_to_its_findings_with_a_plot_and_rows(draft, enter):
    client = enter("ines")
    text = client.get(f"/staff/findings/{draft.id}?rule=QR-SUM-01&lang=fr").text
    mine = [f for f in draft.findings if f.rule == "QR-SUM-01"]
    assert text.count('class="plot marked"') == len(mine)
    assert TOTAL in text
    inner = place_of(draft, "QR-SUM-01", AGE="MIN")
    text = client.get(f"/staff/findings/{draft.id}/{inner}?lang=fr").text
    assert re.search(
        r'◆ 2011-01</strong>.*?<td class="n">692</td>.*?<td class="n">69</td>', text, re.DOTALL
    )  # its line


def test_the_same_findings_as_a_table(draft, enter):
    answer = enter("ines").get(f"/staff/findings/{draft.id}/table.csv?severity=error")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-type"].startswith("text/csv")
    assert sorted((r["rule"], r["period"]) for r in rows) == sorted((f.rule, f.period) for f in draft.errors)
    assert all(draft.findings[int(r["number"]) - 1].messages["fr"] == r["fr"] for r in rows)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("rule=QR-SUM-0", "Valeurs proches\u00a0: QR-SUM-0"),
        ("severity=fatal", "paramètre severity"),
        ("by=colour", "paramètre by"),
        ("page=0", "n’est pas une page"),
        ("page=x", "n’est pas une page"),
        ("ruel=QR-SUM-01", "Valeurs proches\u00a0: rule"),
    ],
)
def test_what_is_not_there_is_told_with_what_is_near(draft, enter, query, said):
    extra = "&rule=QR-SUM-01" if query.startswith("page") else ""
    answer = enter("ines").get(f"/staff/findings/{draft.id}?{query}{extra}")
    assert answer.status_code == 400
    assert said in answer.text


@pytest.mark.parametrize("path", ["NOBODY-1", "NOBODY%231", "{draft}/0", "{draft}/99999", "{draft}/x"])
def test_a_dataset_or_finding_that_is_not_there(draft, enter, path):
    assert enter("ines").get(f"/staff/findings/{path.format(draft=draft.id)}").status_code == 404


def test_warnings_are_accepted_by_approvers_with_a_reason(house, draft, enter):
    page, path = f"/staff/findings/{draft.id}", f"/staff/findings/{draft.id}/accept"
    rule = draft.warnings[0].rule
    denied = send(enter(AUTHOR.name), path, page, rule=rule, reason="I am sure")
    assert (denied.status_code, "camille is no approver" in denied.text) == (403, True)
    faulty = send(enter(FIRST.name), path, page, rule=rule, reason=" ")
    assert (faulty.status_code, "needs its reason" in faulty.text) == (400, True)
    whole = send(enter(FIRST.name), f"/staff/releases/{draft.id}?lang=fr", page, act="accept", reason=" ").text
    alert = re.search(r'role="alert">(.*?)</div>', whole, re.DOTALL)[1]
    assert ("Raison publique" in alert, "An acceptance" in alert or "acceptation" in alert) == (False, True), alert
    assert send(enter(FIRST.name), path, page, rule="QR-SUM-01", reason="x").status_code == 400
    assert house.parts.ledger().acceptances == ()
    done = send(enter(FIRST.name), path, page, rule=rule, reason="<script>alert(1)</script>")
    assert done.status_code == 303
    (accepted,) = house.parts.ledger().acceptances
    assert (accepted.rules, accepted.person) == ((rule,), FIRST.name)
    assert "&lt;script&gt;alert(1)" in enter("ines").get(page).text


def test_no_waiver_is_offered_where_none_lifts_the_error(draft, enter, monkeypatch):
    """Of a rule that keeps a value hidden the page says so instead of asking for reasons."""
    page = f"/staff/findings/{draft.id}/{place_of(draft, 'QR-SUM-01', AGE='MIN')}?lang=en"
    refused = "No waiver lifts this error: the rule keeps a value hidden or the data readable."
    asks, fixed = "Ask for a waiver", "No waiver lifts errors of QR-SUM-01"
    offered = enter(AUTHOR.name).get(page).text
    assert ("/waive" in offered, refused in offered) == (True, False)
    monkeypatch.setattr("greffe.release.waivers.RULES", [replace(r, waivable=False) for r in RULES])
    told = enter(AUTHOR.name).get(page).text
    assert ("/waive" in told, refused in told, asks in told) == (False, True, False)
    whole = enter(AUTHOR.name).get(f"/staff/findings/{draft.id}?lang=en").text
    assert (fixed in whole, "may be waived" in whole) == (True, False)
    assert asks in offered


def test_a_waiver_is_asked_for_by_an_author_and_signed_by_two_others(house, draft, enter):
    place = place_of(draft, "QR-SUM-01", AGE="MIN")
    page = f"/staff/findings/{draft.id}/{place}"
    asked = {"key": ["AGE", "INDICATEUR"], "period": "yes", "reason": "As published", "reference": "UNODC, 2023"}
    assert send(enter(FIRST.name), f"{page}/waive", page, **asked).status_code == 403
    faulty = send(enter(AUTHOR.name), f"{page}/waive", page, **{**asked, "reference": ""})
    assert (faulty.status_code, "As published" in faulty.text) == (400, True)
    assert send(enter(AUTHOR.name), f"{page}/waive", page, **{**asked, "key": "NOTHING"}).status_code == 400
    assert send(enter(AUTHOR.name), f"{page}/waive", page, **asked).status_code == 303
    (waiver,) = house.parts.ledger().waivers.values()
    assert (waiver.rule, waiver.key, waiver.period) == (
        "QR-SUM-01",
        {"AGE": "MIN", "INDICATEUR": "PRI_DETENUS"},
        "2011-01",
    )
    whole, sign = f"/staff/findings/{draft.id}", f"/staff/findings/{draft.id}/sign"
    before = enter("ines").get(whole + "?lang=en").text
    for person in (FIRST, SECOND):
        assert send(enter(person.name), sign, whole, waiver=waiver.id).status_code == 303
    again = send(enter(SECOND.name), sign, whole, waiver=waiver.id)
    assert (again.status_code, "already approved" in again.text) == (409, True)
    counted = [
        int(re.search(r"<dt>errors open</dt><dd>(\d+)", t)[1])
        for t in (before, enter("ines").get(whole + "?lang=en").text)
    ]
    assert counted == [len(draft.errors), len(draft.errors) - 1]


def test_a_draft_is_sent_back_by_an_approver(house, draft, enter):
    page, path = f"/staff/findings/{draft.id}", f"/staff/findings/{draft.id}/return"
    assert send(enter(RELEASER.name), path, page, reason="x").status_code == 403
    assert send(enter(SECOND.name), path, page, reason="Juveniles are to be checked.").status_code == 303
    text = enter("ines").get(page + "?lang=fr").text
    assert "Renvoyé par elise" in text
    assert "Juveniles are to be checked." in text
    told = send(enter(FIRST.name), f"/staff/releases/{draft.id}", f"/staff/releases/{draft.id}", act="approve")
    assert (told.status_code, "greffe prepare" in told.text, "/staff/drafts" in told.text) == (409, False, True)
    signoff = enter(FIRST.name).get(f"/staff/releases/{draft.id}?lang=en").text
    assert ("May still sign" in signoff, "Nobody can sign it now" in signoff) == (False, True)
    kinds = [e.kind for e in house.parts.register.read()]
    assert kinds.count("draft.returned") == 1
    assert house.draft("UNODC_PRISONS").id == draft.id
    assert "Renvoyé par elise" not in enter("ines").get(page + "?lang=fr").text


def test_a_question_to_the_register_that_does_not_read_shows_no_entry(enter):
    client = enter("ines")
    for query, said in (("kind=zorglub", "kind"), ("kind=relase", "release"), ("from=zz", "2027-01-31")):
        answer = client.get(f"/staff/register?{query}&lang=en")
        assert (answer.status_code, said in answer.text, "Session opened" in answer.text) == (400, True, False)
        assert "session.opened" not in answer.text.partition("<table")[2]
    assert client.get("/staff/register?kind=session").status_code == 200
    assert 'href="/data/UNODC_PRISONS"' in client.get("/data/unodc_prisons").text
