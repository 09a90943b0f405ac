"""The items of the checklist that address, key, periods, counts and selections of components are about, one by one."""

import pytest
from people_flows import asking, rows, stores

from greffe.errors import BadQuery, NotFound
from greffe.query.rest_v1 import parse_data


@pytest.fixture(params=["memory", "columnar"])
def ask(request, tmp_path):
    return asking(stores(tmp_path)[request.param], tmp_path)


ALL = ["A.BE.F 2020", "A.BE.M 2021", "A.FR.F 2020", "A.FR.F 2021", "A.FR.M 2020", "A.FR.M 2021", "Q.FR.M 2020-Q4"]
P = "dataflow/SSER/PEOPLE"


@pytest.mark.item("R1-DATA-01", "R1-DATA-04")
@pytest.mark.parametrize(
    "address",
    [
        "PEOPLE",
        "SSER,PEOPLE",
        "SSER,PEOPLE,1.0.0",
        "SSER,PEOPLE,1.0",
        "all,PEOPLE,latest",
        "PEOPLE/all",
        "PEOPLE/all/all",
    ],
)
def test_a_flow_is_named_by_its_id_alone_or_in_full(ask, address):
    """flowRef is ID, AGENCY,ID or AGENCY,ID,VERSION; key and provider may lack or be `all`"""
    assert rows(ask(f"v1 {address}")) == ALL


@pytest.mark.item("R1-DATA-19")
def test_an_unknown_flow_is_not_found(ask):
    """404: an unknown flow, with the nearest ids"""
    with pytest.raises(NotFound, match="Nearest: PEOPLE") as error:
        ask("v1 PEOPEL")
    assert (error.value.http, error.value.sdmx) == (404, 100)


@pytest.mark.item("R1-DATA-02", "R1-DATA-03")
@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("A.FR.M", ["A.FR.M 2020", "A.FR.M 2021"]),
        ("A..M", ["A.BE.M 2021", "A.FR.M 2020", "A.FR.M 2021"]),
        ("..", ALL),
        ("A+Q.FR.M", ["A.FR.M 2020", "A.FR.M 2021", "Q.FR.M 2020-Q4"]),
        ("Q.BE+FR.M+F", ["Q.FR.M 2020-Q4"]),
    ],
)
def test_a_key_of_1_5_has_slots_with_alternatives(ask, key, found):
    """A key has one slot for each dimension; an empty slot is a wildcard, `+` inside a slot is or"""
    assert rows(ask(f"v1 PEOPLE/{key}")) == found


@pytest.mark.item("R1-DATA-05")
@pytest.mark.parametrize("key", ["A", "A.FR", "A.FR.M.", "A.FR.M.2020"])
def test_a_key_of_1_5_has_all_slots(ask, key):
    """400: a key with another number of slots than there are dimensions, naming them"""
    with pytest.raises(BadQuery, match=r"FREQ\.GEO\.SEX") as error:
        ask(f"v1 PEOPLE/{key}")
    assert (error.value.http, error.value.parameter) == (400, "key")


@pytest.mark.item("R1-DATA-06")
@pytest.mark.parametrize("provider", ["P1", "SSER,P1", "P1+P2", "P2+OTHER", "all"])
def test_providers_narrow_what_is_asked(ask, provider):
    """providerRef is ID or AGENCY,ID, `+` is or; 404 when nobody of them provides the flow"""
    assert rows(ask(f"v1 PEOPLE/all/{provider}")) == ALL
    with pytest.raises(NotFound, match="provided by"):
        ask("v1 PEOPLE/all/P3")


@pytest.mark.item("R1-DATA-07")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("startPeriod=2021", ["A.BE.M 2021", "A.FR.F 2021", "A.FR.M 2021"]),
        ("endPeriod=2020", ["A.BE.F 2020", "A.FR.F 2020", "A.FR.M 2020", "Q.FR.M 2020-Q4"]),
        ("startPeriod=2020-10&endPeriod=2020-12", ["Q.FR.M 2020-Q4"]),
        ("startPeriod=2020-10-01&endPeriod=2020-12-31", ["Q.FR.M 2020-Q4"]),
        ("startPeriod=2020-10-01T00:00:00&endPeriod=2020-12-31T23:59:59", ["Q.FR.M 2020-Q4"]),
        ("startPeriod=2020-Q4&endPeriod=2020-Q4", ["Q.FR.M 2020-Q4"]),
        ("startPeriod=2020-S2&endPeriod=2020-S2", ["Q.FR.M 2020-Q4"]),
        ("startPeriod=2020-T3&endPeriod=2020-T3", ["Q.FR.M 2020-Q4"]),
        ("startPeriod=2020-M10&endPeriod=2020-M12", ["Q.FR.M 2020-Q4"]),
        ("startPeriod=2020-W40&endPeriod=2020-W53", ["Q.FR.M 2020-Q4"]),  # 28 September to 3 January
        ("startPeriod=2020-D275&endPeriod=2020-D366", ["Q.FR.M 2020-Q4"]),  # 1 October to 31 December of a leap year
        ("startPeriod=2021-A1&endPeriod=2021-A1", ["A.BE.M 2021", "A.FR.F 2021", "A.FR.M 2021"]),
    ],
)
def test_periods_are_compared_by_their_days(ask, query, found):
    """startPeriod and endPeriod are inclusive, in any notation; periods are compared by their days in the calendar"""
    assert rows(ask(f"v1 PEOPLE?{query}")) == found


@pytest.mark.item("R1-DATA-09", "R1-DATA-10", "R2-DATA-31", "R2-DATA-32")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("firstNObservations=1", ["A.FR.F 2020", "A.FR.M 2020"]),
        ("lastNObservations=1", ["A.FR.F 2021", "A.FR.M 2021"]),
        ("firstNObservations=1&lastNObservations=1", ["A.FR.F 2020", "A.FR.F 2021", "A.FR.M 2020", "A.FR.M 2021"]),
        ("lastNObservations=9", ["A.FR.F 2020", "A.FR.F 2021", "A.FR.M 2020", "A.FR.M 2021"]),
    ],
)
def test_first_and_last_observations_of_each_series(ask, query, found):
    """firstNObservations and lastNObservations count per series, after periods and filters"""
    assert rows(ask(f"v1 PEOPLE/A.FR.?{query}")) == found
    assert rows(ask(f"{P}/*/A.FR?{query}")) == found


@pytest.mark.item("R1-DATA-10", "R2-DATA-32")
def test_last_counts_what_the_periods_left(ask):
    """lastNObservations is applied after the period filter"""
    assert rows(ask("v1 PEOPLE/A.FR.M?lastNObservations=1&endPeriod=2020")) == ["A.FR.M 2020"]
    assert rows(ask(f"{P}/*/A.FR.M?lastNObservations=1&c[TIME_PERIOD]=le:2020")) == ["A.FR.M 2020"]


def components(answer):
    (dataset,) = answer.datasets
    return " ".join(dataset.attributes), dataset.measures, dataset.observations


EVERY = "TITLE DECIMALS OBS_STATUS COMMENT"


@pytest.mark.item("R1-DATA-13", "R1-DATA-14", "R1-DATA-15", "R1-DATA-16")
@pytest.mark.parametrize(
    ("detail", "found"),
    [
        ("full", (EVERY, True, True)),
        ("dataonly", ("", True, True)),
        ("serieskeysonly", ("", False, False)),
        ("nodata", ("TITLE DECIMALS", False, False)),
    ],
)
def test_detail_says_how_much(ask, detail, found):
    """detail: full, dataonly (no attributes), serieskeysonly (keys alone), nodata (attributes of series and groups)"""
    assert components(ask(f"v1 PEOPLE?detail={detail}")) == found


@pytest.mark.item("R1-DATA-16")
def test_an_unknown_detail_is_refused():
    """400: an unknown detail, with the nearest"""
    with pytest.raises(BadQuery, match="Nearest: dataonly"):
        parse_data(("PEOPLE",), "detail=dataony")


@pytest.mark.item("R2-DATA-04", "R2-DATA-05", "R2-DATA-06")
@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("A.*.M", ["A.BE.M 2021", "A.FR.M 2020", "A.FR.M 2021"]),
        ("A.FR.M,Q.FR.M", ["A.FR.M 2020", "A.FR.M 2021", "Q.FR.M 2020-Q4"]),
        ("A.BE.M,*.FR.F", ["A.BE.M 2021", "A.FR.F 2020", "A.FR.F 2021"]),
        ("Q", ["Q.FR.M 2020-Q4"]),
        ("A.BE", ["A.BE.F 2020", "A.BE.M 2021"]),
        ("*", ALL),
    ],
)
def test_keys_of_2_x(ask, key, found):
    """A key of 2.x: `*` for any code, several whole keys with `,`, slots that lack at the end are free"""
    assert rows(ask(f"{P}/*/{key}")) == found


@pytest.mark.item("R2-DATA-20", "R2-DATA-21", "R2-DATA-22", "R2-DATA-23")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", (EVERY, True, True)),
        ("attributes=dsd", (EVERY, True, True)),
        ("attributes=all", (EVERY, True, True)),
        ("attributes=msd", ("", True, True)),  # none here hangs on a metadata structure
        ("attributes=dataset", ("", True, True)),
        ("attributes=series", ("TITLE DECIMALS", True, True)),
        ("attributes=obs", ("OBS_STATUS COMMENT", True, True)),
        ("attributes=none", ("", True, True)),
        ("attributes=COMMENT,TITLE", ("TITLE COMMENT", True, True)),
        ("attributes=series,OBS_STATUS", ("TITLE DECIMALS OBS_STATUS", True, True)),
        ("measures=OBS_VALUE&attributes=none", ("", True, True)),
        ("measures=none&attributes=none", ("", False, False)),
        ("measures=none&attributes=series", ("TITLE DECIMALS", False, False)),
        ("measures=none&attributes=all", (EVERY, False, True)),
        ("measures=none&attributes=OBS_STATUS", ("OBS_STATUS", False, True)),
    ],
)
def test_attributes_and_measures_say_what_is_written(ask, query, found):
    """attributes: dsd, all, msd, dataset, series, obs, none, ids; measures: all, none, ids; each level's attributes come"""
    assert components(ask(f"{P}?{query}")) == found
