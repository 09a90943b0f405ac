"""The review of maps: an author decides and submits, two others approve; the same by keys alone; every page and state by axe."""

from __future__ import annotations

import re

from site_tools import PASSWORD

from greffe.release.approvals import approve_proposal
from greffe.release.proposals import propose
from greffe.store.base import Actor

OFF = "/staff/mappings/ESTAT/infraction_to_pris_iccs"


def approve(sign_in, name, proposal, comment=""):
    page = sign_in(name)
    page.goto(proposal)
    page.locator("input[name=comment]").fill(comment)
    page.get_by_role("button", name="Approve").click()
    return page


def leave(page):
    page.get_by_role("button", name="Sign out").click()


def test_an_author_maps_a_code_sees_the_effect_and_two_others_approve(sign_in, accessible):
    """The whole story: a code without a target gets one, the figures that would change stand beside the decision, it is
    handed in with a reason, two others sign, and it is effective."""
    page = sign_in("camille")
    page.goto("/staff/mappings")
    accessible(page)
    page.locator("#of-ESTAT tr", has_text="infraction_to_pris_iccs").get_by_role("link", name="50").click()
    page.get_by_role("searchbox").fill("homicide volontaire tentative")
    page.get_by_role("button", name="Find").click()
    assert page.locator("ol.lines li").count() == 1
    page.wait_for_selector("#evidence svg")
    assert "39 rows without a target" in page.locator(".source").inner_text()
    accessible(page)
    page.locator("details", has_text="Another target").first.locator("summary").first.click()
    form = page.locator("form", has=page.locator("button[value=change]"))
    form.locator("input[name='target:iccs']").fill("ICCS0101")
    form.locator("select[name=kind]").select_option("aggregate")
    form.locator("textarea[name=reason]").fill("Attempts are shown with homicides until the list has a line for them.")
    form.get_by_role("button", name="Keep").click()
    page.wait_for_selector("#changed")
    assert "Figures changed: 39" in page.locator("#effect").inner_text()
    assert "ESTAT_CRIM_PRIS_OFF" in page.locator("#changed tbody tr").first.inner_text()
    assert page.locator(".lines .here .tag.good").inner_text() == "pending"
    accessible(page)
    page.get_by_role("link", name="1 pending: hand in").click()
    page.wait_for_selector("#effect #changed")
    accessible(page)
    page.get_by_label("Reason").fill("Attempts have had no line of their own since 2012.")
    page.get_by_role("button", name="Propose").click()
    proposal = page.url
    assert re.search(r"/staff/proposals/P-[0-9a-f]{8}$", proposal)
    page.wait_for_selector("#changed")
    accessible(page)
    assert page.get_by_role("button", name="Approve").count() == 0
    page.get_by_label("Comment", exact=True).fill("Please look at the weight of 2024.")
    page.get_by_label("On a row").fill("OFF-006")
    page.get_by_role("button", name="Comment").click()
    assert "Please look at the weight" in page.locator(".differences").inner_text()
    leave(page)
    page = approve(sign_in, "driss", proposal, "Read.")
    assert "1 of 2" in page.locator("aside").inner_text()
    accessible(page)
    leave(page)
    page = approve(sign_in, "elise", proposal)
    assert page.locator("h1 .tag").inner_text() == "effective"
    page.goto(f"{OFF}?item=OFF-006")
    assert "Attempts have had no line" in page.locator(".steps").inner_text()
    assert "signed by driss, elise" in page.locator(".steps").inner_text()
    page.goto(f"{OFF}/versions")
    assert "HOMV_T" in page.locator(".differences").inner_text()
    accessible(page)


def test_a_list_is_done_by_keys_alone_and_they_are_off_in_fields(sign_in, accessible):
    """J goes on, R opens the reason, U undoes, / searches; letters typed into a field stay letters."""
    page = sign_in("camille")
    page.goto(f"{OFF}?show=unmapped")
    first = page.locator("#item").inner_text()
    page.keyboard.press("j")
    page.wait_for_function("first => document.querySelector('#item').innerText !== first", arg=first)
    second = page.locator("#item").inner_text()
    assert page.evaluate("document.activeElement.id") == "item"
    page.keyboard.press("r")
    page.keyboard.press("Tab")
    page.keyboard.type("jkaru are letters here")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".note.good")
    assert page.locator("#item").inner_text() == second
    assert "not applicable" in page.locator(".source > dl.facts").inner_text()
    assert "jkaru are letters here" in page.locator(".source > dl.facts").inner_text()
    accessible(page)
    page.keyboard.press("u")
    page.wait_for_selector("text=Undone: 1")
    page.keyboard.press("k")
    page.wait_for_function("first => document.querySelector('#item').innerText === first", arg=first)
    page.keyboard.press("/")
    page.keyboard.type("juge")
    assert page.locator("#q").input_value() == "juge"


def test_keys_choose_and_accept_a_candidate_and_can_be_switched_off(sign_in):
    page = sign_in("camille")
    page.goto("/staff/mappings/ESTAT/infraction_to_soff?item=SOF-001")
    page.keyboard.press("2")
    assert page.locator("[data-candidate].picked").get_attribute("data-candidate") == "2"
    page.keyboard.press("?")
    page.locator("#keys-switch").click()
    page.locator("#item").focus()
    page.keyboard.press("3")
    assert page.locator("[data-candidate].picked").get_attribute("data-candidate") == "2"
    page.reload()
    page.keyboard.press("2")
    assert page.locator("[data-candidate].picked").count() == 0
    page.locator("summary", has_text="Keyboard").click()
    page.locator("#keys-switch").click()
    page.locator("#item").focus()
    acceptable = page.locator("[data-candidate]:has([data-accept])").first.get_attribute("data-candidate")
    page.keyboard.press(acceptable)
    page.keyboard.press("a")
    page.wait_for_selector(".note.good")
    assert page.locator(".source .was").inner_text() == "ICCS0101, PER_CNV"
    page.get_by_role("button", name="Undo your decision").click()
    page.wait_for_selector("text=Undone: 1")


def test_types_that_do_not_match_are_unmistakable(sign_in, accessible):
    page = sign_in("camille")
    page.goto(f"{OFF}?item=INFRACTION%3DABUS_CONF")
    card = page.locator("li.wrong").first
    assert card.locator(".mismatch").inner_text().startswith("TYPES DO NOT MATCH")
    assert card.get_by_role("button", name="Accept").count() == 0


def test_many_are_decided_and_undone_at_once_without_scripts(browser, site):
    """Bulk over ticked rows; no script runs, the effect is a link."""
    context = browser.new_context(base_url=site.base, java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto("/signin")
    page.locator("input[name=name]").fill("camille")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").click()
    page.goto(f"{OFF}?show=unmapped&q=stup")
    boxes = page.locator("input[name=pick]")
    many = boxes.count()
    assert many >= 2
    for n in range(many):
        boxes.nth(n).check()
    page.locator("summary", has_text="many at once").click()
    page.locator("#bulk input[name=reason]").fill("Shown under all offences only.")
    page.get_by_role("button", name="Say so for all").click()
    assert f"Decided: {many}." in page.locator(".note.good").inner_text()
    page.get_by_role("link", name="Show what it would change").click()
    assert page.locator("#effect").count() == 1
    page.go_back()
    page.locator(".note.good button").click()
    assert f"Undone: {many}." in page.locator(".note.good").inner_text()
    context.close()


def test_a_workbook_goes_out_and_comes_in_by_a_dry_run(sign_in, accessible, tmp_path):
    page = sign_in("camille")
    page.goto("/staff/mappings/ESTAT/infraction_to_soff/import")
    accessible(page)
    with page.expect_download() as got:
        page.get_by_role("button", name="Take SSSOM").click()
    file = tmp_path / "soff.sssom.tsv"
    text = got.value.path().read_text("utf-8")
    assert "Sexual abuse of a minor without violence" in text
    file.write_text(
        text.replace("Sexual abuse of a minor without violence", "Abuse of a minor without violence"), "utf-8"
    )
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Look at").click()
    assert "Changes: 1." in page.locator("main").inner_text()
    assert "SOF-004" in page.locator("#difference").inner_text()
    accessible(page)
    page.get_by_role("button", name="Put the file away").click()
    assert page.locator("#difference").count() == 0


def test_conflicts_of_a_stale_proposal_are_chosen_on_its_page(sign_in, accessible, site):
    """Two changed the reason of one row: the page shows all three versions, a side is chosen, and a new proposal holds it."""
    parts, path = site.parts, "mappings/ESTAT_SMU/infraction_to_leg_stat.csv"
    rows = parts.register.content(parts.effective().files[path]).rstrip(b"\n")
    author = Actor("camille")
    mine, theirs = (
        propose(parts, author, {path: rows + f"; as {whose} say\n".encode()}, f"what {whose} say")
        for whose in ("we", "they")
    )
    for name in ("driss", "elise"):
        approve_proposal(parts, Actor(name), theirs.id)
    page = sign_in("camille")
    page.goto(f"/staff/proposals/{mine.id}")
    assert "Others changed the same files" in page.locator("main").inner_text()
    accessible(page)
    page.get_by_label("as in this proposal").check()
    page.get_by_role("button", name="Make the merged proposal").click()
    page.wait_for_selector("text=Takes over")
    assert "as we say" in page.locator(".differences").inner_text()
