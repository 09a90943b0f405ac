"""The workbook: what may be written in it, what it says beside the codes, and what is refused on its return."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from exchange_tools import CSV, SIGNED, small_set

from greffe.errors import BadInput, Refused
from greffe.mapping.exchange.difference import difference
from greffe.mapping.exchange.files import map_of, read
from greffe.mapping.exchange.workbook import write_workbook
from greffe.mapping.exchange.workbook_words import CODES, README, ROWS
from greffe.model.maps import KINDS_WITH_TARGET, KINDS_WITHOUT_TARGET


def opened(content: bytes | None = None):
    return openpyxl.load_workbook(io.BytesIO(write_workbook(small_set()) if content is None else content))


def column(sheet, name: str) -> int:
    return next(c.column for c in sheet[1] if c.value == name)


def saved(book) -> bytes:
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def changed(change: Callable) -> bytes:
    """The small map's workbook after a person changed it: `change(set_cell)`, by row and name of the column."""
    book = opened()
    sheet = book[ROWS]

    def put(row, name, value):
        sheet.cell(row, column(sheet, name)).value = value

    change(put)
    return saved(book)


def taken(content: bytes):
    return read(content, "x.xlsx", small_set())


def test_what_a_person_finds_in_it():
    """Read-me first, frozen head, labels beside codes, drop-downs, locked ids and fingerprints, no password."""
    book = opened()
    assert book.sheetnames == [README, ROWS, CODES]
    sheet = book[ROWS]
    assert sheet.freeze_panes == "B3"
    assert sheet.protection.sheet
    assert sheet.protection.password is None
    at = {c.value: c.column for c in sheet[1]}
    first = {name: sheet.cell(3, place).value for name, place in at.items()}
    assert (first["source:SEXE"], first["label_fr:source:SEXE"], first["label_en:source:SEXE"]) == (
        "1",
        "Hommes",
        "Men",
    )
    assert (first["target:sex"], first["label_en:target:sex"]) == ("M", "Males")
    assert (first["author"], first["status"], first["since"]) == ("Élise", "approved", "2026-01-31")
    locked = {name for name, place in at.items() if sheet.cell(3, place).protection.locked}
    assert {"row_id", "hash", "label_fr:source:SEXE", "author", "reviewers", "status", "comments"} <= locked
    assert not locked & {
        "source:SEXE",
        "target:sex",
        "kind",
        "confidence",
        "match",
        "reason",
        "reference",
        "valid_from",
    }
    spare = {name for name, place in at.items() if sheet.cell(10, place).protection.locked}
    assert "row_id" not in spare
    front = "\n".join(str(c.value) for row in book[README].iter_rows() for c in row)
    assert "Une ligne est une décision" in front
    assert "A row is a decision" in front


@pytest.mark.parametrize(
    ("name", "codes", "style"),
    [
        ("target:sex", ["M", "F"], "stop"),
        ("source:SEXE", ["1", "2", "9", "T"], "warning"),
        ("kind", [*KINDS_WITH_TARGET, *KINDS_WITHOUT_TARGET], "stop"),
        ("confidence", ["verified", "verified-secondary", "inferred", "recalled", "recalled-low", "unverified", "synthetic"], "stop"),
        ("match", ["exact", "regex", "substring:1-4"], "warning"),
        ("action", ["remove"], "stop"),
    ],
)  # fmt: skip
def test_a_drop_down_offers_the_valid_codes(name: str, codes: list[str], style: str):
    """Its range on the sheet of codes holds these and no others; it covers the rows and the spare ones."""
    book = opened()
    sheet = book[ROWS]
    letter = openpyxl.utils.get_column_letter(column(sheet, name))
    (choice,) = [v for v in sheet.data_validations.dataValidation if f"{letter}3:" in str(v.sqref)]
    begin, end = choice.formula1.replace(f"'{CODES}'!", "").split(":")
    assert [row[0].value for row in book[CODES][begin.replace("$", "") : end.replace("$", "")]] == codes
    assert (choice.type, choice.errorStyle) == ("list", style)
    assert str(choice.sqref) == f"{letter}3:{letter}105"


def test_equal_maps_make_equal_bytes():
    first = write_workbook(small_set())
    time.sleep(2.1)  # a zip file counts time by two seconds
    assert write_workbook(small_set()) == first


def test_a_workbook_that_was_opened_and_saved_says_the_same():
    """Another program's way to write the file changes nothing: rows, signatures, no notes."""
    found = taken(saved(opened()))
    assert found.problems == ()
    assert (found.content, found.signed, found.notes) == (CSV, SIGNED, ())


def test_what_a_person_changed_is_the_difference():
    """Changed code, number and date typed by hand, a new row, a row withdrawn, a row set first."""

    def change(put):
        put(3, "target:sex", "F")
        put(3, "source:SEXE", 9)  # Excel made a number of it
        put(4, "valid_from", __import__("datetime").datetime(2010, 1, 1))
        put(5, "action", "remove")
        for name, value in (("row_id", "R9"), ("source:SEXE", "T"), ("source:AGE", "T"), ("target:sex", "M"),
                            ("kind", "aggregate"), ("confidence", "recalled"), ("reason", "=no formula"), ("priority", "0")):  # fmt: skip
            put(9, name, value)

    book = opened(changed(change))
    reason = book[ROWS].cell(9, column(book[ROWS], "reason"))
    reason.data_type = "s"
    found = taken(saved(book))
    assert found.problems == ()
    assert found.table is not None
    assert [r.row_id for r in found.table.rows] == ["R9", "R1", "R2"]
    by_id = {c.row_id: c for c in difference(small_set().table, found.table)}
    assert by_id["R1"].fields == {"source:SEXE": ("1", "9"), "target:sex": ("M", "F")}
    assert by_id["R2"].fields == {"valid_from": ("2008-01-01", "2010-01-01")}
    assert (by_id["R9"].kind, by_id["R9"].fields["reason"]) == ("added", ("", "=no formula"))
    assert by_id["R9"].fields["match"] == ("", "exact")
    assert by_id["R3"].kind == "gone"


def test_a_row_copied_whole_is_a_new_decision_once_it_has_its_own_id():
    book = opened()
    sheet = book[ROWS]
    for cell in sheet[3]:
        sheet.cell(8, cell.column).value = cell.value
    sheet.cell(8, column(sheet, "row_id")).value = "R8"
    sheet.cell(8, column(sheet, "source:SEXE")).value = "T"
    sheet.cell(8, column(sheet, "priority")).value = None
    found = taken(saved(book))
    assert found.problems == ()
    assert found.table is not None
    assert [r.row_id for r in found.table.rows] == ["R1", "R2", "R3", "R8"]
    assert "R8" in found.notes[0]


PROBLEMS = {
    "unknown target": ((3, "target:sex", "MM"), "target:sex", "Nearest: M."),
    "unknown source": ((3, "source:SEXE", "3"), "source:SEXE", "not a code of SSER:CL_SEXE"),
    "unknown kind": ((3, "kind", "exatc"), "kind", "Nearest: exact"),
    "unknown confidence": ((3, "confidence", "certain"), "confidence", "Known here"),
    "unknown way to match": ((3, "match", "regexp"), "match", "Nearest: regex"),
    "target of a row without": ((5, "target:sex", "M"), "target:sex", "has no target"),
    "no target": ((3, "target:sex", None), "target:sex", "needs a target"),
    "date": ((3, "valid_from", "31/01/2008"), "valid_from", "is not a date"),
    "doubled id": ((4, "row_id", "R1"), "row_id", "is the id of line"),
    "changed id": ((4, "row_id", "R7"), "row_id", "It was 'R2'"),
    "id of another for a new row": ((9, "row_id", "R2"), "row_id", "the id of a decision already"),
    "edited fingerprint": ((3, "hash", "0123456789abcdef"), "hash", "the cell was edited"),
    "action": ((3, "action", "delete"), "action", "is no action"),
    "rank": ((3, "priority", "first"), "priority", "no whole number"),
    "list": ((3, "comments", "[1]"), "comments", "no list of texts"),
}  # fmt: skip


@pytest.mark.parametrize("name", PROBLEMS)
def test_what_cannot_be_taken_names_its_row_and_column(name: str):
    """Each is told with the row and column that Excel shows, and nothing is taken."""
    (row, where, value), at, said = PROBLEMS[name]
    found = taken(changed(lambda put: put(row, where, value)))
    assert found.table is None
    assert any(p.row == row and p.column == at and said in str(p) for p in found.problems), found.problems


def test_a_map_that_changed_meanwhile_is_told():
    """A workbook of an older state is not taken: what it lacks would seem withdrawn; the changed row is named."""
    newer = small_set(content=CSV.replace(b"recalled,Men.", b"verified,Men."))
    found = read(write_workbook(small_set()), "x.xlsx", newer)
    assert [(p.row, p.column) for p in found.problems] == [(None, "checksum"), (3, "hash")]
    assert "Export it again" in str(found.problems[0])


def _formula(sheet):
    sheet.cell(4, column(sheet, "reason")).value = "=1+1"


def _merged(sheet):
    sheet.merge_cells("A3:B3")


def _beside(sheet):
    sheet.cell(3, sheet.max_column + 1).value = "x"


def _title(sheet):
    sheet.cell(1, column(sheet, "kind")).value = "kinds"


def _twice(sheet):
    sheet.cell(1, column(sheet, "kind")).value = "reason"


def _far(sheet):
    sheet.cell(1_048_576, 1).value = "x"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_merged, "column A3:B3: It has merged cells"),
        (_far, "More than 1000 empty rows stand here"),
        (lambda sheet: setattr(sheet, "title", "Sheet"), "There is no sheet"),
        (lambda sheet: setattr(sheet, "title", "Correspondances - Row"), "Nearest: Correspondances - Row."),
    ],
)  # fmt: skip
def test_a_sheet_that_is_not_as_it_was_is_refused(change: Callable, said: str):
    book = opened()
    change(book[ROWS])
    with pytest.raises(BadInput) as refused:
        taken(saved(book))
    assert said in str(refused.value)
    assert refused.value.file == "x.xlsx"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_formula, "row 4, column P: It is a formula"),
        (_beside, "row 3: A cell beside the columns holds 'x'"),
        (_title, "row 1, column kinds: The column is not known. Nearest: kind"),
        (_twice, "The column stands twice"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_cells_and_columns_is_told_with_its_sheet(change: Callable, said: str):
    book = opened()
    change(book[ROWS])
    found = taken(saved(book))
    assert found.table is None
    assert any(said in str(one) and one.sheet == ROWS for one in found.problems), found.problems


def test_all_that_is_wrong_is_told_at_once():
    """A misspelt column, two formulas, three codes and two words that nobody knows, in four rows: nothing hides another thing."""
    book = opened()
    sheet = book[ROWS]
    at = {
        name: column(sheet, name) for name in ("target:sex", "source:SEXE", "kind", "confidence", "reason", "priority")
    }
    for row, name, value in (
        (3, "target:sex", "MM"), (3, "kind", "exatc"), (3, "confidence", "sure"), (3, "priority", "first"),
        (4, "reason", "=A1"), (4, "target:sex", "FF"), (5, "source:SEXE", "3"), (4, "kind", "=A2"),
    ):  # fmt: skip
        sheet.cell(row, at[name]).value = value
    sheet.cell(1, at["confidence"]).value = "confidense"
    found = taken(saved(book))
    letter = openpyxl.utils.get_column_letter
    told = [(one.row, one.column) for one in found.problems]
    assert sorted(told) == sorted([
        (1, "confidense"), (3, "priority"), (3, "kind"), (3, "confidence"), (3, "target:sex"), (4, letter(at["kind"])),
        (4, letter(at["reason"])), (4, "target:sex"), (5, "source:SEXE"),
    ])  # fmt: skip
    near = {(one.row, one.column): one.nearest for one in found.problems}
    assert near[1, "confidense"][0] == "confidence"
    assert near[3, "kind"][0] == "exact"
    assert near[4, "target:sex"][0] == "F"
    assert {one.sheet for one in found.problems} == {ROWS}


def _rewritten(change: Callable[[str, bytes], bytes | None], more: dict[str, bytes] | None = None) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(write_workbook(small_set()))) as parts, zipfile.ZipFile(made, "w") as out:
        for name in parts.namelist():
            content = change(name, parts.read(name))
            if content is not None:
                out.writestr(name, content)
        for name, content in (more or {}).items():
            out.writestr(name, content)
    return made.getvalue()


def test_a_million_empty_rows_are_not_waited_for():
    """Rows that hold only their format, to the end of the sheet: refused within seconds, where they begin."""
    rows = b"".join(b'<row r="%d"><c r="A%d"/></row>' % (n, n) for n in range(106, 1_048_577))

    def longer(name, content):
        return content.replace(b"</sheetData>", rows + b"</sheetData>") if name.endswith("sheet2.xml") else content

    content = _rewritten(longer)
    begun = time.process_time()
    with pytest.raises(BadInput, match="empty rows stand here"):
        taken(content)
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda: _rewritten(lambda _, c: c, {"xl/vbaProject.bin": b"x"}), "It holds macros"),
        (lambda: _rewritten(lambda n, c: b"<!DOCTYPE a>" + c if "sheet2" in n else c), "declares a document type"),
        (lambda: _rewritten(lambda n, c: None if n == "xl/workbook.xml" else c), "no workbook that can be read"),
        (lambda: write_workbook(small_set())[:4000], "no workbook that can be read"),
        (lambda: b"PK\x03\x04", "no workbook that can be read"),
        (lambda: saved(openpyxl.Workbook()), "There is no sheet"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_vouched_for_is_refused(content: Callable[[], bytes], said: str):
    with pytest.raises(BadInput) as refused:
        taken(content())
    assert said in str(refused.value)


def test_another_agency_s_workbook_is_refused():
    book = opened()
    for row in book[README].iter_rows():
        if row[0].value == "mapping_set_id":
            row[1].value = row[1].value.replace("=SSER:", "=ESTAT:")
    content = saved(book)
    with pytest.raises(BadInput, match="It is the map"):
        taken(content)
    assert map_of(content, "x.xlsx") == "ESTAT:BODY_SEX_TO_SEX(1.0.0)"


def test_a_text_longer_than_a_cell_is_told_before_it_is_cut():
    content = CSV.replace(b"Men.", b"x" * 32_768)
    with pytest.raises(Refused, match="column reason: It has 32768 characters"):
        write_workbook(small_set(content=content))
