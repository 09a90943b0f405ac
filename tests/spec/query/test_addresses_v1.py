"""Data addresses of REST 1.5 and the questions that they ask (R1-DATA)."""

from datetime import UTC, datetime

import pytest

from greffe.errors import BadQuery
from greffe.query.parameters import path_parts
from greffe.query.queries import Condition, DataQuery, Filter
from greffe.query.rest_v1 import parse_data


def data(address):
    path, _, query = address.partition("?")
    return parse_data(path_parts(path), query)


def slots(text):
    return tuple(frozenset(s.split()) for s in text.split("."))


def period(*conditions):
    return (Filter("TIME_PERIOD", (tuple(Condition(*c) for c in conditions),)),)


@pytest.mark.parametrize(
    ("address", "question"),
    [
        ("X", DataQuery(ids=("X",))),  # R1-DATA-01
        ("SSER,X", DataQuery(agencies=("SSER",), ids=("X",))),
        ("SDMX.SUB,X,1.0", DataQuery(agencies=("SDMX.SUB",), ids=("X",), versions=("1.0",))),
        ("all,X,latest", DataQuery(ids=("X",))),
        ("SSER,X,all", DataQuery(agencies=("SSER",), ids=("X",), versions=("*",))),
        ("X/A.M..FR", DataQuery(ids=("X",), keys=(slots("A.M..FR"),))),  # R1-DATA-02
        ("X/A.M+F..FR", DataQuery(ids=("X",), keys=(slots("A.M F..FR"),))),  # R1-DATA-03
        ("X/A.M%2BF..FR", DataQuery(ids=("X",), keys=(slots("A.M F..FR"),))),
        ("X/A", DataQuery(ids=("X",), keys=(slots("A"),))),
        ("X/...", DataQuery(ids=("X",), keys=(slots("..."),))),
        ("X/all", DataQuery(ids=("X",))),  # R1-DATA-04
        ("X/all/all", DataQuery(ids=("X",))),
        ("X/all/all/", DataQuery(ids=("X",))),
        ("X/", DataQuery(ids=("X",))),
        ("X/ALL/ALL", DataQuery(ids=("X",))),
        ("X/all/SSER+SSER,SSMSI", DataQuery(ids=("X",), providers=("SSER", "SSER,SSMSI"))),  # R1-DATA-06
        ("X?startPeriod=2015", DataQuery(ids=("X",), filters=period(("ge", "2015")))),  # R1-DATA-07
        (
            "X?endPeriod=2020-Q1&startPeriod=2019-01-31",
            DataQuery(ids=("X",), filters=period(("ge", "2019-01-31"), ("le", "2020-Q1"))),
        ),
        ("X?firstNObservations=1&lastNObservations=20", DataQuery(ids=("X",), first=1, last=20)),  # R1-DATA-09, 10
        ("X?detail=full&includeHistory=false", DataQuery(ids=("X",))),  # R1-DATA-13
        ("X?detail=dataonly", DataQuery(ids=("X",), attributes=("none",))),  # R1-DATA-14
        ("X?detail=serieskeysonly", DataQuery(ids=("X",), attributes=("none",), measures=("none",))),  # R1-DATA-15
        ("X?detail=nodata", DataQuery(ids=("X",), measures=("none",))),  # R1-DATA-16
        ("X?dimensionAtObservation=TIME_PERIOD", DataQuery(ids=("X",))),  # R1-DATA-11
        ("X?dimensionAtObservation=AllDimensions", DataQuery(ids=("X",), dimension_at_observation="AllDimensions")),
        ("X?dimensionAtObservation=geo", DataQuery(ids=("X",), dimension_at_observation="geo")),
        ("X?format=sdmx-csv&lang=fr&labels=both&timeFormat=original&keys=none", DataQuery(ids=("X",))),
    ],
)
def test_data_are_asked(address, question):
    assert data(address) == question


@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        ("X?startPeriod=2020-13", "startPeriod"),
        ("X?endPeriod=soon", "endPeriod"),
        ("X?firstNObservations=0", "firstNObservations"),
        ("X?firstNObservations=-1", "firstNObservations"),
        ("X?lastNObservations=many", "lastNObservations"),
        ("X?lastNObservations=", "lastNObservations"),
        ("X?detail=half", "detail"),
        ("X?includeHistory=maybe", "includeHistory"),
        ("X?updatedAfter=yesterday", "updatedAfter"),
        ("X?startPeriod=2020&startPeriod=2021", "startPeriod"),
        ("X?c[geo]=FR", "c[geo]"),
        ("X?attributes=none", "attributes"),
        ("X?updatedAfter=soon", "updatedAfter"),
        ("X?includeHistory=1", "includeHistory"),
        ("X/A.*.FR", "key"),
        ("X/A.M,F.FR", "key"),
        ("X/A.M++F", "key"),
        ("X/all/a b", "providerRef"),
        ("A,B,C,D", "flowRef"),
        (",X", "flowRef"),
        ("S X", "flowRef"),
        ("SSER,X,1.x", "version"),
        ("X/a/b/c", "path"),
        ("", "path"),
        ("X/%ff", "path"),
        ("X?format=%ff", "format"),
        ("X/%zz", "path"),
        ("X?startPeriod=%zz", "startPeriod"),  # an escape that is none
        ("X?lang=fr%", "lang"),
        ("X?lang=%2", "lang"),
        ("X?%zz=1", "query string"),
        ("X?startPeriod=2022-01-01Tgarbage", "startPeriod"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(address, parameter):
    with pytest.raises(BadQuery) as error:
        data(address)
    assert error.value.parameter == parameter


T = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.item("R1-DATA-08", "R1-DATA-17")
@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("X?updatedAfter=2026-01-01T01:00:00%2B01:00", {"updated_after": T}),
        ("X?updatedAfter=2026-01-01T01:00:00+01:00", {"updated_after": T}),
        ("X?updatedAfter=2026-01-01T01:00:00", {"updated_after": T}),  # Europe/Paris
        ("X?updateAfter=2026-01-01T00:00:00Z", {"updated_after": T}),  # sdmx1 2.28
        ("X?includeHistory=true", {"history": True}),
        ("X?includeHistory=false", {}),
        ("X?dimensionAtObservation=geo", {"dimension_at_observation": "geo"}),
    ],
)
def test_moments_and_history_are_read(address, asked):
    """updatedAfter without offset is the service's local time, Europe/Paris; includeHistory is true or false"""
    assert data(address) == DataQuery(ids=("X",), **asked)


@pytest.mark.parametrize(("value", "number"), [("1", 1), ("999999999", 999_999_999)])
def test_a_number_may_be_as_large_as_is_said(value, number):
    assert data(f"X?firstNObservations={value}").first == number


@pytest.mark.parametrize("value", ["0", "1000000000", "99999999999", "-1", "many", "٢"])
def test_a_number_out_of_bounds_is_told_the_bounds(value):
    with pytest.raises(BadQuery, match="between 1 and 999999999"):
        data(f"X?firstNObservations={value}")


def test_an_unknown_parameter_is_refused_with_the_nearest():
    """D26."""
    with pytest.raises(BadQuery) as error:
        data("X?startperiod=2020")
    assert error.value.nearest[0] == "startPeriod"


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        ("", ()),
        ("/", ()),
        ("a/b/", ("a", "b")),
        ("a//b", ("a", "", "b")),
        ("A%2BB/x+y", ("A+B", "x+y")),
        ("a%252Fb", ("a%2Fb",)),  # decoded once
        ("a%2Fb", ("a/b",)),
        ("%C3%A9", ("é",)),
    ],
)
def test_a_path_is_decoded_once(raw, parts):
    assert path_parts(raw) == parts
