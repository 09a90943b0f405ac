"""The analyst's story: from the start page to a dataflow, series chosen, seen, compared with what the copied code reads."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from hands import Keyboard, Mouse
from playwright.sync_api import expect

from greffe.web.pages.words import sayer

FLOW = "ESTAT_CRIM_OFF_CAT"
# Offences recorded in France, as published: crim_off_cat, December 2024.
HOMICIDES = {"2020": "692", "2021": "734", "2022": "821"}
TERRITORY = {
    "en": "Metropolitan France and overseas departments",
    "fr": "France métropolitaine et DROM",
}


def cells(page, key):
    """Period → text of a row of the table."""
    periods = page.locator("#table thead th.n").all_inner_texts()
    found = page.locator(f'#table tr[data-key="{key}"] td.n').all_inner_texts()
    return dict(zip((p.strip() for p in periods), (c.strip() for c in found), strict=True))


def matching(page, observations, series):
    """Waits until the page says that so many match."""
    page.locator("#matching", has_text=re.compile(rf"\b{observations}\b.*\b{series}\b")).wait_for()


@pytest.mark.parametrize(("lang", "hands"), [("en", Mouse), ("fr", Keyboard)])
def test_an_analyst_finds_draws_copies_and_runs(page, site, accessible, lang, hands):
    """From the start page to figures in a program, by mouse in English, by the keyboard alone in French: found by search,
    filtered, drawn, the code copied and run, and the way back."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.base)
    hand, say, digits = hands(page), sayer(("portal_flow",), lang), re.compile(r"[^0-9]")
    page.goto(f"/?lang={lang}")
    hand.write(page.get_by_role("searchbox"), "homicide")
    hand.press(page.get_by_role("button", name=say("search")))
    hand.press(page.locator(f"ol.hits h2 a[href^='/data/{FLOW}?key=.ICCS0101']"))
    page.wait_for_url(f"**/data/{FLOW}?key=.ICCS0101..")
    assert page.locator("html").get_attribute("lang") == lang
    assert TERRITORY[lang] in page.locator("dl.facts").first.inner_text()
    hand.press(page.locator("#c-unit-NR"))
    matching(page, 15, 1)
    assert "key=.ICCS0101.NR." in page.url
    assert page.evaluate("document.activeElement.id") == "c-unit-NR", "the focus stays"
    page.get_by_role("status").filter(has_text=re.compile(rf"{say('matching').split('{')[0]}15\b")).wait_for()
    hand.choose(page.locator("#startPeriod"), "2020")
    matching(page, 3, 1)
    assert cells(page, "A.ICCS0101.NR.FR") == HOMICIDES
    titles = page.locator("svg.figures path.dot title").evaluate_all("found => found.map((t) => t.textContent)")
    assert [digits.sub("", t.rpartition(":")[2]) for t in titles] == list(HOMICIDES.values())
    hand.press(page.locator("main a", has_text=say("chart_bar")))
    page.locator("svg.figures rect.bar").first.wait_for()
    assert page.locator("svg.figures rect.bar").count() == 3
    accessible(page)
    hand.press(page.locator("#pandas button.copy"))
    page.get_by_role("status").filter(has_text=say("copied")).wait_for()
    ran = run_python(page.evaluate("navigator.clipboard.readText()"))
    assert dict(re.findall(r"\b(20\d\d)\s+(\d+)", ran)) == cells(page, "A.ICCS0101.NR.FR")
    entries = page.evaluate("history.length")
    with page.expect_event("requestfinished", lambda r: r.url.endswith("&chart=bar") and r.redirected_from is not None):
        hand.press(page.locator("#choose button[type=submit]"))
    expect(page.locator(".htmx-request, .htmx-settling")).to_have_count(0)
    assert page.evaluate("history.length") == entries, "what is already shown is no new entry"
    page.go_back()
    page.locator("svg.figures path.line").first.wait_for()
    if hands is Mouse:  # who passes by other years with the arrow keys may stop at one of them
        page.go_back()
        matching(page, 15, 1)
        assert page.locator("#startPeriod").input_value() == ""
        page.go_forward()
        matching(page, 3, 1)
    page.reload()
    matching(page, 3, 1)


def run_python(code: str) -> str:
    """What it prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


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
