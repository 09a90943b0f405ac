"""Complements, splits, conversions, calendars: exact, nothing invented, and every part adds up (D17)."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_maps import (
    WIDE,
    calendar,
    catalogue,
    complement,
    component,
    convert,
    dated,
    fetch,
    formula,
    load,
    rows_of,
    small_map,
    split,
    total,
)

from greffe.engine import opened
from greffe.mapping.apply import apply
from greffe.mapping.explain import trace
from greffe.settings import EngineSettings

REST = complement("sex", "T", ("M", "U"), {"sex": "F"})
YEAR = calendar("Q", "A", "sum", {"freq": "A"}, {"freq": ("Q",)})
QUARTERS = {"FREQ": ("Q",)}


def test_a_complement_is_the_whole_less_exactly_its_parts(map_rows):
    """D17: with the finest decimals; a part that is missing makes it missing, as one that is not there."""
    map_rows(
        """
        SEXE | GEO | OBS_VALUE | STATUT
        T    | a   | 100       | D
        M    | a   | 60.5      | PR
        U    | a   | 2         | D
        T    | b   | 100       | D
        M    | b   | 60        | D
        T    | c   | 100       | D
        M    | c   | 60        | D
        U    | c   |           | NC
        """,
        small_map(calculations=(REST,)),
        """
        sex | geo | OBS_TEXT | OBS_STATUS | COMMENT_OBS
        T   | a   | 100      | A          | -
        M   | a   | 60.5     | P          | -
        U   | a   | 2        | A          | -
        F   | a   | 37.5     | P          | -
        T   | b   | 100      | A          | -
        M   | b   | 60       | A          | -
        F   | b   | -        | O          | not computed: U missing
        T   | c   | 100      | A          | -
        M   | c   | 60       | A          | -
        U   | c   | -        | L          | -
        F   | c   | -        | L          | not computed: U missing
        """,
    )


def test_shares_add_up_to_the_whole(map_rows):
    """100 in thirds is 34 + 33 + 33: the unit that is left goes to the largest remainder, the first among equals; below
    zero likewise. 7 by 0.5, 0.3, 0.2 is 3.5, 2.1, 1.4: floors 3, 2, 1, and the largest remainder is the first."""
    map_rows(
        """
        SEXE | GEO | OBS_VALUE | STATUT
        T    | a   | 100       | D
        T    | b   | -100      | B
        T    | c   |           | SO
        """,
        small_map(calculations=(split("sex", "T", {"M": "1/3", "F": "1/3", "U": "1/3"}),)),
        """
        sex | geo | OBS_VALUE | OBS_TEXT | OBS_STATUS | COMMENT_OBS     | origin_kind
        T   | a   | 100.00    | 100      | A          | -               | mapped
        M   | a   | 34.00     | 34       | E          | declared shares | split
        F   | a   | 33.00     | 33       | E          | declared shares | split
        U   | a   | 33.00     | 33       | E          | declared shares | split
        T   | b   | -100.00   | -100     | B          | -               | mapped
        M   | b   | -34.00    | -34      | E          | declared shares | split
        F   | b   | -33.00    | -33      | E          | declared shares | split
        U   | b   | -33.00    | -33      | E          | declared shares | split
        T   | c   | -         | -        | M          | -               | mapped
        M   | c   | -         | -        | M          | -               | split
        F   | c   | -         | -        | M          | -               | split
        U   | c   | -         | -        | M          | -               | split
        """,
    )
    map_rows(
        "SEXE | OBS_VALUE \n T | 7",
        small_map(calculations=(split("sex", "T", {"M": "0.5", "F": "0.3", "U": "0.2"}),)),
        """
        sex | OBS_TEXT
        T   | 7
        M   | 4
        F   | 2
        U   | 1
        """,
    )


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A connection for many examples."""
    with opened(EngineSettings(), tmp_path_factory.mktemp("spill"), []) as found:
        yield found


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    value=st.integers(-(10**20), 10**20),
    parts=st.lists(st.integers(1, 10**6), min_size=2, max_size=5),
)
def test_shares_add_up_whatever_the_weights(own, value, parts):
    """No unit is lost, and no share is a whole unit away from its exact value."""
    weights = {f"S{n}": str(Fraction(p, sum(parts))) for n, p in enumerate(parts)}
    load(own, "one", rows_of(f"SEXE | OBS_VALUE \n T | {Decimal(value).scaleb(-2, WIDE):f}"))
    map_ = small_map(calculations=(split("sex", "T", weights, 2),))
    apply(own, map_, catalogue(2, 2), "one", {}, "out")
    made = {r["sex"]: Fraction(r["OBS_TEXT"]) for r in fetch(own, "out") if r["origin_kind"] == "split"}
    assert sum(made.values()) == Fraction(value, 100)
    assert all(abs(made[c] - Fraction(value, 100) * Fraction(w)) < Fraction(1, 100) for c, w in weights.items())


def test_a_whole_that_is_finer_than_its_shares_is_not_shared(map_rows):
    """Half a person would be lost or invented: an error, and no share."""
    mapped = map_rows(
        "SEXE | OBS_VALUE \n T | 7.5",
        small_map(calculations=(split("sex", "T", {"M": "0.5", "F": "0.5"}),)),
        """
        sex | OBS_TEXT
        T   | 7.5
        """,
    )
    assert [(f.rule, f.severity, f.key["sex"]) for f in mapped.findings] == [
        ("QR-FMT-10", "error", "F"), ("QR-FMT-10", "error", "M"),
    ]  # fmt: skip


def test_a_unit_is_converted_exactly_and_rounded_once(map_rows):
    """12.5 months × 30.4375 = 380.46875 days, 380.5 rounded once; a whole factor is exact and keeps the decimals."""
    map_rows(
        """
        GEO | OBS_VALUE | STATUT
        a   | 12.5      | PR
        b   |           | NC
        """,
        small_map(
            calculations=(
                convert({"unit": ("NR",)}, {"unit": "DAY"}, "30.4375", 1),
                convert({"unit": ("NR",)}, {"unit": "WHOLE"}, "30"),
            )
        ),
        """
        geo | unit  | OBS_TEXT | OBS_STATUS
        a   | NR    | 12.5     | P
        a   | DAY   | 380.5    | P
        a   | WHOLE | 375.0    | P
        b   | NR    | -        | L
        b   | DAY   | -        | L
        b   | WHOLE | -        | L
        """,
    )


def test_the_quarters_of_a_year_add_up(map_rows):
    """All four, or no year; statuses and comments follow."""
    map_rows(
        """
        FREQ | TIME_PERIOD | OBS_VALUE | STATUT
        Q    | 2022-Q1     | 1.5       | D
        Q    | 2022-Q2     | 2         | PR
        Q    | 2022-Q3     | 3         | D
        Q    | 2022-Q4     | 4         | D
        Q    | 2023-Q1     | 1         | D
        Q    | 2023-Q2     |           | S
        Q    | 2023-Q4     | 4         | D
        """,
        small_map(select=QUARTERS, calculations=(YEAR,), working={"freq": ("Q",)}),
        """
        freq | TIME_PERIOD | OBS_VALUE | OBS_TEXT | OBS_STATUS | COMMENT_OBS                              | origin_kind
        A    | 2022        | 10.50     | 10.5     | P          | -                                        | calendar
        A    | 2023        | -         | -        | Q          | not computed: 2023-Q2, 2023-Q3 missing   | calendar
        """,
    )


MONTHS = "\n".join(f"M | 2023-{n:02} | {n} | D" for n in range(1, 13))


def test_months_become_quarters_half_years_and_years(map_rows):
    """1 + 2 + 3 = 6; the last of the second quarter is June; the mean of the half-years is 3.5 and 9.5."""
    source = f"FREQ | TIME_PERIOD | OBS_VALUE | STATUT \n {MONTHS}"
    for one, expected in (
        (("M", "Q", "sum", {"freq": "Q"}), ("Q1 6", "Q2 15", "Q3 24", "Q4 33")),
        (("M", "Q", "last", {"freq": "Q"}), ("Q1 3", "Q2 6", "Q3 9", "Q4 12")),
        (("M", "S", "mean", {"freq": "S"}, None, 1), ("S1 3.5", "S2 9.5")),
        (("M", "S", "first", {"freq": "S"}), ("S1 1", "S2 7")),
    ):
        rows = "\n".join(f"2023-{e.split()[0]} | {e.split()[1]}" for e in expected)
        map_ = small_map(select={"FREQ": ("M",)}, calculations=(calendar(*one),), working={"freq": ("M",)})
        map_rows(source, map_, f"TIME_PERIOD | OBS_TEXT \n {rows}")


def test_months_are_read_as_the_map_writes_them(map_rows, own):
    """2023-M01 is January as 2023-01 is: 1 + … + 12 = 78, and the trace names the twelve as they are written."""
    days = "\n".join(f"M | 14/{n:02}/2023 | {n}" for n in range(1, 13))
    map_ = small_map(
        select={"FREQ": ("M",)},
        times=[dated("dd/MM/yyyy", "M")],
        formats={"M": "yyyy-'M'MM"},
        calculations=(calendar("M", "A", "sum", {"freq": "A"}, {"freq": ("M",)}),),
        working={"freq": ("M",)},
    )
    source = f"FREQ | NOTE | OBS_VALUE \n {days}"
    map_rows(source, map_, "TIME_PERIOD | OBS_TEXT \n 2023 | 78")
    load(own, "dated_rows", rows_of(source))
    key = {"freq": "A", "kind": "POURS", "sex": "T", "unit": "NR", "geo": "FR"}
    found = trace(own, map_, catalogue(2, 2), "dated_rows", {}, key, "2023")
    assert [o.period for o in found.operands] == [f"2023-M{n:02}" for n in range(1, 13)]


def test_one_month_in_two_notations_is_two_values_for_one_key(map_rows):
    """SM-21: 2023-01 and 2023-M01 of GEO a are 5 and 7, and neither is written; without January its quarter is missing.
    GEO b has one notation of each month: 1 + 2 + 3 = 6."""
    mapped = map_rows(
        """
        FREQ | GEO | TIME_PERIOD | OBS_VALUE
        M    | a   | 2023-01     | 5
        M    | a   | 2023-M01    | 7
        M    | a   | 2023-02     | 2
        M    | a   | 2023-03     | 3
        M    | b   | 2023-M01    | 1
        M    | b   | 2023-02     | 2
        M    | b   | 2023-03     | 3
        """,
        small_map(
            select={"FREQ": ("M",)},
            calculations=(calendar("M", "Q", "sum", {"freq": "Q"}, {"freq": ("M",)}),),
            working={"freq": ("M",)},
        ),
        """
        geo | TIME_PERIOD | OBS_TEXT | COMMENT_OBS
        a   | 2023-Q1     | -        | not computed: 2023-01 missing
        b   | 2023-Q1     | 6        | -
        """,
    )
    [finding] = mapped.findings
    assert (finding.rule, finding.severity, finding.key["geo"], finding.period) == ("SM-21", "error", "a", "2023-01")
    assert finding.values == {"2023-01": "5", "2023-M01": "7"}
    assert "2023-01, 2023-M01" in finding.messages["en"]
    assert finding.messages["fr"].startswith("Une même période est écrite de 2 façons")


def test_a_mean_may_be_declared_of_fewer_periods(map_rows):
    """Eleven of twelve months: the mean of eleven, estimated, with the reason; ten are too few."""
    eleven = "\n".join(f"M | 2022-{n:02} | {n} | D" for n in range(2, 13))
    ten = "\n".join(f"M | 2023-{n:02} | {n} | D" for n in range(3, 13))
    mean = calendar("M", "A", "mean", {"freq": "A"}, decimals=2, least=11, reason="No stock of January was taken.")
    map_rows(
        f"FREQ | TIME_PERIOD | OBS_VALUE | STATUT \n {eleven} \n {ten}",
        small_map(select={"FREQ": ("M",)}, calculations=(mean,), working={"freq": ("M",)}),
        """
        TIME_PERIOD | OBS_TEXT | OBS_STATUS | COMMENT_OBS
        2022        | 7.00     | E          | mean of 11 of 12 periods: No stock of January was taken.
        2023        | -        | O          | not computed: 2023-01, 2023-02 missing
        """,
    )


def test_working_cells_serve_calculations_and_are_not_published(map_rows):
    """PRI_PREVENUS − PRI_PREV_APPEL: the operand that nobody asks for has a working code."""
    map_rows(
        """
        INDICATEUR | OBS_VALUE
        REMAND     | 20000
        APPEAL     | 1500
        """,
        small_map(
            component("INDICATEUR", "kind", "REMAND > W_REMAND", "APPEAL > W_APPEAL"),
            working={"kind": ("W_REMAND", "W_APPEAL")},
            calculations=(formula("kind", "W_REMAND - W_APPEAL", {"kind": "FIRST_INSTANCE"}),),
        ),
        """
        kind           | OBS_TEXT | origin_kind
        FIRST_INSTANCE | 18500    | formula
        """,
    )


def test_kinds_run_in_order_each_on_what_came_before(map_rows):
    """Quarters to a year, the year to thousands, the thousands shared out, two shares added: every step is a calculation."""
    map_rows(
        """
        FREQ | TIME_PERIOD | OBS_VALUE
        Q    | 2022-Q1     | 1000
        Q    | 2022-Q2     | 2000
        Q    | 2022-Q3     | 3000
        Q    | 2022-Q4     | 4500
        """,
        small_map(
            select=QUARTERS,
            working={"freq": ("Q",), "unit": ("NR",)},
            calculations=(
                YEAR,
                convert({"freq": ("A",), "unit": ("NR",)}, {"unit": "TH"}, "1/1000", 1),
                split("sex", "T", {"M": "2/3", "F": "1/3"}, 1, {"unit": ("TH",)}),
                total("sex", ("M", "F"), {"sex": "BOTH"}, {"unit": ("TH",)}),
            ),
        ),
        """
        sex  | unit | TIME_PERIOD | OBS_TEXT
        T    | TH   | 2022        | 10.5
        M    | TH   | 2022        | 7.0
        F    | TH   | 2022        | 3.5
        BOTH | TH   | 2022        | 10.5
        """,
    )
