"""Every page, in both languages: what axe, 320 pixels, 200 KB and readers without scripts ask for (tests/helpers/page_checks.py)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from site_tools import ADMIN, CONTRIBUTOR, RECIPIENT

from greffe.app import job_tools
from greffe.jobs.running import run_now
from greffe.jobs.works import WORKS
from greffe.release.grants import approve_grant, propose_grant
from greffe.release.lifecycle import dataflow_named
from greffe.store.base import Actor
from greffe.transmission.orders.acts import Wanted, make_order
from greffe.transmission.orders.limits import Limits

# A path a line, once: who adds one changes no other's line.
PUBLIC = (
    "/",
    "/signin",
    "/nowhere",
    "/data/UNODC_CTS_PRISONS",
    "/data/ESTAT_CRIM_OFF_CAT?key=all&page=2",
    "/search",
    "/browse",
    "/browse/PRISONS",
    "/recipients",
    "/recipients/ESTAT",
    "/calendar",
    "/developers",
    "/developers/rest",
    "/status",
    "/changes",
    "/accessibility",
    "/trace",
    "/trace?flow=CEPEJ_STAT",
    "/trace/CEPEJ_STAT?key=A.CASE_PER_100.Q91_L1.I1.FRA&period=2012",
    "/trace/CEPEJ_STAT/certificate?key=A.CASE_PER_100.Q91_L1.I1.FRA&period=2012",
    "/bridge",
    "/bridge/FP06",
    "/quality/ESTAT_CRIM_OFF_CAT",
)
STAFF = (
    "/staff",
    "/staff/register/verify",
    "/staff/account",
    "/staff/coverage",
    "/staff/coverage/CEPEJ",
    "/staff/coverage/ESTAT/ESTAT_CTS_JUST",
    "/staff/drafts",
    "/staff/drafts/ESTAT_CRIM_OFF_CAT",
    "/staff/findings",
    "/staff/findings/CEPEJ_CASES%231",
    "/staff/findings/CEPEJ_CASES%231?rule=QR-PLA-01&by=cause",
    "/staff/findings/ESTAT_CRIM_PRIS_AGE%231/1",
    "/staff/jobs",
    "/staff/jobs/transmissions",
    "/staff/keys",
    "/staff/mappings",
    "/staff/mappings/pending",
    "/staff/mappings/ESTAT/infraction_to_pris_iccs",
    "/staff/mappings/ESTAT/infraction_to_pris_iccs/import",
    "/staff/mappings/ESTAT/infraction_to_pris_iccs/versions",
    "/staff/mappings/ESTAT/infraction_to_pris_iccs/evidence?item=OFF-001",
    "/staff/mappings/ESTAT/infraction_to_pris_iccs/effect?item=OFF-001&targets=%5B%22TOTAL%22%5D",
    "/staff/mappings/ESTAT/infraction_to_pris_iccs/effect?item=OFF-002&targets=%5B%22ICCS03012%22%5D",
    "/staff/people",
    "/staff/proposals",
    "/staff/register",
    "/staff/denied",
    "/staff/releases",
    "/staff/releases/ESTAT_CRIM_OFF_CAT/1",
    "/staff/trace",
    "/staff/transmissions",
    "/staff/transmissions?test=yes",
    "/staff/transmissions/ESTAT_CTS_JUST-2024-1",
    "/staff/transmissions/ESTAT_CTS_JUST-2024-1/queries",
    "/staff/transmissions/ESTAT_CTS_JUST-2024-1/queries/1",
    "/staff/transmissions/ESTAT_CTS_JUST-2024-1/queries/2",
    "/staff/receipts",
    "/staff/transmissions/ESTAT_CTS_JUST-2024-1/entered",
    "/staff/deadlines/ESTAT_CTS_JUST/2024",
    "/staff/foreseen/UN_CTS/2024?test=yes",
    "/staff/answers",
    "/staff/answers/workbook",
    "/staff/answers/CEPEJ",
    "/staff/answers/CEPEJ?cycle=2024&cell=CEPEJ_PROFESSIONALS__Q147__T__COUNT__T__2024",
    "/staff/trace/from?flow=INT_JUSTICE",
)


CONTRIBUTED = (
    (CONTRIBUTOR, "/staff/contributions"),
    (CONTRIBUTOR, "/staff/contributions/UN_CTS-2024-DAP"),
    (ADMIN, "/staff/contributions/CEPEJ-2024-CCASS"),
)
HANDED = (
    "/staff",
    "/staff/granted",
    "/staff/granted/ESTAT/ESTAT_CRIM_JUST_SEX?what=granted",
    "/orders",
    "/orders/{order}",
)


def asked(path: str, lang: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}lang={lang}"


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages(looking, judge, path):
    page = looking("")
    for lang in ("en", "fr"):
        page.goto(asked(path, lang))
        judge.whole(page, lang)


@pytest.mark.parametrize("path", HANDED)
def test_pages_of_a_recipient(looking, judge, site, path):
    """Values of a dataflow by grant."""
    if not site.parts.ledger().grants:
        flow, until = dataflow_named(site.parts, "ESTAT_CRIM_JUST_SEX"), site.parts.clock().date() + timedelta(days=90)
        grant = propose_grant(site.parts, Actor("camille"), "ESTAT", flow, until, "Regulation 223/2009")
        for name in ("driss", "elise"):
            approve_grant(site.parts, Actor(name), grant.id)
    page, order = looking(RECIPIENT), order_of_a_recipient(site.parts) if "{order}" in path else ""
    for lang in ("en", "fr"):
        page.goto(asked(path.format(order=order), lang))
        judge.whole(page, lang)


def order_of_a_recipient(parts):
    """A standing order by webhook, with a delivery that did not leave: the host is none."""
    tools, query = job_tools(parts), "/sdmx/v2/data/dataflow/SSER/ESTAT_CRIM_JUST_SEX/1.0.0/*?format=csv"
    wanted = Wanted("ESTAT", "Justice", query, way="webhook", to="https://hooks.invalid/in")
    made = make_order(parts, Actor(RECIPIENT), wanted, tools.answers, Limits(), {})
    assert run_now(tools, WORKS, "test", "orders").report.counts["failed"] == 1
    return made.id


@pytest.mark.parametrize("path", STAFF)
def test_staff_pages(looking, judge, path):
    page = looking(ADMIN if path in ("/staff/people", "/staff/denied", "/staff/keys", "/staff/releases") else "camille")
    for lang in ("en", "fr"):
        page.goto(asked(path, lang))
        judge.whole(page, lang)


@pytest.mark.parametrize(("name", "path"), CONTRIBUTED)
def test_pages_of_houses(looking, judge, name, path):
    """As a person of the house, who types and signs; as the contact point, who merges and moves deadlines."""
    page = looking(name)
    for lang in ("en", "fr"):
        page.goto(asked(path, lang))
        judge.whole(page, lang)


# Markup, and the style of its first element: the pages' own rules let neither into the markup.
PLANTED = {
    "color-contrast": ("<p>pale</p>", "color: #bbb; background: #fff"),
    "image-alt": ("<img src='/static/x.png'>", ""),
    "label": ("<input type='text'>", ""),
    "pixels wide": ("<div>wide</div>", "width: 700px"),
    "jumps": ("<a href='/' tabindex='3'>first</a>", ""),
    "scripted": ("<div hx-get='/only/by/script'></div>", ""),
    "unsent": ("<form method='get' action='/search'><label>q <input name='q'></label></form>", ""),
    "headings": ("<h1>another</h1>", ""),
    "weighs": (f"<p hidden>{''.join(f'{n * 7919 % 1_000_003:x}' for n in range(90_000))}</p>", ""),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_the_judge_finds_what_is_planted(page, judge, fault):
    """Each fault on a page that has none, also where it is one of many alike or lies in what is shut"""
    page.goto("/accessibility?lang=en")
    page.evaluate(
        "([html, style]) => { const d = document.createElement('details'); d.innerHTML = '<summary>more</summary>' + html;"
        " d.children[1].style.cssText = style; document.querySelector('main').append(d); }",
        PLANTED[fault],
    )
    with pytest.raises(AssertionError, match=fault):
        judge.whole(page)


def test_the_public_is_sent_to_sign_in_and_back(page, sign_in):
    page.goto("/staff")
    assert page.url.endswith("/signin?back=/staff")
    assert page.locator("main input[name=back]").input_value() == "/staff"
