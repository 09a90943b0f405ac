"""Several rows for one key: declared sums, ambiguity, statuses, texts, fields, flag D (SM-20 to SM-22, D12, D16)."""

import pytest
from small_maps import BASE, component, copy, flagged, over, small_map

from greffe.errors import BadInput

SEXES = component("SEXE", "sex", "1 > T", "2 > T", "T > T")


def test_what_became_equal_is_summed_where_the_map_declares_it(map_rows):
    """`aggregate` names the source dimensions in which the parts differ; a sum is exact and has the finest decimals."""
    map_rows(
        """
        SEXE | GEO | OBS_VALUE
        1    | FR  | 0.1
        2    | FR  | 0.25
        1    | 75  | 3
        2    | 75  | 4
        """,
        small_map(SEXES, aggregate=over("SEXE")),
        """
        sex | geo | OBS_VALUE | OBS_TEXT
        T   | FR  | 0.35      | 0.35
        T   | 75  | 7.00      | 7
        """,
    )


def test_received_decimals_are_kept_in_a_sum(map_rows):
    """2.50 + 2.50 is 5.00, not 5: as many decimals as the finest text received."""
    map_rows(
        """
        SEXE | OBS_VALUE
        1    | 2.50
        2    | 2.50
        """,
        small_map(SEXES, aggregate=over("SEXE")),
        """
        sex | OBS_TEXT
        T   | 5.00
        """,
    )


def test_a_single_value_keeps_its_text(map_rows):
    """D17: also within a map that sums; a text that is no plain decimal becomes one."""
    map_rows(
        """
        SEXE | OBS_VALUE
        1    | 12.50
        2    | 1,5
        3    | 007
        4    | 1 234.5
        5    | 0
        """,
        small_map(aggregate=over("AGE")),
        """
        sex | OBS_TEXT
        1   | 12.50
        2   | 1.5
        3   | 7
        4   | 1234.5
        5   | 0
        """,
    )


@pytest.mark.item("SM-21")
def test_two_rows_for_one_key_are_ambiguous(map_rows):
    """SM-21: without a declared sum it is an error with both inputs, and nothing is written for that key."""
    mapped = map_rows(
        """
        extract | row | SEXE | GEO | OBS_VALUE
        x1      | 12  | 1    | FR  | 5
        x2      | 7   | 2    | FR  | 6.5
        x1      | 13  | 1    | 75  | 1
        """,
        small_map(SEXES),
        """
        sex | geo | OBS_TEXT
        T   | 75  | 1
        """,
    )
    [found] = mapped.findings
    assert (found.rule, found.severity, found.period) == ("SM-21", "error", "2023")
    assert found.key == {"freq": "A", "kind": "POURS", "sex": "T", "unit": "NR", "geo": "FR"}
    assert found.values == {"row_1": "x1, row 12", "value_1": "5", "row_2": "x2, row 7", "value_2": "6.5"}
    assert found.where == "x1, row 12"
    assert set(found.messages) == {"en", "fr"}


@pytest.mark.item("SM-21")
def test_parts_may_only_differ_in_what_is_declared(map_rows):
    """SM-21: a sum over SEXE does not declare one over AGE."""
    mapped = map_rows(
        """
        SEXE | AGE | OBS_VALUE
        1    | MIN | 5
        2    | MAJ | 6
        """,
        small_map(SEXES, aggregate=over("SEXE")),
        "sex | OBS_TEXT",
    )
    assert [f.rule for f in mapped.findings] == ["SM-21"]


@pytest.mark.item("SM-21")
def test_one_part_delivered_twice_is_ambiguous(map_rows):
    """SM-21: two rows that differ in nothing would be counted twice."""
    mapped = map_rows(
        """
        SEXE | OBS_VALUE
        1    | 5
        2    | 6
        2    | 6
        """,
        small_map(SEXES, aggregate=over("SEXE")),
        "sex | OBS_TEXT",
    )
    assert [f.rule for f in mapped.findings] == ["SM-21"]


@pytest.mark.item("SM-18")
def test_a_period_of_quarters_is_summed_where_declared(map_rows):
    """SM-18 with a declared sum over TIME_PERIOD."""
    quarters = component("TIME_PERIOD", "TIME_PERIOD", r"(\d{4})-Q\d > \1 ; match=regex")
    map_rows(
        """
        TIME_PERIOD | OBS_VALUE
        2023-Q1     | 1
        2023-Q2     | 2
        2023-Q3     | 3
        2023-Q4     | 4
        """,
        small_map(quarters, aggregate=over("TIME_PERIOD")),
        """
        TIME_PERIOD | OBS_TEXT
        2023        | 10
        """,
    )


def test_a_sum_with_a_missing_part_is_missing_with_its_reason(map_rows):
    """D17; among missing statuses Q > L > M > O."""
    map_rows(
        """
        SEXE | GEO | OBS_VALUE | STATUT
        1    | FR  | 5         | D
        2    | FR  |           | NC
        1    | 75  |           | SO
        2    | 75  |           | S
        """,
        small_map(SEXES, aggregate=over("SEXE")),
        """
        geo | OBS_VALUE | OBS_TEXT | OBS_STATUS | COMMENT_OBS
        FR  | -         | -        | L          | 1 of 2 parts missing
        75  | -         | -        | Q          | 2 of 2 parts missing
        """,
    )


@pytest.mark.parametrize(
    ("first", "second", "result"), [("D", "PR", "P"), ("PR", "E", "E"), ("E", "B", "B"), ("D", "D", "A")]
)
def test_the_strongest_status_of_the_parts_is_that_of_the_sum(map_rows, first, second, result):
    """B > D > E > P > U > A."""
    map_rows(
        f"""
        SEXE | OBS_VALUE | STATUT
        1    | 5         | {first}
        2    | 6         | {second}
        """,
        small_map(SEXES, aggregate=over("SEXE")),
        f"""
        OBS_TEXT | OBS_STATUS
        11       | {result}
        """,
    )


def test_a_confidential_part_makes_the_sum_confidential(map_rows):
    """CONF_STATUS: anything but F wins; the value is suppressed later, not here."""
    map_rows(
        """
        SEXE | OBS_VALUE | CONF
        1    | 5         | C1
        2    | 6         |
        """,
        small_map(SEXES, aggregate=over("SEXE")),
        """
        OBS_TEXT | CONF_STATUS
        11       | A
        """,
    )


def test_fields_are_never_added_up(map_rows):
    """QR-TYP-02 (D12): parts of different territorial fields are an error, and nothing is written."""
    mapped = map_rows(
        """
        TERRITOIRE  | OBS_VALUE
        fr_met      | 5
        fr_met_drom | 6
        """,
        small_map(aggregate=over("TERRITOIRE")),
        "sex | OBS_TEXT",
    )
    assert [(f.rule, f.severity) for f in mapped.findings] == [("QR-TYP-02", "error")]


@pytest.mark.parametrize("decimals", [None, 0])
def test_a_value_finer_than_the_structure_is_told_and_never_rounded(map_rows, decimals):
    """12.5 persons where no decimals are declared, or none: an error, and nothing is written; 12.0 is 12."""
    mapped = map_rows(
        """
        SEXE | GEO | OBS_VALUE
        1    | FR  | 12.5
        1    | 75  | 12.0
        """,
        small_map(SEXES),
        """
        geo | OBS_VALUE
        75  | 12
        """,
        decimals=decimals,
    )
    (finding,) = mapped.findings
    assert (finding.severity, finding.key["geo"]) == ("error", "FR")
    assert finding.messages["en"].startswith("The value has more decimals than the structure holds (0)")


def test_an_attribute_that_differs_is_left_out_and_told(map_rows):
    """A sum keeps an attribute that all its parts share."""
    mapped = map_rows(
        """
        SEXE | GEO | OBS_VALUE | NOTE
        1    | FR  | 5         | a
        2    | FR  | 6         | b
        1    | 75  | 5         | c
        2    | 75  | 6         | c
        """,
        small_map(SEXES, copy("NOTE", "FOOTNOTE"), aggregate=over("SEXE")),
        """
        geo | OBS_TEXT | FOOTNOTE
        FR  | 11       | -
        75  | 11       | c
        """,
    )
    assert [(f.rule, f.severity, f.key["geo"]) for f in mapped.findings] == [("SM-22", "warning", "FR")]


def test_the_flag_d_says_that_definitions_differ(map_rows):
    """D16: A, P and E become D with the reason in the comment; other statuses stay; missing values are not flagged."""
    map_rows(
        """
        INDICATEUR | GEO | OBS_VALUE | STATUT
        POURS      | a   | 5         | D
        POURS      | b   | 6         | PR
        POURS      | c   | 7         | B
        POURS      | d   |           | NC
        COND       | a   | 8         | D
        """,
        small_map(types=(flagged({"unit": "NR"}, "person-cases", "POURS"),)),
        """
        kind  | geo | OBS_TEXT | OBS_STATUS | COMMENT_OBS
        POURS | a   | 5        | D          | person-cases
        POURS | b   | 6        | D          | person-cases
        POURS | c   | 7        | B          | person-cases
        POURS | d   | -        | L          | -
        COND  | a   | 8        | A          | -
        """,
    )


def test_the_flag_d_concerns_the_cells_of_its_type(map_rows):
    """Only cells that meet every condition of the type; without indicators, whatever they come from."""
    map_rows(
        """
        INDICATEUR | SEXE | OBS_VALUE
        POURS      | 1    | 5
        POURS      | 2    | 6
        """,
        small_map(types=(flagged({"sex": "1", "kind": "POURS"}, "first"), flagged({"unit": "NR"}, "second"))),
        """
        sex | OBS_STATUS | COMMENT_OBS
        1   | D          | first; second
        2   | D          | second
        """,
    )


def test_a_comment_of_the_source_stays_in_front(map_rows):
    """COMMENT_OBS given by a rule, then the reason."""
    map_rows(
        """
        OBS_VALUE | NOTE
        5         | as received
        """,
        small_map(copy("NOTE", "COMMENT_OBS"), types=(flagged({"unit": "NR"}, "differs"),)),
        """
        COMMENT_OBS
        as received; differs
        """,
    )


def test_decimals_that_the_structure_does_not_hold_are_an_error(map_rows):
    """D17: nothing is rounded in silence; 12.00 is a whole number, 12.5 is not."""
    mapped = map_rows(
        """
        SEXE | OBS_VALUE
        1    | 12.00
        2    | 12.5
        """,
        small_map(),
        """
        sex | OBS_VALUE | OBS_TEXT
        1   | 12        | 12.00
        """,
        decimals=0,
    )
    assert [(f.rule, f.severity, f.key["sex"]) for f in mapped.findings] == [("QR-FMT-10", "error", "2")]


def test_sums_are_exact_at_every_size(map_rows):
    """D17: DECIMAL(38,2), where a double would have lost the cents."""
    map_rows(
        """
        SEXE | OBS_VALUE
        1    | 123456789012345678901234567890.01
        2    | 0.02
        """,
        small_map(SEXES, aggregate=over("SEXE")),
        """
        OBS_TEXT
        123456789012345678901234567890.03
        """,
    )


@pytest.mark.parametrize("times", [2, 3])
def test_a_sum_that_does_not_fit_is_an_error(map_rows, times):
    """Never a wrong number: more than 38 digits stop the run with the map's name."""
    lines = "\n".join(f"{n} | 800000000000000000000000000000000000.00" for n in range(times))
    sexes = component("SEXE", "sex", ". > T ; match=regex")
    with pytest.raises(BadInput, match="38"):
        map_rows(f"SEXE | OBS_VALUE\n{lines}", small_map(sexes, aggregate=over("SEXE")), "sex")


def test_nothing_selected_gives_an_empty_table(map_rows):
    """Neither rows nor findings."""
    mapped = map_rows(
        """
        OBS_VALUE
        5
        """,
        small_map(select={"FREQ": ("Q",)}),
        "sex | OBS_TEXT",
    )
    assert (mapped.selected, mapped.mapped, mapped.findings, mapped.unmapped) == (0, 0, (), ())


def test_everything_may_be_fixed(map_rows):
    """No column to group by."""
    fixed = {"freq": "A", "kind": "K", "sex": "T", "unit": "NR", "geo": "FR", "TIME_PERIOD": "2023"}
    map_rows(
        """
        OBS_VALUE
        5
        """,
        small_map(*(c for c in BASE if set(c.targets) & {"TERRITORY", "OBS_STATUS", "CONF_STATUS"}), fixed=fixed),
        """
        freq | kind | sex | TIME_PERIOD | OBS_TEXT
        A    | K    | T   | 2023        | 5
        """,
    )
