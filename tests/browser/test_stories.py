"""The house's whole stories, in each language: an author maps a code that has no target, two others approve, a draft is signed
by two and released under embargo, an analyst sees it once its hour has come and holds it against what was before, and an
auditor follows a figure down to the lines of the extract."""

from __future__ import annotations

import re
import subprocess
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from hands import Keyboard, Mouse
from site_tools import Later

from greffe.release.lifecycle import dataflow_named, make_draft
from greffe.store.base import Actor
from greffe.web.pages.words import sayer

FLOW, MAP = "ESTAT_CRIM_PRIS_OFF", "infraction_to_pris_iccs"
# By language: the code, what is searched for it, its target, how many published figures move, and how its author acts.
CODES = {
    "en": ("HOMV_T", "homicide volontaire tentative", "ICCS0101", 39, Mouse),
    "fr": ("PROXEN", "proxénétisme", "ICCS03012", 38, Keyboard),
}
ROWS, ALL = 39, 156  # rows of each of them in the extract; figures of the dataflow
HOUSE = ("staff_review", "staff_pending", "staff_proposal", "staff_effect")


@pytest.fixture(scope="module", params=["en", "fr"])
def lang(request):
    """All of a story in one language, then in the other."""
    return request.param


@pytest.fixture
def enter(page, sign_in, lang):
    """Signs somebody in after whoever was, and has pages in the language of the story."""

    def change(name: str, path: str = "/staff"):
        page.context.clear_cookies()
        sign_in(name, bench=False)
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")
        return page

    return change


def sent(page, act):
    """A form's button is pressed; the page that comes tells of no fault."""
    with page.expect_navigation(timeout=30_000):
        page.locator(f"button[value={act}]").click()
    assert page.get_by_role("alert").all_inner_texts() == []


def words(lang, *names):
    """One sayer for each page: `word("staff_review", "find")`."""
    return lambda page, key, **values: sayer((page,), lang)(key, **values)


def test_an_author_maps_a_code_sees_the_effect_and_two_others_approve(enter, accessible, lang, site):
    """By the keyboard alone in French. The figures that would change stand beside the decision; nothing changes before two others
    have signed; then the row says who decided it and why."""
    code, search, target, figures, hands = CODES[lang]
    say = words(lang)
    page = enter("camille", "/staff/mappings")
    hand = hands(page)
    accessible(page)
    hand.press(page.locator("#of-ESTAT tr", has_text=MAP).locator("a[href*='show=unmapped']"))
    hand.write(page.get_by_role("searchbox"), search)
    hand.press(page.get_by_role("button", name=say("staff_review", "find"), exact=True))
    hand.press(page.locator("ol.lines a", has_text=code))
    page.wait_for_selector("#evidence svg")
    assert re.search(rf"\b{ROWS}\b", page.locator(".source .note.warn").first.inner_text())
    accessible(page)
    hand.press(page.locator("summary", has_text=say("staff_review", "change")))
    form = page.locator("form", has=page.locator("button[value=change]"))
    hand.write(form.locator("input[name='target:iccs']"), target)
    hand.choose(form.locator("select[name=kind]"), say("staff_review", "kind_aggregate"))
    hand.write(form.locator("textarea[name=reason]"), f"{code}: no line of its own.")
    hand.press(form.locator("button[value=change]"))
    page.wait_for_selector("#effect #changed")
    told = say("staff_effect", "counts", added=0, gone=0, changed=figures, same=ALL - figures)
    assert told in page.locator("#effect").inner_text()
    assert FLOW in page.locator("#changed tbody tr").first.inner_text()
    accessible(page)
    hand.press(page.locator("a.waits"))
    page.wait_for_selector("#effect #changed")
    hand.write(page.locator("textarea[name=reason]"), f"{code} since 2012.")
    hand.press(page.locator("button[value=propose]"))
    page.wait_for_url(re.compile(r"/staff/proposals/P-[0-9a-f]{8}[?]done=propose$"))
    proposal = page.url.partition("?")[0]
    page.wait_for_selector("#effect #changed")
    accessible(page)
    assert page.locator("button[value=approve]").count() == 0
    hand.write(
        page.locator("#comment [name=place]"), row := page.locator("table.differences th code").first.inner_text()
    )
    hand.write(page.locator("#comment [name=text]"), "Please look at the weight of 2024.")
    hand.press(page.locator("#comment button"))
    page.locator(".differences", has_text="Please look at the weight").wait_for()
    for number, name in enumerate(("driss", "elise"), 1):
        page = enter(name, proposal)
        assert code in page.locator(".differences").inner_text()
        page.locator("input[name=comment]").fill("Read.")
        sent(page, "approve")
        page.locator("aside", has_text=say("staff_proposal", "of_two", n=number)).wait_for()
    assert page.locator("h1 .tag").inner_text() == say("staff_proposal", "state_effective")
    page = enter("camille", f"/staff/mappings/ESTAT/{MAP}?item={row}")
    steps = page.locator(".steps").inner_text()
    assert f"{code} since 2012." in steps
    assert say("staff_review", "signed_by", names="driss, elise") in steps
    page.goto(f"/staff/mappings/ESTAT/{MAP}/versions")
    assert code in page.locator(".differences").inner_text()


@pytest.fixture(scope="module")
def draft(site, lang):
    """What the maps make of the extracts once the author's code is mapped, prepared by the author."""
    flow = dataflow_named(site.parts, FLOW)
    return make_draft(
        site.parts, Actor("camille"), flow, lambda stage: None, origin="synthetic", reason=f"A story ({lang})"
    ).id


@pytest.fixture(scope="module")
def hour(lang):
    """When it is to come out."""
    days = {"en": 43, "fr": 44}[lang]
    return (datetime.now(ZoneInfo("Europe/Paris")) + timedelta(days=days)).replace(
        hour=8, minute=45, second=0, microsecond=0
    )


@pytest.fixture(scope="module")
def later(site, hour):
    """The same house when the hour has come."""
    running = Later(site.home, hour + timedelta(minutes=1))
    yield running
    running.stop()


def test_two_approvers_and_a_release_under_embargo(site, draft, hour, later, enter, accessible, lang):
    """Announced, read and signed by two, released for its hour; nobody outside hears of it before, everybody after."""
    say, parts = words(lang), site.parts
    page = enter("farid", "/staff/releases")
    page.locator("summary", has_text=say("staff_releases", "announce")).click()
    form = page.locator("form", has=page.locator("select[name=flows]"))
    form.locator("select").select_option(FLOW)
    form.locator("input[name=at]").fill(f"{hour:%Y-%m-%d %H:%M}")
    form.locator("button").click()
    entry = page.locator("tr[id]", has_text=f"{hour:%Y-%m-%d %H:%M:%S}").get_attribute("id")
    assert parts.ledger().calendar[entry].at == hour
    accessible(page)
    page = enter("camille", f"/staff/releases/{draft}")  # the author does not sign
    assert page.locator("button[value=approve]").count() == 0
    for number, person in enumerate(("driss", "elise")):
        page = enter(person)
        page.get_by_role("link", name=say("staff_todo", "kind_sign", subject=draft), exact=True).click()
        assert page.locator("ul.signed strong").count() == number
        if not number:
            accessible(page)
        page.locator("input[name=comment]").fill("Read")
        sent(page, "approve")
        assert page.locator("button[value=approve]").count() == 0
    if page.locator("button[value=accept]").count():
        page.locator("form", has=page.locator("button[value=accept]")).locator("input[name=reason]").fill("Known")
        sent(page, "accept")
    page = enter("farid")
    page.get_by_role("link", name=say("staff_todo", "kind_release", subject=draft), exact=True).click()
    page.locator("select[name=calendar]").select_option(entry)
    page.locator("select[name=revision]").select_option("correction")
    page.locator("input[name=reason]").fill("More codes have a line.")
    page.locator("input[name=reason_fr]").fill("Davantage de codes ont une ligne.")
    sent(page, "release")
    made = parts.ledger().release_of_draft(draft)
    assert (made.effective_at, made.calendar) == (hour, entry)
    page.get_by_role("link", name=str(made)).click()
    assert say("staff_releases", "waits") in page.locator("main").inner_text()
    accessible(page)
    for base, heard in ((site.base, False), (later.base, True)):
        for path in (f"/api/v1/releases?dataflow={FLOW}", f"/data/{FLOW}?lang={lang}", f"/feeds/{FLOW}.atom", "/"):
            answer = httpx.get(base + path, timeout=30)
            assert answer.status_code == 200
            if path != "/":
                assert (re.search(rf"#{made.number}\b", answer.text) is not None) is heard, (base, path)
        named = httpx.get(f"{base}/data/{FLOW}?release={made.number}", timeout=30, headers={"accept": "text/html"})
        assert named.status_code == (200 if heard else 404)


def test_vintages_are_held_against_each_other(page, later, accessible, lang):
    """What the new code brought, by figure, largest first, as its page and its file say; the other figures stay."""
    page.goto(f"{later.base}/data/{FLOW}?lang={lang}")
    first = page.locator("section[aria-labelledby=versions] tbody tr").last
    first.get_by_role("link", name=re.compile(words(lang)("portal_flow", "compare_it"))).click()
    page.wait_for_selector("#differing")
    rows = page.locator("#differing tbody tr").all_inner_texts()
    assert rows
    assert all(CODES["en"][2] in r or CODES["fr"][2] in r for r in rows)
    sizes = [int(re.sub(r"[^0-9]", "", r.split("\t")[4])) for r in rows]
    assert sizes == sorted(sizes, reverse=True)
    accessible(page)
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV", exact=True).last.click()
    assert taken.value.path().read_text("utf-8").count("\n") > len(rows)


def test_a_release_is_withdrawn_before_its_hour(enter, draft, site, later, lang):
    """Not without both reasons; then its hour passes and nobody sees it."""
    made = site.parts.ledger().release_of_draft(draft)
    page = enter("farid", f"/staff/releases/{FLOW}/{made.number}")
    form = page.locator("form", has=page.locator("button[value=withdraw]"))
    form.locator("button").click()  # the browser does not send it
    assert form.locator("[name=reason]").evaluate("e => e.matches(':invalid')")
    form.locator("[name=reason]").fill("A story")
    form.locator("[name=reason_fr]").fill("Une histoire")
    sent(page, "withdraw")
    assert site.parts.ledger().release_of_draft(draft).withdrawn_at is not None
    seen = httpx.get(f"{later.base}/data/{FLOW}?release={made.number}", timeout=30, headers={"accept": "text/html"})
    assert seen.status_code != 200


TRACED, KEY, PERIOD = "CEPEJ_STAT", "A.CASE_PER_100.Q91_L1.I1.FRA", "2012"
NAMES = ("camille", "driss", "elise", "farid")


@pytest.fixture(scope="module")
def told(greffe):
    """The whole trail, as the command line tells it to staff."""
    ran = greffe("explain", f"{TRACED}/{KEY}", PERIOD, "--json")
    assert ran.code == 0, ran.err
    return ran.json()


def sources(trace):
    """Internal observations of a trail, with what they are parts of."""
    return [*trace["sources"], *(s for o in trace["operands"] for s in sources(o))]


def spaced(text):
    """With one blank for any, and without what groups digits in English and French: 1,234 and 1 234 are 1234."""
    return re.sub(r"\s+", " ", re.sub(r"(?<=\d)[,\u202f\u00a0](?=\d{3}\b)", "", text))


def test_an_auditor_traces_a_figure_down_to_the_lines_and_takes_a_certificate(enter, accessible, told, tmp_path, lang):
    """The values, lines and people on the page, on the certificate and on paper are those of the extracts and the register."""
    say = words(lang)
    page = enter("hana")
    page.get_by_role("link", name=say("common", "bench_trace"), exact=True).click()
    page.locator("select[name=flow]").select_option(TRACED)
    page.get_by_role("button", name=say("portal_trace_find", "go")).click()
    page.locator("select[name='c.INDICATOR']").select_option("CASE_PER_100")
    page.get_by_role("button", name=say("portal_trace_find", "narrow")).click()
    page.locator(f"a[href*='key={KEY}&period={PERIOD}']").click()
    lines = [spaced(t).split(" ") for t in page.locator("#lines tbody tr").all_inner_texts()]
    wanted = {(s["extract"], str(s["row"]), s["value"]) for s in sources(told["trace"])}
    assert len(wanted) == len(lines) == 13
    assert all(any({*one} <= {*line} for line in lines) for one in wanted)
    custody = page.locator("#custody").inner_text()
    assert all(name in custody for name in NAMES)
    assert page.locator(".figure").inner_text().replace(",", ".") == told["published"] == "1.99"
    assert say("portal_trace", "agrees") in page.locator("main").inner_text()
    accessible(page)
    with page.expect_download() as got:
        page.get_by_role("link", name=say("portal_trace", "certificate_pdf")).or_(
            page.get_by_role("button", name=say("portal_trace", "certificate_pdf"))
        ).click()
    file = tmp_path / got.value.suggested_filename
    got.value.save_as(file)
    assert "SYNTHETIC" in file.name
    paper = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True).stdout
    info = subprocess.run(["pdfinfo", str(file)], capture_output=True, text=True, check=True).stdout
    assert say("certificate", "of_figure_staff") in info
    assert f"/Lang ({lang})".encode() in file.read_bytes()
    page.locator("p.downloads a").first.click()
    page.wait_for_selector("article.certificate")
    accessible(page)
    for text in (spaced(paper), spaced(page.locator("main").inner_text())):
        assert all(value in text for _, _, value in wanted)
        assert all(name in text for name in NAMES)
        for mark in ("synthetic_note", "internal_note"):
            assert spaced(say("certificate", mark)) in text
