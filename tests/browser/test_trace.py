"""The way down from a figure and the way across: by an auditor, by the public, by keyboard, on paper."""

from __future__ import annotations

import re
import subprocess
from urllib.parse import urlencode

import pytest

FLOW, KEY, PERIOD = "CEPEJ_STAT", "A.CASE_PER_100.Q91_L1.I1.FRA", "2012"
FIGURE = f"{FLOW}?{urlencode({'key': KEY, 'period': PERIOD})}"
NAMES = ("camille", "driss", "elise", "farid")


@pytest.fixture(scope="module")
def told(greffe):
    """The whole trail, as the command line tells it to staff."""
    ran = greffe("explain", f"{FLOW}/{KEY}", PERIOD, "--json")
    assert ran.code == 0, ran.err
    return ran.json()


def sources(trace):
    """Internal observations of a trail, with what they are parts of."""
    return [*trace["sources"], *(s for o in trace["operands"] for s in sources(o))]


def read(path) -> str:
    """The text of a PDF as poppler reads it, blanks as one; words that were broken at the end of a line come together."""
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True)
    return re.sub(r"\s+", " ", done.stdout)


def grouped(text: str) -> str:
    """A number as English pages write it."""
    return f"{int(text):,}" if text.isdigit() else text


def certificate(page, tmp_path, name):
    with page.expect_download() as got:
        page.get_by_role("button", name=name).click()
    file = tmp_path / got.value.suggested_filename
    got.value.save_as(file)
    return file


def test_the_public_sees_neither_internal_values_nor_names(page, greffe, told, tmp_path):
    """What the page and the certificate of everybody say holds no internal value that staff read, and nobody's name"""
    page.goto(f"/trace/{FIGURE}")
    shown = page.locator("main").inner_text() + page.content()
    file = certificate(page, tmp_path, "Certificate (PDF)")
    paper = read(file)
    values = {grouped(s["value"]) for s in sources(told["trace"])} | {s["value"] for s in sources(told["trace"])}
    values |= {o["value"] for o in told["trace"]["operands"]} | {grouped(o["value"]) for o in told["trace"]["operands"]}
    extracts = {s["extract"] for s in sources(told["trace"])}
    for text in (shown, paper):
        assert "1.99" in text
        assert "two approvers" in text
        assert not [v for v in values if v in text]
        assert not [n for n in (*NAMES, *extracts) if n in text]
    entry = re.search(r"--entry (\d+) ?: ?([0-9a-f ]{64,70})", paper)
    assert entry
    sealed = f"{entry[1]}:{entry[2].replace(' ', '')[:64]}"
    assert greffe("verify", "--entry", sealed).code == 0
    changed = sealed[:-1] + ("0" if sealed[-1] != "0" else "1")
    ran = greffe("verify", "--entry", changed)
    assert ran.code != 0
    assert f"entry {entry[1]}" in ran.out


def test_staff_pages_are_not_for_the_public(page):
    for path in (
        f"/staff/trace/{FIGURE}",
        f"/staff/trace/{FLOW}/certificate?key={KEY}&period={PERIOD}",
        "/staff/trace/from",
    ):
        page.goto(path)
        assert "/signin" in page.url


def test_what_is_made_of_an_internal_figure(sign_in, accessible, told):
    """The figure that is made of it is among the answers, and leads back to its trail"""
    page = sign_in("hana", bench=False)
    page.goto("/staff/trace/from?flow=INT_JUSTICE")
    page.get_by_label("Indicator", exact=True).fill("CIV_TJ_NOUV")
    page.get_by_label("Nature of the civil case").fill("FAMILLE")
    page.get_by_label("Geographic level").fill("FR")
    page.get_by_label("Period", exact=True).fill(PERIOD)
    page.get_by_role("button", name="Follow").click()
    value = next(s["value"] for s in sources(told["trace"]) if s["key"].get("NAC") == "FAMILLE")
    assert page.get_by_role("heading", name=grouped(value)).count() == 1
    accessible(page)
    page.locator(f"a[href*='{FLOW}?key={KEY}']").first.click()
    assert page.locator(".figure").inner_text() == "1.99"
    page.goto("/staff/trace/from?flow=INT_JUSTICE&c.INDICATEUR=CIV_TJ_NOV")
    assert "CIV_TJ_NOUV" in page.get_by_role("alert").inner_text()


def test_the_bridge_by_keyboard_in_french(page, accessible, tmp_path):
    """From the list to a pair without a mouse; the drawing, the table and the certificate tell the same step"""
    page.goto("/bridge?lang=fr")
    page.locator("input[name=q]").focus()
    page.keyboard.type("64003 etrangers")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=64003**")
    assert page.locator("#pairs tbody tr").count() < 20
    link = page.locator("#pairs tbody a[href='/bridge/FP01']")
    for _ in range(40):
        page.keyboard.press("Tab")
        if link.evaluate("e => e === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/bridge/FP01**")
    assert page.locator("html").get_attribute("lang") == "fr"
    steps = page.locator("#steps").inner_text().replace("\u202f", " ")
    assert "+2 927" in steps
    assert "16230" in steps
    assert "+2 927" in page.locator("svg.waterfall").get_attribute("aria-label").replace("\u202f", " ").replace(
        "\u00a0", " "
    )
    accessible(page)
    text = read(certificate(page, tmp_path, "Certificat (PDF)"))
    assert "2 927" in text.replace("\u202f", " ").replace("\u00a0", " ")
    assert "Établi par le service" in text


def test_what_is_open_comes_first_and_totals_hold(page):
    page.goto("/bridge")
    counts = [int(t.split()[0].replace(",", "")) for t in page.locator(".states li").all_inner_texts()]
    assert counts[0] == sum(counts[1:]) > 1000
    assert set(page.locator("#pairs .tag").all_inner_texts()) == {"open"}
    page.goto("/bridge?state=explained&body=UNODC")
    rows = page.locator("#pairs tbody tr").all_inner_texts()
    assert rows
    assert all("UNODC" in r and "explained" in r for r in rows)
