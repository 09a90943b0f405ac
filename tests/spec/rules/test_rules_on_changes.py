"""Changes from year to year, shares, and revisions of what was released."""

import pytest

JUSTICE = "INT_JUSTICE"
OFFENCES = "ESTAT_CRIM_OFF_CAT"
BY_SEX = "ESTAT_CRIM_JUST_SEX"


def two_years(before, now, status="A", comment="-"):
    return f"""
        iccs     | TIME_PERIOD | OBS_STATUS | COMMENT_OBS | OBS_VALUE
        ICCS0301 | 2021        | A          | -           | {before}
        ICCS0301 | 2022        | {status}   | {comment}   | {now}
    """


def test_large_change_is_explained_holds(found):
    assert found("large_change_is_explained", OFFENCES, two_years(1000, 1250)) == []


def test_large_change_is_explained_is_broken(found):
    assert found("large_change_is_explained", OFFENCES, two_years(1000, 1251)) == [
        "2022 1251 after 1000 a year before (+25 %), without explanation."
    ]


def test_a_break_or_a_note_explains_a_change(found):
    assert found("large_change_is_explained", OFFENCES, two_years(1000, 2000, "B")) == []


def test_a_note_explains_a_change(found):
    assert found("large_change_is_explained", OFFENCES, two_years(1000, 2000, "A", "health crisis")) == []


PRISONS = "ESTAT_CRIM_PRIS_AGE"


def stocks(age, figures):
    """Held on a day that every figure says; (year, value, status, comment) each."""
    rows = "\n".join(f"{age} | T | {year} | {status} | {comment} | {value}" for year, value, status, comment in figures)
    return f"age | sex | TIME_PERIOD | OBS_STATUS | COMMENT_OBS | OBS_VALUE\n{rows}"


JUVENILES = [
    (2019, 825, "A", "Stock on 1 January 2020."),
    (2020, 760, "A", "Stock on 1 January 2021."),
    (2021, 619, "A", "Stock on 1 January 2022."),
]
FALL = "2022 100 after 619 a year before (-84 %), without explanation."  # 519 of 619: 83.8 %


@pytest.mark.parametrize(
    ("status", "comment"),
    [
        ("A", "Stock on 1 October 2022."),
        ("B", "Stock on 1 October 2022.; Break in series: another reference date"),
    ],
)
def test_a_date_explains_no_large_change(found, status, comment):
    """Every stock says its date; a break that only moves the date (B3, `moderate`) does not make 100 of 619. -8 % and -19 %
    are no large changes."""
    table = stocks("JUV", [*JUVENILES, (2022, 100, status, comment)])
    assert found("large_change_is_explained", PRISONS, table) == [FALL]


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (("A", "Stock on 1 January 2022."), ("A", "Stock on 1 October 2022.; a riot"), False),
        (("A", "Stock on 1 January 2022.; a riot"), ("A", "Stock on 1 October 2022.; a riot"), True),
        (("D", "Remand only"), ("D", "Remand only"), True),
        (("A", "-"), ("D", "-"), False),
        (("B", "-"), ("A", "Stock on 1 October 2022."), True),
    ],
)
def test_a_note_that_stands_with_the_year_before_explains_no_change(found, before, now, told):
    table = stocks("JUV", [(2022, 619, *before), (2023, 100, *now)])
    assert bool(found("large_change_is_explained", PRISONS, table)) is told


@pytest.mark.parametrize(("status", "named"), [("A", 1), ("B", 0)])
def test_a_moved_date_explains_a_moderate_change(found, status, named):
    """8 changes of a percent, then 15 %: far from usual, and what nine months may do."""
    values = [1000, 1010, 1021, 1030, 1041, 1050, 1062, 1070, 1081]
    usual = [(2013 + n, v, "A", f"Stock on 1 January {2014 + n}.") for n, v in enumerate(values)]
    table = stocks("TOTAL", [*usual, (2022, 1243, status, "Stock on 1 October 2022.")])
    assert len(found("unusual_change_is_explained", PRISONS, table)) == named


def test_chance_moves_the_small_cells_of_an_extract(found):
    """From 100 to 130 is 2 standard deviations of a count: not said inside, where cells are many; 200 is."""
    table = """
        INDICATEUR  | INFRACTION | TIME_PERIOD | OBS_VALUE
        CJN_CONDAMN | VOL        | 2021        | 100
        CJN_CONDAMN | VOL        | 2022        | 130
        CJN_CONDAMN | HOMV       | 2021        | 100
        CJN_CONDAMN | HOMV       | 2022        | 200
    """
    assert found("large_change_is_explained", JUSTICE, table) == [
        "2022 200 after 100 a year before (+100 %), without explanation."
    ]


@pytest.mark.parametrize(
    ("figure", "first", "then", "explained"),
    [
        ("CJN_CONDAMN | VOL", "2014", "2015", True),
        ("CJN_CONDAMN | T", "2014-Q2", "2015-Q2", True),
        ("CJN_CONDAMN | VOL", "2015", "2016", False),
        ("CJN_CONDAMN | T", "2014-Q3", "2015-Q3", False),
        ("CJN_CONDAMN | HOMV", "2014", "2015", False),
        ("CJN_CONDAMNES | VOL", "2014", "2015", False),
    ],
)
def test_a_declared_break_explains_a_change_of_an_extract(found, figure, first, then, explained):
    """Thefts are counted otherwise from 2015 on (breaks.csv): exactly these figures, and that first period."""
    table = f"INDICATEUR | INFRACTION | TIME_PERIOD | OBS_VALUE\n{figure} | {first} | 1000\n{figure} | {then} | 2000"
    told = [f"{then} 2000 after 1000 a year before (+100 %), without explanation."]
    assert found("large_change_is_explained", JUSTICE, table) == ([] if explained else told)


@pytest.mark.parametrize(("year", "named"), [(2015, 0), (2016, 1)])
def test_a_declared_break_explains_what_is_unusual_in_an_extract(found, year, named):
    """8 usual changes of a percent, then 15 percent: in the year of the break, and in another."""
    values = [1000, 1010, 1021, 1030, 1041, 1050, 1062, 1070, 1081, 1243]
    lines = [f"CJN_CONDAMN | VOL | {year - 9 + n} | {v}" for n, v in enumerate(values)]
    table = "\n".join(("INDICATEUR | INFRACTION | TIME_PERIOD | OBS_VALUE", *lines))
    assert len(found("unusual_change_is_explained", JUSTICE, table)) == named


def series(last):
    values = [1000, 1010, 1021, 1030, 1041, 1050, 1062, 1070, 1081, last]
    return "iccs | TIME_PERIOD | OBS_VALUE\n" + "\n".join(f"ICCS0301 | {2010 + i} | {v}" for i, v in enumerate(values))


def test_unusual_change_is_explained_holds(found):
    """9 percent is far from the usual 1, and below the least change that is called unusual."""
    assert found("unusual_change_is_explained", OFFENCES, series(1180)) == []


def test_unusual_change_is_explained_is_broken(found):
    assert found("unusual_change_is_explained", OFFENCES, series(1300)) == [
        "2019 1300 after 1081: +20 %, where +1 % is usual for the series."
    ]


def test_small_count_changes_little_holds(found):
    """From 12 to 32: 20 more. From 60 to 90: half more, and within chance."""
    assert found("small_count_changes_little", OFFENCES, two_years(12, 32)) == []


def test_a_small_count_moves_by_chance(found):
    assert found("small_count_changes_little", OFFENCES, two_years(60, 90)) == []


def test_small_count_changes_little_is_broken(found):
    table = """
        iccs      | TIME_PERIOD | OBS_VALUE
        ICCS0301  | 2021        | 12
        ICCS0301  | 2022        | 40
        ICCS03011 | 2021        | 90
        ICCS03011 | 2022        | 10
    """
    assert found("small_count_changes_little", OFFENCES, table) == [
        "2022 40 after 12 a year before (+233 %), without explanation.",
        "2022 10 after 90 a year before (-89 %), without explanation.",
    ]


def test_value_is_not_repeated_holds(found):
    assert found("value_is_not_repeated", OFFENCES, two_years(1000, 1000)) == []


def test_value_is_not_repeated_is_broken(found):
    """Kidnapping in France, 2015 and 2016, as published: 3818."""
    assert found("value_is_not_repeated", OFFENCES, two_years(3818, 3818)) == ["2022 3818, as the year before."]


def yearly(*values):
    lines = ["INDICATEUR | TIME_PERIOD | OBS_VALUE"]
    return "\n".join([*lines, *(f"CJN_CONDAMN | {2018 + i} | {v}" for i, v in enumerate(values))])


def test_value_is_near_the_median_holds(found):
    assert found("value_is_near_the_median", JUSTICE, yearly(100, 110, 120, 1000)) == []


def test_value_is_near_the_median_is_broken(found):
    assert found("value_is_near_the_median", JUSTICE, yearly(100, 110, 120, 1200)) == [
        "2021 1200, more than 10 times the median 110 of the series."
    ]


def shares(before, now, total=1000):
    return f"""
        sex | TIME_PERIOD | OBS_VALUE
        M   | 2021        | {1000 - before}
        F   | 2021        | {before}
        T   | 2021        | 1000
        F   | 2022        | {now}
        M   | 2022        | {total - now}
        T   | 2022        | {total}
    """


def test_shares_are_stable_holds(found):
    """From 10 to 20 percent is 10 points."""
    assert found("shares_are_stable", BY_SEX, shares(100, 200)) == []


def test_a_total_that_moves_explains_its_shares(found):
    assert found("shares_are_stable", BY_SEX, shares(100, 400, 1200)) == []


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ("Stock on 1 January.", "Stock on 1 January.", 2),  # it stands with every year
        ("-", "The form was changed.", 1),  # of the women; nothing is said of the men
        ("Stock on 1 January.", "Stock on 1 January. The form was changed.", 1),
    ],
)
def test_a_standing_note_explains_no_share(found, before, now, told):
    rows = "".join(
        f"{sex} | {year} | {value} | {note if sex == 'F' else '-'}\n"
        for year, note, f in ((2021, before, 100), (2022, now, 310))
        for sex, value in (("F", f), ("M", 1000 - f), ("T", 1000))
    )
    table = f"sex | TIME_PERIOD | OBS_VALUE | COMMENT_OBS\n{rows}"
    assert len(found("shares_are_stable", BY_SEX, table)) == told


def test_shares_are_stable_is_broken(found):
    findings = found("shares_are_stable", BY_SEX, shares(100, 310, 1100), whole=True)
    assert [(f.rule, f.key["sex"], f.period) for f in findings] == [
        ("QR-PLA-07", "F", "2022"),
        ("QR-PLA-07", "M", "2022"),
    ]
    assert findings[0].messages["en"] == (
        "Its share of the total went from 10 to 28 percent, while the total went from 1000 to 1100."
    )


PREVIOUS = """
        iccs      | TIME_PERIOD | OBS_STATUS | OBS_VALUE
        ICCS0301  | 2020        | A          | 1000
        ICCS0301  | 2021        | P          | 1000
        ICCS03011 | 2020        | A          | 10
        ICCS03012 | 2020        | M          | -
"""


def test_final_values_stay_holds(found):
    """A provisional value may change; a small one by up to 20; a final one by up to 5 percent."""
    table = """
        iccs      | TIME_PERIOD | OBS_VALUE
        ICCS0301  | 2020        | 1050
        ICCS0301  | 2021        | 2000
        ICCS03011 | 2020        | 30
    """
    assert found("final_values_stay", OFFENCES, table, previous=PREVIOUS) == []


def test_final_values_stay_is_broken(found):
    table = """
        iccs      | TIME_PERIOD | OBS_VALUE
        ICCS0301  | 2020        | 1051
        ICCS03011 | 2020        | 31
    """
    assert found("final_values_stay", OFFENCES, table, previous=PREVIOUS) == [
        "2020 1051 instead of the final value 1000.",
        "2020 31 instead of the final value 10.",
    ]


def test_released_values_are_kept_holds(found):
    table = """
        iccs      | TIME_PERIOD | OBS_VALUE
        ICCS0301  | 2020        | 1
        ICCS0301  | 2021        | 2
        ICCS03011 | 2020        | 3
    """
    assert found("released_values_are_kept", OFFENCES, table, previous=PREVIOUS) == []


def test_released_values_are_kept_is_broken(found):
    """One row is gone, the value of another is."""
    table = """
        iccs     | TIME_PERIOD | OBS_STATUS | OBS_VALUE
        ICCS0301 | 2020        | L          | -
        ICCS0301 | 2021        | A          | 2
    """
    assert found("released_values_are_kept", OFFENCES, table, previous=PREVIOUS) == [
        "2020 The value 1000 of the release before is gone.",
        "2020 The value 10 of the release before is gone.",
    ]


SUPPRESSED = """
        iccs      | TIME_PERIOD | OBS_STATUS | CONF_STATUS | OBS_VALUE
        ICCS0301  | 2020        | Q          | A           | -
        ICCS0301  | 2021        | Q          | F           | -
        ICCS03011 | 2020        | M          | N           | -
"""


def test_the_old_value_of_a_suppressed_cell_is_not_shown(found):
    """It would be the value that is hidden: neither in a sentence nor among the values of the finding."""
    findings = found("released_values_are_kept", OFFENCES, SUPPRESSED, previous=PREVIOUS, whole=True)
    assert [(f.key["iccs"], f.period, f.severity, f.values) for f in findings] == [
        ("ICCS0301", "2020", "warning", {}),
        ("ICCS0301", "2021", "warning", {}),
        ("ICCS03011", "2020", "warning", {}),
    ]
    assert {f.messages["en"] for f in findings} == {"The value of the release before is suppressed now."}
    assert {f.messages["fr"] for f in findings} == {"La valeur de la diffusion précédente est masquée désormais."}


def test_a_revision_of_a_confidential_cell_is_not_shown(found):
    """Neither value, even where the table still holds one."""
    table = """
        iccs      | TIME_PERIOD | OBS_STATUS | CONF_STATUS | OBS_VALUE
        ICCS0301  | 2020        | A          | A           | 2000
        ICCS03011 | 2020        | Q          | F           | 99
    """
    assert found("final_values_stay", OFFENCES, table, previous=PREVIOUS) == []


def test_no_rule_on_revisions_shows_the_value_of_a_suppressed_cell(found):
    assert found("final_values_stay", OFFENCES, SUPPRESSED, previous=PREVIOUS) == []
