"""What the search shows of figures that are released, withdrawn or wait for their hour."""

from __future__ import annotations

import re
from html import unescape

import pytest
from house import FLOW
from released import day, whole_story
from starlette.testclient import TestClient

from greffe.app import create_app


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    return whole_story(tmp_path_factory.mktemp("find"))


@pytest.fixture
def client(house):
    house.clock.now = day(5)
    return TestClient(create_app(house.parts), headers={"accept": "text/html"})


def found(client, question, **more):
    text = client.get("/search", params={"q": question, "lang": "en", **more}).text
    return [unescape(a) for a in re.findall(r'<h2><a href="([^"]+)"', text)]


def test_codes_that_wait_for_their_hour_are_not_found(client, house):
    """ICCS0502 comes with release 5 on 12 December."""
    assert found(client, "ICCS0502") == []
    assert "ICCS0502" not in client.get("/search?q=theft").text.replace("e.g. homicide, prison capacity, ICCS0502", "")
    house.clock.now = day(12)
    assert found(client, "ICCS0502") == [f"/data/{FLOW}?key=.ICCS0502.."]


def test_codes_of_a_withdrawn_release_are_not_found(client):
    """ICCS0301 was in release 3 alone."""
    assert not any(address.startswith(f"/data/{FLOW}") for address in found(client, "ICCS0301"))


def test_what_is_released_is_found_with_its_period(client):
    assert (
        found(client, "homcide volontaire 2021")[0] == f"/data/{FLOW}?key=.ICCS0101..&startPeriod=2021&endPeriod=2021"
    )
    text = client.get("/search", params={"q": "homicide 1950", "lang": "fr"}).text
    assert "Rien n’est diffusé pour 1950." in text


def test_a_dataflow_without_a_release_says_so(client):
    text = client.get("/search", params={"q": "avocats professionnels", "lang": "fr"}).text
    assert "CEPEJ_PROFESSIONALS" not in text or "rien de diffusé" in text


def test_the_start_page_tells_what_came_out_and_nothing_to_come(client, house):
    text = client.get("/", params={"lang": "en"}).text
    latest = text[text.index('id="h-latest"') : text.index('id="h-coming"')]
    assert re.findall(r'href="/data/(\w+)"', latest) == [FLOW]
    assert '<time datetime="2026-12-04">' in latest
    assert "2026-12-12" not in text


def test_hostile_and_wrong_questions(client):
    text = client.get("/search", params={"q": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in text
    long = client.get("/search", params={"q": "x" * 201})
    assert (long.status_code, "200 letters" in long.text) == (400, True)
    assert client.get("/search", params={"query": "x"}).status_code == 400
    assert "Nearest: PRISONS" in client.get("/browse/PRISON").text
    assert client.get("/recipients/ESTA").status_code == 404
    assert "internal" not in client.get("/search", params={"q": "extraction INT_JUSTICE"}).text.lower()


def test_subjects_by_path_and_by_name(client):
    by_path = client.get("/browse/CRIMINAL.OFFENCES", params={"lang": "fr"})
    assert by_path.status_code == 200
    assert FLOW in by_path.text
    assert client.get("/browse/OFFENCES", params={"lang": "fr"}).text == by_path.text.replace(
        "CRIMINAL.OFFENCES?", "OFFENCES?"
    )


def test_a_long_list_comes_in_pages(client, monkeypatch):
    """Every dataflow of a recipient is on one page of its list and only there; the start page has the first and leads on."""
    whole = re.findall(r'<th scope="row"><a href="/data/(\w+)"', client.get("/recipients/ESTAT").text)
    assert len(whole) > 10
    monkeypatch.setattr("greffe.web.portal.browse.PER_PAGE", 4)
    monkeypatch.setattr("greffe.web.portal.home.LISTED", 3)
    address, met = "/recipients/ESTAT?lang=en", []
    while address:
        page = client.get(address).text
        met += re.findall(r'<th scope="row"><a href="/data/(\w+)"', page)
        further = re.search(r'<a rel="next" href="([^"]+)"', page)
        address = unescape(further[1]) if further else ""
    assert sorted(met) == sorted(whole)
    assert client.get("/recipients/ESTAT", params={"page": "x"}).status_code == 400
    start = client.get("/", params={"lang": "en"}).text
    eurostat = start[start.index('id="flows-ESTAT"') :]
    assert len(re.findall(r'<th scope="row">', eurostat[: eurostat.index("</table>")])) == 3
    assert f'<a href="/recipients/ESTAT">All {len(whole)} dataflows: ' in eurostat
