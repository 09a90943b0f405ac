"""Values of a file are compared as they were received, whatever decimals its structure declares: UNODC's declares none."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from greffe.model.structures import Dataflow

ROOT = Path(__file__).parents[3]
FLOW = "UNODC_PRISONS"
KEY = ("A", "PERS_ENTER", "ACTS", "CAT12", "Total", "Total")
PEOPLE = 67320216  # of France at 1 January 2020, in samples/published/population.csv


@pytest.fixture
def rated(connection, check, extract):
    """What QR-RAT-01 finds of rates published as texts, beside the count of 2,456 that they are of."""

    def find(*texts, rows=()):
        population = extract(ROOT / "samples/published/population.csv", "INT_POPULATION", "population")
        made = [(*KEY[:3], f"CAT{12 + n}", *KEY[4:], unit, "FRA", "2020", text)
                for n, rate in enumerate(texts) for unit, text in (("Counts", "2456.0"), ("RT_100K", rate))]  # fmt: skip
        connection.execute(
            "CREATE TABLE published (FREQ VARCHAR, INDICATOR VARCHAR, DIMENSION VARCHAR, CATEGORY VARCHAR, SEX VARCHAR, "
            "AGE VARCHAR, UNIT VARCHAR, REF_AREA VARCHAR, TIME_PERIOD VARCHAR, OBS_TEXT VARCHAR, OBS_VALUE DECIMAL(38,16))"
        )
        connection.executemany(
            f"INSERT INTO published VALUES ({', '.join('?' * 11)})", [(*r, r[-1]) for r in (*made, *rows)]
        )
        found = check(FLOW, "published", "published", population)
        assert not [f for f in found if "too large" in f.messages["en"]]
        return [f for f in found if f.rule == "QR-RAT-01"]

    return find


@pytest.mark.parametrize("rate", ["3.648235", "3.6482", "3.65", "3.6", "4"])
def test_a_rate_is_judged_at_the_decimals_it_was_published_with(rated, rate):
    """2456 / 67320216 × 100000 = 3.6482354…: each is that, rounded to its decimals."""
    assert rated(rate) == []


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        ("3.6495", "Rate 3.6495, expected 3.6482 from"),  # 0.00126 away; 0.00006 + 0.0003 × 3.6495 = 0.00115 is allowed
        ("3.58", "Rate 3.58, expected 3.65 from"),  # 0.0682 away; 0.006 + 0.0011 is allowed
        ("3.5", "Rate 3.50, expected 3.60 from"),  # 0.148 away; 0.06 + 0.001 is allowed
        ("5", "Rate 5.00, expected 4.00 from"),  # 1.35 away; 0.6 + 0.0015 is allowed
    ],
)
def test_a_rate_that_does_not_follow_is_shown_beside_what_was_expected(rated, rate, said):
    [finding] = rated(rate)
    assert finding.messages["en"] == f"{said} the count 2456 and the population 67320216."


def test_rates_of_one_population_of_their_own_say_which(rated):
    """Three rates made with 64,480,053 persons: 2456 / 64480053 × 100000 = 3.80892987…; a fourth is of none."""
    own = "3.80892987169"
    found = rated(own, own, own, "3.9")
    assert [f.messages["en"].partition("67320216")[2] for f in found] == [
        *["; it follows, as 2 others of the year do, from a population of 64480053."] * 3,
        ".",
    ]
    assert found[0].messages["fr"].endswith(" ; comme 2 autres de l’année, il suit d’une population de 64480053.")


def test_two_rates_are_no_proof_of_a_population(rated):
    assert [f.messages["en"].partition("67320216")[2] for f in rated("3.80892987169", "3.80892987169")] == [".", "."]


def test_every_rate_of_the_prison_file_follows_from_the_one_population_of_its_year(rated, shipped):
    """Triage of the published file: all 182 rates of both sexes from 2008 on are made with the United Nations' population, not
    with Eurostat's; count / rate gives one and the same number of persons for every rate of a year, to a person."""
    structure = shipped.structure(shipped.latest(Dataflow, FLOW))
    parts = ("INDICATOR", "DIMENSION", "CATEGORY", "SEX", "AGE")
    words = {c: {i.names["en"]: i.id for i in shipped.codelist(structure.component(c)).items} for c in parts}
    with (ROOT / "samples/published/publications/unodc_prisons.csv").open(encoding="utf-8", newline="") as stream:
        lines = list(csv.reader(stream))[3:]
    units = {"Counts": "Counts", "Rate per 100,000 population": "RT_100K"}
    rows = [
        ("A", *(words[c][w] for c, w in zip(parts, line[4:9], strict=True)), units[line[10]], "FRA", line[9], line[11])
        for line in lines
    ]
    whole = {(*r[1:6], r[8]): Decimal(r[9]) for r in rows if r[6] == "Counts" and r[4:6] == ("Total", "Total")}
    rates = {(*r[1:6], r[8]): Decimal(r[9]) for r in rows if r[6] == "RT_100K" and r[8] >= "2008"}
    both = {k: whole[k] * 100_000 / rates[k] for k in whole if k in rates}
    found = {(*(f.key[c] for c in parts), f.period): f for f in rated(rows=rows)}
    assert len(found) == 182
    assert set(found) == set(both)
    for key, finding in found.items():
        assert abs(Decimal(finding.values["single"]) - both[key]) <= 1


def test_a_half_person_is_a_finding_where_no_decimals_are_declared(connection, check):
    connection.execute(
        "CREATE TABLE published AS SELECT 'A' AS FREQ, 'PERS_HELD' AS INDICATOR, 'TOTAL' AS DIMENSION, 'CAT00' AS CATEGORY, "
        "'Total' AS SEX, 'Total' AS AGE, 'Counts' AS UNIT, 'FRA' AS REF_AREA, '2010' AS TIME_PERIOD, "
        "CAST('60544.4' AS DECIMAL(38,16)) AS OBS_VALUE, '60544.4' AS OBS_TEXT"
    )
    found = check(FLOW, "published", "published")
    assert [f.messages["en"] for f in found if f.rule == "QR-FMT-04"] == ["Count 60544.4 is not whole."]
