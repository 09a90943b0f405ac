"""Rates per 100,000 and the territory they cover."""

import pytest

OFFENCES = "ESTAT_CRIM_OFF_CAT"
PEOPLE = """
        TIME_PERIOD | OBS_VALUE
        2016        | 66638391
        2017        | 66809816
        2018        | 67026224
"""


def robbery(year, count, rate):
    """Robbery (ICCS0401) as Eurostat published it for France."""
    return f"""
        iccs     | unit    | TIME_PERIOD | OBS_VALUE
        ICCS0301 | NR      | {year}      | {count}
        ICCS0301 | P_HTHAB | {year}      | {rate}
    """


@pytest.mark.parametrize("rate", ["149.02", "149.06", "148.97"])
def test_rate_follows_from_count_and_population_holds(found, rate):
    """99558 / 66809816 × 100000 = 149.0170...; 0.006 + 0.0003 × 149 = 0.0507 is allowed."""
    table = robbery(2017, 99558, rate)
    assert found("rate_follows_from_count_and_population", OFFENCES, table, population=PEOPLE) == []


@pytest.mark.parametrize("rate", ["149.07", "148.96"])
def test_just_outside_the_tolerance_of_a_rate(found, rate):
    table = robbery(2017, 99558, rate)
    assert len(found("rate_follows_from_count_and_population", OFFENCES, table, population=PEOPLE)) == 1


def test_rate_follows_from_count_and_population_is_broken(found):
    """The published rate of 2017 uses the population of 2016: 99558 / 66638391 × 100000 = 149.4004..."""
    [finding] = found(
        "rate_follows_from_count_and_population",
        OFFENCES,
        robbery(2017, 99558, "149.40"),
        stage="published",
        population=PEOPLE,
        whole=True,
    )
    assert finding.severity == "error"
    assert finding.messages["en"] == (
        "Rate 149.40, expected 149.02 from the count 99558 and the population 66809816; "
        "it follows from the population of 2016."
    )
    assert "149,02" in finding.messages["fr"]
    assert "population de 2016" in finding.messages["fr"]
    assert finding.values["vintage"] == "2016"


def test_a_rate_that_no_year_explains(found):
    assert found(
        "rate_follows_from_count_and_population", OFFENCES, robbery(2017, 99558, "140.00"), population=PEOPLE
    ) == ["2017 Rate 140.00, expected 149.02 from the count 99558 and the population 66809816."]


def test_rate_and_count_cover_one_territory_holds(found):
    table = robbery(2017, 99558, "149.02")
    assert found("rate_and_count_cover_one_territory", OFFENCES, table, population=PEOPLE) == []


def test_rate_and_count_cover_one_territory_is_broken(found):
    table = """
        iccs     | unit    | TERRITORY   | TIME_PERIOD | OBS_VALUE
        ICCS0301 | NR      | fr_met_drom | 2017        | 99558
        ICCS0301 | P_HTHAB | fr_all      | 2017        | 149.02
    """
    assert found("rate_and_count_cover_one_territory", OFFENCES, table, population=PEOPLE) == [
        "2017 The rate covers fr_all, its count fr_met_drom.",
        "2017 The rate covers fr_all, of which no population is held.",
    ]


def test_series_covers_one_field_holds(found):
    table = """
        iccs     | TERRITORY   | TIME_PERIOD | OBS_VALUE
        ICCS0301 | fr_met_drom | 2016        | 1
        ICCS0301 | fr_met_drom | 2017        | 2
        ICCS03   | fr_all      | 2017        | 3
    """
    assert found("series_covers_one_field", OFFENCES, table) == []


def test_series_covers_one_field_is_broken(found):
    table = """
        iccs     | TERRITORY   | TIME_PERIOD | OBS_VALUE
        ICCS0301 | fr_met      | 2016        | 1
        ICCS0301 | fr_met_drom | 2017        | 2
    """
    assert found("series_covers_one_field", OFFENCES, table) == [
        "2 territorial fields in one series, among them fr_met and fr_met_drom."
    ]


def test_field_is_that_of_the_indicator_holds(found):
    table = """
        INDICATEUR  | TERRITOIRE  | TIME_PERIOD | OBS_VALUE
        CJN_CONDAMN | fr_met_drom | 2022        | 1
        PRI_DETENUS | fr_all      | 2022-01     | 1
    """
    assert found("field_is_that_of_the_indicator", "INT_JUSTICE", table) == []


def test_field_is_that_of_the_indicator_is_broken(found):
    table = """
        INDICATEUR  | TERRITOIRE  | TIME_PERIOD | OBS_VALUE
        PRI_DETENUS | fr_met_drom | 2022-01     | 1
    """
    assert found("field_is_that_of_the_indicator", "INT_JUSTICE", table) == [
        "2022-01 Field fr_met_drom, but the indicator covers fr_all."
    ]
