"""The page of a dataflow over small releases: what is counted, shown, marked, compared and refused, each worked by hand."""

from __future__ import annotations

import html
import json
import re

import pytest
from fastapi.testclient import TestClient
from house import FLOW, RELEASER, new_house
from released import put

from greffe.app import create_app
from greffe.formats.negotiation import DATA_FORMATS
from greffe.release.lifecycle import dataflow_named, withdraw
from greffe.web.portal.flow_first import first_codes

# Rows `iccs unit period value status confidentiality comment`; - is missing.
OLD = """
ICCS0101 NR 2020 100 A F
ICCS0101 NR 2021 110 P F
ICCS0101 P_HTHAB 2021 1.52 A F
ICCS0102 NR 2020 7 A F
ICCS0501 NR 2020 424242 A F
ICCS0502 NR 2018 4 A F
ICCS0502 NR 2020 5 A F
"""
NEW = """
ICCS0101 NR 2020 100 A F
ICCS0101 NR 2021 130 A F
ICCS0101 NR 2022 1234567.50 B F Counted <b>anew</b>.
ICCS0101 P_HTHAB 2021 1.52 A F
ICCS0102 NR 2020 6 A F
ICCS0102 NR 2021 - M F
ICCS0501 NR 2020 - Q C
ICCS0502 NR 2018 4 A F
ICCS0502 NR 2020 5 A F
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Two releases in effect; a third one, of which nobody may hear yet, waits for its hour."""
    found = new_house(tmp_path_factory.mktemp("flow"))
    put(found, 1, OLD)
    found.clock.forward(hours=1)
    put(found, 2, NEW, vintage="2022-E1", revision="correction", notice="A late report.", notice_fr="Un oubli.")
    found.clock.forward(hours=1)
    put(found, 3, "ICCS0101 NR 2020 987654321 A F", hours=10)
    return found


@pytest.fixture(scope="module")
def client(house):
    with TestClient(create_app(house.parts), headers={"accept": "text/html"}, follow_redirects=False) as found:
        yield found


def page(client, query="", flow=FLOW, status=200):
    answer = client.get(f"/data/{flow}?{query}")
    client.cookies.clear()  # which keep the language
    assert answer.status_code == status, answer.text
    return answer.text


def plain(text):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))).strip()


def row(text, key):
    """Cells of a series, as they are read."""
    found = re.search(rf'<tr data-key="{re.escape(key)}">(.*?)</tr>', text, re.S)
    return [plain(c) for c in re.findall(r'<td class="n[^"]*">(.*?)</td>', found[1], re.S)] if found else None


def counts(text, dimension):
    """Code → series that it would give, as the filter says."""
    found = re.findall(rf'name="c\.{dimension}" value="([^"]+)"[^>]*>.*?<small>(\d+)', text, re.S)
    return {code: int(count) for code, count in found}


def test_it_opens_with_the_unit_that_most_series_have(client):
    text = page(client)
    assert "Matching observations: 8, series: 4. A first selection" in plain(text)
    assert row(text, "A.ICCS0101.P_HTHAB.FR") is None


def test_values_are_exact_and_marked(client):
    """Two decimals stay two; missing and confidential are no zeros; what has no observation is empty; a break is marked."""
    text = page(client, "key=...&startPeriod=2020")
    assert row(text, "A.ICCS0101.NR.FR") == ["100", "130", "1,234,567.50 B [1]"]
    assert row(text, "A.ICCS0102.NR.FR") == ["6", ": M", ""]
    assert row(text, "A.ICCS0501.NR.FR") == [": Q (C)", "", ""]
    assert row(text, "A.ICCS0101.P_HTHAB.FR") == ["", "1.52", ""]
    assert '<td class="n breaks">1,234,567.50' in text
    legend = plain(re.search(r'id="legend">(.*?)</dl>', text, re.S)[1])
    assert "B Time series break OBS_STATUS" in legend
    assert "(C) Confidential" in legend
    assert "[1] Counted <b>anew</b>." in legend
    assert "<b>anew</b>" not in text
    assert "424242" not in text
    french = page(client, "key=...&startPeriod=2020&lang=fr")
    assert row(french, "A.ICCS0101.NR.FR")[2] == "1 234 567,50 B [1]"


def test_counts_are_those_of_the_other_choices(client):
    """A choice on one dimension leaves its own codes to be chosen, and narrows the others."""
    text = page(client, "key=.ICCS0101..")
    assert counts(text, "iccs") == {"ICCS0101": 2, "ICCS0102": 1, "ICCS0501": 1, "ICCS0502": 1}
    assert counts(text, "unit") == {"NR": 1, "P_HTHAB": 1}
    text = page(client, "key=..P_HTHAB.")
    assert counts(text, "iccs") == {"ICCS0101": 1, "ICCS0102": 0, "ICCS0501": 0, "ICCS0502": 0}
    text = page(client, "startPeriod=2022&key=all")
    assert counts(text, "iccs") == {"ICCS0101": 1, "ICCS0102": 0, "ICCS0501": 0, "ICCS0502": 0}
    assert "Matching observations: 1, series: 1." in plain(text)


def test_codes_stand_below_what_holds_them(client):
    """The hierarchy of the dimension: homicide below acts leading to death, which has no figures and is not ticked."""
    text = page(client)
    held = re.search(r'<span class="held">[^<]*<code>ICCS01</code></span>\s*<ul>(.*?)</ul>', text, re.S)
    assert re.findall(r'value="(ICCS\d+)"', held[1]) == ["ICCS0101", "ICCS0102"]


def test_a_form_is_answered_with_the_address_that_has_the_key(client):
    answer = client.get(
        f"/data/{FLOW}?form=1&c.iccs=ICCS0101&c.iccs=ICCS0102&c.unit=NR&startPeriod=2020&endPeriod=&chart=bar&lang=fr"
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/data/{FLOW}?key=.ICCS0101+ICCS0102.NR.&startPeriod=2020&chart=bar&lang=fr"
    text = page(client, answer.headers["location"].partition("?")[2])
    assert row(text, "A.ICCS0102.NR.FR")[0] == "6"
    assert client.get(f"/data/{FLOW}?form=1").headers["location"] == f"/data/{FLOW}?key=all"


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("key=A.ICCS0111.NR.FR", 404, "'ICCS0111' is no code of iccs"),
        ("key=A.ICCS0101", 400, "has 2 slots where ESTAT_CRIM_OFF_CAT has 4 dimensions"),
        ("startPeriod=twenty", 400, "parameter startPeriod"),
        ("kee=A", 400, "Nearest: key"),
        ("release=9", 404, "There is no release ESTAT_CRIM_OFF_CAT#9"),
        ("release=3", 404, "There is no release ESTAT_CRIM_OFF_CAT#3"),
        ("against=3", 404, "There is no release ESTAT_CRIM_OFF_CAT#3"),
        ("against=2", 400, "does not differ from itself"),
        ("chart=pie", 400, "is no drawing"),
        ("page=7", 404, "There are only 1 pages"),
        ("page=0", 400, "no number from 1 on"),
        ("key=all&c.iccs=ICCS0101", 400, "ask twice"),
        ("key=%3Cscript%3E", 400, "has 1 slots"),
    ],
)
def test_what_cannot_be_read_is_one_line(client, query, status, said):
    text = page(client, query, status=status)
    assert said in plain(text)
    assert "<script>" not in text


def test_two_releases_largest_difference_first(client):
    """130 - 110 = 20 (18.1818 %), 6 - 7 = -1 (-14.2857 %); then what has no difference; the confidential one tells nothing."""
    text = page(client, "key=..NR.&against=1")
    table = re.search(r'<table id="differing">.*?<tbody>(.*?)</tbody>', text, re.S)[1]
    rows = [[plain(c) for c in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", r, re.S)] for r in table.split("</tr>")[:-1]]
    assert [r[1:6] for r in rows] == [
        ["2021", "110", "130", "+20", "+18.1818"],
        ["2020", "7", "6", "\u22121", "\u221214.2857"],
        ["2022", "", "1,234,567.50", "", ""],
        ["2021", "", ":", "", ""],
        ["2020", ":", ":", "", ""],
    ]
    assert rows[0][6] == "changed; OBS_STATUS P → A"
    assert rows[4][6].startswith("confidential")
    assert "424242" not in text
    drawn = re.findall(r'<rect class="(up|down)"', text)
    assert drawn == ["up", "down"]
    one = page(client, "key=.ICCS0102.NR.&startPeriod=2020&endPeriod=2020&against=1")
    assert "Observations of this selection that differ: 1." in plain(one)


def test_an_older_release_is_shown_as_it_was_and_named(client):
    text = page(client, "key=.ICCS0101.NR.&release=1")
    assert row(text, "A.ICCS0101.NR.FR") == ["100", "110 P"]
    assert "You are looking at release #1; the latest is #2." in plain(text)
    citation = re.search(r'<code id="citation">(.*?)</code>', text)[1]
    assert f". Release {FLOW}#1, 2026-11-24" in citation
    assert html.unescape(citation).endswith(f"/data/{FLOW}?key=.ICCS0101.NR.&release=1")
    address = html.unescape(re.search(r'<code id="code-url">(.*?)</code>', text)[1])
    answer = client.get(address.partition("8000")[2], headers={"accept": "*/*"})
    assert [line.split(",")[8] for line in answer.text.splitlines()[1:]] == ["100", "110"], answer.text


def test_why_figures_were_revised_is_said(client):
    assert "This release revises published figures: correction – A late report." in plain(page(client))
    assert "Un oubli." in page(client, "lang=fr")


def test_what_waits_for_its_hour_is_nowhere(client):
    assert "987654321" not in page(client, "key=all")
    assert "#3" not in plain(page(client, "key=all"))


def test_nothing_released(client):
    text = page(client, flow="ESTAT_CRIM_PRIS_CAP")
    assert "Nothing of this dataflow is released yet." in text
    page(client, flow="INT_SSMSI", status=404)


def test_search_engines_read_the_dataset(client):
    """schema.org in a data block: nothing in it ends the block."""
    text = page(client)
    said = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)[1])
    assert (said["@type"], said["version"], said["temporalCoverage"]) == ("Dataset", "2", "2018/2022")
    assert said["license"].startswith("https://")
    assert 50 <= len(said["description"]) <= 5_000, "what Google asks of a Dataset"
    assert {d["encodingFormat"] for d in said["distribution"]} >= {"text/csv"}


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_format_can_be_taken(client, lang):
    """Each answers, of the selection and of everything."""
    text = page(client, f"key=.ICCS0101.NR.&lang={lang}")
    links = [html.unescape(a) for a in re.findall(r'<a href="([^"]+)" download', text)]
    assert len(links) == 2 * len(DATA_FORMATS)
    for format_ in DATA_FORMATS:
        mine = [a for a in links if f"format={format_.name}&" in a]
        assert len(mine) == 2
        answers = [client.get(a, headers={"accept": "*/*"}) for a in mine]
        assert [a.status_code for a in answers] == [200, 200]
        assert answers[0].headers["content-type"].startswith(format_.media_type.partition(";")[0])


def test_withdrawn_releases_are_said_and_not_shown(house, client):
    """Last: it moves the clock past the third release and takes it back."""
    house.clock.forward(hours=11)
    withdraw(house.parts, RELEASER, f"{FLOW}#3", "Wrong file.", "Mauvais fichier.")
    house.clock.forward(hours=1)
    text = plain(page(client))
    assert "Release #3 was withdrawn. Wrong file." in text
    assert "987654321" not in text
    page(client, "release=3", status=404)


def test_a_first_period_after_the_last_is_told_beside_its_fields(client):
    """What the dataflow is stays told, both fields are marked and named, and the way out is a link; programs are told, too."""
    text = page(client, "key=all&startPeriod=2022&endPeriod=2020", status=400)
    assert plain(re.search(r'role="alert"[^>]*>(.*?)</p>', text, re.S)[1]).startswith("From (2022) is after To (2020):")
    assert f'href="/data/{FLOW}?key=all&amp;startPeriod=2020&amp;endPeriod=2022"' in text
    assert re.findall(r'name="(\w+)" id="\w+" aria-invalid="true"', text) == ["startPeriod", "endPeriod"]
    facts = plain(re.search(r'<dl class="facts">(.*?)</dl>', text, re.S)[1])
    for shown in (
        facts,
        plain(re.search(r'<dl class="facts">(.*?)</dl>', page(client, "key=.ICCS0502..&startPeriod=2022"), re.S)[1]),
    ):
        assert shown.startswith("Which France Metropolitan France and overseas departments Unit Number NR")
    french = page(client, "key=all&startPeriod=2022&endPeriod=2020&lang=fr", status=400)
    assert "«\u00a0De\u00a0» (2022) est postérieur à «\u00a0À\u00a0» (2020)" in html.unescape(french)
    told = client.get(f"/api/v1/series/{FLOW}?start=2022&end=2020", headers={"accept": "*/*", "accept-language": "fr"})
    assert (told.status_code, told.json()["parameter"]) == (400, "start")
    assert re.search(r"start.*2022.*postérieur à.*end.*2020", told.json()["detail"])
    told = client.get(f"/sdmx/v1/data/{FLOW}?startPeriod=2022&endPeriod=2020", headers={"accept": "*/*"})
    assert (told.status_code, 'code="150"' in told.text) == (403, True)


def test_a_year_that_nobody_has_is_a_gap(client):
    """ICCS0502 has 2018 and 2020: 2019 has its column, empty, its place on the axis, and no line is drawn over it."""
    text = page(client, "key=.ICCS0502.NR.")
    assert row(text, "A.ICCS0502.NR.FR") == ["4", "", "5"]
    assert re.findall(r'<path class="line s0" d="(M[^L"]+)(M[^L"]+)"', text)
    assert "Theft" in plain(re.search(r'<ul class="legend">.*?</ul>', text, re.S)[0])


def test_where_nothing_matches_each_condition_can_be_lifted(client):
    """No rate of ICCS0102: with any offence there is one series of the rate, with any unit one of ICCS0102."""
    text = page(client, "key=.ICCS0102.P_HTHAB.")
    offered = re.findall(r'<li><a href="([^"]+)"[^>]*>Any ([^<]+)</a> <small>(\d+) series', text)
    assert [(html.unescape(address), count) for address, _, count in offered] == [
        (f"/data/{FLOW}?key=..P_HTHAB.", "1"), (f"/data/{FLOW}?key=.ICCS0102..", "1"),
    ]  # fmt: skip
    text = page(client, "key=.ICCS0102.NR.&startPeriod=1999&endPeriod=2001")
    assert [address for address, _, _ in re.findall(
        r'<li><a href="([^"]+)"[^>]*>Any ([^<]+)</a> <small>(\d+) series', text
    )] == [f"/data/{FLOW}?key=.ICCS0102.NR."]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "unit", "drawn"),
    [
        ("ICCS0101 NR 2020 0 A F\nICCS0102 NR 2020 - M F\nICCS0101 P_HTHAB 2020 1.52 A F", "P_HTHAB", "1.52"),
        ("ICCS0101 NR 2020 0 A F\nICCS0102 NR 2020 7 A F\nICCS0101 P_HTHAB 2020 1.52 A F", "NR", "7"),
        ("ICCS0101 NR 2020 0 A F\nICCS0102 NR 2020 9 Q C\nICCS0101 P_HTHAB 2020 0 A F", "NR", "0"),
    ],
    ids=["another unit has values", "another series has values", "nothing has a value"],
)
def test_a_page_opens_on_something_to_see(tmp_path, rows, unit, drawn):
    """Most series are in NR: it opens, unless all of it is zeros, gaps and what is confidential, and another unit has more. What
    is drawn is a series that is not zero, where there is one."""
    made = new_house(tmp_path)
    put(made, 1, rows)
    made.clock.forward(hours=1)
    parts, release = made.parts, made.parts.ledger().releases[f"{FLOW}#1"]
    flow = dataflow_named(parts, FLOW)
    assert first_codes(parts.observations, release, parts.catalogue().structure(flow)) == {"unit": (unit,)}
    with TestClient(create_app(parts), headers={"accept": "text/html"}) as client:
        text = client.get(f"/data/{FLOW}?lang=en").text
    assert re.findall(r"<title>[^<]+, 2020: ([^<]+)</title>", text) == [drawn]
