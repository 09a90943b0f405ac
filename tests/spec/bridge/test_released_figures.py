"""What we released is compared with what was published: from its instant on, never before, and nothing that is secret."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from house import AUTHOR, RELEASER, House, new_house
from journey_tools import ROOT

from greffe.app import create_app
from greffe.formats.published.lines import Columns
from greffe.release.lifecycle import withdraw
from greffe.release.published import Described, add_publication

CRIM = ROOT / "samples/published/publications/estat_crim_off_cat.csv"
PAIR = "estat_offences.ICCS0101@2022~sser_offences.ICCS0101@2022"


def published(house: House) -> None:
    add_publication(house.parts, AUTHOR, CRIM, Described("Eurostat", "crim_off_cat", retrieved="2024-11-30"))


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = new_house(tmp_path / "home", "published", "map")
    published(made)
    return made


def test_from_its_instant_on(house: House):
    """A draft, and a release whose hour has not come, are not compared; withdrawn, it is out again."""
    client = TestClient(create_app(house.parts))
    draft = house.draft()
    house.sign(draft)
    assert client.get(f"/api/v1/bridge/{PAIR}").status_code == 404
    release = house.release(draft, house.clock() + timedelta(days=2))
    house.clock.forward(days=1)
    assert client.get(f"/api/v1/bridge/{PAIR}").status_code == 404
    assert "sser" not in client.get("/api/v1/bridge?limit=1000").text
    house.clock.forward(days=1, seconds=1)
    found = client.get(f"/api/v1/bridge/{PAIR}").json()
    assert (found["state"], found["a"]["value"], found["b"]["value"]) == ("equal", "821", "821")
    assert [s["id"] for s in found["sources"]][1] == str(release)
    withdraw(house.parts, RELEASER, str(release), "a test")
    assert client.get(f"/api/v1/bridge/{PAIR}").status_code == 404


def test_a_release_that_is_named_stands_for_ours(house: House):
    """The first release stays to be asked for when another one is current; a withdrawn, an unknown and a later one do not."""
    first = house.released()
    client = TestClient(create_app(house.parts))
    now = client.get(f"/api/v1/bridge/{PAIR}", params={"release": str(first)})
    assert now.json()["sources"][1]["id"] == str(first)
    assert client.get("/api/v1/bridge", params={"release": str(first), "concept": "offences"}).json()["count"] == 181
    for named, status, said in (
        ("ESTAT_CRIM_OFF_CAT#9", 404, "ESTAT_CRIM_OFF_CAT#1"),
        ("ESTAT_CRIM_OFF_CA#1", 404, "ESTAT_CRIM_OFF_CAT"),
        ("ESTAT_CRIM_OFF_CAT", 400, "ESTAT_CRIM_OFF_CAT#1"),
    ):
        got = client.get(f"/api/v1/bridge/{PAIR}", params={"release": named})
        assert (got.status_code, said in got.text) == (status, True), got.text
    twice = client.get("/api/v1/bridge", params={"release": [str(first), str(first)]})
    assert twice.status_code == 400
    withdraw(house.parts, RELEASER, str(first), "a test")
    assert client.get(f"/api/v1/bridge/{PAIR}", params={"release": str(first)}).status_code == 404


def test_our_rates_against_theirs(house: House):
    """2017 and 2018: ours are over the population of the year, theirs over that of 2016. Theft 2017: 149.02 and 149.40."""
    house.released()
    said = Described("Insee", "population au 1er janvier", columns=Columns(("serie",), "periode", "valeur"))
    add_publication(house.parts, AUTHOR, CRIM.with_name("insee_population.csv"), said)
    client = TestClient(create_app(house.parts))
    found = client.get("/api/v1/bridge/estat_rate.ICCS0401@2017~sser_rate.ICCS0401@2017").json()
    assert (found["a"]["value"], found["b"]["value"]) == ("149.40", "149.02")
    assert found["state"] == "explained"
    (chain,) = found["chains"]
    # 149.40 · 66638391 / 66809816 = 149.0167, and 149.02 - 149.0167 = 0.0033
    assert [s["kind"] for s in chain] == ["population_vintage", "rounding"]
    assert chain[0]["backwards"]
    assert chain[0]["amount"].startswith("-0.3833")
    # Attempted homicide 2018: 2482 over 67,026,224 is 3.703, over 66,638,391 3.725: 3.70 and 3.72. The step moves by 0.0215,
    # and each figure is rounded to 0.01: it is told, and proves nothing.
    found = client.get("/api/v1/bridge/estat_rate.ICCS0102@2018~sser_rate.ICCS0102@2018").json()
    assert (found["state"], found["chains"], found["open"]) == ("open", [], "-0.02")
    assert [(s["kind"], s["amount"][:7]) for s in found["untold"]] == [("population_vintage", "-0.0215")]
    counted = client.get("/api/v1/bridge?concept=offences&limit=1000").json()
    # Of 16 offences in 15 years Eurostat shows 59 counts without a value (`grep -c ',NR,FR,20..,,' FILE`).
    assert counted["states"] == {"equal": 16 * 15 - 59}


def test_a_confidential_observation_takes_no_part(tmp_path: Path):
    """The count of 2022 is secret: neither it nor the rate that would give it away is a figure here."""
    made = new_house(tmp_path / "home")
    text = (ROOT / "samples/published/ssmsi_infractions.csv").read_text()
    line = next(x for x in text.splitlines() if ",2022," in x and "SSMSI_HOMICIDE" in x)
    file = tmp_path / "ssmsi.csv"
    cells = line.split(",")
    cells[text.splitlines()[0].split(",").index("conf")] = "C1"
    file.write_text(text.replace(line, ",".join(cells)))
    made.take(file, "INT_SSMSI")
    made.take(ROOT / "samples/published/population.csv", "INT_POPULATION")
    made.approve_map()
    published(made)
    made.released()
    client = TestClient(create_app(made.parts))
    assert client.get(f"/api/v1/bridge/{PAIR}").status_code == 404
    assert client.get(f"/api/v1/bridge/{PAIR.replace('2022', '2021')}").status_code == 200
    told = client.get("/api/v1/bridge?concept=offences&limit=1000").text
    assert "sser_offences.ICCS0101@2021" in told
    assert "sser_offences.ICCS0101@2022" not in told
    rates = client.get("/api/v1/bridge?concept=offence_rate&limit=1000").text
    assert "sser_rate.ICCS0101@2022" not in rates


def test_invented_figures_are_not_compared_with_real_ones(tmp_path: Path):
    """A synthetic release has no pair with a real publication, and asking for one says why."""
    made = new_house(tmp_path / "home")
    made.take(ROOT / "samples/published/ssmsi_infractions.csv", "INT_SSMSI", "synthetic")
    made.take(ROOT / "samples/published/population.csv", "INT_POPULATION", "synthetic")
    made.approve_map()
    published(made)
    made.released(origin="synthetic")
    client = TestClient(create_app(made.parts))
    got = client.get(f"/api/v1/bridge/{PAIR}")
    assert got.status_code == 400
    assert "invented figures are not compared with real ones" in got.text
    assert client.get("/api/v1/bridge?concept=offences").json()["pairs"] == []


def test_over_http(house: House):
    """No name, no internal figure; the language; pages; what is not known is refused with the nearest."""
    house.released()
    client = TestClient(create_app(house.parts))
    got = client.get("/api/v1/bridge?limit=2&offset=1", headers={"accept-language": "fr"})
    assert got.status_code == 200
    assert got.headers["content-language"] == "fr"
    assert len(got.json()["pairs"]) == 2
    assert client.get("/api/v1/bridge?limit=1&offset=2").json()["pairs"][0]["id"] == got.json()["pairs"][1]["id"]
    assert "camille" not in client.get("/api/v1/bridge?limit=1000").text + client.get(f"/api/v1/bridge/{PAIR}").text
    assert client.get(f"/api/v1/bridge/{PAIR}?lang=fr").json()["result"] == "Les deux chiffres sont égaux."
    table = client.get("/api/v1/bridge?concept=offences&format=csv&lang=fr")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.text.splitlines()[0].startswith("Paire,Objet,Premier chiffre,Second chiffre,Écart,Résultat")
    assert len(table.text.splitlines()) == 1 + 181
    assert "## Pairs: 181 (181 equal)" in client.get("/api/v1/bridge?concept=offences&format=md&lang=en").text
    one = client.get(f"/api/v1/bridge/{PAIR}?format=xlsx")
    assert one.content[:2] == b"PK"
    assert one.headers["content-language"] == "en"
    for address, status, said in (
        ("/api/v1/bridge?state=opened", 400, "open"),
        ("/api/v1/bridge?concept=offence", 404, "offences"),
        ("/api/v1/bridge?stat=open", 400, "state"),
        ("/api/v1/bridge?body=Eurosta&format=csv", 404, "Eurostat"),
        ("/bridge?body=Eurosta", 404, "Eurostat"),
        (f"/api/v1/bridge/{PAIR}?format=xls", 400, "xlsx"),
        ("/api/v1/bridge/sser_offences.ICCS0101@1999~sser_offences.ICCS0101@2008", 404, "sser_offences.ICCS0101@2019"),
    ):
        got = client.get(address)
        assert (got.status_code, said in got.text) == (status, True), (address, got.text)


def test_files_of_the_list_hold_what_the_page_shows(house: House):
    """The address behind "CSV" says every filter of the page; `limit` and `offset` hold for files too."""
    house.released()
    client = TestClient(create_app(house.parts))
    everything = len(client.get("/api/v1/bridge?format=csv").text.splitlines()) - 1
    narrowed = "concept=offences&q=2019+iccs0101"
    page = client.get(f"/bridge?{narrowed}&lang=en").text
    link = html.unescape(re.search(r'href="(/api/v1/bridge\?[^"]*format=csv)"', page)[1])
    rows = list(csv.DictReader(io.StringIO(client.get(link).text)))
    assert len(rows) == client.get(f"/api/v1/bridge?{narrowed}&lang=en").json()["count"]
    assert 0 < len(rows) < everything
    assert all("2019" in str(row) and "ICCS0101" in str(row) for row in rows)
    assert f"<strong>{len(rows)}</strong>" in page
    assert rows[2:5] == list(csv.DictReader(io.StringIO(client.get(f"{link}&offset=2&limit=3").text)))
