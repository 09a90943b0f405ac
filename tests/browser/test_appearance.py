"""The main pages look as they did: held against the pictures in tests/browser/reference. The first file of the folder, so that
nobody has changed yet what is shown."""

from __future__ import annotations

import os

import pytest
from screens import held_against_reference, prepare, taken

from greffe.release.waiting import waiting_drafts

RENEW = bool(os.environ.get("GREFFE_RENEW_REFERENCE"))
MAP = "/staff/mappings/ESTAT/infraction_to_pris_iccs"
# Name → who looks, where, and what has to have come.
PAGES = {
    "home": ("", "/", "#flows-ESTAT"),
    "search": ("", "/search?q=homicide", "ol.hits"),
    "dataflow": ("", "/data/ESTAT_CRIM_OFF_CAT?key=.ICCS0101.NR.", "svg.figures path.line"),
    "review": ("camille", f"{MAP}?item=OFF-001", "#evidence svg"),
    "findings": ("camille", "/staff/findings/CEPEJ_CASES%231?rule=QR-PLA-01", "svg.marked"),
    "signoff": ("camille", "/staff/releases/{draft}", "#changes"),
    "coverage": ("camille", "/staff/coverage/CEPEJ", "svg.bar"),
    "trace": ("camille", "/staff/trace/CEPEJ_STAT?key=A.CASE_PER_100.Q91_L1.I1.FRA&period=2012", "#lines"),
}
DARK = "dataflow"


@pytest.fixture
def looked_at(browser, site, sign_in, sessions):
    """Opens a page in a context of its own, in which the test may put in its own letters."""
    contexts = []

    def look(name: str, width: int, scheme: str = "light"):
        who, path, content = PAGES[name]
        if who:
            sign_in(who, bench=False)
        context = browser.new_context(
            base_url=site.base, locale="en-GB", reduced_motion="reduce", color_scheme=scheme, bypass_csp=True,
            viewport={"width": width, "height": 900},
        )  # fmt: skip
        contexts.append(context)
        if who:
            context.add_cookies(sessions[who])
        page = context.new_page()
        prepare(page)
        waiting = next(d.id for d in waiting_drafts(site.parts.ledger()) if d.dataflow.id == "OBS_SURVEYS")
        page.goto(path.format(draft=waiting))
        page.locator(content).first.wait_for()
        return page

    yield look
    for context in contexts:
        context.close()


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [*((name, width, "light") for name in PAGES for width in (1280, 320)), (DARK, 1280, "dark")],
)
def test_it_looks_as_it_did(looked_at, tmp_path, name, width, scheme):
    """Where everything stands, wide and narrow, and one page in the dark"""
    image = taken(looked_at(name, width, scheme))
    shown = f"{name}-{width}{'-dark' if scheme == 'dark' else ''}"
    held_against_reference(image, shown, tmp_path, renew=RENEW)


BROKEN = {
    "a sheet that is missing": "link[href*='greffe']",
    "columns below each other": ".columns.two { display: block !important; }",
    "a table one line lower": "#table { margin-top: 1.5rem !important; }",
    "letters a tenth larger": "html { font-size: 110% !important; }",
    "a drawing without its line": "svg.figures path { display: none !important; }",
    "white on white": "table.figures td { color: #fff !important; }",
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_layout_does_not_pass(looked_at, tmp_path, fault):
    """What somebody would see at once is a difference"""
    page = looked_at("dataflow", 1280)
    if BROKEN[fault].startswith("link"):
        page.evaluate("s => document.querySelectorAll(s).forEach((e) => e.remove())", BROKEN[fault])
    else:
        page.add_style_tag(content=BROKEN[fault])
    with pytest.raises(AssertionError, match="does not look as its reference"):
        held_against_reference(taken(page), "dataflow-1280", tmp_path, renew=False)
    assert (tmp_path / "dataflow-1280-difference.png").is_file()
