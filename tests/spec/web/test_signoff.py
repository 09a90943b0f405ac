"""The page of sign-off over HTTP: what changes, who sees it, what stands in the way, what the policy asks, the hour in Paris."""

from __future__ import annotations

import csv
import html
import re
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from house import AUTHOR, FIRST, FLOW, PUBLISHED, RELEASER, SECOND, House, new_house
from starlette.testclient import TestClient

from greffe.app import create_app
from greffe.release.access.accounts import digest
from greffe.release.calendar import announce
from greffe.release.lifecycle import accept_warnings, approve_draft, kept_draft
from greffe.release.obstacles import obstacles
from greffe.release.people import HOUSE, add_person
from greffe.store.access import Session
from greffe.store.base import Actor
from greffe.web.pages.visitors import cookie_name

READER = Actor("ines")
# 821 intentional homicides in 2022 become 830, 696 in 2018 become 700: differences 9 and 4; 9/821 = 1.09622…, 4/696 =
# 0.57471… percent. By 100,000 of 67,871,925 the rate of 2022 goes from 1.2096… (1.21) to 1.2229… (1.22); that of 2018 stays
# 1.04 (1.0384… and 1.0443… of 67,026,224).
NEW = {("SSMSI_HOMICIDE", "2022"): "830", ("SSMSI_HOMICIDE", "2018"): "700"}


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> House:
    """Released as published; then an extract with two other figures is handed over."""
    made = new_house(tmp_path_factory.mktemp("signoff") / "home", "published", "map", "released")
    path = tmp_path_factory.mktemp("later") / "later.csv"
    with (PUBLISHED / "ssmsi_infractions.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        value = NEW.get((row["index_ssmsi"], row["periode"]))
        if value is not None:
            row["valeur"], row["version"] = value, "2"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    made.clock.forward(hours=1)
    made.take(path, "INT_SSMSI")
    add_person(made.parts, HOUSE, READER.name, ["recipient:ESTAT"])
    return made


@pytest.fixture(scope="module")
def draft(house):
    return house.draft()


@pytest.fixture(scope="module")
def enter(house):
    app = create_app(house.parts)

    def signed_in(person):
        token, now = secrets.token_hex(), house.clock()
        session = Session(person.name, "local", secrets.token_hex(), now, now, now + timedelta(hours=9))
        house.parts.access.open_session(digest(token), session)
        cookies = {cookie_name(house.parts.settings): token}
        return TestClient(app, headers={"accept": "text/html"}, follow_redirects=False, cookies=cookies)

    return signed_in


def sent(client, draft, **fields):
    page = f"/staff/releases/{draft.id}"
    guard = re.search(r'name="guard" value="([^"]+)"', client.get(page).text)[1]
    return client.post(page, data={"guard": guard, **fields})


def rows(text):
    """Series and period with what is released, what the draft has, the difference, and that in percent."""
    table = text.partition('<table class="changes">')[2].partition("</table>")[0]
    found = []
    for row in table.split("<tr>")[2:]:
        key = re.search(r"<code[^>]*>([^<]+)</code>", row)[1]
        cells = [html.unescape(re.sub("<[^>]+>", "", c)) for c in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)]
        found.append((key, *cells[:5]))
    return found


def test_the_largest_change_stands_first_with_its_size(enter, draft):
    text = enter(FIRST).get(f"/staff/releases/{draft.id}?lang=en").text
    told = rows(text)
    assert told[:2] == [
        ("A.ICCS0101.NR.FR", "2022", "821", "830", "+9", "+1.0962"),
        ("A.ICCS0101.NR.FR", "2018", "696", "700", "+4", "+0.5747"),
    ]
    assert told[2:] == [("A.ICCS0101.P_HTHAB.FR", "2022", "1.21", "1.22", "+0.01", "+0.8264")]
    assert "3 changed" in text
    assert f"/staff/trace/{FLOW}?key=A.ICCS0101.NR.FR&amp;period=2022&amp;release=1" in text
    assert f"/data/{FLOW}?key=A.ICCS0101.NR.FR" in text
    assert text.count('<svg class="plot figures"') == 2  # the differences, and one series in both vintages


def test_numbers_and_words_are_french_in_french(enter, draft):
    text = enter(FIRST).get(f"/staff/releases/{draft.id}?lang=fr").text
    assert rows(text)[0][1:] == ("2022", "821", "830", "+9", "+1,0962")
    assert "3 modifiées" in text
    assert "Peuvent encore signer\u00a0:" in text


def test_it_is_narrowed_and_a_series_is_drawn(enter, draft):
    client = enter(FIRST)
    only_rates = rows(client.get(f"/staff/releases/{draft.id}?unit=P_HTHAB").text)
    assert {r[0] for r in only_rates} == {"A.ICCS0101.P_HTHAB.FR"}
    text = client.get(f"/staff/releases/{draft.id}?series=A.ICCS0401.NR.FR&lang=en").text
    drawn = text.partition('<h3 id="series">')[2]
    assert "A.ICCS0401.NR.FR" in drawn
    assert "2008" in drawn


@pytest.mark.parametrize(
    "query",
    [
        "how=changd", "of=ICCS9999", "unit=NRR", "order=big", "page=0", "page=x", "page=-1", "series=A.ICCS0101",
        "series=A.ICCS9999.NR.FR", "done=approved", "shown=1", "how=gone&how=added",
    ],
)  # fmt: skip
def test_what_is_none_is_refused_by_its_name(enter, draft, query):
    answer = enter(FIRST).get(f"/staff/releases/{draft.id}?{query}&lang=en")
    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.text


@pytest.mark.parametrize("page", ["x", "0", "-1", "1.5", "٣", " "])
@pytest.mark.parametrize("path", ["/staff/releases", "/staff/register", "/staff/findings/{}"])
def test_a_page_that_is_none_is_refused(enter, draft, path, page):
    answer = enter(FIRST).get(path.format(draft.id), params={"page": page})
    assert answer.status_code == 400
    assert "page" in answer.text


def test_the_public_is_sent_to_sign_in_and_recipients_do_not_see_it(enter, draft):
    client = enter(READER)
    answer = client.get(f"/staff/releases/{draft.id}")
    assert answer.status_code == 403
    assert "830" not in answer.text
    public = TestClient(client.app, headers={"accept": "text/html"}, follow_redirects=False)
    assert public.get(f"/staff/releases/{draft.id}").status_code == 303


def test_all_that_stands_in_the_way_is_told_and_who_may_still_sign(house, enter, draft):
    record, kept = kept_draft(house.parts, draft.id)
    found = {o.kind: o.values for o in obstacles(house.parts, record, kept)}
    assert set(found) == {"warnings", "signatures"}
    assert found["signatures"] == {"n": 0, "who": "driss, elise"}
    text = enter(RELEASER).get(f"/staff/releases/{draft.id}?lang=en").text
    assert "May still sign: driss, elise." in text
    assert 'name="revision"' not in text  # nothing to release yet
    approve_draft(house.parts, FIRST, draft.id, "Read")
    assert "May still sign: elise." in enter(RELEASER).get(f"/staff/releases/{draft.id}?lang=en").text
    assert "May still sign" not in enter(AUTHOR).get("/staff/releases?lang=en").text


@pytest.mark.parametrize(("language", "told"), [("en", "one of the two is wrong"), ("fr", "l’une des deux se trompe")])
def test_nobody_signs_by_a_clock_that_is_behind_the_register(house, enter, draft, language, told):
    """The page says which entry is ahead; nothing is entered, and pages are read as ever (docs/decisions/0026)."""
    client, page = enter(SECOND), f"/staff/releases/{draft.id}"
    client.headers["accept-language"] = language
    guard = re.search(r'name="guard" value="([^"]+)"', client.get(page).text)[1]
    now, head = house.clock.now, house.parts.register.head()
    house.clock.forward(minutes=-30)
    try:
        answer = client.post(page, data={"guard": guard, "act": "approve"})
    finally:
        house.clock.now = now
    assert answer.status_code == 409
    assert told in html.unescape(answer.text)
    assert house.parts.register.head() == head


def test_an_hour_that_does_not_exist_is_refused_a_reason_is_owed_then_it_waits(house, enter, draft):
    """A figure of 2018 changes: the policy plans 2021 and later, so a reason in both languages is asked for. In Paris
    summer time starts on 28 March 2027 at 2: half past two is no hour, 08:45 is 06:45 UTC."""
    if SECOND.name not in {a.person for a in house.parts.ledger().approvals(draft.id, draft.checksum)}:
        approve_draft(house.parts, SECOND, draft.id)
    accept_warnings(house.parts, FIRST, draft.id, "read")
    client = enter(RELEASER)
    text = client.get(f"/staff/releases/{draft.id}?lang=en").text
    assert "Nothing: it may be released." in text
    assert "3 published values of ESTAT_CRIM_OFF_CAT#1 change." in text
    assert "The policy plans revisions of 2021 and later." in text
    assert "2018 (1)" in text
    assert 'value="planned"' not in text  # what is not planned may not be called so

    assert 'name="with"' not in text  # no other draft waits
    house.take(PUBLISHED / "prisons.csv", "INT_JUSTICE")
    other = house.draft("ESTAT_CRIM_PRIS_CAP")
    both = announce(house.parts, RELEASER, [FLOW, "ESTAT_CRIM_PRIS_CAP"], datetime(2027, 5, 3, 6, 45, tzinfo=UTC))
    text = client.get(f"/staff/releases/{draft.id}?lang=en").text
    assert f'name="with" value="{other.id}"' in text
    assert "(2 dataflows together)" in text

    terms = {"act": "release", "revision": "correction", "reason": "A late report.", "reason_fr": "Un signalement."}
    assert "does not exist in Europe/Paris" in refused(sent(client, draft, at="2027-03-28 02:30", **terms))
    answer = sent(client, draft, at="2027-03-28 08:45", **{**terms, "reason_fr": ""})
    assert "in both languages" in refused(answer)
    assert 'value="A late report."' in answer.text  # what was typed stays
    assert 'value="2027-03-28 08:45"' in answer.text
    alone = refused(sent(client, draft, calendar=both.id, **terms))  # what is announced together comes out together
    assert "announces ESTAT_CRIM_PRIS_CAP too" in alone
    together = refused(sent(client, draft, calendar=both.id, **terms, **{"with": other.id}))
    assert other.id in re.search(r'role="alert">(.*?)</div>', together, re.S)[1]  # all or none: the other is not ready
    assert house.parts.ledger().release_of_draft(draft.id) is None

    assert sent(client, draft, at="2027-03-28 08:45", **terms).status_code == 303
    public = TestClient(client.app, headers={"accept": "text/html"})
    assert [public.get(f"/trace/{FLOW}?release={n}").status_code for n in (1, 2)] == [
        200,
        404,
    ]  # under embargo: not there
    made = house.parts.ledger().release_of_draft(draft.id)
    assert made.effective_at == datetime(2027, 3, 28, 6, 45, tzinfo=UTC)
    text = client.get(f"/staff/releases/{draft.id}?lang=fr").text
    assert "(UTC+2, heure d’été)" in text
    assert "sous embargo jusque-là" in text
    assert rows(text)[0][:4] == ("A.ICCS0101.NR.FR", "2022", "821", "830")  # against the release that it replaces


def refused(answer):
    assert answer.status_code in (400, 409), answer.text
    return html.unescape(answer.text)


def test_once_in_effect_it_is_still_told_what_it_changed(house, enter, draft):
    """It is current itself then: it is compared with the one that it replaced."""
    house.clock.now = datetime(2027, 3, 28, 7, tzinfo=UTC)
    try:
        assert house.current().number == 2
        assert rows(enter(FIRST).get(f"/staff/releases/{draft.id}").text)[0][1:4] == ("2022", "821", "830")
        first = house.parts.ledger().release(f"{FLOW}#1").draft
        assert "It was the first release" in enter(FIRST).get(f"/staff/releases/{first}?lang=en").text
    finally:
        house.clock.now = datetime(2026, 11, 24, 10, 0, 6, tzinfo=UTC)
