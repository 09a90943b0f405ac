"""`explain` says every calculation with its numbers, down to the internal rows, and comes to the published value."""

from dataclasses import replace

import pytest
from small_maps import POPULATION, calendar, catalogue, complement, convert, load, rows_of, small_map, split

from greffe.mapping.explain import trace

ROWS = """
    row | FREQ | SEXE | TIME_PERIOD | OBS_VALUE
    2   | Q    | T    | 2022-Q1     | 25
    3   | Q    | T    | 2022-Q2     | 25.5
    4   | Q    | T    | 2022-Q3     | 25
    5   | Q    | T    | 2022-Q4     | 24.5
    6   | Q    | M    | 2022-Q1     | 10
    7   | Q    | M    | 2022-Q2     | 20
    8   | Q    | M    | 2022-Q3     |
    9   | Q    | M    | 2022-Q4     | 30
"""
YEAR = {"freq": ("A",)}
MAP = small_map(
    select={"FREQ": ("Q",)},
    working={"freq": ("Q",)},
    calculations=(
        calendar("Q", "A", "sum", {"freq": "A"}, {"freq": ("Q",), "sex": ("T",)}),
        calendar("Q", "A", "mean", {"freq": "A"}, {"freq": ("Q",), "sex": ("M",)}, 1, 3, reason="why"),
        complement("sex", "T", ("M",), {"sex": "F"}, YEAR),
        split("sex", "T", {"S1": "0.5", "S2": "1/3", "S3": "1/6"}, 0, YEAR, {"unit": "SP"}),
        convert({**YEAR, "sex": ("T",), "unit": ("NR",)}, {"unit": "DAY"}, "30.4375", 1),
    ),
)  # fmt: skip
MAP = replace(MAP, calculations=tuple(replace(c, id=f"{c.id}_{n}") for n, c in enumerate(MAP.calculations)))


@pytest.mark.parametrize(
    ("sex", "unit", "text", "words", "french", "rows"),
    [
        ("T", "NR", "100.0", "25 + 25.5 + 25 + 24.5", "25 + 25.5 + 25 + 24.5", [2, 3, 4, 5]),
        ("M", "NR", "20.0", "(10 + 20 + 30) / 3, rounded to 1", "(10 + 20 + 30) / 3, arrondi à 1 décimale", [6, 7, 8, 9]),
        ("F", "NR", "80.0", "100.0 − 20.0", "100.0 − 20.0", [2, 3, 4, 5, 6, 7, 8, 9]),
        ("S1", "SP", "50", "100.0 × 0.5, rounded to 0 by largest remainder",
         "100.0 × 0.5, arrondi à 0 décimale au plus fort reste", [2, 3, 4, 5]),
        ("S2", "SP", "33", "100.0 × 1/3, rounded to 0 by largest remainder",
         "100.0 × 1/3, arrondi à 0 décimale au plus fort reste", [2, 3, 4, 5]),
        ("S3", "SP", "17", "100.0 × 1/6, rounded to 0 by largest remainder",
         "100.0 × 1/6, arrondi à 0 décimale au plus fort reste", [2, 3, 4, 5]),
        ("T", "DAY", "3043.8", "100.0 × 30.4375, rounded to 1", "100.0 × 30.4375, arrondi à 1 décimale", [2, 3, 4, 5]),
    ],
)  # fmt: skip
def test_every_kind_says_its_numbers(connection, sex, unit, text, words, french, rows):
    """Through the working cells, which nobody is sent, to the rows of the extract."""
    load(connection, "kept", rows_of(ROWS))
    key = {"freq": "A", "kind": "POURS", "sex": sex, "unit": unit, "geo": "FR"}
    made = trace(connection, MAP, catalogue(), "kept", {POPULATION: "kept"}, key, "2022")
    assert made is not None
    assert (made.text, made.calculation) == (text, words)
    assert made.words == {"en": words, "fr": french}

    def read(one):
        return [s.row for s in one.sources] + [n for operand in one.operands for n in read(operand)]

    assert sorted(set(read(made))) == rows
