"""What the suite says of itself: its budget covers every test, its table adds up, its lists name files that are there."""

from __future__ import annotations

from pathlib import Path

from suite_times import Spent, budget, row_of, table
from workers import DEMONSTRATION

ROOT = Path(__file__).resolve().parents[2]
MINUTES, WORKERS = 20, 2  # of `make test` on two cores (decision D24); the budget adds up what all workers spend


def test_the_budget_covers_every_test_and_names_what_is_there():
    rows = budget()
    assert sum(rows.values()) <= WORKERS * MINUTES * 60
    assert [row for row in (*rows, *DEMONSTRATION) if not (ROOT / row).exists()] == []
    files = [p.relative_to(ROOT).as_posix() for p in (ROOT / "tests").rglob("test_*.py")]
    assert [file for file in files if row_of(f"{file}::test_x[a/b::c]", rows) == "elsewhere"] == []


def test_a_file_with_a_row_does_not_count_in_its_folder():
    rows = {"tests/spec": 5, "tests/spec/web": 3, "tests/spec/web/test_a.py": 2}
    assert row_of("tests/spec/web/test_a.py::test_b", rows) == "tests/spec/web/test_a.py"
    assert row_of("tests/spec/web/test_ab.py::test_b", rows) == "tests/spec/web"
    assert row_of("tests/spec/webs/test_a.py::test_b", rows) == "tests/spec"
    assert row_of("tests/unit/test_a.py::test_b", rows) == "elsewhere"


def test_what_is_over_its_budget_or_has_none_is_told():
    spent = {"tests/unit": Spent(3, 20.4, 18), "tests/spec": Spent(2, 30.6, 3), "elsewhere": Spent(1, 1, 1)}
    assert [(line.split(), over) for line, over in table(spent, {"tests/unit": 21, "tests/spec": 30})] == [
        (["seconds", "budget", "CPU", "tests"], False),
        (["1", "0", "1", "1", "elsewhere", "is", "over", "its", "budget"], True),
        (["31", "30", "3", "2", "tests/spec", "is", "over", "its", "budget"], True),
        (["20", "21", "18", "3", "tests/unit"], False),
        (["52", "51", "22", "6", "in", "all"], False),
    ]
