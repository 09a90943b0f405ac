"""Data addresses of REST 2.x and the questions that they ask (R2-GEN, R2-DATA)."""

from datetime import UTC, datetime

import pytest

from greffe.errors import BadQuery
from greffe.query.parameters import path_parts
from greffe.query.queries import Condition, DataQuery, Filter, Sorting, merged
from greffe.query.rest_v2 import parse_data

ALL = {"context": "*", "versions": ("*",)}
X = {"context": "dataflow", "agencies": ("SSER",), "ids": ("X",), "versions": ("1.0.0",)}


def data(address):
    path, _, query = address.partition("?")
    return parse_data(path_parts(path), query)


def slots(text):
    return tuple(frozenset(() if s == "*" else s.split()) for s in text.split("."))


def filters(**components):
    """`geo="eq:FR eq:BE|ne:DE"`: blanks between conditions that hold together, bars between alternatives."""
    return tuple(
        Filter(name, tuple(tuple(Condition(*c.split(":", 1)) for c in part.split()) for part in text.split("|")))
        for name, text in sorted(components.items())
    )


@pytest.mark.parametrize(
    ("address", "question"),
    [
        ("", DataQuery(**ALL)),  # R2-GEN-02, 03
        ("*/*/*/*/*", DataQuery(**ALL)),
        ("dataflow/SSER/X", DataQuery("dataflow", ("SSER",), ("X",), ("*",))),
        ("dataflow/SSER/X/", DataQuery("dataflow", ("SSER",), ("X",), ("*",))),  # pysdmx
        ("dataflow/SSER/X/1.0.0", DataQuery(**X)),
        ("dataflow/SSER/X/+", DataQuery("dataflow", ("SSER",), ("X",), ("+",))),
        ("dataflow/SSER/X/%2B", DataQuery("dataflow", ("SSER",), ("X",), ("+",))),
        ("dataflow/SSER/X/1.2+.0,~", DataQuery("dataflow", ("SSER",), ("X",), ("1.2+.0", "~"))),
        ("dataflow/SSER/X/latest", DataQuery("dataflow", ("SSER",), ("X",), ("~",))),  # sdmx-rest
        ("datastructure/A,B.C/X,Y", DataQuery("datastructure", ("A", "B.C"), ("X", "Y"), ("*",))),  # R2-DATA-01, 03
        ("dataflow/SSER/X/1.0.0/*", DataQuery(**X)),
        ("dataflow/SSER/X/1.0.0/A.*.FR", DataQuery(**X, keys=(slots("A.*.FR"),))),  # R2-DATA-04
        ("dataflow/SSER/X/1.0.0/A", DataQuery(**X, keys=(slots("A"),))),  # R2-DATA-06
        ("dataflow/SSER/X/1.0.0/A.M,B.F", DataQuery(**X, keys=(slots("A.M"), slots("B.F")))),  # R2-DATA-05
        ("dataflow/SSER/X/1.0.0/A.M,A.F", DataQuery(**X, keys=(slots("A.M F"),))),
        (
            "dataflow/SSER/X?c[geo]=FR,BE",
            DataQuery("dataflow", ("SSER",), ("X",), ("*",), filters=filters(geo="eq:FR|eq:BE")),
        ),
        ("?c%5Bgeo%5D=ne:FR+ne:BE", DataQuery(**ALL, filters=filters(geo="ne:FR ne:BE"))),  # R2-GEN-04, R2-DATA-11
        ("?c[geo]=ne:FR%2Bne:BE", DataQuery(**ALL, filters=filters(geo="ne:FR ne:BE"))),  # R2-GEN-05
        ("?c[geo]=ne:A,B", DataQuery(**ALL, filters=filters(geo="ne:A|eq:B"))),
        ("?c[geo]=xx:A", DataQuery(**ALL, filters=(Filter("geo", ((Condition("eq", "xx:A"),),)),))),  # R2-DATA-12
        (
            "?c[TIME_PERIOD]=ge:2020-01+le:2020-12&c[FREQ]=A",  # R2-DATA-13
            DataQuery(**ALL, filters=filters(FREQ="eq:A", TIME_PERIOD="ge:2020-01 le:2020-12")),
        ),
        ("?firstNObservations=2&lastNObservations=1", DataQuery(**ALL, first=2, last=1)),  # R2-DATA-31, 32
        ("?attributes=none&measures=none", DataQuery(**ALL, attributes=("none",), measures=("none",))),  # R2-DATA-22
        ("?attributes=OBS_STATUS,series", DataQuery(**ALL, attributes=("OBS_STATUS", "series"))),  # R2-DATA-20
        ("?attributes=dsd&measures=all&includeHistory=false&offset=0", DataQuery(**ALL)),
        ("?reportingYearStartDay=--01-01&dimensionAtObservation=TIME_PERIOD", DataQuery(**ALL)),
        ("?dimensionAtObservation=AllDimensions", DataQuery(**ALL, dimension_at_observation="AllDimensions")),
        ("?c[TIME_PERIOD]=co:201", DataQuery(**ALL, filters=filters(TIME_PERIOD="co:201"))),
    ],
)
def test_data_are_asked(address, question):
    assert data(address) == question


@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        ("flow/SSER/X", "context"),
        ("dataflow/SSER/X/1/key/more", "path"),
        ("dataflow/SSER/X/1.2.3.4", "version"),
        ("dataflow/SSER/X/+.2.3", "version"),
        ("dataflow/SSER/X/*/A..FR", "key"),  # R2-DATA-04: an empty slot is not 2.x
        ("dataflow/SSER/X/*/A+M.FR", "key"),  # R2-DATA-05
        ("dataflow/SSER/X/*/A.M,", "key"),
        ("?c[TIME_PERIOD]=ge:soon", "c[TIME_PERIOD]"),
        ("?c[TIME_PERIOD]=2020+", "c[TIME_PERIOD]"),
        ("?c[geo]=", "c[geo]"),
        ("?c[geo]=FR&c%5Bgeo%5D=BE", "c[geo]"),  # R2-DATA-10: once per component
        ("?c[g o]=FR", "c[g o]"),
        ("?startPeriod=2020", "startPeriod"),
        ("?detail=full", "detail"),
        ("?firstNObservations=0", "firstNObservations"),
        ("?limit=0", "limit"),
        ("?offset=-1", "offset"),
        ("?asOf=now", "asOf"),
        ("?reportingYearStartDay=01-01", "reportingYearStartDay"),
        ("?attributes=", "attributes"),
        ("?unknown=1", "unknown"),
        ("?c[geo]=%zz", "c[geo]"),
        ("?c[TIME_PERIOD]=xx:2020", "c[TIME_PERIOD]"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(address, parameter):
    with pytest.raises(BadQuery) as error:
        data(address)
    assert error.value.parameter == parameter


def test_a_parameter_of_1_5_is_refused_with_its_new_form():
    with pytest.raises(BadQuery, match=r"c\[TIME_PERIOD\]=ge:"):
        data("?startPeriod=2020")


T = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.item("R2-DATA-30", "R2-DATA-33", "R2-DATA-40", "R2-DATA-41", "R2-DATA-43", "R2-DATA-45", "R2-DATA-46")
@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("updatedAfter=2026-01-01T00:00:00Z", {"updated_after": T}),
        ("updatedAfter=2026-01-01T01:00:00%2B01:00", {"updated_after": T}),
        ("updatedAfter=2026-01-01T01:00:00+01:00", {"updated_after": T}),  # a raw + of an offset is one, too
        ("updatedAfter=2026-01-01T01:00:00", {"updated_after": T}),  # Europe/Paris
        ("asOf=2026-01-01T00:00:00Z", {"as_of": T}),
        ("asOf=2026-01-01T00:00:00Z&updatedAfter=2026-01-01T00:00:00Z", {"as_of": T, "updated_after": T}),
        ("includeHistory=true", {"history": True}),
        ("offset=10&limit=5", {"offset": 10, "limit": 5}),
        ("sort=series_key", {"sort": (Sorting("series_key"),)}),
        ("sort=*:desc", {"sort": (Sorting("*", True),)}),
        ("sort=geo+TIME_PERIOD:desc", {"sort": (Sorting("geo"), Sorting("TIME_PERIOD", True))}),
        ("sort=geo:asc%2BOBS_VALUE:asc", {"sort": (Sorting("geo"), Sorting("OBS_VALUE"))}),  # R2-GEN-05
        ("reportingYearStartDay=--07-01", {"year_start": "--07-01"}),
    ],
)
def test_moments_order_and_windows_are_read(query, asked):
    """Instants, sort, offset, limit and the start of reporting years are read; `+` may arrive raw or as %2B"""
    assert data(f"?{query}") == DataQuery(**ALL, **asked)


@pytest.mark.item("R2-GEN-05")
def test_a_raw_plus_is_the_operator_and_no_blank():
    """A raw `+` in c[...] means and, as %2B does; it is never read as a blank"""
    assert data("?c[geo]=sw:F+ne:FR") == data("?c%5Bgeo%5D=sw:F%2Bne:FR")
    assert data("?c[geo]=sw:F+ne:FR").filters == filters(geo="sw:F ne:FR")


@pytest.mark.item("R2-DATA-44", "R2-DATA-45", "R2-DATA-46")
@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("sort=", "sort"),
        ("sort=geo,freq", "sort"),
        ("sort=geo:up", "sort"),
        ("sort=geo:", "sort"),
        ("sort=geo+geo:desc", "sort"),
        ("updatedAfter=2026-01-02T00:00:00Z&asOf=2026-01-01T00:00:00Z", "updatedAfter"),
        ("updatedAfter=yesterday", "updatedAfter"),
        ("includeHistory=yes", "includeHistory"),
        ("reportingYearStartDay=--02-29", "reportingYearStartDay"),
        ("reportingYearStartDay=--13-01", "reportingYearStartDay"),
        ("reportingYearStartDay=--7-1", "reportingYearStartDay"),
        ("offset=x", "offset"),
    ],
)
def test_directions_moments_and_days_that_are_none_are_refused(query, parameter):
    """400: an unknown direction of sort, updatedAfter after asOf, and a start day that not every year has, by name"""
    with pytest.raises(BadQuery) as error:
        data(f"?{query}")
    assert (error.value.parameter, error.value.http) == (parameter, 400)


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ("A.X A.Y B.X B.Y", "A B.X Y"),
        ("A.X B.Y", "A.X|B.Y"),
        ("A.* A.X", "A.*"),
        ("A.X A", "A|A.X"),
        ("A.X.1 B.X.1 A.Y.1 B.Y.1 A.X.2 B.X.2 A.Y.2 B.Y.2", "A B.X Y.1 2"),
    ],
)
def test_keys_are_joined_where_they_can_be(keys, found):
    assert set(merged(slots(k) for k in keys.split())) == {slots(k) for k in found.split("|")}
