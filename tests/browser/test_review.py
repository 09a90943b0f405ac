"""The review of maps: an author decides and submits, two others approve; the same by keys alone; every page and state by axe."""

from __future__ import annotations

from site_tools import PASSWORD

from greffe.release.approvals import approve_proposal
from greffe.release.proposals import propose
from greffe.store.base import Actor

OFF = "/staff/mappings/ESTAT/infraction_to_pris_iccs"


def test_a_list_is_done_by_keys_alone_and_they_are_off_in_fields(sign_in, accessible):
    """J goes on, R opens the reason, U undoes, / searches; letters typed into a field stay letters."""
    page = sign_in("camille", bench=False)
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
    assert page.locator("#item").inner_text() not in (first, second)  # the next one that nobody decided
    page.goto(f"{OFF}?show=pending")
    assert page.locator("#item").inner_text() == second
    assert "not applicable" in page.locator(".source > dl.facts").inner_text()
    assert "jkaru are letters here" in page.locator(".source > dl.facts").inner_text()
    accessible(page)
    page.keyboard.press("u")
    page.wait_for_selector("text=Undone: 1")
    page.goto(f"{OFF}?show=unmapped")
    page.keyboard.press("j")
    page.wait_for_function("first => document.querySelector('#item').innerText !== first", arg=first)
    page.keyboard.press("k")
    page.wait_for_function("first => document.querySelector('#item').innerText === first", arg=first)
    page.keyboard.press("/")
    page.keyboard.type("juge")
    assert page.locator("#q").input_value() == "juge"


def test_keys_choose_and_accept_a_candidate_and_can_be_switched_off(sign_in):
    page = sign_in("camille", bench=False)
    page.goto("/staff/mappings/ESTAT/infraction_to_soff?item=SOF-001")
    title = page.title()
    with page.expect_response(lambda answer: "effect" in answer.url):
        page.keyboard.press("2")
    page.wait_for_selector("#effect > *")
    assert page.title() == title, "a part that is filled in does not rename the page"
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


def test_types_that_do_not_match_are_unmistakable(sign_in):
    """Where no conversion covers the difference nothing can be taken; where one does, A opens what is to be declared."""
    page = sign_in("camille")
    told = page.locator("#untaken[role=status]")
    page.goto("/staff/mappings/ESTAT/issue_to_crt_leg_stat?item=CPE-008")
    card = page.locator("li.wrong:not(:has([data-admit]))").first
    assert card.locator(".mismatch").first.inner_text().startswith("TYPES DO NOT MATCH")
    assert card.get_by_role("button", name="Accept").count() == 0
    page.keyboard.press(card.get_attribute("data-candidate"))
    page.keyboard.press("a")
    assert told.inner_text().startswith("It cannot be accepted: the types do not match. ")
    assert card.locator(".mismatch span").first.inner_text() in told.inner_text()
    page.goto("/staff/mappings/ESTAT/indicateur_to_leg_stat?item=LEG-001")
    card = page.locator("li.wrong:has([data-admit=deviates])").first
    assert card.locator(".mismatch").first.inner_text().startswith("TYPES DO NOT MATCH")
    assert card.get_by_role("button", name="Accept").count() == 0
    page.keyboard.press(card.get_attribute("data-candidate"))
    page.keyboard.press("a")
    assert told.inner_text().startswith("The types do not match: declare the deviation")
    assert page.evaluate("document.activeElement.name") == "axis:flag_D"
    assert page.locator(".note.good").count() == 0


def test_a_target_that_the_types_leave_out_is_taken_with_what_they_lack(sign_in, accessible):
    """At 320 px, by keys: the chosen code is in view, A opens the reason, and the row goes with its type; what the recipient
    does not take is said before. Taken off again, nothing is left."""
    page = sign_in("camille")
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{OFF}?item=INFRACTION%3DHOMV_T")
    assert page.locator("#item").evaluate(
        "e => e === document.activeElement && e.getBoundingClientRect().top < innerHeight"
    )
    assert page.locator("ol.lines li.here").evaluate("e => e.offsetTop - e.parentElement.scrollTop < innerHeight * 2")
    card = page.locator("[data-candidate='1']")
    assert "does not allow iccs=ICCS0102" in card.locator(".outside").inner_text()
    assert "LEFT OUT OF THE TYPES" in card.locator(".lacking").inner_text()
    page.keyboard.press("1")
    page.keyboard.press("a")
    card.locator("input[name=outside]").check()
    card.locator("textarea[name=reason]").fill("Attempts have a code of their own.")
    accessible(page)
    card.get_by_role("button", name="Keep, with what the types lack").click()
    page.wait_for_selector(".note.good")
    assert "iccs=ICCS0102" in page.locator(".source").inner_text()
    page.goto("/staff/mappings/pending")
    assert "adds to the types" in page.locator("fieldset").inner_text()
    accessible(page)
    page.get_by_role("button", name="Undo all").click()


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
    page = sign_in("camille", bench=False)
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
    page = sign_in("camille", bench=False)
    page.goto(f"/staff/proposals/{mine.id}")
    assert "Others changed the same files" in page.locator("main").inner_text()
    accessible(page)
    page.get_by_label("as in this proposal").check()
    page.get_by_role("button", name="Make the merged proposal").click()
    page.wait_for_selector("text=Takes over")
    assert "as we say" in page.locator(".differences").inner_text()
