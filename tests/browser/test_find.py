"""Finding figures: by words with mistakes in them, by subject, by recipient, by keyboard alone, in both languages."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import httpx
from shipped_catalogue import shipped_catalogue

from greffe.web.portal.shelf import Shelves

QUESTIONS = Path(__file__).parents[1] / "data/search_questions.csv"


def test_a_word_with_a_mistake_finds_and_leads_to_the_figures(page):
    page.goto("/?lang=en")
    page.get_by_role("searchbox").fill("homcide females")
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_url("**/search?q=homcide+females")
    first = page.locator("ol.hits > li").filter(has_text="ESTAT_CRIM_HOM_SOFF")
    assert sorted(first.locator(".chosen code").all_inner_texts()) == ["F", "ICCS0101"]
    assert "key=.ICCS0101..F.." in first.locator("h2 a").get_attribute("href")
    assert "SYNTHETIC" in first.inner_text()


def test_results_follow_what_is_typed(page):
    page.goto("/search?lang=fr")
    box = page.get_by_role("searchbox")
    box.press_sequentially("détenu")
    page.locator("ol.hits").wait_for()
    page.get_by_role("status").filter(has_text="répondent").wait_for()
    assert page.evaluate("document.activeElement.id") == "q"
    assert "q=d%C3%A9tenu" in page.url
    box.fill("taux doccupatoin carcerale")
    page.locator("ol.hits h2", has_text="Capacité pénitentiaire").wait_for()


def test_french_by_keyboard_alone(page):
    """From the start page to a subject without a mouse; the skip link first."""
    page.goto("/?lang=fr")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Prisons":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/browse/PRISONS")
    assert page.locator("h1").inner_text() == "Prisons"
    page.keyboard.press("Tab")
    page.go_back()
    assert page.url.endswith("/?lang=fr#main")


def test_every_example_for_programs_answers(site):
    """What /developers shows can be opened as it is."""
    shown = 0
    for page in ("", "/sdmx-1.5", "/sdmx-2", "/rest", "/health"):
        text = httpx.get(f"{site.base}/developers{page}", headers={"accept": "text/html"}).text
        for address in re.findall(r'<p>[^<]*<a href="(/[^"]+)"><code>', text):
            shown += 1
            assert httpx.get(site.base + unescape(address), timeout=30).status_code == 200, address
    assert shown > 35


def test_the_command_is_copied(page):
    page.goto("/developers?lang=en")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy curl: A table with labels (CSV)").click()
    page.get_by_role("status").filter(has_text="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#curl-3").inner_text()


def test_what_observatories_type_finds_its_dataflow_first(site):
    """A hundred questions in two languages, with typing errors, without accents, by code (tests/data/search_questions.csv)."""
    shelf = replace(Shelves(site.parts).now(), catalogue=shipped_catalogue())
    missed = []
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            hits = shelf.index.find(row["question"])
            flow, codes = (hits[0].flow, {code for _, code in hits[0].cells}) if hits else ("", set())
            if flow not in row["first"].split("|") or (row["key"] and not codes & set(row["key"].split("|"))):
                missed.append((row["question"], flow, codes))
    assert missed == []
