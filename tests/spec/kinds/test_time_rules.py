"""Time rules: dates of any form and epochs become periods of the output's frequency (SM-30 to SM-35)."""

import time

import pytest
from small_maps import catalogue, component, counted, dated, fetch, load, rows_of, small_map

from greffe.errors import BadDefinition
from greffe.mapping.apply import apply
from greffe.mapping.explain import trace


@pytest.mark.item("SM-30", "SM-32", "SM-33")
def test_a_date_becomes_a_period(map_rows):
    """SM-30, SM-32, SM-33: a date of the source, written as a period of one fixed frequency."""
    map_rows(
        """
        NOTE       | SEXE | OBS_VALUE
        14/07/2023 | 1    | 5
        31/12/2023 | 2    | 6
        """,
        small_map(times=[dated("dd/MM/yyyy", "Q")]),
        """
        sex | TIME_PERIOD | OBS_TEXT
        1   | 2023-Q3     | 5
        2   | 2023-Q4     | 6
        """,
    )


def test_accents_are_read_however_they_came(map_rows):
    """SM-35: é as one character or as e with an accent after it."""
    map_rows(
        "NOTE | SEXE | OBS_VALUE\n1 f\u00e9vrier 2023 | 1 | 5\n1 fe\u0301vrier 2023 | 2 | 6",
        small_map(times=[dated("d MMMM yyyy", "M", locale="fr")]),
        "sex | TIME_PERIOD | OBS_TEXT\n1 | 2023-02 | 5\n2 | 2023-02 | 6",
    )


FORMS = {
    "A": "2021", "S": "2021-S1", "T": "2021-T1", "Q": "2021-Q1", "M": "2021-01", "W": "2020-W53", "D": "2021-01-01",
    "I": "2021-01-01T23:59:59",
}  # fmt: skip


@pytest.mark.item("SM-33")
@pytest.mark.parametrize("frequency", FORMS)
def test_every_frequency_has_its_form(map_rows, frequency):
    """SM-33: the usual forms, the year of a week being that of ISO 8601."""
    map_rows(
        """
        NOTE       | OBS_VALUE
        2021-01-01 | 5
        """,
        small_map(times=[dated("yyyy-MM-dd", frequency)]),
        f"""
        TIME_PERIOD       | OBS_TEXT
        {FORMS[frequency]} | 5
        """,
    )


@pytest.mark.item("SM-33")
def test_a_map_may_write_periods_otherwise(map_rows):
    """SM-33: FrequencyFormatMapping replaces the usual form; other frequencies keep theirs."""
    times = [dated("dd/MM/yyyy", "M")]
    map_rows(
        "NOTE | OBS_VALUE\n14/07/2023 | 5",
        small_map(times=times, formats={"M": "yyyy-'M'MM", "B": "yyyy-MM-dd"}),
        "TIME_PERIOD | OBS_TEXT\n2023-M07 | 5",
    )


@pytest.mark.item("SM-32")
def test_the_output_gives_the_frequency(map_rows):
    """SM-32: the component named by `frequency_dimension` is worked out first, by whatever rule it has."""
    map_rows(
        """
        NOTE       | AGE | SEXE | OBS_VALUE
        14/07/2023 | m   | 1    | 5
        14/07/2023 | q   | 1    | 6
        """,
        small_map(
            component("AGE", "freq", "m > M", "q > Q"),
            select={},
            times=[dated("dd/MM/yyyy", frequency_dimension="freq")],
        ),
        """
        freq | TIME_PERIOD | OBS_TEXT
        M    | 2023-07     | 5
        Q    | 2023-Q3     | 6
        """,
    )
    map_rows(
        "NOTE | OBS_VALUE\n14/07/2023 | 5",
        small_map(fixed={"unit": "NR", "freq": "W"}, times=[dated("dd/MM/yyyy", frequency_dimension="freq")]),
        "freq | TIME_PERIOD\nW | 2023-W28",
    )


@pytest.mark.item("SM-34")
@pytest.mark.parametrize(
    ("resolve", "month"), [("startOfPeriod", "2023-01"), ("midPeriod", "2023-07"), ("endOfPeriod", "2023-12")]
)
def test_a_coarser_input_needs_a_day(map_rows, resolve, month):
    """SM-34: a year becomes its first, middle or last month; the end when nothing is said."""
    map_rows(
        "NOTE | OBS_VALUE\n2023 | 5",
        small_map(times=[dated("yyyy", "M", resolve=resolve)]),
        f"TIME_PERIOD\n{month}",
    )


@pytest.mark.item("SM-35", "SM-36")
def test_names_are_read_in_the_locale_of_the_map(map_rows):
    """SM-35, SM-36: French month names, whatever the machine speaks."""
    map_rows(
        """
        NOTE             | SEXE | OBS_VALUE
        1er février 2023 | 1    | 5
        """,
        small_map(times=[dated("d'er' MMMM yyyy", "D", locale="fr")]),
        """
        TIME_PERIOD | OBS_TEXT
        2023-02-01  | 5
        """,
    )


EPOCHS = [
    ("nanosecond", "1689292800000000001", "I", "2023-07-14T00:00:00.000000001"),
    ("microsecond", "1689292800500000", "I", "2023-07-14T00:00:00.5"),
    ("millisecond", "1689292800000", "D", "2023-07-14"),
    ("second", "1689292800", "M", "2023-07"),
    ("second", "-1", "A", "1969"),
    ("day", "19552", "Q", "2023-Q3"),
]


@pytest.mark.item("SM-31")
@pytest.mark.parametrize(("unit", "value", "frequency", "period"), EPOCHS)
def test_an_epoch_is_counted_exactly(map_rows, unit, value, frequency, period):
    """SM-31: a whole number of units since the base."""
    map_rows(
        f"NOTE | OBS_VALUE\n{value} | 5",
        small_map(times=[counted(unit, frequency)]),
        f"TIME_PERIOD\n{period}",
    )


@pytest.mark.item("SM-31")
def test_the_base_of_an_epoch_is_declared(map_rows):
    """SM-31: day 45121 after 30 December 1899 is a workbook's 14 July 2023."""
    map_rows(
        "NOTE | OBS_VALUE\n45121 | 5",
        small_map(times=[counted("day", "D", base="1899-12-30")]),
        "TIME_PERIOD\n2023-07-14",
    )


@pytest.mark.item("SM-23")
def test_the_first_rule_that_can_read_a_value_wins(map_rows):
    """SM-23: several time rules for one target are no conflict: they are tried in the order of the file."""
    times = [
        dated("dd/MM/yyyy", "A", id="DAY"),
        dated("MMMM yyyy", "M", id="MONTH", locale="fr"),
        counted("day", "D", id="N"),
    ]
    map_rows(
        """
        NOTE       | SEXE | OBS_VALUE
        14/07/2023 | 1    | 5
        mai 2023   | 2    | 6
        19552      | 3    | 7
        """,
        small_map(times=times),
        """
        sex | TIME_PERIOD
        1   | 2023
        2   | 2023-05
        3   | 2023-07-14
        """,
    )


@pytest.mark.item("SM-18", "SM-34")
def test_the_period_may_be_read_again(map_rows):
    """SM-18, SM-34: TIME_PERIOD as the source of a time rule."""
    rule = dated("yyyy-'Q'n", "M")
    map_rows(
        "TIME_PERIOD | OBS_VALUE\n2023-Q3 | 5",
        small_map(times=[type(rule)("T", "date-pattern", "TIME_PERIOD", pattern="yyyy-'Q'n", frequency="M")]),
        "TIME_PERIOD\n2023-09",
    )


@pytest.mark.item("SM-20")
def test_what_is_no_date_is_reported_with_the_reason(map_rows):
    """SM-20: not written, not dropped, never a crash."""
    mapped = map_rows(
        """
        NOTE       | SEXE | OBS_VALUE
        31/02/2023 | 1    | 5
        2023       | 1    | 6.5
                   | 1    | 7
        01/02/2023 | 1    | 8
        """,
        small_map(times=[dated("dd/MM/yyyy", "M"), counted("day", "M", id="T2")]),
        """
        TIME_PERIOD | OBS_TEXT
        2023-02     | 8
        1975-07     | 6.5
        """,
    )
    assert [(u.component, u.source, u.rows, u.total, u.declared, u.reason) for u in mapped.unmapped] == [
        ("TIME_PERIOD", {"NOTE": value}, 1, total, False,
         f"T1: '{value}' is no date dd/MM/yyyy (en); T2: '{value}' is no number of days since 1970")
        for value, total in (("", "7"), ("31/02/2023", "5"))
    ]  # fmt: skip


@pytest.mark.item("SM-20", "SM-33")
def test_a_frequency_that_nobody_can_write_is_reported(map_rows):
    """SM-20, SM-33: a code that the data bring and no format is known for; a frequency that no rule gives."""
    mapped = map_rows(
        """
        NOTE       | AGE | SEXE | OBS_VALUE
        14/07/2023 | x   | 1    | 5
        14/07/2023 | z   | 1    | 6
        """,
        small_map(component("AGE", "freq", "x > X"), times=[dated("dd/MM/yyyy", frequency_dimension="freq")]),
        "TIME_PERIOD | OBS_TEXT",
    )
    assert {(u.component, u.reason) for u in mapped.unmapped} == {
        ("TIME_PERIOD", "T1: no format for the frequency X"), ("freq", ""),
    }  # fmt: skip


@pytest.mark.item("SM-17", "SM-32")
def test_validity_of_a_frequency_takes_the_period_of_the_source(map_rows):
    """SM-17, SM-32: quarterly since 2023, annual before."""
    map_rows(
        """
        NOTE       | TIME_PERIOD | OBS_VALUE
        14/07/2022 | 2022        | 5
        14/07/2023 | 2023        | 6
        """,
        small_map(
            component("AGE", "freq", "T > A ; to=2022-12-31", "T > Q"),
            times=[dated("dd/MM/yyyy", frequency_dimension="freq")],
        ),
        """
        freq | TIME_PERIOD | OBS_TEXT
        A    | 2022        | 5
        Q    | 2023-Q3     | 6
        """,
    )


@pytest.mark.item("SM-19", "SM-21")
def test_two_dates_of_one_period_are_ambiguous(map_rows):
    """SM-19, SM-21: a time rule adds nothing up; both rows are named and nothing is written."""
    mapped = map_rows(
        """
        NOTE       | OBS_VALUE
        14/07/2023 | 5
        15/07/2023 | 6
        """,
        small_map(times=[dated("dd/MM/yyyy", "M")]),
        "TIME_PERIOD | OBS_TEXT",
    )
    [finding] = mapped.findings
    assert (finding.rule, finding.period, finding.values["value_1"], finding.values["value_2"]) == (
        "SM-21",
        "2023-07",
        "5",
        "6",
    )


def test_the_trace_names_the_time_rule(connection):
    """What reads the date, and how, stands beside the mapping rows."""
    load(connection, "source_rows", rows_of("NOTE | OBS_VALUE\n14/07/2023 | 5"))
    map_ = small_map(times=[dated("dd/MM/yyyy", "Q")])
    apply(connection, map_, catalogue(), "source_rows", {}, "mapped")
    [row] = fetch(connection, "mapped")
    key = {d: row[d] for d in ("freq", "kind", "sex", "unit", "geo")}
    found = trace(connection, map_, catalogue(), "source_rows", {}, key, "2023-Q3")
    assert found is not None
    step = next(s for s in found.mappings if s.row_id == "T1")
    assert (step.file, step.source, step.target) == (
        "MAPS/test.yaml",
        {"NOTE": "14/07/2023"},
        {"TIME_PERIOD": "2023-Q3"},
    )
    assert (step.kind, step.reason) == ("date-pattern", "date dd/MM/yyyy (en) as Q, endOfPeriod")
    assert step.words["fr"] == "date dd/MM/yyyy (en) à la fréquence Q, fin de période"


@pytest.mark.item("SM-14")
@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*", "(a|aa)+b", "(.*)*x"])
def test_an_exploding_pattern_is_refused_when_it_runs(connection, pattern):
    """SM-14: a map that never went through a file is held to the same patterns, well within a second."""
    load(connection, "source_rows", rows_of(f"NOTE | OBS_VALUE\n{'a' * 60} | 5"))
    map_ = small_map(component("NOTE", "FOOTNOTE", f"{pattern.replace('|', 'I')} > x ; match=regex"))
    rule = map_.components[0].map
    assert rule is not None
    object.__setattr__(rule.rows[0].sources[0], "value", pattern)
    start = time.process_time()
    with pytest.raises(BadDefinition, match="run time"):
        apply(connection, map_, catalogue(), "source_rows", {}, "mapped")
    assert time.process_time() - start < 0.9


@pytest.mark.item("SM-14")
def test_the_dearest_patterns_end_soon(map_rows):
    """SM-14: patterns that are taken, on the longest values and on one that is too long for any pattern."""
    start = time.process_time()
    mapped = map_rows(
        f"NOTE | SEXE | OBS_VALUE\n{'a' * 100} | 1 | 5\n{'a' * 100_000} | 2 | 6\n{'a' * 99}x | 3 | 7",
        small_map(component("NOTE", "unit", "(.*)(.*)(.*)x > NR ; match=regex"), fixed={}),
        "sex | OBS_TEXT\n3 | 7",
    )
    assert time.process_time() - start < 0.9
    assert {u.reason for u in mapped.unmapped} == {"", "patterns read at most 100 characters"}
