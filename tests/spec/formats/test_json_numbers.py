"""Decimal texts as JSON: what is a number as it stands, what becomes one, what becomes a string."""

from __future__ import annotations

import json
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from greffe.errors import Broken
from greffe.formats.json_numbers import number, numbers

AS_THEY_ARE = [
    "0",
    "-0",
    "12",
    "12.50",
    "-1.5",
    "0.0",
    "-0.5",
    "1E-7",
    "1e+20",
    "-1.25E7",
    "123456789012345678901234567890.10",
]
OTHERWISE = {
    "+5": "5", ".5": "0.5", "-.5": "-0.5", "5.": "5", "007": "7", "-007.10": "-7.10", "+0": "0", "00": "0", "5.E3": "5E3",
    "NaN": '"NaN"', "INF": '"INF"', "+INF": '"INF"', "-INF": '"-INF"',
}  # fmt: skip
NONE = ["", "-", "+", ".", "1-2", "1.2.3", "1,5", "--1", "1e", "E5", "Infinity", '1"', "0x1", "1 "]


@pytest.mark.item("J-10")
@pytest.mark.parametrize("text", AS_THEY_ARE)
def test_a_json_number_is_written_digit_by_digit(text: str):
    """A value is written in SDMX-JSON with the digits it was released with"""
    assert number(text) == text
    assert numbers(pa.array([text, None])).to_pylist() == [text, None]


@pytest.mark.item("J-10")
@pytest.mark.parametrize(("text", "written"), OTHERWISE.items())
def test_what_json_does_not_take_is_said_in_its_way(text: str, written: str):
    """NaN and INF are strings in SDMX-JSON, and a decimal text that JSON does not take keeps its value and digits"""
    assert number(text) == written
    assert numbers(pa.array(["1", text, None, "2"])).to_pylist() == ["1", written, None, "2"]


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_number_is_broken(text: str):
    with pytest.raises(Broken, match="not the text of a number"):
        number(text)
    if text:
        with pytest.raises(Broken):
            numbers(pa.array([text]))


@given(st.lists(st.none() | st.text("0123456789.-+eE", min_size=1, max_size=6), min_size=1, max_size=6))
def test_a_column_is_what_its_cells_are(texts: list[str | None]):
    """The quick look at the bytes never lets through what a look at each text would not; also in a slice."""
    column = pa.array(["1-", *texts, "00"], pa.string()).slice(1, len(texts))
    try:
        expected = [None if t is None else number(t) for t in texts]
    except Broken:
        with pytest.raises(Broken):
            numbers(column)
        return
    found = numbers(column).to_pylist()
    assert found == expected
    for text, cell in zip(texts, found, strict=True):
        if text is not None and cell is not None:
            assert json.loads(cell, parse_float=Decimal, parse_int=Decimal) == Decimal(text)
