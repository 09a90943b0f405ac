"""Workbooks are read as they are written or not at all: what legitimate programs write comes out as another reader has it, and
what two programs read in two ways is refused, with its sheet, row and column, by every reader."""

from __future__ import annotations

import io
import random
import warnings
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import process_time as time_of_process

import openpyxl
import pytest
from odd_books import MAIN, ROWS, book, links, main, noise, row, sheet, styles
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from greffe.errors import BadInput
from greffe.ingest import xlsx
from greffe.ingest.report import File, ReadOptions
from greffe.mapping.exchange.books import opened, rows_of
from greffe.transmission.contributions.compared import read_grid

HEAD = row(1, '<c r="A1" t="inlineStr"><is><t>a</t></is></c>', '<c r="B1" t="inlineStr"><is><t>b</t></is></c>')
DATES = styles(
    '<numFmts><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/></numFmts><cellXfs><xf/><xf numFmtId="164"/></cellXfs>'
)


def values(content: bytes, name: str = "S") -> list[list[object]]:
    with opened(content, "x.xlsx") as found:
        return [list(r) for r in found.rows(name)]


def other_reader(content: bytes, name: str = "S") -> list[list[object]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = openpyxl.load_workbook(io.BytesIO(content), read_only=True)[name]
        found.reset_dimensions()
        return [list(r) for r in found.iter_rows(values_only=True)]


def saved(made: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def written(*, streamed: bool) -> bytes:
    """All kinds of values, rows that nothing is in, rows of several lengths."""
    made, dice = openpyxl.Workbook(write_only=streamed), random.Random(4)
    page = made.create_sheet("S") if streamed else made.active
    page.title = "S"
    kinds: Sequence[object] = (
        1, -7, 0, 12.5, 1e-7, 1e300, True, False, "x", "é\n ü", " a ", "_x000D_", "=", None, date(2024, 2, 29),
        datetime(2024, 10, 1, 12, 30, 15), time(7, 5), timedelta(hours=30), date(1900, 1, 1), 12345678901234567,
        CellRichText("a", TextBlock(InlineFont(b=True), "b"), "c"), "",
    )  # fmt: skip
    for _ in range(200):
        page.append([dice.choice(kinds) for _ in range(dice.randrange(12))])
    return saved(made)


@pytest.mark.parametrize("streamed", [True, False])
def test_what_is_written_is_read_as_another_reader_has_it(streamed: bool) -> None:
    """Against openpyxl, value by value; only what '=' alone is differs: it is a text in one and a formula in the other."""
    content = written(streamed=streamed)
    ours, theirs = values(content), other_reader(content)
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        assert [(type(v) if v != "=" else str, v) for v in mine] == [(type(v), v) for v in other]


def test_rows_and_cells_without_a_number_count_on() -> None:
    rows = '<row r="2"><c><v>1</v></c><c r="D2"><v>2</v></c><c><v>3</v></c></row><row><c><v>4</v></c></row>'
    content = book(sheet(HEAD + rows + '<row r="6"><c r="b6" t="b"><v>1</v></c></row>'))
    assert values(content)[1:] == [[1, None, None, 2, 3], [4], [], [], [None, True]] == other_reader(content)[1:]


def test_prefixes_sections_and_what_stands_beside_the_rows() -> None:
    """Names with a prefix, CDATA, what is said of the sound of a text, extensions in rows and cells, the days of 1904."""
    space = MAIN.partition("=")[2]
    before = f'<x:worksheet xmlns:x={space}><x:cols><x:col min="1" max="2"/></x:cols><x:sheetData>'
    text = (
        '<x:row r="1" spans="1:2"><x:c r="A1" t="inlineStr"><x:is><x:r><x:rPr><x:b/></x:rPr><x:t><![CDATA[<row>]]></x:t></x:r>'
        "<x:rPh><x:t>no</x:t></x:rPh><x:r><x:t>b</x:t></x:r></x:is></x:c><x:extLst><x:ext/></x:extLst></x:row>"
        '<x:row r="2"><x:c r="A2" s="1"><x:v>1</x:v></x:c></x:row></x:sheetData><x:hyperlinks/></x:worksheet>'
    )
    content = book(
        f"{before}{text}".encode(), more=(DATES,), main=main().replace("<sheets>", "<workbookPr date1904='1'/><sheets>")
    )
    assert values(content) == [["<row>b"], [datetime(1904, 1, 2)]]


def c(address: str, inner: str, more: str = "") -> str:
    return f'<c r="{address}"{more}>{inner}</c>'


ONE, TWO = row(2, c("A2", "<v>1</v>")), row(3, c("A3", "<v>2</v>"))
# rows below the header → row, column, words
ODD = {
    "a number twice": (ONE + ONE, 2, "", "A row has the number '2' and stands after row 2."),
    "rows that go back": (ONE + TWO + row(1, c("A1", "<v>9</v>")), 1, "", "stands after row 3"),
    "row 0": (row(0, c("A1", "<v>9</v>")), None, "", "A row has the number '0'"),
    "a row of 5,000 digits": ('<row r="' + "9" * 5_000 + '"/>', None, "", "A row has the number '999"),
    "a row beyond the last": (row(1_048_577), 1_048_577, "", "more rows than Excel knows"),
    "cells that go back": (row(2, c("C2", "<v>1</v>"), c("B2", "<v>2</v>")), 2, "", "The cell B2 stands after C2."),
    "a cell twice": (row(2, c("A2", "<v>1</v>"), c("A2", "<v>2</v>")), 2, "", "The cell A2 stands after A2."),
    "a cell of another row": (row(2, c("A7", "<v>1</v>")), 2, "", "A cell of row 2 has the address 'A7'."),
    "a cell of row 12 in row 2": (row(2, c("A12", "<v>1</v>")), 2, "", "has the address 'A12'"),
    "no address": (row(2, c("7", "<v>1</v>")), 2, "", "has the address '7'"),
    "a cell outside of a row": (ONE + c("A3", "<v>1</v>"), 2, "", "outside of the rows"),
    "a row in a row": (row(2, c("A2", "<v>1</v>"), TWO), 2, "", "among the cells that is none: 'row'"),
    "rows in two places": (ONE + "</sheetData><sheetData>" + TWO, 2, "", "outside of the rows"),
    "a row behind the rows": (ONE + "</sheetData>" + TWO + "<sheetData>", 2, "", "outside of the rows"),
    "a cell of another space": (
        row(2, '<c xmlns="urn:x" r="A2"><v>1</v></c>'),
        2,
        "",
        "among the cells that is none: 'c'",
    ),
    "two values": (row(2, c("A2", "<v>1</v><v>2</v>")), 2, "", "more than one value"),
    "a text beside a value": (row(2, c("A2", "<v>1</v><is><t>2</t></is>")), 2, "", "more than one value"),
    "a text that its type does not take": (row(2, c("A2", "<is><t>2</t></is>")), 2, "", "more than one value"),
    "the text -1": (row(2, c("B2", "<v>-1</v>", ' t="s"')), 2, "B", "There is no shared text '-1'."),
    "the text 99": (row(2, c("B2", "<v>99</v>", ' t="s"')), 2, "B", "There is no shared text '99'."),
    "1_0": (row(2, c("B2", "<v>1_0</v>")), 2, "B", "'1_0' is no number."),
    "other digits": (row(2, c("B2", "<v>１２</v>")), 2, "B", "'１２' is no number."),
    "no number": (row(2, c("B2", "<v>nan</v>")), 2, "B", "'nan' is no number."),
    "beyond all numbers": (row(2, c("B2", "<v>1e999</v>")), 2, "B", "'1e999' is no number."),
    "the truth 2": (row(2, c("B2", "<v>2</v>", ' t="b"')), 2, "B", "'2' is neither 0 nor 1."),
    "the truth -1": (row(2, c("B2", "<v>-1</v>", ' t="b"')), 2, "B", "'-1' is neither 0 nor 1."),
    "hours beyond all": (row(2, c("B2", f"<v>PT{'9' * 20}H</v>", ' t="d"')), 2, "B", "is no date."),
    "no day": (row(2, c("B2", "<v>2024-99-99</v>", ' t="d"')), 2, "B", "'2024-99-99' is no date."),
    "a number beyond all days": (
        row(2, c("B2", "<v>99999999</v>", ' s="1"')),
        2,
        "B",
        "The number 99999999 is no date",
    ),
    "no type": (row(2, c("B2", "<v>1</v>", ' t="zzz"')), 2, "B", "The type 'zzz'"),
    "no style": (row(2, c("B2", "<v>1</v>", ' s="-1"')), 2, "B", "The style '-1'"),
}


@pytest.mark.parametrize("name", ODD)
def test_what_two_programs_read_in_two_ways_is_refused(name: str, tmp_path: Path) -> None:
    """By both readers, with the same words: a row or a cell that one of them passes over is a figure that is lost."""
    rows, number, column, says = ODD[name]
    content = book(sheet(HEAD + rows), more=(DATES,))
    (tmp_path / "x.xlsx").write_bytes(content)
    file, options = File(tmp_path / "x.xlsx", "x.xlsx"), ReadOptions()
    with pytest.raises(BadInput) as first:
        list(xlsx.batches(file, xlsx.header(file, options), options))
    with pytest.raises(BadInput) as second, opened(content, "x.xlsx") as found:
        list(rows_of(found, "S", "x.xlsx"))
    assert first.value.text() == second.value.text()
    error = first.value
    assert (error.file, error.row, error.column) == ("x.xlsx", number, column)
    assert says in error.message
    assert "Sheet S" in error.message or number == 1_048_577


def test_rubbish_in_cells_is_read_or_refused() -> None:
    """Eight hundred cells of any type, style and value: a value that openpyxl reads too and alike, or a refusal with its place."""
    dice = random.Random(5)
    texts = ["", "0", "1", "-1", "2", "1_0", " 3 ", "1e5", "-.5", "5.", "+1", "1e-400", "9" * 30, "inf", "TRUE", "true", "#N/A",
             "2024-01-01", "2024-13-01", "12:30", "25:00", "PT1H", "P1D", "PT" + "9" * 30 + "S", "0001-01-01T00:00:00Z", "é", "\t",
             "60", "-5", "2958466", "0.99999999", "1E+2", "0x10", "1 2", "١"]  # fmt: skip
    kinds = ["", "n", "s", "b", "d", "str", "e", "inlineStr", "N", "x"]
    read = 0
    for _ in range(800):
        kind, text, style = (
            dice.choice(kinds),
            dice.choice(texts),
            dice.choice(["", "0", "1", "7", "x", "-1", "9" * 12]),
        )
        inner = dice.choice([f"<v>{text}</v>"] * 4 + [f"<is><t>{text}</t></is>", f"<f>{text}</f>", "<v/>", "<is/>", ""])
        more = "".join(f' {k}="{v}"' for k, v in (("t", kind), ("s", style)) if v)
        content = book(sheet(HEAD + row(2, c("A2", inner, more))), more=(DATES,))
        try:
            mine = values(content)[1]
        except BadInput as error:
            assert (error.file, error.row) == ("x.xlsx", 2), error
            continue
        read += 1
        if "<f>" not in inner and style not in ("x", "9" * 12):
            assert [v for v in mine if v not in (None, "")] == [
                v for v in other_reader(content)[1] if v not in (None, "")
            ]
    assert read > 200


def test_two_sheets_of_one_name_and_charts() -> None:
    """One of two would be passed over; a chart has no rows."""
    twice = main().replace("</sheets>", '<sheet name="s" sheetId="2" r:id="rId1"/></sheets>')
    with pytest.raises(BadInput, match="Two sheets are called 's'"), opened(book(main=twice), "x.xlsx"):
        pass
    with opened(book(found=links().replace("/worksheet", "/chartsheet")), "x.xlsx") as found:
        assert found.sheetnames == ["S"]
        with pytest.raises(BadInput, match="is a chart"):
            list(found.rows("S"))
    assert values(book(sheet(ROWS))) == [["a", "b"], [1, 2]]


def test_names_of_one_cell_are_told_from_others_in_time() -> None:
    """Sixty thousand of them, as a contribution that came back may hold: in a second, and each as openpyxl takes it apart."""
    said = {
        "plain": "S!$A$2",
        "quoted": "'S'!$B$1",
        "range": "S!$A$1:$B$2",
        "gone": "#REF!",
        "sum": "SUM(S!$A$1)",
        "none": "1",
    }
    said |= {f"n{n}": f"S!$A${n}" for n in range(1, 60_000)}
    names = "".join(f'<definedName name="{k}">{v}</definedName>' for k, v in said.items())
    content = book(main=main(1, names), more=(noise(),))
    begun = time_of_process()
    found = read_grid(content, "x.xlsx").names
    assert time_of_process() - begun < 2
    assert len(found) == 2 + 59_999
    assert [str(found[name]) for name in ("plain", "quoted", "n77")] == ["S!A2", "S!B1", "S!A77"]
