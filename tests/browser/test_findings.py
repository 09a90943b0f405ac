"""An approver reads the findings of a draft, opens a group, looks at a series, and accepts its warnings in writing."""

from __future__ import annotations

import pytest
from site_tools import Site

from greffe.release.drafts import Draft
from greffe.release.lifecycle import dataflow_named, make_draft
from greffe.store.base import Actor


@pytest.fixture(scope="module")
def draft(site: Site) -> Draft:
    """A draft of its own, with warnings."""
    parts = site.parts
    flow = dataflow_named(parts, "ESTAT_CRIM_OFF_CAT")
    return make_draft(parts, Actor("camille"), flow, lambda stage: None, reason="read in the browser")


def test_findings_are_read_and_accepted_in_writing(sign_in, accessible, draft):
    page = sign_in("driss", bench=False)
    page.goto("/staff/findings")
    page.locator(f'a[href="/staff/findings/{draft.id}"]').click()
    first = sorted({f.rule for f in draft.warnings})[0]
    page.get_by_role("link", name=first, exact=True).click()
    mine = [f for f in draft.findings if f.rule == first]
    page.get_by_role("heading", name=f"{len(mine)} findings").wait_for()
    assert page.locator("svg.marked").count() == min(50, len(mine))
    assert page.locator("svg.marked .point").count() == min(50, len(mine))
    accessible(page)
    page.get_by_label("Why they may stand").fill("The movements are in the source.")
    page.get_by_role("button", name="Accept in writing").click()
    page.get_by_role("status").get_by_text("The warnings are accepted").wait_for()
    page.goto(f"/staff/findings/{draft.id}?lang=fr")
    row = page.locator("tr", has=page.get_by_role("link", name=first, exact=True))
    assert row.get_by_text("accepté", exact=True).is_visible()
    assert page.get_by_text("The movements are in the source.").is_visible()
    accessible(page)


def test_by_cause_and_down_to_the_rows(sign_in, accessible, draft):
    page = sign_in("hana", bench=False)
    page.goto(f"/staff/findings/{draft.id}?lang=fr")
    page.get_by_role("link", name="Par cause").click()
    page.locator("table").last.locator("tbody a").first.click()
    page.locator("table.found tbody th a").first.click()
    page.get_by_role("heading", name="La série").wait_for()
    assert page.get_by_text("◆").count() == 1
    accessible(page)
    page.go_back()
    assert page.locator("table.found").is_visible()
    assert page.get_by_role("button", name="Accepter par écrit").count() == 0


def test_a_finding_on_a_published_figure_leads_down_to_its_rows(sign_in):
    """Juveniles of 2010: 692, of whom 688 by sex."""
    page = sign_in("hana", bench=False)
    page.goto("/staff/findings/ESTAT_CRIM_PRIS_AGE%231?rule=QR-SUM-01&period=2010")
    page.locator("table.found tbody th a").first.click()
    page.get_by_role("link", name="The way down from the published figure").click()
    page.wait_for_url("**/staff/trace/ESTAT_CRIM_PRIS_AGE?**")
    assert page.get_by_text("692").first.is_visible()
