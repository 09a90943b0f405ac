"""Random answers in the formats for people's tools, read back by other readers, are what they were."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import openpyxl
import pyarrow.parquet as pq
import pytest
from blocks import block, message
from examples import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonstat_validator import validate_jsonstat
from people import with_decimals, written

from greffe.formats import fragments, json_stat, parquet, plain_csv, xlsx
from greffe.model.dataset import DataMessage

codes = st.from_regex(r"[A-Za-z0-9_@$\-]{1,4}", fullmatch=True) | st.sampled_from(["0101", "NA", "=1", "1e5", "TRUE"])
texts = st.text(
    st.one_of(
        st.sampled_from("<>&\"',;=+@\t\n é\u0085\u2028\ufeff𝄞\\"),
        st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"),
    ),
    min_size=1,
    max_size=8,
)
numbers = st.decimals(-(10**9), 10**9, places=2).map(str)
observations = st.lists(
    st.tuples(
        st.from_regex(r"20[0-9]{2}(-(0[1-9]|Q[1-4]))?", fullmatch=True),
        st.none() | numbers,
        st.none() | codes,
        st.none() | texts,
    ),
    max_size=6,
    unique_by=lambda row: row[0],
)


@dataclass(frozen=True)
class Series:
    """Key and an attribute, and the observations: period, value, status, comment."""

    row: tuple[str, str, str | None]
    observations: Sequence[tuple[str, str | None, str | None, str | None]]


Answer = list[list[Series]]
_series = st.builds(Series, st.tuples(codes, codes, st.none() | texts), observations)
answers = st.lists(_series, max_size=8, unique_by=lambda s: s.row[:2]).flatmap(
    lambda found: st.integers(1, 4).map(lambda size: [found[n : n + size] for n in range(0, len(found), size)])
)
few = settings(
    max_examples=examples(24),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(params=[1, 3, fragments.ROWS])
def rows_of_a_batch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Batches end in the middle of series, and between them."""
    monkeypatch.setattr(fragments, "ROWS", request.param)
    return int(request.param)


def asked(answer: Answer) -> DataMessage:
    """The answer without lists of codes, so that every text is its own label."""
    blocks = [
        block([s.row for s in part], [s.observations for s in part], ("freq", "geo", "TERRITORY")) for part in answer
    ]
    structure = with_decimals(2)
    status, _, comment = structure.attributes
    return message(blocks, structure=replace(structure, attributes=(status, comment)), codelists={})


def expected(answer: Answer) -> list[tuple[str | None, ...]]:
    """Origin, key, period, value, status, comment of each row."""
    return [("real", *s.row[:2], *o) for part in answer for s in part for o in s.observations]


@few
@given(answer=answers)
def test_plain_csv(rows_of_a_batch: int, answer: Answer):
    body = written(plain_csv.write, asked(answer)).decode()
    read = list(csv.reader(io.StringIO(body, newline=""), strict=True))
    assert [tuple(row) for row in read[1:]] == [tuple(cell or "" for cell in row) for row in expected(answer)]


@few
@given(answer=answers)
def test_parquet(answer: Answer):
    read = pq.read_table(io.BytesIO(written(parquet.write, asked(answer)))).to_pylist()
    assert [tuple(row.values()) for row in read] == [
        (*row[:4], None if row[4] is None else Decimal(row[4]), *row[5:]) for row in expected(answer)
    ]


@few
@given(answer=answers)
def test_xlsx(rows_of_a_batch: int, answer: Answer):
    sheet = openpyxl.load_workbook(io.BytesIO(written(xlsx.write, asked(answer)))).worksheets[0]
    read = list(sheet.iter_rows(min_row=2, values_only=True))
    assert read == [(*row[:4], None if row[4] is None else float(row[4]), *row[5:]) for row in expected(answer)]


@few
@given(answer=answers, dense=st.sampled_from([0, json_stat.DENSE]))
def test_json_stat(answer: Answer, dense: int):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stat, "DENSE", dense)
        body = written(json_stat.write, asked(answer))
    assert validate_jsonstat(json.loads(body))
    cube = json.loads(body, parse_float=str, parse_int=str)
    categories = [cube["dimension"][d]["category"]["index"] for d in cube["id"]]
    assert [str(len(c)) for c in categories] == cube["size"]

    def position(key: Sequence[str]) -> int:
        found = 0
        for code, known in zip(key, categories, strict=True):
            found = found * len(known) + known.index(code)
        return found

    def at(found: object, place: int) -> object:
        if isinstance(found, list):
            return found[place]
        return found.get(str(place)) if isinstance(found, dict) else found

    rows = [(position(row[1:4]), *row[4:]) for row in expected(answer)]
    assert [(place, at(cube["value"], place), at(cube.get("status"), place)) for place, *_ in rows] == [
        (place, value, status) for place, value, status, _ in rows
    ]
    comments = cube["extension"]["attributes"].get("COMMENT_OBS", {}).get("value")
    assert [at(comments, place) for place, *_ in rows] == [comment for *_, comment in rows]
    if isinstance(cube["value"], list):
        there = {place for place, *_ in rows}
        assert all(value is None for place, value in enumerate(cube["value"]) if place not in there)
    else:
        assert set(cube["value"]) == {str(place) for place, *_ in rows}
