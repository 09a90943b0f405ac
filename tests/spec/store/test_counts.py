"""Every store counts what a selection means, as it would hand it out."""

from datetime import date

import pytest

from greffe.model.periods import Span
from greffe.store.base import Selection

TABLE = """
FREQ | SEX | GEO | TIME_PERIOD | OBS_VALUE | OBS_STATUS | UNIT | COMMENT
A    | M   | FR  | 2021        | 12.50     | A          | NR   |
A    | F   | FR  | 2020        | 7         | A          | NR   |
A    | F   | FR  | 2022        |           | L          | NR   |
A    | F   | BE  | 2021        | 1         | P          | PC   |
"""


@pytest.mark.item("R1-AVL-07", "R2-AVL-08")
@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(), (3, 4)),
        (Selection(keys=({"SEX": frozenset("F")},)), (2, 3)),
        (Selection(keys=({"SEX": frozenset("X")},)), (0, 0)),
        (Selection(spans=(Span(date(2021, 1, 1), date(2022, 12, 31)),)), (3, 3)),
        (Selection(keys=({"GEO": frozenset(["FR"])},), spans=(Span(date(2022, 1, 1), date(2022, 12, 31)),)), (1, 1)),
        (Selection(keys=({"GEO": frozenset(["FR"])}, {"SEX": frozenset("F")})), (3, 4)),
    ],
)
def test_series_and_observations_are_counted(observations, structure, parquet, selection, expected):
    """Counts are those of the answer that the same question would give."""
    observations.save("FLOW/1", structure, parquet(TABLE), {})
    assert observations.counts("FLOW/1", selection) == expected
    blocks = list(observations.select("FLOW/1", selection))
    assert (sum(b.series.num_rows for b in blocks), sum(b.observations.num_rows for b in blocks)) == expected


def test_periods_of_a_release(observations, structure, parquet):
    """All periods that occur, once each, whatever the series."""
    observations.save("FLOW/1", structure, parquet(TABLE), {})
    assert observations.periods("FLOW/1") == ("2020", "2021", "2022")


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(), {"FREQ": {"A": 3}, "SEX": {"F": 2, "M": 1}, "GEO": {"BE": 1, "FR": 2}}),
        (Selection(keys=({"SEX": frozenset("F")},)), {"FREQ": {"A": 2}, "SEX": {"F": 2}, "GEO": {"BE": 1, "FR": 1}}),
        (Selection(spans=(Span(date(2020, 1, 1), date(2020, 12, 31)),)),
         {"FREQ": {"A": 1}, "SEX": {"F": 1}, "GEO": {"FR": 1}}),
        (Selection(keys=({"SEX": frozenset("X")},)), {"FREQ": {}, "SEX": {}, "GEO": {}}),
    ],
)  # fmt: skip
def test_series_are_counted_by_code(observations, structure, parquet, selection, expected):
    """How many matching series each code has; a code that none has is not told."""
    observations.save("FLOW/1", structure, parquet(TABLE), {})
    assert observations.tallies("FLOW/1", selection) == expected
