"""Rows in, outcome out: what each row check finds, and what becomes of good rows."""

from decimal import Decimal

import pytest
from extracts import COLUMNS, desk, row, table

FIRST = row(periode="2020")  # a good row beside the one that is looked at, which is row 3

NOT_PLAIN = "a plain decimal number with a point and no blanks, e.g. 1234.5"
EMPTY = "a value, or a status that says why there is none: NC, SO, S"
MONTH = "frequency M: a period such as 2023-07"
MEAN = {"indicateur": "CIV_DUREE", "unite": "mois"}  # measured, not counted
CASES = [
    # changes, rule, column, found, expected, nearest
    ("unknown code", {"sexe": "TX"}, "QR-COD-01", "sexe", "TX", "one of 1, 2, T, _Z", ("T",)),
    ("code in lower case", {"geo": "fr"}, "QR-COD-01", "geo", "fr", "one of FR, 69, 75", ("FR",)),
    ("blank around a code", {"geo": " FR"}, "QR-COD-01", "geo", " FR", "one of FR, 69, 75", ("FR",)),
    ("unknown indicator", {"indicateur": "PRI_DETENU"}, "QR-COD-01", "indicateur", "PRI_DETENU",
     "one of CIV_NOUV, PRI_DETENUS, CIV_DUREE", ("PRI_DETENUS",)),
    ("unknown confidentiality", {"conf": "C2"}, "QR-COD-01", "conf", "C2", "one of C1", ("C1",)),
    ("decimal comma", {"valeur": "12,5"}, "QR-FMT-02", "valeur", "12,5", NOT_PLAIN, ("12.5",)),
    ("thousands blank", {"valeur": "1 234"}, "QR-FMT-02", "valeur", "1 234", NOT_PLAIN, ("1234",)),
    ("narrow blank", {"valeur": "1\u202f234"}, "QR-FMT-02", "valeur", "1\u202f234", NOT_PLAIN, ("1234",)),
    ("comma and point", {"valeur": "1,234.5"}, "QR-FMT-02", "valeur", "1,234.5", NOT_PLAIN, ()),
    ("exponent", {"valeur": "1E3"}, "QR-FMT-02", "valeur", "1E3", NOT_PLAIN, ()),
    ("plus sign", {"valeur": "+1"}, "QR-FMT-02", "valeur", "+1", NOT_PLAIN, ()),
    ("no digit before the point", {"valeur": ".5"}, "QR-FMT-02", "valeur", ".5", NOT_PLAIN, ()),
    ("minus zero", {"valeur": "-0.00"}, "QR-FMT-02", "valeur", "-0.00", NOT_PLAIN, ()),
    ("a word", {"valeur": "nan"}, "QR-FMT-02", "valeur", "nan", NOT_PLAIN, ()),
    ("too many decimals", {"valeur": "1.005"} | MEAN, "QR-FMT-02", "valeur", "1.005", "at most 2 decimals", ()),
    ("binary noise", {"valeur": "0.30000000000000004"} | MEAN, "QR-FMT-02", "valeur", "0.30000000000000004",
     "at most 2 decimals", ()),
    ("too long", {"valeur": "9" * 37}, "QR-FMT-02", "valeur", "9" * 37, "at most 36 digits before the point", ()),
    ("negative count", {"valeur": "-1"}, "QR-FMT-03", "valeur", "-1", "0 or more: counted in personne", ()),
    ("broken count", {"valeur": "1.5"}, "QR-FMT-04", "valeur", "1.5", "a whole number: counted in personne", ()),
    ("no value, no reason", {"valeur": ""}, "QR-FMT-05", "valeur", "", EMPTY, ()),
    ("value beside not communicated", {"statut": "NC"}, "QR-FMT-05", "valeur", "12",
     "no value, for the status is NC", ()),
    ("value beside secret", {"statut": "S"}, "QR-FMT-05", "valeur", "12", "no value, for the status is S", ()),
    ("month for a year", {"periode": "2023-07"}, "QR-FMT-01", "periode", "2023-07",
     "frequency A: a period such as 2023", ("2023",)),
    ("year for a month", {"freq": "M"}, "QR-FMT-01", "periode", "2023", MONTH, ()),
    ("month turned round", {"freq": "M", "periode": "07/2023"}, "QR-FMT-01", "periode", "07/2023", MONTH, ("2023-07",)),
    ("month thirteen", {"freq": "M", "periode": "2023-13"}, "QR-FMT-01", "periode", "2023-13", MONTH, ()),
    ("French quarter", {"freq": "Q", "periode": "2023T3"}, "QR-FMT-01", "periode", "2023T3",
     "frequency Q: a period such as 2023-Q1", ("2023-Q3",)),
    ("year nought", {"periode": "0000"}, "QR-FMT-01", "periode", "0000", "frequency A: a period such as 2023", ()),
    ("day that no calendar has", {"freq": "D", "periode": "2023-02-30"}, "QR-FMT-01", "periode", "2023-02-30",
     "frequency D: a period such as 2023-07-14", ()),
    ("week that its year has not", {"freq": "W", "periode": "2023-W53"}, "QR-FMT-01", "periode", "2023-W53",
     "frequency W: a period such as 2023-W09", ()),
    ("no period", {"periode": ""}, "QR-KEY-02", "periode", "", "a value", ()),
    ("no indicator", {"indicateur": ""}, "QR-KEY-02", "indicateur", "", "a code", ()),
    ("no place", {"geo": ""}, "QR-KEY-02", "geo", "", "a code", ()),
    ("no unit", {"unite": ""}, "QR-KEY-02", "unite", "", "a code", ()),
    ("no status", {"statut": ""}, "QR-STA-01", "statut", "", "a code", ()),
    ("no version", {"version": ""}, "QR-KEY-02", "version", "", "a value", ()),
    ("another unit", {"unite": "affaire"}, "QR-UNI-02", "unite", "affaire",
     "personne, the unit of PRI_DETENUS", ("personne",)),
    ("version nought", {"version": "0"}, "QR-FMT-02", "version", "0", "a positive whole number", ()),
    ("version with a point", {"version": "1.0"}, "QR-FMT-02", "version", "1.0", "a positive whole number", ()),
    ("day that is none", {"extrait_le": "2023-02-30"}, "QR-FMT-01", "extrait_le", "2023-02-30",
     "a day such as 2024-10-01", ()),
    ("French day", {"extrait_le": "01/10/2024"}, "QR-FMT-01", "extrait_le", "01/10/2024",
     "a day such as 2024-10-01", ()),
]  # fmt: skip


@pytest.fixture(scope="module")
def handed():
    with desk() as (base, take):
        yield lambda rows, **options: _take(base, take, rows, **options)


def _take(base, take, rows, **options):
    (base / "extract.csv").write_text(table(rows), encoding="utf-8")
    return take(base / "extract.csv", **options)


@pytest.mark.parametrize(("changes", "rule", "column", "found", "expected", "near"), [c[1:] for c in CASES],
                         ids=[c[0] for c in CASES])  # fmt: skip
def test_one_wrong_cell(handed, changes, rule, column, found, expected, near):
    outcome = handed([FIRST, row(**changes)])
    assert [(e.row, e.rule, e.column, e.found, e.expected, e.nearest) for e in outcome.report.errors] == [
        (3, rule, column, found, expected, near)
    ]
    assert outcome.report.counts == {rule: 1}
    assert (outcome.report.rows, outcome.report.accepted, outcome.report.refused) == (2, 1, 1)
    assert outcome.files == {"original.csv", "rejects.csv"}
    (reject,) = outcome.rejects
    assert {n: reject[n] for n in COLUMNS} == row(**changes)
    assert (reject["row"], reject["rule"], reject["column"], reject["found"]) == ("3", rule, column, found)
    assert reject["expected"] == expected
    assert reject["nearest"] == ", ".join(near)
    assert reject["message"].startswith(f"{column} '{found}' ")


GOOD_CASES = [
    ("breakdowns that do not apply", {"sexe": "", "age": ""}, {"SEXE": "_Z", "AGE": "_Z"}),
    ("the code said outright", {"sexe": "_Z"}, {"SEXE": "_Z"}),
    ("original spelling", {"age": "60+"}, {"AGE": "Y_GE60"}),
    ("its code", {"age": "Y_GE60"}, {"AGE": "Y_GE60"}),
    ("not communicated", {"valeur": "", "statut": "NC"}, {"OBS_VALUE": None, "OBS_TEXT": "", "STATUT": "NC"}),
    ("whole with decimals", {"valeur": "12.00"}, {"OBS_VALUE": Decimal("12.00"), "OBS_TEXT": "12.00"}),
    ("a mean may be negative and broken", {"indicateur": "CIV_DUREE", "unite": "mois", "valeur": "-9.25"},
     {"OBS_VALUE": Decimal("-9.25"), "OBS_TEXT": "-9.25"}),
    ("full-time equivalents are not whole", {"indicateur": "CIV_DUREE", "unite": "ETP", "valeur": "9.5"},
     {"OBS_VALUE": Decimal("9.50"), "OBS_TEXT": "9.5"}),
    ("more than a double holds", {"valeur": "123456789012345678901234567890123456"},
     {"OBS_VALUE": Decimal("123456789012345678901234567890123456.00")}),
    ("leading zeros are kept as text", {"valeur": "007"}, {"OBS_VALUE": Decimal("7.00"), "OBS_TEXT": "007"}),
    ("confidential", {"conf": "C1"}, {"CONF": "C1"}),
    ("free, and no day", {"extrait_le": ""}, {"CONF": None, "EXTRAIT_LE": None}),
    ("a leap day", {"freq": "D", "periode": "2024-02-29"}, {"TIME_PERIOD": "2024-02-29"}),
    ("a long year's last week", {"freq": "W", "periode": "2020-W53"}, {"TIME_PERIOD": "2020-W53"}),
    ("a quarter", {"freq": "Q", "periode": "2023-Q4"}, {"TIME_PERIOD": "2023-Q4"}),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), [c[1:] for c in GOOD_CASES], ids=[c[0] for c in GOOD_CASES])
def test_good_rows(handed, changes, expected):
    outcome = handed([row(**changes)])
    assert outcome.report.errors == ()
    assert outcome.files == {"original.csv", "rows.parquet"}
    (made,) = outcome.rows
    assert {n: made[n] for n in expected} == expected


def test_a_row_of_the_result_has_every_column_in_order(handed):
    (made,) = handed([row()]).rows
    assert list(made.items()) == [
        ("row", 2), ("FREQ", "A"), ("INDICATEUR", "PRI_DETENUS"), ("GEO", "FR"), ("SEXE", "T"), ("AGE", "T"),
        ("TIME_PERIOD", "2023"), ("OBS_VALUE", Decimal("12.00")), ("OBS_TEXT", "12"), ("OBS_DECIMALS", 0),
        ("UNITE", "personne"), ("STATUT", "D"), ("CONF", None), ("VERSION", 1), ("EXTRAIT_LE", "2024-10-01"), ("superseded", False),
    ]  # fmt: skip


def test_every_error_of_every_row_is_collected(handed):
    report = handed([row(sexe="X", valeur="-1.5", periode="2023-01"), row(geo="", version="x")]).report
    assert [(e.row, e.column, e.rule) for e in report.errors] == [
        (2, "periode", "QR-FMT-01"), (2, "sexe", "QR-COD-01"), (2, "valeur", "QR-FMT-03"), (2, "valeur", "QR-FMT-04"),
        (3, "geo", "QR-KEY-02"), (3, "version", "QR-FMT-02"),
    ]  # fmt: skip
    assert report.counts == {
        "QR-COD-01": 1, "QR-FMT-01": 1, "QR-FMT-02": 1, "QR-FMT-03": 1, "QR-FMT-04": 1, "QR-KEY-02": 1,
    }  # fmt: skip
    assert (report.refused, report.accepted) == (2, 0)


def test_partial_loads_the_good_rows_with_their_numbers(handed):
    rows = [
        row(periode="2020"),
        row(periode="2021", valeur="x"),
        row(periode="2022", indicateur="CIV_DUREE", unite="mois"),
    ]
    outcome = handed(rows, partial=True)
    assert outcome.files == {"original.csv", "rows.parquet", "rejects.csv"}
    assert [(r["row"], r["TIME_PERIOD"]) for r in outcome.rows] == [(2, "2020"), (4, "2022")]
    assert outcome.report.partial
    assert (outcome.report.accepted, outcome.report.refused, outcome.report.loaded) == (2, 1, 2)
    assert outcome.report.periods == ("2020", "2022")
    assert outcome.report.indicators == ("CIV_DUREE", "PRI_DETENUS")


def test_partial_without_a_good_row_loads_nothing(handed):
    outcome = handed([row(valeur="x")], partial=True)
    assert outcome.files == {"original.csv", "rejects.csv"}
    assert (outcome.report.loaded, outcome.report.partial) == (0, False)


def test_an_earlier_outcome_in_the_folder_is_not_left_behind(handed):
    assert "rows.parquet" in handed([row()]).files
    assert handed([row(valeur="x")]).files == {"original.csv", "rejects.csv"}
    assert handed([row()]).files == {"original.csv", "rows.parquet"}
