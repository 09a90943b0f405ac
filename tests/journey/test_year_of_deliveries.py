"""A year of deliveries in simulated time: two processes that run jobs, kills, clocks that jump, counterparts that misbehave, people
who build, sign, settle, contribute and answer. What must hold is read from the register's tables and from what came.

One year is one seed: `make test` tries few, `make soak` many; GREFFE_TEST_EXAMPLES says how many, GREFFE_YEAR from which one on.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from examples import examples
from year_story import Year

FIRST = int(os.environ.get("GREFFE_YEAR", "1"))


@pytest.mark.parametrize("seed", range(FIRST, FIRST + examples(1, 30)))
def test_a_year_of_deliveries(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Nothing twice, nothing before its hour, nothing hidden or invented, nothing that the register does not know; each due
    moment once, each failure told once; and after all of it every delivery is acknowledged, whole and can be built again."""
    with Year(seed, tmp_path, monkeypatch) as year:
        year.goes_by()
        year.calms_down()
        year.is_judged()
