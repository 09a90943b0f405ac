"""What people write is shown as what it is: a script, a formula, ten thousand characters, words from right to left."""

from __future__ import annotations

from datetime import timedelta

import pytest
from site_tools import ADMIN

from greffe.model.calendar import Words
from greffe.release.access.keys import make_key
from greffe.release.approvals import comment_proposal
from greffe.release.calendar import announce
from greffe.release.lifecycle import accept_warnings
from greffe.release.people import HOUSE
from greffe.release.proposals import propose
from greffe.store.base import Actor

SCRIPT = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
FORMULA = '=HYPERLINK("http://x.example","1")'
TURNED = "\u202eturned \u05e9\u05dc\u05d5\u05dd \u0627\u0644\u0633\u062c\u0646"
TEXT = f"{SCRIPT} {FORMULA} {TURNED}"
LONG = f"{TEXT} {'x' * 10_000}"
MAP = "mappings/ESTAT_SMU/infraction_to_leg_stat.csv"


@pytest.fixture(scope="module")
def written(site, first_draft):
    """Such a text as reason of a proposal, in a row of a map, as comment, acceptance, title of a release and of a key."""
    parts, author = site.parts, Actor("camille")
    rows = parts.register.content(parts.effective().files[MAP]).rstrip(b"\n")
    quoted = TEXT.replace('"', "'").replace(",", ";")
    proposal = propose(parts, author, {MAP: rows + f"; {quoted}\n".encode()}, LONG)
    comment_proposal(parts, Actor("driss"), proposal.id, LONG)
    accept_warnings(parts, Actor("driss"), first_draft, LONG[:2_000])
    announce(parts, Actor("farid"), ["CEPEJ_STAT"], parts.clock() + timedelta(days=50), Words(TEXT, TEXT))
    make_key(parts, HOUSE, TEXT[:95], "auditor", ["register"], (), parts.clock() + timedelta(days=9))
    return proposal.id


PAGES = {
    "/staff/proposals": "camille",
    "/staff/proposals/{proposal}": "driss",
    "/staff/mappings/ESTAT_SMU/infraction_to_leg_stat": "camille",
    "/staff/findings/{draft}": "driss",
    "/staff/releases/{draft}": "elise",
    "/staff/releases": "farid",
    "/staff": "driss",
    "/staff/register": "hana",
    "/staff/keys": ADMIN,
    "/calendar": "",
    "/": "",
}


@pytest.mark.parametrize("path", PAGES)
def test_a_text_is_a_text(looking, judge, written, first_draft, path):
    """Nothing of it runs or turns what stands beside it; the page is whole, fits 320 pixels and weighs what it may"""
    page = looking(PAGES[path])
    page.goto(path.format(proposal=written, draft=first_draft))
    judge.whole(page)
    assert "taken" not in page.title()
    assert page.locator("img[src=x], main script").count() == 0
    if path not in ("/staff", "/staff/mappings/ESTAT_SMU/infraction_to_leg_stat"):
        assert "<script>document.title=" in page.locator("main").text_content()
    turned = page.locator("main *", has_text="turned").last
    if turned.count():
        assert turned.evaluate("e => getComputedStyle(e).unicodeBidi") != "normal", turned.evaluate(
            "e => e.outerHTML.slice(0, 200)"
        )
