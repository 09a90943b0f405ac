"""The desk: two approvers and a release under embargo, the register, people and keys, as people work with them."""

from __future__ import annotations

import json
import re

import httpx
import pytest
from journey_tools import ROOT
from site_tools import ADMIN, RECIPIENT, Site

from greffe.cli.demo import wait_for_effect
from greffe.cli.demo_editions import second_edition, third_edition


@pytest.fixture(scope="module")
def parts(site: Site):
    """The house that is served."""
    return site.parts


@pytest.fixture
def draft(first_draft):
    return first_draft


@pytest.fixture(scope="module")
def survey(parts):
    """The draft that the demonstration leaves for a second signature; made now in a home that was built before it had one."""
    second_edition(parts, ROOT / "samples")
    wait_for_effect(parts)
    third_edition(parts, ROOT / "samples")
    return next(
        d.id for d in parts.ledger().drafts.values() if d.dataflow.id == "OBS_SURVEYS" and d.last_period == "2025"
    )


@pytest.fixture
def enter(page, sign_in):
    """Signs somebody in after whoever was."""

    def change(name: str):
        page.context.clear_cookies()
        return sign_in(name)

    return change


def test_what_changes_is_read_signed_and_released_under_embargo(parts, survey, enter, accessible, site):
    """The third edition of the survey: of 208,045 weighted answers of 2024 eighty are taken out, the precision of 2022 is
    gone, 2025 is new, 2023 is a break. Gone figures are no planned revision: both reasons are owed."""
    page = enter("elise")
    page.get_by_role("link", name=f"Read and sign draft {survey}").click()
    main = page.locator("main")
    rows = page.locator("table.changes tbody tr")
    first = rows.first.inner_text()
    assert "A.USERS_SATISFIED.W_POS.COUNT" in first
    assert re.search(r"2024\s+208,045\s+207,965\s+−80\s+−0\.0385", first)
    assert "May still sign: elise." in main.inner_text()
    drawings = page.locator("main svg.figures")
    assert [bool(d.get_attribute("aria-label")) for d in drawings.all()] == [True, True]
    accessible(page)
    page.get_by_role("link", name="3 gone").click()
    page.wait_for_url("**how=gone**")
    assert rows.count() == 3
    page.get_by_label("Order").select_option("share")
    page.get_by_label("What became of it").select_option("changed")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**order=share**")
    assert "A.JOINT_RESIDENCE.SAMPLE.COUNT" in rows.first.inner_text()  # 20 of 1,200 are more than 80 of 208,045
    page.goto(f"/staff/releases/{survey}?lang=fr&how=beside")
    assert "Rupture" in rows.first.inner_text()
    accessible(page)
    page.goto(f"/staff/releases/{survey}?lang=en")

    page.get_by_label("Comment").fill("Doubled answers are out.")
    page.get_by_role("button", name="Sign this draft").click()
    page.wait_for_url("**done=approve")
    page.get_by_label("Why they may stand").fill("The plan of the survey fixes them.")
    page.get_by_role("button", name=re.compile(r"Accept \d+ warnings")).click()
    page.wait_for_url("**done=accept")

    page = enter("farid")
    page.goto(f"/staff/releases/{survey}")
    entry = next(e for e in parts.ledger().calendar.values() if "OBS_SURVEYS" in [f.id for f in e.flows])
    assert page.get_by_label("For an announced instant").input_value() == entry.id
    assert "3 values, of 2022 (3)" in page.locator("main").inner_text()
    page.get_by_label("Kind of revision").select_option("correction")
    page.get_by_role("button", name="Release", exact=True).click()  # without the reasons the browser does not send it
    assert parts.ledger().release_of_draft(survey) is None
    page.get_by_label("Public reason, in English").fill("Answers entered twice are taken out.")
    page.get_by_label("Public reason, in French").fill("Des réponses saisies deux fois sont retirées.")
    accessible(page)
    page.get_by_role("button", name="Release", exact=True).click()
    page.wait_for_url("**done=release")
    made = parts.ledger().release_of_draft(survey)
    assert (made.effective_at, made.revision, made.number) == (entry.at, "correction", 3)
    assert "under embargo until then" in page.locator("main").inner_text()
    assert "207,965" in rows.first.inner_text()
    for path in ("/data/OBS_SURVEYS", "/api/v1/releases?dataflow=OBS_SURVEYS", "/changes"):
        assert "207965" not in httpx.get(f"{site.base}{path}").text
        assert str(made) not in httpx.get(f"{site.base}{path}").text


def test_what_is_denied_stands_on_the_page_and_in_the_register(parts, enter, draft):
    """A form that another role sends by hand is denied in the core, and recorded."""
    page = enter("hana")
    page.goto(f"/staff/releases/{draft}")
    guard = page.locator("input[name=guard]").first.get_attribute("value")
    head = parts.register.head()
    answer = page.request.post(f"/staff/releases/{draft}", form={"guard": guard, "act": "approve"})
    assert answer.status == 403
    assert "hana is no approver" in answer.text()
    (entry,) = parts.register.read(after=head, kinds=["action.denied"])
    assert (entry.actor, entry.established) == ("hana", "local")


def test_the_register_is_searched_taken_out_and_verified(enter, accessible):
    page = enter("hana")
    page.goto("/staff/register")
    page.get_by_label("Kind of act").fill("release.made")
    page.get_by_label("Words in it").fill("CEPEJ_CASES")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**kind=release.made**")
    rows = page.locator("table.register tbody tr")
    assert rows.count() == 1
    assert "CEPEJ_CASES#1" in rows.inner_text()
    with page.expect_download() as taken:
        page.get_by_role("link", name="JSON").click()
    (entry,) = json.loads(taken.value.path().read_text())
    assert entry["kind"] == "release.made"
    accessible(page)
    page.get_by_role("button", name="Verify the chain").click()
    page.get_by_text("Intact.").wait_for()
    page.goto("/staff/register?lang=fr")
    assert page.locator("h1").inner_text() == "Registre\u00a0: qui a fait quoi"
    accessible(page)
    page.goto("/staff/register?lang=en")


def test_others_see_of_people_what_they_did_themselves(parts, enter):
    page = enter("camille")
    page.goto("/staff/register?kind=session")
    names = set(page.locator("table.register tbody tr td:nth-child(3) a").all_inner_texts())
    assert names == {"camille"}
    assert page.goto("/staff/people").status == 403
    assert page.goto("/staff/keys").status == 403


def test_a_key_is_made_shown_once_and_revoked(parts, enter, accessible, site):
    page = enter(ADMIN)
    page.goto("/staff/keys")
    page.get_by_label("What uses it").fill("Cour des comptes")
    page.get_by_label("Role").select_option("auditor")
    page.get_by_label("the register (auditor)").check()
    page.get_by_role("button", name="Make this key").click()
    secret = page.locator("#secret").inner_text()
    accessible(page)
    key = {"authorization": f"Bearer {secret}"}
    assert httpx.get(f"{site.base}/api/v1/register?kind=key", headers=key).json()[0]["kind"] == "key.made"
    page.goto("/staff/keys")
    assert secret not in page.content()
    row = page.locator("tr", has_text="Cour des comptes")
    row.get_by_text("Revoke").first.click()
    row.get_by_label("Why").fill("A story")
    row.get_by_role("button", name="Revoke").click()
    page.get_by_text("revoked", exact=True).first.wait_for()
    assert httpx.get(f"{site.base}/api/v1/register", headers=key).status_code == 401


def test_a_person_is_entered_invited_and_changed(parts, enter, accessible):
    page = enter(ADMIN)
    page.goto("/staff/people")
    accessible(page)
    section = page.locator("section", has=page.locator("#add"))
    section.get_by_label("transmitter").check()
    section.get_by_label("Name").fill("driss")
    page.get_by_role("button", name="Enter this person").click()
    assert "driss is in the table already" in page.get_by_role("alert").inner_text()
    section.get_by_label("Name").fill("jules")
    section.get_by_label("transmitter").check()
    page.get_by_role("button", name="Enter this person").click()
    assert "sends them to recipients outside" in page.locator("main dl").inner_text()
    assert "jules" not in parts.ledger().people
    accessible(page)
    page.get_by_role("button", name="Give these roles").click()
    assert "jules is entered (transmitter)" in page.locator("main [role=status]").inner_text()
    page.get_by_role("button", name="Invite jules").click()
    token = page.locator("#link").inner_text().rpartition("/")[2]
    page.goto("/staff/people")
    assert token not in page.content()
    page.goto(f"/invitation/{token}")
    for field in ("password", "again"):
        page.locator(f"input[name={field}]").fill("zinc-mauve-ilot-karst")
    page.locator("main form button").click()
    page.wait_for_url("**/staff")  # the administrator is still signed in here
    assert parts.ledger().people["jules"] == ("transmitter",)
    assert parts.access.password("jules")


@pytest.mark.parametrize(
    ("person", "lang"),
    [
        ("camille", "fr"),
        ("driss", "en"),
        ("farid", "fr"),
        (ADMIN, "fr"),
        ("hana", "fr"),
        ("ines", "en"),
        (RECIPIENT, "fr"),
    ],
)
def test_each_role_has_its_list(parts, draft, enter, accessible, person, lang):
    page = enter(person)
    page.goto(f"/staff?lang={lang}")
    for link in page.locator("nav.bench a, ul.tasks a").all():  # nothing is shown that ends in "denied"
        assert (
            page.request.get(link.get_attribute("href"), headers={"accept": "text/html"}, timeout=60_000).status == 200
        ), (
            link.inner_text()  # the first of a kind is slow on a busy machine
        )
    assert page.locator("html").get_attribute("lang") == lang
    accessible(page)
    page.goto("/staff?lang=en")
