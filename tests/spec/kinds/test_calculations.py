"""Totals, rates, formulas and lags on mapped observations: exact, one rounding, half away from zero (D11, D12, D17)."""

from dataclasses import replace

import pytest
from small_maps import component, flagged, formula, lag, over, rate, small_map, total

from greffe.errors import BadDefinition, BadInput

TOTAL = total("sex", ("M", "F"), {"sex": "T"})
PEOPLE = """
    INDICATEUR | SEXE | TIME_PERIOD | OBS_VALUE
    POP        | T    | 2022        | 65000000
    POP        | T    | 2023        | 64007193
    POP        | 1    | 2023        | 31000000
"""


def test_a_total_is_the_sum_of_exactly_its_parts(map_rows):
    """D17: the finest decimals of the parts; other codes have no part in it; the calculation is named."""
    map_rows(
        """
        SEXE | TIME_PERIOD | OBS_VALUE
        M    | 2022        | 0.1
        F    | 2022        | 0.25
        U    | 2022        | 1000
        M    | 2023        | 600
        F    | 2023        | 375
        """,
        small_map(calculations=(TOTAL,)),
        """
        sex | TIME_PERIOD | OBS_VALUE | OBS_TEXT | OBS_STATUS | CONF_STATUS | TERRITORY | DATA_ORIGIN | origin_kind
        M   | 2022        | 0.10      | 0.1      | A          | F           | fr_met    | -           | mapped
        F   | 2022        | 0.25      | 0.25     | A          | F           | fr_met    | -           | mapped
        U   | 2022        | 1000.00   | 1000     | A          | F           | fr_met    | -           | mapped
        T   | 2022        | 0.35      | 0.35     | A          | F           | fr_met    | -           | total
        M   | 2023        | 600.00    | 600      | A          | F           | fr_met    | -           | mapped
        F   | 2023        | 375.00    | 375      | A          | F           | fr_met    | -           | mapped
        T   | 2023        | 975.00    | 975      | A          | F           | fr_met    | -           | total
        """,
    )


def test_a_total_with_a_missing_part_is_missing(map_rows):
    """D17: with the status of the missing part, or O for one that is not there; none without any part."""
    map_rows(
        """
        SEXE | GEO | OBS_VALUE | STATUT
        M    | a   | 600       | D
        F    | a   |           | NC
        M    | b   | 600       | D
        U    | c   | 1         | D
        M    | d   |           | SO
        F    | d   |           | NC
        """,
        small_map(calculations=(TOTAL,)),
        """
        sex | geo | OBS_VALUE | OBS_TEXT | OBS_STATUS | COMMENT_OBS
        M   | a   | 600.00    | 600      | A          | -
        F   | a   | -         | -        | L          | -
        T   | a   | -         | -        | L          | not computed: F missing
        M   | b   | 600.00    | 600      | A          | -
        T   | b   | -         | -        | O          | not computed: F missing
        U   | c   | 1.00      | 1        | A          | -
        M   | d   | -         | -        | M          | -
        F   | d   | -         | -        | L          | -
        T   | d   | -         | -        | L          | not computed: M, F missing
        """,
    )


def test_statuses_comments_and_confidentiality_follow_the_operands(map_rows):
    """B > D > E > P > U > A; each comment once; anything but F wins."""
    map_rows(
        """
        INDICATEUR | SEXE | OBS_VALUE | STATUT | CONF
        POURS      | M    | 1         | D      |
        POURS      | F    | 2         | PR     | C1
        COND       | M    | 3         | D      |
        COND       | F    | 4         | E      |
        """,
        small_map(types=(flagged({"kind": "POURS"}, "person-cases"),), calculations=(TOTAL,)),
        """
        kind  | sex | OBS_TEXT | OBS_STATUS | CONF_STATUS | COMMENT_OBS
        POURS | M   | 1        | D          | F           | person-cases
        POURS | F   | 2        | D          | A           | person-cases
        POURS | T   | 3        | D          | A           | person-cases
        COND  | M   | 3        | A          | F           | -
        COND  | F   | 4        | E          | F           | -
        COND  | T   | 7        | E          | F           | -
        """,
    )


def test_a_calculation_may_force_a_status_with_its_reason(map_rows):
    """`status` and `reason` of the declaration; the operands keep theirs."""
    map_rows(
        """
        SEXE | OBS_VALUE
        M    | 1
        F    | 2
        """,
        small_map(calculations=(replace(TOTAL, status="E", reason="unknown sex left out"),)),
        """
        sex | OBS_TEXT | OBS_STATUS | COMMENT_OBS
        M   | 1        | A          | -
        F   | 2        | A          | -
        T   | 3        | E          | unknown sex left out
        """,
    )


@pytest.mark.item("SM-21")
def test_a_key_that_is_delivered_is_not_computed_too(map_rows):
    """SM-21: an error with both values; what was delivered is kept."""
    mapped = map_rows(
        """
        SEXE | OBS_VALUE
        M    | 600
        F    | 375
        T    | 980
        """,
        small_map(calculations=(TOTAL,)),
        """
        sex | OBS_TEXT | origin_kind
        M   | 600      | mapped
        F   | 375      | mapped
        T   | 980      | mapped
        """,
    )
    [found] = mapped.findings
    assert (found.rule, found.severity, found.key["sex"], found.period) == ("SM-21", "error", "T", "2023")
    assert found.values == {"computed": "975", "there": "980"}


def test_operands_of_two_fields_have_no_total(map_rows):
    """QR-TYP-02 (D12)."""
    mapped = map_rows(
        """
        SEXE | TERRITOIRE  | OBS_VALUE
        M    | fr_met      | 600
        F    | fr_met_drom | 375
        """,
        small_map(calculations=(TOTAL,)),
        """
        sex | OBS_TEXT
        M   | 600
        F   | 375
        """,
    )
    assert [(f.rule, f.severity, f.key["sex"]) for f in mapped.findings] == [("QR-TYP-02", "error", "T")]


def test_a_rate_is_rounded_once(map_rows):
    """975 / 64,007,193 × 100,000 = 1.523…; 64,007 / 64,007,193 × 100,000 = 99.9997…: 100.00 keeps its decimals."""
    map_rows(
        """
        SEXE | OBS_VALUE
        M    | 975
        F    | 64007
        """,
        small_map(calculations=(rate({"unit": ("NR",)}, {"unit": "RT"}),)),
        """
        sex | unit | OBS_VALUE | OBS_TEXT | OBS_STATUS | COMMENT_OBS | origin_kind
        M   | NR   | 975.00    | 975      | A          | -           | mapped
        F   | NR   | 64007.00  | 64007    | A          | -           | mapped
        M   | RT   | 1.52      | 1.52     | A          | -           | rate
        F   | RT   | 100.00    | 100.00   | A          | -           | rate
        """,
        PEOPLE,
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    # × 1000 / 8, to 2 decimals: the third one is an exact half.
    [
        ("1.00001", "125.00"),
        ("0.00100", "0.13"),
        ("-0.00100", "-0.13"),
        ("0.00099", "0.12"),
        ("-0.00101", "-0.13"),
        ("0", "0.00"),
    ],
)
def test_a_half_goes_away_from_zero(map_rows, value, expected):
    """D17; a value received with five decimals, in a structure that holds five."""
    map_rows(
        f"""
        OBS_VALUE
        {value}
        """,
        small_map(calculations=(rate({}, {"unit": "RT"}, factor=1000),)),
        f"""
        unit | OBS_TEXT
        NR   | {value}
        RT   | {expected}
        """,
        """
        INDICATEUR | OBS_VALUE
        POP        | 8
        """,
        decimals=5,
        source_decimals=5,
    )


@pytest.mark.parametrize(
    ("sources", "lines"),
    [
        (("STATUT", "INDICATEUR"), ("D|POURS > A", "PR|POURS > P", "PR|OTHER > E")),
        (("INDICATEUR", "STATUT"), ("P.*|PR > P; match=regex|exact", "P.*|D > A; match=regex|exact")),
    ],
)
def test_the_status_of_a_population_is_read_by_the_whole_rule(map_rows, sources, lines):
    """A provisional population makes a provisional rate, where the rule for OBS_STATUS reads the indicator too."""
    map_rows(
        "OBS_VALUE | STATUT \n 2 | D",
        small_map(
            component(" ".join(sources), "OBS_STATUS", *lines),
            select={"FREQ": ("A",), "INDICATEUR": ("POURS",)},
            calculations=(rate({}, {"unit": "RT"}),),
        ),
        "unit | OBS_STATUS \n NR | A \n RT | P",
        "INDICATEUR | OBS_VALUE | STATUT \n POP | 8 | PR",
    )


def test_a_rate_whose_count_or_population_is_missing_is_missing(map_rows):
    """A missing population is also a warning, once per period."""
    mapped = map_rows(
        """
        TIME_PERIOD | OBS_VALUE | STATUT
        2023        |           | NC
        2024        | 5         | D
        """,
        small_map(calculations=(rate({}, {"unit": "RT"}),)),
        """
        unit | TIME_PERIOD | OBS_TEXT | OBS_STATUS | COMMENT_OBS
        NR   | 2023        | -        | L          | -
        NR   | 2024        | 5        | A          | -
        RT   | 2023        | -        | L          | not computed: the count missing
        RT   | 2024        | -        | O          | not computed: the population of 2024 missing
        """,
        PEOPLE,
    )
    assert [(f.rule, f.severity, f.period) for f in mapped.findings] == [("QR-MAN-01", "warning", "2024")]


def test_a_rate_over_another_field_is_an_error(map_rows):
    """QR-TYP-02 (D12): the population is of fr_met, the count of fr_met_drom."""
    mapped = map_rows(
        """
        TERRITOIRE  | OBS_VALUE
        fr_met_drom | 5
        """,
        small_map(calculations=(rate({}, {"unit": "RT"}),)),
        """
        unit | OBS_TEXT
        NR   | 5
        """,
        PEOPLE,
    )
    [found] = mapped.findings
    assert (found.rule, found.severity) == ("QR-TYP-02", "error")
    assert "fr_met_drom / fr_met" in found.messages["en"]


def test_the_population_of_another_field_is_not_used(map_rows):
    """The denominator is chosen by its field, not only by `select`."""
    map_rows(
        """
        OBS_VALUE
        5
        """,
        small_map(calculations=(rate({}, {"unit": "RT"}, factor=100, decimals=1),)),
        """
        unit | OBS_TEXT
        NR   | 5
        RT   | 50.0
        """,
        """
        INDICATEUR | TERRITOIRE  | OBS_VALUE
        POP        | fr_met_drom | 20
        POP        | fr_met      | 10
        """,
    )


@pytest.mark.item("SM-21")
def test_two_populations_for_one_period_are_none(map_rows):
    """SM-21: the selection is not narrow enough."""
    mapped = map_rows(
        """
        OBS_VALUE
        5
        """,
        small_map(calculations=(rate({}, {"unit": "RT"}),)),
        """
        unit | OBS_TEXT
        NR   | 5
        RT   | -
        """,
        """
        INDICATEUR | AGE | OBS_VALUE
        POP        | MIN | 20
        POP        | MAJ | 10
        """,
    )
    assert [f.rule for f in mapped.findings] == ["SM-21", "QR-MAN-01"]


def test_a_provisional_population_makes_a_provisional_rate(map_rows):
    """Its internal status is read by the map's own rule for OBS_STATUS."""
    map_rows(
        """
        OBS_VALUE
        5
        """,
        small_map(calculations=(rate({}, {"unit": "RT"}, factor=100, decimals=0),)),
        """
        unit | OBS_TEXT | OBS_STATUS
        NR   | 5        | A
        RT   | 50       | P
        """,
        """
        INDICATEUR | OBS_VALUE | STATUT
        POP        | 10        | PR
        """,
    )


def test_a_population_of_zero_gives_no_rate(map_rows):
    """Division by zero: missing, the value cannot exist (M)."""
    map_rows(
        """
        OBS_VALUE
        5
        """,
        small_map(calculations=(rate({}, {"unit": "RT"}),)),
        """
        unit | OBS_TEXT | OBS_STATUS | COMMENT_OBS
        NR   | 5        | A          | -
        RT   | -        | M          | not computed: division by zero
        """,
        """
        INDICATEUR | OBS_VALUE
        POP        | 0
        """,
    )


def test_a_formula_is_a_quotient_of_linear_forms(map_rows):
    """CEPEJ's clearance rate: 100 × 171 / 180 = 95 exactly, 100 × 2 / 3 = 66.67."""
    map_rows(
        """
        INDICATEUR | GEO | OBS_VALUE
        IN         | a   | 180
        RES        | a   | 171
        IN         | b   | 3
        RES        | b   | 2
        """,
        small_map(calculations=(formula("kind", "100 * RES / IN", {"kind": "CR", "unit": "PC"}, 2),)),
        """
        kind | unit | geo | OBS_TEXT | origin_kind
        IN   | NR   | a   | 180      | mapped
        RES  | NR   | a   | 171      | mapped
        IN   | NR   | b   | 3        | mapped
        RES  | NR   | b   | 2        | mapped
        CR   | PC   | a   | 95.00    | formula
        CR   | PC   | b   | 66.67    | formula
        """,
    )


def test_a_linear_expression_without_quotient_is_exact(map_rows):
    """Pending = 10.5 + 7 - 2 × 3.25 = 11.00, with the finest decimals of its operands."""
    map_rows(
        """
        INDICATEUR | OBS_VALUE
        P0         | 10.5
        IN         | 7
        RES        | 3.25
        """,
        small_map(calculations=(formula("kind", "P0 + IN - 2 * RES", {"kind": "P1"}),)),
        """
        kind | OBS_VALUE | OBS_TEXT
        P0   | 10.50     | 10.5
        IN   | 7.00      | 7
        RES  | 3.25      | 3.25
        P1   | 11.00     | 11.00
        """,
    )


@pytest.mark.parametrize(
    ("expression", "decimals", "expected"),
    [
        ("(A + B) / 2", 1, "2.1"),  # 2.125
        ("(A + B) / 2", 2, "2.13"),
        ("0.5 * A - B", 2, "-1.63"),  # -1.625: a half goes away from zero
        ("A - 5", None, "-3.25"),
        ("1 - A / B", 2, "0.30"),  # 0.3 exactly
        ("(A - B) / (A + B)", 2, "-0.18"),  # -0.75 / 4.25 = -0.176…
        ("100 * A / -B", 0, "-70"),
    ],
)
def test_formulas(map_rows, expression, decimals, expected):
    """A = 1.75, B = 2.50."""
    map_rows(
        """
        INDICATEUR | OBS_VALUE
        A          | 1.75
        B          | 2.50
        """,
        small_map(calculations=(formula("kind", expression, {"kind": "X"}, decimals),)),
        f"""
        kind | OBS_TEXT
        A    | 1.75
        B    | 2.50
        X    | {expected}
        """,
    )


def test_a_formula_divided_by_zero_or_without_an_operand_is_missing(map_rows):
    """Status and comment say which."""
    map_rows(
        """
        INDICATEUR | GEO | OBS_VALUE
        IN         | a   | 0
        RES        | a   | 5
        RES        | b   | 5
        """,
        small_map(calculations=(formula("kind", "100 * RES / IN", {"kind": "CR"}, 2),)),
        """
        kind | geo | OBS_TEXT | OBS_STATUS | COMMENT_OBS
        IN   | a   | 0        | A          | -
        RES  | a   | 5        | A          | -
        RES  | b   | 5        | A          | -
        CR   | a   | -        | M          | not computed: division by zero
        CR   | b   | -        | O          | not computed: IN missing
        """,
    )


def test_a_lag_carries_the_observation_of_an_earlier_year(map_rows):
    """Its text and status too; only into periods where the cells beside it have an observation."""
    map_rows(
        """
        INDICATEUR | TIME_PERIOD | OBS_VALUE | STATUT
        P1         | 2021        | 7.50      | PR
        P1         | 2022        |           | NC
        P1         | 2023        | 9         | D
        """,
        small_map(calculations=(lag({"kind": ("P1",)}, {"kind": "P0"}),)),
        """
        kind | TIME_PERIOD | OBS_TEXT | OBS_STATUS | origin_kind
        P1   | 2021        | 7.50     | P          | mapped
        P1   | 2022        | -        | L          | mapped
        P1   | 2023        | 9        | A          | mapped
        P0   | 2022        | 7.50     | P          | lag
        P0   | 2023        | -        | L          | lag
        """,
    )


def test_a_lag_keeps_the_notation_of_the_period(map_rows):
    """2021-Q3 becomes 2023-Q3."""
    map_rows(
        """
        INDICATEUR | FREQ | TIME_PERIOD | OBS_VALUE
        P1         | Q    | 2021-Q3     | 7
        P1         | Q    | 2023-Q3     | 8
        """,
        small_map(select={}, calculations=(lag({"kind": ("P1",)}, {"kind": "P0"}, 2),)),
        """
        kind | TIME_PERIOD | OBS_TEXT
        P1   | 2021-Q3     | 7
        P1   | 2023-Q3     | 8
        P0   | 2023-Q3     | 7
        """,
    )


def test_calculations_read_what_came_before(map_rows):
    """The rate of a total that was itself computed; a later total does not see itself."""
    steps = (TOTAL, rate({"sex": ("T",)}, {"unit": "RT"}, factor=100, decimals=1))
    map_rows(
        """
        SEXE | OBS_VALUE
        M    | 3
        F    | 4
        """,
        small_map(calculations=steps),
        """
        sex | unit | OBS_TEXT | origin_kind
        M   | NR   | 3        | mapped
        F   | NR   | 4        | mapped
        T   | NR   | 7        | total
        T   | RT   | 70.0     | rate
        """,
        """
        INDICATEUR | OBS_VALUE
        POP        | 10
        """,
    )
    map_rows(
        """
        SEXE | OBS_VALUE
        M    | 3
        F    | 4
        """,
        small_map(calculations=steps[::-1]),
        """
        sex | unit | OBS_TEXT | origin_kind
        M   | NR   | 3        | mapped
        F   | NR   | 4        | mapped
        T   | NR   | 7        | total
        """,
        """
        INDICATEUR | OBS_VALUE
        POP        | 10
        """,
    )


def test_where_limits_what_is_read(map_rows):
    """Only observations with those codes, of dimensions or attributes."""
    map_rows(
        """
        SEXE | GEO | OBS_VALUE
        M    | a   | 3
        F    | a   | 4
        M    | b   | 3
        F    | b   | 4
        """,
        small_map(calculations=(replace(TOTAL, where={"geo": ("a", "z")}),)),
        """
        sex | geo | OBS_TEXT
        M   | a   | 3
        F   | a   | 4
        M   | b   | 3
        F   | b   | 4
        T   | a   | 7
        """,
    )


@pytest.mark.item("SM-21")
def test_results_that_fall_together_are_ambiguous(map_rows):
    """SM-21: `set` gives one code to observations that differ in it."""
    mapped = map_rows(
        """
        SEXE | OBS_VALUE
        M    | 3
        F    | 4
        """,
        small_map(calculations=(rate({}, {"sex": "X"}),)),
        """
        sex | OBS_TEXT
        M   | 3
        F   | 4
        """,
        PEOPLE,
    )
    assert {(f.rule, f.severity) for f in mapped.findings} == {("SM-21", "error")}


def test_a_number_that_is_too_large_is_an_error(map_rows):
    """Never a wrong number."""
    with pytest.raises(BadInput, match="Calculation rate"):
        map_rows(
            "OBS_VALUE\n999999999999999999999999999999999999.99",
            small_map(calculations=(rate({}, {"unit": "RT"}),)),
            "unit",
            PEOPLE,
        )


@pytest.mark.parametrize(
    ("calculation", "said"),
    [
        (formula("kind", "A / B", {"kind": "X"}), "decimals"),
        (formula("kind", "A / B", {"kind": "X"}, 3), "3 decimals"),
        (formula("kind", "A * B", {"kind": "X"}, 2), "multiplies"),
        (formula("kind", "A - B", {"unit": "X"}), "kind"),
        (rate({}, {"unit": "RT"}, decimals=None), "decimals"),
        (replace(rate({}, {"unit": "RT"}), population=None), "names no population"),
        (rate({}, {"nothing": "RT"}), "nothing"),
        (replace(TOTAL, kind="mean"), "mean"),
    ],
)
def test_what_cannot_run_is_refused(map_rows, calculation, said):
    """BadDefinition, with the calculation's id or the place in the expression."""
    with pytest.raises(BadDefinition, match=said):
        map_rows("OBS_VALUE\n5", small_map(calculations=(calculation,)), "unit", PEOPLE)


def test_sums_and_calculations_work_together(map_rows):
    """What became equal is summed before the rate is made: (3 + 4) / 10, not the sum of two rates."""
    map_rows(
        """
        SEXE | AGE | OBS_VALUE
        M    | MIN | 3
        M    | MAJ | 4
        """,
        small_map(aggregate=over("AGE"), calculations=(rate({}, {"unit": "RT"}, factor=1, decimals=1),)),
        """
        sex | unit | OBS_TEXT
        M   | NR   | 7
        M   | RT   | 0.7
        """,
        """
        INDICATEUR | OBS_VALUE
        POP        | 10
        """,
    )
