"""Every page, in both languages: no fault that axe finds, in light and dark, on 320 pixels, within 200 KB."""

from __future__ import annotations

import gzip

import pytest

# A path a line, once: who adds one changes no other's line.
PUBLIC = (
    "/",
    "/signin",
    "/nowhere",
    "/data/UNODC_CTS_PRISONS",
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
    "/bridge",
    "/quality/ESTAT_CRIM_OFF_CAT",
    "/trace",
    "/bridge",
)
STAFF = (
    "/staff",
    "/staff/coverage",
    "/staff/coverage/CEPEJ",
    "/staff/coverage/ESTAT/ESTAT_CTS_JUST",
    "/staff/findings",
    "/staff/findings/CEPEJ_CASES%231",
    "/staff/findings/CEPEJ_CASES%231?rule=QR-PLA-01&by=cause",
    "/staff/findings/ESTAT_CRIM_PRIS_AGE%231/1",
    "/staff/mappings",
    "/staff/mappings/pending",
    "/staff/mappings/ESTAT/infraction_to_pris_iccs/evidence?item=OFF-001",
    "/staff/mappings/ESTAT/infraction_to_pris_iccs/effect?item=OFF-001&targets=%5B%22TOTAL%22%5D",
    "/staff/mappings/ESTAT/infraction_to_pris_iccs/effect?item=OFF-002&targets=%5B%22ICCS03012%22%5D",
    "/staff/proposals",
    "/staff/trace",
)


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages(page, accessible, path, lang):
    page.goto(f"{path}?lang={lang}")
    assert page.locator("html").get_attribute("lang") == lang
    assert page.locator("h1").count() == 1
    accessible(page)
    assert len(gzip.compress(page.content().encode())) < 100_000


@pytest.mark.parametrize("path", STAFF)
def test_staff_pages(sign_in, accessible, path):
    page = sign_in("camille")
    page.goto(path)
    assert page.locator("h1").count() == 1
    accessible(page)


def test_the_public_is_sent_to_sign_in_and_back(page, sign_in):
    page.goto("/staff")
    assert page.url.endswith("/signin?back=/staff")
    assert page.locator("main input[name=back]").input_value() == "/staff"
