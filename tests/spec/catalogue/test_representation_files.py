"""A representation map is a CSV file in which every row is a decision; what is not clear is refused with its line."""

from __future__ import annotations

import time

import pytest
import small_catalogue as small

from greffe.catalogue.representation_files import read_representation, representation_reference
from greffe.errors import BadDefinition
from greffe.model.maps import MapRow, SourceValue
from greffe.model.references import Reference

FILE = "mappings/BODY/sexe_to_sex.csv"
ONE = "source:SEXE,target:sex"
TWO = "source:SEXE,source:AGE,target:sex,target:age"


def read(columns, *rows):
    """The rows of a file."""
    return read_representation(small.table(columns, *rows), FILE).rows


def refused(columns, *rows):
    """The error of reading it."""
    with pytest.raises(BadDefinition) as caught:
        read(columns, *rows)
    assert caught.value.file == FILE
    return caught.value


def test_a_row_is_a_decision():
    assert read(ONE, '1,M,r1,exact,broader,2008-01-01,2020-12-31,recalled,"Men, as received",M012') == (
        MapRow("r1", (SourceValue("1"),), ("M",), "broader", "2008-01-01", "2020-12-31", "recalled", "Men, as received", "M012", 2),
    )  # fmt: skip


def test_a_row_says_why_there_is_no_target():
    (row,) = read(ONE, "9,,r1,exact,not-applicable,,,recalled,legal persons are no persons here,")
    assert (row.targets, row.has_target) == (("",), False)


@pytest.mark.parametrize(
    ("match", "sources"),
    [
        ("exact", (SourceValue("1"), SourceValue("20"))),
        ("exact|regex", (SourceValue("1"), SourceValue("20", "regex"))),
        ("regex|substring:1-2", (SourceValue("1", "regex"), SourceValue("20", "substring", 1, 2))),
    ],
)
def test_match_is_one_word_for_all_columns_or_one_for_each(match, sources):
    (row,) = read(TWO, f"1,20,M,Y20,r1,{match},exact,,,recalled,,")
    assert row.sources == sources


def test_lines_are_counted_in_the_file_even_where_a_cell_holds_a_line_break():
    rows = read(ONE, '1,M,r1,exact,exact,,,recalled,"two\nlines",', "2,F,r2,exact,exact,,,recalled,,")
    assert [r.line for r in rows] == [2, 4]


def test_the_id_follows_from_the_file():
    assert representation_reference("mappings/ESTAT/sexe_to_sex.csv") == Reference("SSER", "ESTAT_SEXE_TO_SEX")


ROWS = {
    # what is wrong: (row, column, what the message says, nearest)
    "unknown kind": ("1,M,r1,exact,exakt,,,recalled,,", "kind", "'exakt' is not known", "exact"),
    "unknown match": ("1,M,r1,regexp,exact,,,recalled,,", "match", "'regexp' is not a way to match", "regex"),
    "unknown confidence": ("1,M,r1,exact,exact,,,recaled,,", "confidence", "'recaled'", "recalled"),
    "too many words": ("1,M,r1,exact|exact,exact,,,recalled,,", "match", "has 2 words", ""),
    "no row id": ("1,M,,exact,exact,,,recalled,,", "row_id", "'' is not a row id", ""),
    "no date": ("1,M,r1,exact,exact,2008,,recalled,,", "valid_from", "'2008' is not a date", ""),
    "no such day": ("1,M,r1,exact,exact,2008-02-30,,recalled,,", "valid_from", "'2008-02-30' is not a date", ""),
    "reversed": ("1,M,r1,exact,exact,2009-01-01,2008-01-01,recalled,,", "valid_to", "is before valid_from", ""),
    "no target": ("1,,r1,exact,exact,,,recalled,,", "target:sex", "needs a target", ""),
    "target of nothing": ("1,M,r1,exact,no-target,,,recalled,why,", "target:sex", "has no target, found 'M'", ""),
    "no reason": ("1,,r1,exact,no-target,,,recalled,,", "reason", "says why", ""),
    "blank": ("1 ,M,r1,exact,exact,,,recalled,,", "source:SEXE", "ends with a blank", ""),
    "not a pattern": ("(1,M,r1,regex,exact,,,recalled,,", "source:SEXE", "not a regular expression", ""),
    "slow pattern": ("(a+)+,M,r1,regex,exact,,,recalled,,", "source:SEXE", "run time cannot be bounded", ""),
    "no such group": ("(1),M\\2,r1,regex,exact,,,recalled,,", "target:sex", "refers to group 2", ""),
    "substring backwards": ("1,M,r1,substring:3-2,exact,,,recalled,,", "match", "ends before it begins", ""),
    "substring never": ("123,M,r1,substring:1-2,exact,,,recalled,,", "source:SEXE", "never what substring:1-2", ""),
    "missing cell": ("1,M,r1,exact,exact,,,recalled,", "", "10 cells are expected, found 9", ""),
}


@pytest.mark.parametrize("case", ROWS)
def test_a_row_that_is_not_clear_is_refused_with_its_line_and_column(case):
    row, column, says, nearest = ROWS[case]
    error = refused(ONE, "2,F,r0,exact,exact,,,verified,,", row)
    assert (error.row, error.column) == (3, column)
    assert says in error.message
    assert nearest == "" or error.nearest[0] == nearest


HEADERS = {
    "a column that is missing": ("source:SEXE,target:sex,row_id,match,kind,valid_from,valid_to,confidence,reason", "reference"),
    "a column twice": (f"source:SEXE,target:sex,target:sex,{small.HEADER}", "target:sex"),
    "a column that is not known": (f"source:SEXE,target:sex,remark,{small.HEADER}", "remark"),
    "no source": (f"target:sex,{small.HEADER}", "source:…"),
    "no target": (f"source:SEXE,{small.HEADER}", "target:…"),
}  # fmt: skip


@pytest.mark.parametrize("case", HEADERS)
def test_the_header_has_every_column_once(case):
    header, column = HEADERS[case]
    with pytest.raises(BadDefinition) as caught:
        read_representation(f"{header}\n".encode(), FILE)
    assert (caught.value.row, caught.value.column) == (1, column)


def test_a_row_id_is_used_once():
    error = refused(ONE, "1,M,r1,exact,exact,,,verified,,", "2,F,r1,exact,exact,,,verified,,")
    assert (error.row, error.column) == (3, "row_id")


CONTRADICTION = "SEXE=1 becomes F here and M in line 2 (row r2, row r1)."
DOUBLE = "SEXE=1 becomes M in line 2 already, at the same time (row r2, row r1)."
OVERLAPS = {
    "always and always": ((",,", "M"), (",,", "F"), CONTRADICTION),
    "one within the other": (("2008-01-01,2020-12-31,", "M"), ("2010-01-01,,", "F"), CONTRADICTION),
    "on the same day": ((",2019-12-31,", "M"), ("2019-12-31,,", "F"), CONTRADICTION),
    "one after the other": ((",2019-12-31,", "M"), ("2020-01-01,,", "F"), ""),
    "the same target": ((",,", "M"), (",,", "M"), DOUBLE),
    "the same target, later on": ((",2019-12-31,", "M"), ("2019-07-01,,", "M"), DOUBLE),
}


@pytest.mark.item("SM-16", "SM-17")
@pytest.mark.parametrize("case", OVERLAPS)
def test_rows_of_the_same_values_do_not_hold_at_the_same_time(case):
    """SM-16, SM-17: overlapping validity is refused with both rows, even when they agree."""
    (first, one), (second, other), says = OVERLAPS[case]
    rows = (f"1,{one},r1,exact,exact,{first}verified,,", f"1,{other},r2,exact,exact,{second}verified,,")
    if not says:
        assert len(read(ONE, *rows)) == 2
        return
    error = refused(ONE, *rows)
    assert (error.row, error.message) == (3, says)


HIDDEN = {
    # what: (earlier row, later row, whether the later one can never match)
    "a code after everything": (".*,M,r1,regex,exact,,,verified,,", "1,F,r2,exact,exact,,,verified,,", True),
    "a code after its pattern": ("[12],M,r1,regex,exact,,,verified,,", "1,F,r2,exact,exact,,,verified,,", True),
    "a code after another pattern": ("[29],M,r1,regex,exact,,,verified,,", "1,F,r2,exact,exact,,,verified,,", False),
    "a pattern after everything": (".+,M,r1,regex,exact,,,verified,,", "[12],F,r2,regex,exact,,,verified,,", True),
    "the empty text after something": (".+,M,r1,regex,exact,,,verified,,", ".*,F,r2,regex,exact,,,verified,,", False),
    "a code after its substring": ("1,M,r1,substring:1-1,exact,,,verified,,", "12,F,r2,exact,exact,,,verified,,", True),
    "everything after a code": ("1,M,r1,exact,exact,,,verified,,", ".*,F,r2,regex,exact,,,verified,,", False),
    "after what no longer holds": (".*,M,r1,regex,exact,,2019-12-31,verified,,", "1,F,r2,exact,exact,,,verified,,", False),
    "within what holds": (
        ".*,M,r1,regex,exact,2010-01-01,,verified,,", "1,F,r2,exact,exact,2012-01-01,2013-12-31,verified,,", True,
    ),
}  # fmt: skip


@pytest.mark.item("SM-16")
@pytest.mark.parametrize("case", HIDDEN)
def test_a_row_that_is_never_reached_is_refused(case):
    """SM-16: the first row that matches wins, so a row behind one that always matches before it is a mistake."""
    earlier, later, hidden = HIDDEN[case]
    if not hidden:
        assert len(read(ONE, earlier, later)) == 2
        return
    error = refused(ONE, earlier, later)
    assert error.row == 3
    assert "(row r2) is never reached: " in error.message
    assert error.message.endswith("in line 2 (row r1) comes first.")


@pytest.mark.item("SM-11")
def test_a_row_is_hidden_only_when_all_its_columns_are():
    """SM-11: every column of the earlier row must match."""
    earlier = ".*,20,M,Y20,r1,regex|exact,exact,,,verified,,"
    assert len(read(TWO, earlier, "1,30,F,Y30,r2,exact,exact,,,verified,,")) == 2
    assert refused(TWO, earlier, "1,20,F,Y20,r2,exact,exact,,,verified,,").row == 3


def test_many_rows_are_checked_soon():
    """A correspondence of 17,000 codes behind twenty patterns."""
    patterns = [f"N{n:03}.*,X,p{n},regex,exact,,,verified,," for n in range(20)]
    rows = [f"M{n:05},X,r{n},exact,exact,,,verified,," for n in range(17_000)]
    start = time.process_time()
    assert len(read(ONE, *patterns, *rows)) == 17_020
    assert time.process_time() - start < 4
