"""The analyst's story: from the start page to a dataflow, series chosen, seen, compared with what the copied code reads."""

from __future__ import annotations

import csv
import io
import json
import re

import httpx

FLOW = "ESTAT_CRIM_OFF_CAT"
# Offences recorded in France, as published: crim_off_cat, December 2024.
HOMICIDES = {"2020": "692", "2021": "734", "2022": "821"}


def cells(page, key):
    """Period → text of a row of the table."""
    periods = page.locator("#table thead th.n").all_inner_texts()
    found = page.locator(f'#table tr[data-key="{key}"] td.n').all_inner_texts()
    return dict(zip((p.strip() for p in periods), (c.strip() for c in found), strict=True))


def matching(page, observations, series):
    """Waits until the page says that so many match."""
    page.locator("#matching", has_text=re.compile(rf"\b{observations}\b.*\b{series}\b")).wait_for()


def test_an_analyst_finds_draws_copies_and_runs(page, site, accessible):
    """From the start page, by mouse and keyboard: the table, the drawing and the code follow what is ticked, in the address."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.base)
    page.goto("/")
    page.locator(f'a[href="/data/{FLOW}"]').click()
    assert "Police-recorded offences" in page.locator("h1").inner_text()
    facts = page.locator("dl.facts").first.inner_text()
    assert "Metropolitan France and overseas departments" in facts
    assert cells(page, "A.ICCS0101.NR.FR")["2022"] == "821"
    box = page.locator("#c-iccs-ICCS0101")
    box.focus()
    page.keyboard.press("Space")
    matching(page, 15, 1)
    assert "key=.ICCS0101.NR." in page.url
    assert page.evaluate("document.activeElement.id") == "c-iccs-ICCS0101", "the focus stays"
    page.get_by_role("status").filter(has_text="Matching observations: 15").wait_for()
    page.locator("#startPeriod").select_option("2020")
    matching(page, 3, 1)
    assert cells(page, "A.ICCS0101.NR.FR") == HOMICIDES
    titles = page.locator("svg.figures path.dot title").evaluate_all("found => found.map((t) => t.textContent)")
    assert [t.rpartition(": ")[2] for t in titles] == list(HOMICIDES.values())
    page.locator("main a", has_text="bars").click()
    page.locator("svg.figures rect.bar").first.wait_for()
    assert page.locator("svg.figures rect.bar").count() == 3
    accessible(page)
    page.locator("#curl summary").click()
    page.locator("#curl button.copy").click()
    code = page.evaluate("navigator.clipboard.readText()")
    address = re.search(r'"(http[^"]+)"', code)[1]
    rows = csv.DictReader(io.StringIO(httpx.get(address).text))
    assert {row["TIME_PERIOD"]: row["OBS_VALUE"] for row in rows} == cells(page, "A.ICCS0101.NR.FR")
    page.go_back()
    page.locator("svg.figures path.line").first.wait_for()
    page.go_back()
    matching(page, 15, 1)
    page.reload()
    matching(page, 15, 1)


def test_without_scripts_the_form_does_the_same(browser, site):
    """Ticking and the button; the address has the key."""
    context = browser.new_context(base_url=site.base, locale="fr-FR", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/data/{FLOW}")
    assert page.locator("html").get_attribute("lang") == "fr"
    page.locator("#c-iccs-ICCS0101").check()
    page.locator("#startPeriod").select_option("2020")
    page.locator("#choose button[type=submit]").click()
    assert page.url.endswith("?key=.ICCS0101.NR.&startPeriod=2020")
    assert cells(page, "A.ICCS0101.NR.FR") == HOMICIDES
    assert "Homicide volontaire" in page.locator("ul.legend").inner_text() + page.locator("dl.same").inner_text()
    assert page.locator("button.copy:visible").count() == 0
    context.close()


def test_invented_figures_cannot_be_mistaken(page):
    page.goto("/data/UNODC_CTS_PRISONS")
    assert "SYNTHETIC: invented figures" in page.locator("main .note.bad").inner_text()
    assert "[SYNTHETIC figures]" in page.locator("#citation").inner_text()
    said = json.loads(page.locator('script[type="application/ld+json"]').text_content())
    assert said["description"].startswith("SYNTHETIC")
