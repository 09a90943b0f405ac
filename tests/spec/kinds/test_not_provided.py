"""What is declared as not provided is published as such when it names a whole key: status, reason, no value."""

from dataclasses import replace

import pytest
from small_maps import POPULATION, catalogue, load, rows_of, small_map, total

from greffe.mapping.explain import trace
from greffe.model.maps import NotProvided

CELLS = {"freq": "A", "kind": "POURS", "sex": "F", "unit": "NR", "geo": "FR"}
ABSENT = NotProvided(CELLS, "not-available", "Not counted by sex.", "M001", publish=True)
ROWS = """
    SEXE | TIME_PERIOD | OBS_VALUE
    M    | 2022        | 600
    M    | 2023        | 700
"""


def the_map(*declared, **more):
    return small_map(select={"FREQ": ("A",), "TERRITOIRE": ("fr_met",)}, not_provided=declared, **more)


def test_a_whole_cell_is_published_for_every_period_that_is_yielded(map_rows):
    """L: data exist and are not held; the reason travels; a total of it is missing for the same reason."""
    map_rows(
        ROWS,
        the_map(ABSENT, calculations=(total("sex", ("M", "F"), {"sex": "T"}, {"TIME_PERIOD": ("2023",)}),)),
        """
        sex | TIME_PERIOD | OBS_VALUE | OBS_STATUS | CONF_STATUS | TERRITORY | COMMENT_OBS | origin_kind
        M   | 2022        | 600.00    | A          | F           | fr_met    | -           | mapped
        M   | 2023        | 700.00    | A          | F           | fr_met    | -           | mapped
        F   | 2022        | -         | L          | F           | fr_met    | Not counted by sex. | not_provided
        F   | 2023        | -         | L          | F           | fr_met    | Not counted by sex. | not_provided
        T   | 2023        | -         | L          | F           | fr_met    | Not counted by sex.; not computed: F missing | total
        """,
    )


def test_what_cannot_exist_is_published_for_the_declared_periods(map_rows):
    """M: the data cannot exist; the others stay in coverage alone."""
    never = replace(ABSENT, kind="not-applicable", periods=("2019", "2023"), reason="No such court before 2024.")
    map_rows(
        ROWS,
        the_map(never, NotProvided({"sex": "U"}, "other-house", "theirs")),
        """
        sex | TIME_PERIOD | OBS_TEXT | OBS_STATUS | COMMENT_OBS
        M   | 2022        | 600      | A          | -
        M   | 2023        | 700      | A          | -
        F   | 2019        | -        | M          | No such court before 2024.
        F   | 2023        | -        | M          | No such court before 2024.
        """,
    )


def test_a_cell_that_is_made_is_kept_and_the_contradiction_is_an_error(map_rows):
    mapped = map_rows(
        ROWS + "F | 2023 | 5",
        the_map(ABSENT),
        """
        sex | TIME_PERIOD | OBS_TEXT | OBS_STATUS
        M   | 2022        | 600      | A
        M   | 2023        | 700      | A
        F   | 2023        | 5        | A
        F   | 2022        | -        | L
        """,
    )
    assert [(f.rule, f.severity, f.period, f.values) for f in mapped.findings] == [
        ("SM-21", "error", "2023", {"there": "5"})
    ]


@pytest.mark.parametrize("period", ["2022", "2023"])
def test_its_trace_is_its_reason(connection, period):
    load(connection, "kept", rows_of(ROWS))
    made = trace(connection, the_map(ABSENT), catalogue(), "kept", {POPULATION: "kept"}, CELLS, period)
    assert made is not None
    assert (made.text, made.attributes["OBS_STATUS"]) == ("", "L")
    assert made.calculation == "not-available: Not counted by sex. (M001)"
    assert made.words["fr"] == "non disponible : Not counted by sex. (M001)"  # a reason is in the words of the file


def test_what_is_made_of_it_traces_to_it(connection):
    """A total of a cell that is not provided says why it is missing."""
    map_ = the_map(ABSENT, calculations=(total("sex", ("M", "F"), {"sex": "T"}),))
    load(connection, "kept", rows_of(ROWS))
    made = trace(connection, map_, catalogue(), "kept", {POPULATION: "kept"}, CELLS | {"sex": "T"}, "2022")
    assert made is not None
    assert made.calculation == "600 + ?"
    assert [o.calculation for o in made.operands] == ["not-available: Not counted by sex. (M001)", ""]
