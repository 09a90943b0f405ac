"""Component maps in every arity, fixed values, validity, first match (SM-10 to SM-20)."""

import pytest
from small_maps import component, copy, small_map


@pytest.mark.item("SM-10")
def test_a_value_is_copied_where_no_map_is_named(map_rows):
    """SM-10: an implicit map copies the value; the text received is what will be published (D17)."""
    map_rows(
        """
        INDICATEUR | SEXE | OBS_VALUE
        POURS      | 1    | 12.50
        POURS      | 2    | 12
        """,
        small_map(),
        """
        freq | kind  | sex | unit | geo | TIME_PERIOD | OBS_VALUE | OBS_TEXT | OBS_STATUS | CONF_STATUS | origin_kind
        A    | POURS | 1   | NR   | FR  | 2023        | 12.50     | 12.50    | A          | F           | mapped
        A    | POURS | 2   | NR   | FR  | 2023        | 12.00     | 12       | A          | F           | mapped
        """,
    )


@pytest.mark.item("SM-11")
def test_one_code_becomes_one_code(map_rows):
    """SM-11, 1-1: one code decides and one is set."""
    map_rows(
        """
        SEXE | OBS_VALUE
        1    | 5
        2    | 6
        """,
        small_map(component("SEXE", "sex", "1 > M", "2 > F")),
        """
        sex | OBS_TEXT
        M   | 5
        F   | 6
        """,
    )


@pytest.mark.item("SM-11")
def test_several_sources_decide_together(map_rows):
    """SM-11, n-1: all source values of a row must match."""
    map_rows(
        """
        SEXE | AGE | OBS_VALUE
        1    | MIN | 5
        1    | MAJ | 6
        2    | MIN | 7
        """,
        small_map(component("SEXE AGE", "sex", "1|MIN > BOY", "1|MAJ > MAN", "2|MIN > GIRL")),
        """
        sex  | OBS_TEXT
        BOY  | 5
        MAN  | 6
        GIRL | 7
        """,
    )


@pytest.mark.item("SM-11")
def test_one_source_sets_several_targets(map_rows):
    """SM-11, 1-n: the row that matches sets all its targets."""
    map_rows(
        """
        INDICATEUR | OBS_VALUE
        POURS      | 5
        TAUX       | 6
        """,
        small_map(component("INDICATEUR", "kind unit", "POURS > PER|NR", "TAUX > PER|RT")),
        """
        kind | unit | OBS_TEXT
        PER  | NR   | 5
        PER  | RT   | 6
        """,
    )


@pytest.mark.item("SM-11")
def test_several_sources_set_several_targets(map_rows):
    """SM-11, n-n: all source values of the row must match, and all targets are set."""
    map_rows(
        """
        INDICATEUR | SEXE | OBS_VALUE
        POURS      | 1    | 5
        COND       | 2    | 6
        """,
        small_map(component("INDICATEUR SEXE", "kind sex", "POURS|1 > PRSC|M", "COND|2 > CNV|F")),
        """
        kind | sex | OBS_TEXT
        PRSC | M   | 5
        CNV  | F   | 6
        """,
    )


@pytest.mark.item("SM-12")
def test_a_fixed_value_is_the_same_everywhere(map_rows):
    """SM-12: a FixedValueMap with a target."""
    map_rows(
        """
        SEXE | OBS_VALUE
        1    | 5
        """,
        small_map(fixed={"unit": "NR", "geo": "FR"}),
        """
        sex | unit | geo | OBS_TEXT
        1   | NR   | FR  | 5
        """,
    )


@pytest.mark.item("SM-14")
def test_a_regular_expression_matches_the_whole_value(map_rows):
    r"""SM-14: `ICCS01` does not match `ICCS0101`; groups are numbered through the row, from left to right."""
    mapped = map_rows(
        """
        INDICATEUR | AGE | OBS_VALUE
        X07        | Y12 | 5
        X078       | Y12 | 6
        """,
        small_map(component("INDICATEUR AGE", "kind", r"X(\d\d) | Y(\d)(\d) > K\1_\3\2 ; match=regex")),
        """
        kind   | OBS_TEXT
        K07_21 | 5
        """,
    )
    assert [(u.source, u.rows, u.declared) for u in mapped.unmapped] == [
        ({"INDICATEUR": "X078", "AGE": "Y12"}, 1, False)
    ]


@pytest.mark.item("SM-15")
def test_a_substring_is_cut_before_comparing(map_rows):
    """SM-15: bounds count from 1, the end is inclusive."""
    map_rows(
        """
        INDICATEUR | SEXE | OBS_VALUE
        ABCD       | 1    | 5
        XBCX       | 2    | 6
        """,
        small_map(component("INDICATEUR", "kind", "BC > MIDDLE ; match=substring:2-3")),
        """
        kind   | sex | OBS_TEXT
        MIDDLE | 1   | 5
        MIDDLE | 2   | 6
        """,
    )


def test_columns_of_one_row_match_each_in_its_way(map_rows):
    """D15: `match` may hold one word per source column."""
    map_rows(
        """
        INDICATEUR | SEXE | OBS_VALUE
        PEN_A      | 1    | 5
        PEN_B      | 2    | 6
        """,
        small_map(
            component(
                "INDICATEUR SEXE", "kind", "PEN_(.) | 1 > MEN_\\1 ; match=regex|exact", ".* | . > REST ; match=regex"
            )
        ),
        """
        kind  | OBS_TEXT
        MEN_A | 5
        REST  | 6
        """,
    )


@pytest.mark.item("SM-16")
def test_the_first_row_that_matches_wins(map_rows):
    """SM-16: file order is priority, whichever way a row matches."""
    map_rows(
        """
        INDICATEUR | OBS_VALUE
        AB         | 5
        AC         | 6
        """,
        small_map(component("INDICATEUR", "kind", "AB > EXACT", "A. > PATTERN ; match=regex", "AC > LATE")),
        """
        kind    | OBS_TEXT
        EXACT   | 5
        PATTERN | 6
        """,
    )


@pytest.mark.item("SM-17")
def test_validity_bounds_the_period_of_the_observation(map_rows):
    """SM-17: the whole period lies inside, both ends inclusive; outside it the row is as if absent."""
    map_rows(
        """
        TIME_PERIOD | OBS_VALUE
        2019        | 1
        2020        | 2
        2020-Q4     | 3
        2021        | 4
        """,
        small_map(
            component(
                "INDICATEUR", "kind",
                "POURS > OLD ; to=2020-06-30", "POURS > MID ; from=2020-07-01; to=2020-12-31", "POURS > NEW",
            )
        ),
        """
        TIME_PERIOD | kind | OBS_TEXT
        2019        | OLD  | 1
        2020        | NEW  | 2
        2020-Q4     | MID  | 3
        2021        | NEW  | 4
        """,
    )  # fmt: skip


@pytest.mark.item("SM-18")
def test_the_period_may_be_mapped(map_rows):
    """SM-18: a stock of 1 January 2019 is the stock of the end of 2018."""
    map_rows(
        """
        TIME_PERIOD | OBS_VALUE
        2019-01     | 70059
        """,
        small_map(component("TIME_PERIOD", "TIME_PERIOD", "2019-01 > 2018")),
        """
        TIME_PERIOD | OBS_TEXT
        2018        | 70059
        """,
    )


@pytest.mark.item("SM-20")
def test_no_target_is_reported_with_its_weight(map_rows):
    """SM-20: not written, reported with codes, indicator, rows and sum; a row of the map may say why."""
    mapped = map_rows(
        """
        SEXE | GEO | OBS_VALUE
        1    | FR  | 5
        9    | FR  | 7.25
        9    | 75  | 1.5
        8    | FR  | 2
        7    | FR  |
        """,
        small_map(component("SEXE", "sex", "1 > M", "9 > ; kind=not-applicable; reason=legal persons")),
        """
        sex | OBS_TEXT
        M   | 5
        """,
    )
    said = [
        (u.component, u.source, u.indicator, u.rows, u.total, u.declared, u.kind, u.reason) for u in mapped.unmapped
    ]
    assert said == [
        ("sex", {"SEXE": "9"}, "POURS", 2, "8.75", True, "not-applicable", "legal persons"),
        ("sex", {"SEXE": "7"}, "POURS", 1, "", False, "", ""),
        ("sex", {"SEXE": "8"}, "POURS", 1, "2", False, "", ""),
    ]
    assert (mapped.selected, mapped.mapped) == (5, 1)


def test_a_row_counts_once_and_a_declaration_comes_first(map_rows):
    """A row that several rules fail on is reported with the rule that declares it, else with the first."""
    mapped = map_rows(
        """
        SEXE | GEO | OBS_VALUE
        8    | 99  | 1
        8    | 98  | 1
        """,
        small_map(
            component("SEXE", "sex", "1 > M"),
            component("GEO", "geo", "FR > FR", "99 > ; kind=no-target; reason=abroad"),
        ),
        "sex | OBS_TEXT",
    )
    assert [(u.component, u.source, u.reason) for u in mapped.unmapped] == [
        ("sex", {"SEXE": "8"}, ""), ("geo", {"GEO": "99"}, "abroad"),
    ]  # fmt: skip


@pytest.mark.item("SM-17", "SM-20")
def test_periods_outside_validity_are_reported_together(map_rows):
    """SM-17, SM-20: one entry with its first and last period."""
    mapped = map_rows(
        """
        TIME_PERIOD | OBS_VALUE
        2006        | 1
        2007        | 2
        2008        | 3
        """,
        small_map(component("INDICATEUR", "kind", "POURS > K ; from=2008-01-01")),
        """
        TIME_PERIOD | OBS_TEXT
        2008        | 3
        """,
    )
    [left] = mapped.unmapped
    assert (left.rows, left.total, left.first_period, left.last_period) == (2, "3", "2006", "2007")


@pytest.mark.item("SM-20")
def test_an_optional_attribute_without_match_is_left_out(map_rows):
    """SM-20: the observation is mapped, the attribute absent."""
    map_rows(
        """
        NOTE | SEXE | OBS_VALUE
        n1   | 1    | 5
        n2   | 2    | 6
             | 3    | 7
        """,
        small_map(component("NOTE", "FOOTNOTE", "n1 > See the guide")),
        """
        sex | FOOTNOTE      | OBS_TEXT
        1   | See the guide | 5
        2   | -             | 6
        3   | -             | 7
        """,
    )


@pytest.mark.item("SM-10")
def test_an_optional_attribute_may_be_copied(map_rows):
    """SM-10 on attributes; an empty one is absent."""
    map_rows(
        """
        NOTE | SEXE | OBS_VALUE
        n1   | 1    | 5
             | 2    | 6
        """,
        small_map(copy("NOTE", "FOOTNOTE")),
        """
        sex | FOOTNOTE | OBS_TEXT
        1   | n1       | 5
        2   | -        | 6
        """,
    )


@pytest.mark.item("SM-20")
def test_an_empty_attribute_cannot_become_a_dimension(map_rows):
    """SM-20: a copy has a target only when there is a value."""
    mapped = map_rows(
        """
        NOTE | SEXE | OBS_VALUE
        NR   | 1    | 5
             | 2    | 6
        """,
        small_map(copy("NOTE", "unit")),
        """
        sex | unit | OBS_TEXT
        1   | NR   | 5
        """,
    )
    assert [(u.component, u.source) for u in mapped.unmapped] == [("unit", {"NOTE": ""})]


def test_rows_outside_the_selection_are_not_its_business(map_rows):
    """Neither mapped nor reported."""
    mapped = map_rows(
        """
        INDICATEUR | SEXE | OBS_VALUE
        POURS      | 1    | 5
        OTHER      | 8    | 6
        """,
        small_map(component("SEXE", "sex", "1 > M"), select={"INDICATEUR": ("POURS",)}),
        """
        sex | OBS_TEXT
        M   | 5
        """,
    )
    assert (mapped.selected, mapped.unmapped) == (1, ())
