"""Random rows, written in every format and view and read back by plain readers, are what they were."""

from __future__ import annotations

import csv
import io

import json_reader
import pytest
import xml_reader
from data_answers import ML
from examples import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from judges import json_errors, xml_errors
from plain_rows import FLAT, TIME, VALUE, Row, dataset_of, expected, in_order, message_of

from greffe.formats import fragments, sdmx_csv, sdmx_json, sdmx_ml, small
from greffe.formats.parameters import Parameters
from greffe.formats.sdmx_data import SDMX_DATA_FORMATS

VIEWS = st.sampled_from([TIME, FLAT, "iccs", "geo"])
AWKWARD = st.sampled_from("<>&\"',;\t\n\r é\u0085\u2028\ufeff𝄞\\")
CODES = st.sampled_from(["A", "M", "0101", "0102", "_Z", "a-b", "N$A", "00"])
PERIODS = st.sampled_from(["2021", "2022", "2021-Q3", "2021-07", "2021-W09", "2021-07-14"])
NUMBERS = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str),
    st.sampled_from(["0", "12.50", "1E-7", "NaN", "INF", "-INF", "-0", "123456789012345678901234567890.10"]),
)
few = settings(
    max_examples=examples(24),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def texts(control: str) -> st.SearchStrategy[str]:
    """Texts of any characters but surrogates and those of `control` categories, what is awkward more often."""
    other = st.characters(exclude_categories=("Cs", control) if control else ("Cs",), exclude_characters="\ufffe\uffff")
    return st.text(st.one_of(AWKWARD, other), max_size=6)


def rows_of(words: st.SearchStrategy[str]) -> st.SearchStrategy[list[Row]]:
    """Rows of distinct keys; an attribute of a group or a series is the same in all its rows."""
    key = st.tuples(CODES, CODES, CODES, PERIODS)
    cells = st.tuples(st.none() | NUMBERS, st.none() | CODES, st.none() | words)
    of_group = st.dictionaries(CODES, words, max_size=4)
    of_series = st.dictionaries(st.tuples(CODES, CODES, CODES), st.sampled_from(["0", "3", "-6"]), max_size=6)

    def made(
        found: tuple[dict[tuple[str, ...], tuple[str | None, ...]], dict[str, str], dict[tuple[str, ...], str], str],
    ):
        keyed, groups, units, title = found
        rows = []
        for (freq, iccs, geo, period), (value, status, comment) in keyed.items():
            row = {"freq": freq, "iccs": iccs, "geo": geo, TIME: period, VALUE: value, "OBS_STATUS": status,
                   "COMMENT_OBS": comment, "TERRITORY": groups.get(geo), "UNIT_MULT": units.get((freq, iccs, geo)),
                   "TITLE": title}  # fmt: skip
            rows.append({id_: text for id_, text in row.items() if text is not None})
        return rows

    return st.tuples(st.dictionaries(key, cells, min_size=1, max_size=12), of_group, of_series, words).map(made)


@pytest.fixture(params=[1, 3, fragments.ROWS, "plain"])
def rows_of_a_batch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches end in the middle of series, and between them; or the few rows are written as plain text."""
    if request.param != "plain":
        monkeypatch.setattr(fragments, "ROWS", request.param)
        monkeypatch.setattr(small, "FEW", -1)


@pytest.mark.parametrize("name", [f.name for f in SDMX_DATA_FORMATS])
@pytest.mark.parametrize("observations", [True, False])
@few
@given(rows=rows_of(texts("Cc")), at=VIEWS)
def test_few_rows_are_written_as_many_are(
    monkeypatch: pytest.MonkeyPatch, name: str, observations: bool, rows: list[Row], at: str
):
    """Plain text for a few rows, the engine of columns for many: the same bytes."""
    writer = next(f.write for f in SDMX_DATA_FORMATS if f.name == name)
    time_only = "timeseries" in name

    def body() -> bytes:
        view = TIME if time_only else at
        found = message_of(dataset_of(rows, view, observations=observations), at=view)
        return b"".join(writer(found, Parameters()))

    monkeypatch.setattr(small, "FEW", 1_000)
    plain = body()
    monkeypatch.setattr(small, "FEW", -1)
    assert plain == body()


@pytest.mark.parametrize("version", ["1.0", "2.0", "2.1"])
@few
@given(rows=rows_of(texts("")), at=VIEWS)
def test_json(rows_of_a_batch: None, version: str, rows: list[Row], at: str):
    body = b"".join(sdmx_json.write(message_of(dataset_of(rows, at), at=at), Parameters(), version))
    assert json_errors(body, version, "data") == []
    assert in_order(json_reader.read(body)[0].rows) == expected(rows, at)


@pytest.mark.parametrize("name", ML)
@few
@given(rows=rows_of(texts("Cc")), at=VIEWS)
def test_ml(rows_of_a_batch: None, name: str, rows: list[Row], at: str):
    body = b"".join(sdmx_ml.write(message_of(dataset_of(rows, at), at=at), Parameters(), ML[name]))
    assert xml_errors(body, lax=ML[name].specific) == []
    assert in_order(xml_reader.read(body)[0].rows) == expected(rows, at)


@pytest.mark.parametrize("version", ["1.0", "2.0", "2.1"])
@few
@given(rows=rows_of(texts("Cc").filter(bool)), at=VIEWS)
def test_csv(rows_of_a_batch: None, version: str, rows: list[Row], at: str):
    """Texts that are not empty: in CSV an empty one is an absent one."""
    body = b"".join(sdmx_csv.write(message_of(dataset_of(rows, at), at=at), Parameters(), version)).decode()
    leading = ("DATAFLOW", "STRUCTURE", "STRUCTURE_ID", "ACTION")
    read = csv.DictReader(io.StringIO(body, newline=""), strict=True)
    found = [{k: v for k, v in row.items() if v and k not in leading} for row in read]
    assert in_order(found) == expected(rows, at)
