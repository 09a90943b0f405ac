"""Declared breaks of series: status B and the reason on the first observation of the new series, never hidden."""

import pytest
from small_maps import broken, catalogue, flagged, load, over, rate, rows_of, small_map

from greffe.mapping.condensed import form_of
from greffe.mapping.explain import trace
from greffe.mapping.resolve import plan

MINORS = broken("SMALL", {"INDICATEUR": ("POURS",), "AGE": ("MIN",)}, "2021", "2021-Q4", reason="new code")
ROWS = """
    INDICATEUR | AGE | SEXE | TIME_PERIOD | OBS_VALUE | STATUT
    POURS      | MIN | 1    | 2020        | 1         | D
    POURS      | MIN | 1    | 2021        | 2         | D
    POURS      | MIN | 1    | 2022        | 3         | D
    POURS      | MAJ | 2    | 2021        | 4         | D
    CONDAMN    | MIN | 1    | 2021        | 5         | D
"""


def test_a_break_of_what_is_read_marks_what_is_made_of_it(map_rows):
    """Of that indicator, age and year alone."""
    map_rows(
        ROWS,
        small_map(),
        """
        kind    | sex | TIME_PERIOD | OBS_TEXT | OBS_STATUS | COMMENT_OBS
        POURS   | 1   | 2020        | 1        | A          | -
        POURS   | 1   | 2021        | 2        | B          | Break in series: new code
        POURS   | 1   | 2022        | 3        | A          | -
        POURS   | 2   | 2021        | 4        | A          | -
        CONDAMN | 1   | 2021        | 5        | A          | -
        """,
        breaks=[MINORS],
    )


def test_a_sum_with_a_broken_part_is_broken(map_rows):
    """Ages are summed away, and the break is of an age: rows are still told apart."""
    map_rows(
        """
        AGE | GEO | TIME_PERIOD | OBS_VALUE | STATUT
        MIN | FR  | 2021        | 2         | D
        MAJ | FR  | 2021        | 4         | D
        MAJ | 75  | 2021        | 8         | D
        """,
        small_map(aggregate=over("AGE")),
        """
        geo | OBS_TEXT | OBS_STATUS | COMMENT_OBS
        FR  | 6        | B          | Break in series: new code
        75  | 8        | A          | -
        """,
        breaks=[MINORS],
    )


def test_rows_are_brought_together_by_what_a_break_is_told_by():
    """Without it ages may be summed before rules are applied."""
    summed = small_map(aggregate=over("AGE"))
    assert form_of(plan(summed, catalogue())).summed == ("AGE",)
    assert form_of(plan(summed, catalogue(breaks=[MINORS]))).summed == ()
    grown = small_map(aggregate=over("AGE"), select={"AGE": ("MAJ",)})
    assert plan(grown, catalogue(breaks=[MINORS])).breaks == ()


@pytest.mark.parametrize(
    ("statut", "value", "status", "comment"),
    [
        ("PR", "2", "B", "Break in series: new code; also provisional"),
        ("E", "2", "B", "Break in series: new code; also estimated"),
        ("NC", "", "L", "Break in series: new code"),
    ],
)
def test_a_break_goes_before_other_statuses_of_a_value_and_hides_none(map_rows, statut, value, status, comment):
    """The guideline on CL_OBS_STATUS has B first. A missing value keeps its status (QR-FMT-05), the comment says the break."""
    map_rows(
        f"""
        AGE | TIME_PERIOD | OBS_VALUE | STATUT
        MIN | 2021        | {value}   | {statut}
        """,
        small_map(),
        f"""
        OBS_STATUS | COMMENT_OBS
        {status}   | {comment}
        """,
        breaks=[MINORS],
    )


def test_a_break_goes_before_a_definition_that_differs_and_both_reasons_stand(map_rows):
    map_rows(
        """
        AGE | TIME_PERIOD | OBS_VALUE | STATUT
        MIN | 2021        | 2         | D
        MIN | 2020        | 1         | D
        """,
        small_map(types=(flagged({"kind": "POURS"}, "person-cases"),)),
        """
        TIME_PERIOD | OBS_STATUS | COMMENT_OBS
        2021        | B          | person-cases; Break in series: new code
        2020        | D          | person-cases
        """,
        breaks=[MINORS],
    )


RATES = small_map(calculations=(rate({"unit": ("NR",)}, {"unit": "RT"}),))
PEOPLE = """
    INDICATEUR | TIME_PERIOD | OBS_VALUE
    POP        | 2021        | 100000
"""


def test_a_rate_on_a_broken_figure_is_broken(map_rows):
    map_rows(
        """
        AGE | TIME_PERIOD | OBS_VALUE | STATUT
        MIN | 2021        | 2         | D
        """,
        RATES,
        """
        unit | OBS_STATUS | COMMENT_OBS
        NR   | B          | Break in series: new code
        RT   | B          | Break in series: new code
        """,
        population=PEOPLE,
        breaks=[MINORS],
    )


def test_a_break_of_what_is_made_marks_it_calculated_or_not(map_rows):
    """Declared of the target: of one sex in both units; two breaks that fall together are both said."""
    map_rows(
        """
        SEXE | AGE | TIME_PERIOD | OBS_VALUE | STATUT
        1    | MAJ | 2021        | 2         | PR
        2    | MIN | 2021        | 4         | D
        3    | MAJ | 2021        |           | NC
        """,
        RATES,
        """
        sex | unit | OBS_STATUS | COMMENT_OBS
        1   | NR   | B          | Break in series: counted otherwise; also provisional
        1   | RT   | B          | Break in series: counted otherwise; also provisional
        2   | NR   | B          | Break in series: new code
        2   | RT   | B          | Break in series: new code
        3   | NR   | L          | Break in series: counted otherwise
        3   | RT   | L          | not computed: the count missing; Break in series: counted otherwise
        """,
        population=PEOPLE,
        breaks=[MINORS, broken("TARGET", {"sex": ("1", "3")}, "2021", id_="BREAK-2", reason="counted otherwise")],
    )


def test_explain_says_the_break_in_both_languages(connection):
    load(connection, "kept", rows_of(ROWS))
    books = catalogue(breaks=[MINORS, broken("TARGET", {"sex": ("1",)}, "2022", id_="BREAK-2", reason="other")])
    key = {"freq": "A", "kind": "POURS", "sex": "1", "unit": "NR", "geo": "FR"}
    said = {year: trace(connection, small_map(), books, "kept", {}, key, year) for year in ("2020", "2021", "2022")}
    assert said["2020"].words == {}
    assert said["2021"].words == {"en": "Break in series: new code", "fr": "Rupture de série : new code, en français"}
    assert said["2022"].words["fr"] == "Rupture de série : other, en français"
    assert {year: found.attributes["OBS_STATUS"] for year, found in said.items()} == {
        "2020": "A", "2021": "B", "2022": "B",
    }  # fmt: skip
