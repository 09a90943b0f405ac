"""Filters, order, windows and cross-sections, on figures worked by hand, with both stores."""

import pytest
from people_flows import asking, rows, stores

from greffe.errors import BadQuery, BadSemantics

P = "dataflow/SSER/PEOPLE"


@pytest.fixture(params=["memory", "columnar"])
def ask(request, tmp_path):
    return asking(stores(tmp_path)[request.param], tmp_path)


@pytest.mark.item("R2-DATA-10", "R2-DATA-11", "R2-DATA-12", "R2-DATA-13", "R2-DATA-14", "R2-DATA-16")
@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("c[OBS_STATUS]=P", "A.FR.M 2021"),
        ("c[OBS_STATUS]=P,B", "A.BE.M 2021|A.FR.M 2021"),
        ("c[OBS_STATUS]=ne:A", "A.BE.M 2021|A.FR.F 2021|A.FR.M 2021"),
        ("c[OBS_STATUS]=ne:A,A", "A.BE.F 2020|A.BE.M 2021|A.FR.F 2020|A.FR.F 2021|A.FR.M 2020|A.FR.M 2021|Q.FR.M 2020-Q4"),
        ("c[OBS_STATUS]=ge:B+lt:P", "A.BE.M 2021|A.FR.F 2021"),
        ("c[OBS_STATUS]=Z", ""),
        ("c[OBS_VALUE]=ge:10", "A.FR.F 2020|A.FR.M 2020"),  # as a number: not 9.5, not 2
        ("c[OBS_VALUE]=9.5", "A.BE.M 2021|A.FR.M 2021"),  # 9.50 is the same number
        ("c[OBS_VALUE]=ew:0+lt:50", "A.FR.M 2020|A.FR.M 2021"),  # 10, 9.50: letters of the text
        ("c[OBS_VALUE]=ne:10+lt:100", "A.BE.F 2020|A.BE.M 2021|A.FR.M 2021|Q.FR.M 2020-Q4"),  # missing satisfies nothing
        ("c[OBS_VALUE]=lt:0,gt:99.9", "A.BE.F 2020|A.FR.F 2020"),
        ("c[COMMENT]=co:re", "A.BE.M 2021|A.FR.M 2021"),
        ("c[COMMENT]=nc:re", "A.FR.F 2021"),  # no comment satisfies nothing
        ("c[COMMENT]=sw:no,ew:soon", "A.FR.F 2021|A.FR.M 2021"),
        ("c[COMMENT]=no answer", "A.FR.F 2021"),
        ("c[TITLE]=ne:France", "A.BE.F 2020|A.BE.M 2021"),
        ("c[TITLE]=co:e+ew:e", "A.FR.F 2020|A.FR.F 2021|A.FR.M 2020|A.FR.M 2021"),
        ("c[DECIMALS]=gt:2", "A.BE.F 2020"),  # 10 > 2 as numbers
        ("c[GEO]=sw:F+ne:FRM", "A.FR.F 2020|A.FR.F 2021|A.FR.M 2020|A.FR.M 2021|Q.FR.M 2020-Q4"),
        ("c[GEO]=lt:C", "A.BE.F 2020|A.BE.M 2021"),
        ("c[GEO]=xx:FR", ""),  # no operator: part of the value
        ("c[SEX]=F&c[OBS_STATUS]=A", "A.BE.F 2020|A.FR.F 2020"),
        ("c[TIME_PERIOD]=ne:2021", "A.BE.F 2020|A.FR.F 2020|A.FR.M 2020|Q.FR.M 2020-Q4"),
        ("c[TIME_PERIOD]=ne:2020+ne:2021", ""),  # 2020-Q4 lies within 2020
        ("c[TIME_PERIOD]=co:Q,2021", "A.BE.M 2021|A.FR.F 2021|A.FR.M 2021|Q.FR.M 2020-Q4"),
        ("c[TIME_PERIOD]=sw:2020+ge:2020-10", "Q.FR.M 2020-Q4"),
        ("c[TIME_PERIOD]=ge:2020-Q4+le:2021-01", "Q.FR.M 2020-Q4"),
        ("c[OBS_STATUS]=A&lastNObservations=1", "A.BE.F 2020|A.FR.F 2020|A.FR.M 2020|Q.FR.M 2020-Q4"),
    ],
)  # fmt: skip
def test_any_component_can_be_filtered(ask, filters, found):
    """c[...] filters dimensions, attributes, the measure and periods with all ten operators; what is missing satisfies none"""
    assert rows(ask(f"{P}?{filters}")) == found.split("|") * bool(found)


@pytest.mark.item("R2-DATA-14")
def test_key_and_filters_hold_together(ask):
    """A key and c[...] narrow each other"""
    assert rows(ask(f"{P}/*/A.FR?c[OBS_VALUE]=gt:9.5")) == ["A.FR.F 2020", "A.FR.M 2020"]
    assert ask(f"{P}/*/A.BE?c[GEO]=FR").empty


@pytest.mark.item("R2-DATA-15")
def test_an_unknown_component_is_a_client_error(ask):
    """422: c[...] on a component that the structure lacks names the nearest"""
    with pytest.raises(BadSemantics, match="Nearest: OBS_STATUS") as error:
        ask(f"{P}?c[OBS_STATE]=A")
    assert (error.value.http, error.value.parameter) == (422, "c[OBS_STATE]")
    with pytest.raises(BadQuery, match="no number"):
        ask(f"{P}?c[OBS_VALUE]=ge:many")


@pytest.mark.item("R2-DATA-46")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("c[TIME_PERIOD]=ge:2021-Q3", "A.BE.M 2021|A.FR.F 2021|A.FR.M 2021"),  # begins on 2021-01-01
        ("c[TIME_PERIOD]=ge:2021-Q2", "A.BE.M 2021|A.FR.F 2021|A.FR.M 2021|Q.FR.M 2020-Q4"),  # on 2020-10-01
        ("c[TIME_PERIOD]=2021-Q2", "Q.FR.M 2020-Q4"),
        ("c[TIME_PERIOD]=ge:2021", "A.BE.M 2021|A.FR.F 2021|A.FR.M 2021"),  # Gregorian years stay
        ("c[TIME_PERIOD]=co:Q+le:2021-A1", "Q.FR.M 2020-Q4"),  # ends on 2021-06-30
    ],
)
def test_reporting_years_may_begin_in_july(ask, query, found):
    """With reportingYearStartDay=--07-01, 2010-Q3 of the question begins on 2010-01-01, as in the standard's example"""
    assert rows(ask(f"{P}?{query}&reportingYearStartDay=--07-01")) == found.split("|")


@pytest.mark.item("R2-DATA-43")
@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("series_key:desc+TIME_PERIOD", "Q.FR.M 2020-Q4|A.FR.M 2020|A.FR.M 2021|A.FR.F 2020|A.FR.F 2021|A.BE.M 2021|A.BE.F 2020"),
        ("*", "A.BE.F 2020|A.BE.M 2021|A.FR.F 2020|A.FR.F 2021|A.FR.M 2020|A.FR.M 2021|Q.FR.M 2020-Q4"),
        ("*:desc", "Q.FR.M 2020-Q4|A.FR.M 2021|A.FR.M 2020|A.FR.F 2021|A.FR.F 2020|A.BE.M 2021|A.BE.F 2020"),
        ("SEX+GEO:desc", "A.FR.F 2020|A.FR.F 2021|A.BE.F 2020|A.FR.M 2020|A.FR.M 2021|Q.FR.M 2020-Q4|A.BE.M 2021"),
        ("TIME_PERIOD:desc+SEX", "A.FR.F 2021|A.BE.M 2021|A.FR.M 2021|Q.FR.M 2020-Q4|A.BE.F 2020|A.FR.F 2020|A.FR.M 2020"),
        ("OBS_VALUE", "A.FR.F 2021|A.BE.F 2020|Q.FR.M 2020-Q4|A.BE.M 2021|A.FR.M 2021|A.FR.M 2020|A.FR.F 2020"),
        ("OBS_VALUE:desc+GEO:desc", "A.FR.F 2020|A.FR.M 2020|A.FR.M 2021|A.BE.M 2021|Q.FR.M 2020-Q4|A.BE.F 2020|A.FR.F 2021"),
        ("COMMENT:desc+FREQ", "A.FR.M 2021|A.FR.F 2021|A.BE.M 2021|A.BE.F 2020|A.FR.F 2020|A.FR.M 2020|Q.FR.M 2020-Q4"),
    ],
)  # fmt: skip
def test_observations_are_sorted(ask, sort, found):
    """sort takes any components, `*` or series_key, :asc or :desc; time by the calendar, the measure as a number, missing first"""
    assert rows(ask(f"{P}?sort={sort}")) == found.split("|")


def test_series_can_stay_together_in_any_order(ask):
    """Where a format holds a series once, sort orders series by their first observation, and observations within them"""
    apart = ask(f"{P}?sort=OBS_VALUE:desc&offset=1")
    assert rows(apart) == ["A.FR.M 2020", "A.BE.M 2021", "A.FR.M 2021", "Q.FR.M 2020-Q4", "A.BE.F 2020", "A.FR.F 2021"]
    together = ask(f"{P}?sort=OBS_VALUE:desc&offset=1", gathered=True)
    assert rows(together) == [
        "A.FR.M 2020", "A.FR.M 2021", "A.BE.M 2021", "Q.FR.M 2020-Q4", "A.BE.F 2020", "A.FR.F 2021",
    ]  # fmt: skip


@pytest.mark.item("R2-DATA-40", "R2-DATA-41", "R2-DATA-42")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("offset=0&limit=2", "A.BE.F 2020|A.BE.M 2021"),
        ("offset=1&limit=3", "A.BE.M 2021|A.FR.F 2020|A.FR.F 2021"),
        ("offset=5", "A.FR.M 2021|Q.FR.M 2020-Q4"),
        ("offset=7", ""),
        ("limit=1&sort=OBS_VALUE:desc", "A.FR.F 2020"),
        ("offset=1&limit=2&sort=OBS_VALUE:desc", "A.FR.M 2020|A.BE.M 2021"),
        ("offset=1&limit=2&attributes=none&measures=none", "A.BE.M|A.FR.F"),
        ("limit=2&attributes=none&measures=none&sort=SEX:desc+GEO", "A.BE.M|A.FR.M"),
        ("limit=2&c[SEX]=M", "A.BE.M 2021|A.FR.M 2020"),
    ],
)
def test_a_window_counts_observations_or_series(ask, query, found):
    """offset and limit count observations, or series when no observation is written; past the end nothing is left"""
    answer = ask(f"{P}?{query}")
    assert rows(answer) == found.split("|") * bool(found)
    assert answer.empty is (not found)


@pytest.mark.item("R1-DATA-11", "R2-DATA-34")
@pytest.mark.parametrize("address", ["v1 PEOPLE?dimensionAtObservation=SEX", f"{P}?dimensionAtObservation=SEX"])
def test_a_cross_section_holds_one_dimension_with_its_observations(ask, address):
    """dimensionAtObservation=SEX: one row for each other key and period, SEX and what hangs on it with the observation"""
    blocks = [b for d in ask(address).datasets for b in d.blocks]
    assert {tuple(b.series.column_names) for b in blocks} == {("FREQ", "GEO", "TIME_PERIOD", "TITLE")}
    assert {tuple(b.observations.column_names) for b in blocks} == {
        ("SEX", "OBS_VALUE", "DECIMALS", "OBS_STATUS", "COMMENT")
    }
    found = []
    for block in blocks:
        left = [tuple(r.values()) for r in block.observations.to_pylist()]
        for series, count in zip(block.series.to_pylist(), block.counts.to_pylist(), strict=True):
            found.append((*series.values(), left[:count]))
            left = left[count:]
    assert found == [
        ("A", "BE", "2020", "Belgium", [("F", "-3", "10", "A", None)]),
        ("A", "BE", "2021", "Belgium", [("M", "9.5", "0", "B", "break")]),
        ("A", "FR", "2020", "France", [("F", "100", "2", "A", None), ("M", "10", "0", "A", None)]),
        ("A", "FR", "2021", "France", [("F", None, "2", "M", "no answer"), ("M", "9.50", "0", "P", "revised soon")]),
        ("Q", "FR", "2020-Q4", None, [("M", "2", "0", "A", None)]),
    ]


@pytest.mark.item("R2-DATA-34", "R2-DATA-43")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("GEO&c[SEX]=M", "A.M.2020 FR|A.M.2021 BE|A.M.2021 FR|Q.M.2020-Q4 FR"),
        ("GEO&c[SEX]=M&sort=series_key:desc", "Q.M.2020-Q4 FR|A.M.2021 BE|A.M.2021 FR|A.M.2020 FR"),
        ("GEO&c[SEX]=M&sort=series_key+GEO:desc&limit=3", "A.M.2020 FR|A.M.2021 FR|A.M.2021 BE"),
        ("GEO&c[SEX]=M&lastNObservations=1", "A.M.2021 BE|A.M.2021 FR|Q.M.2020-Q4 FR"),
        ("GEO&c[SEX]=M&attributes=none&measures=none", "A.M.2020|A.M.2021|Q.M.2020-Q4"),
        ("GEO&attributes=none&measures=none&offset=1&limit=2", "A.F.2021|A.M.2020"),
        ("FREQ&c[GEO]=FR&c[SEX]=M", "FR.M.2020 A|FR.M.2020-Q4 Q|FR.M.2021 A"),
    ],
)
def test_cross_sections_combine_with_all_else(ask, query, found):
    """Keys, filters, sort, limit and firstN, lastN (of each time series) hold for cross-sections, too"""
    assert rows(ask(f"{P}?dimensionAtObservation={query}")) == found.split("|")


@pytest.mark.item("R1-DATA-12")
def test_no_dimension_is_no_cross_section(ask):
    """422 (403 on 1.5): dimensionAtObservation that names no dimension, with the nearest"""
    for asked in ("OBS_STATUS", "SEKS"):
        with pytest.raises(BadSemantics, match="dimensionAtObservation"):
            ask(f"v1 PEOPLE?dimensionAtObservation={asked}")
