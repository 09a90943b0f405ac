"""A filled questionnaire as an XLSX workbook, and what its bytes say when another reader opens them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from decimal import Decimal

from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from greffe.catalogue.questionnaires import CHOICE, NUMBER, YES_NO, Questionnaire, Rows
from greffe.transmission.workbooks import words
from greffe.transmission.workbooks.book import (
    ALARM,
    ANSWER,
    BOLD,
    CLOSED,
    HEAD,
    OPEN,
    WRAPPED,
    put,
    put_number,
    saved,
)
from greffe.transmission.workbooks.filled import Cell, Filled, FilledSheet, Row
from greffe.transmission.workbooks.read_me import banners, read_me

_HEADER = 2  # the row of column titles; above it the title of the sheet
_LABELS = 4  # question, code, French and English label
_HEADER_HEIGHT = 76  # points: five lines; readers do not make room for a wrapped title by themselves
_LONGEST_LIST = 255  # characters of a list of choices within a validation
_LONGEST_TEXT = 10_000


def write(filled: Filled) -> bytes:
    """The workbook: a sheet to read first, then one for each sheet of the questionnaire."""
    book = Workbook()
    front = book.active
    assert isinstance(front, Worksheet)
    front.title = words.READ_ME
    read_me(front, filled)
    for sheet in filled.sheets:
        _sheet(book, book.create_sheet(sheet.layout.id), filled, sheet)
    for made in book.worksheets:
        made.protection.sheet = True
        made.protection.formatColumns = False  # allowed: widths may be changed
        _printed(made, filled)
    book.security = WorkbookProtection(lockStructure=True)
    names = filled.questionnaire.names
    book.properties.title = f"{names['fr']} / {names['en']} {filled.year}"
    book.properties.creator = "Greffe"
    return saved(book, filled.prepared)


def _printed(made: Worksheet, filled: Filled) -> None:
    said = banners(filled)
    if said and made.oddHeader is not None:
        made.sheet_properties.tabColor = "FFC00000"
        made.oddHeader.center.text = said[0][1]
    made.page_setup.orientation = "landscape"


def _sheet(book: Workbook, made: Worksheet, filled: Filled, sheet: FilledSheet) -> None:
    names = sheet.layout.names
    put(made, 1, 1, f"{names['fr']} / {names['en']}").font = BOLD
    put(made, 1, _LABELS + 1, " — ".join(words.both(b) for b in banners(filled))).font = ALARM
    _header(made, sheet)
    checks = _Checks(made, filled.questionnaire)
    number = _HEADER + 1
    for row in sheet.rows:
        if row.heading:
            put(made, number, 1, words.both(row.heading)).font = BOLD
            number += 1
        _row(book, made, filled, (sheet, row, number), checks)
        number += 1
    checks.add()
    made.freeze_panes = made.cell(_HEADER + 1, _LABELS + 1).coordinate
    for column, width in enumerate((12, 42, 52, 52), 1):
        made.column_dimensions[get_column_letter(column)].width = width
    for column in range(_LABELS + 1, _LABELS + 1 + len(sheet.columns) * (1 + len(sheet.attributes))):
        made.column_dimensions[get_column_letter(column)].width = 18


def _header(made: Worksheet, sheet: FilledSheet) -> None:
    titles = [words.both(t) for t in (words.QUESTION, words.CODE, words.FRENCH, words.ENGLISH)]
    titles += [words.both(c.labels) for c in sheet.columns]
    for attribute in sheet.attributes:
        said = words.both(words.ATTRIBUTES[attribute])
        titles += [f"{said}: {words.both(c.labels)}" for c in sheet.columns]
    for column, title in enumerate(titles, 1):
        cell = put(made, _HEADER, column, title)
        cell.font, cell.fill, cell.alignment = BOLD, HEAD, WRAPPED
    made.row_dimensions[_HEADER].height = _HEADER_HEIGHT


def _row(book: Workbook, made: Worksheet, filled: Filled, at: tuple[FilledSheet, Row, int], checks: _Checks) -> None:
    sheet, row, number = at
    for column, text in enumerate((row.question, row.code, *row.labels), 1):
        put(made, number, column, text)
    for place, cell in enumerate(row.cells):
        column = _LABELS + 1 + place
        if cell is None:
            put(made, number, column, "").fill = CLOSED
            continue
        _answer(made, number, column, cell)
        checks.of(row.layout, number, column)
        where = f"{quote_sheetname(made.title)}!${get_column_letter(column)}${number}"
        book.defined_names[cell.name] = DefinedName(cell.name, attr_text=where)
        for beside, attribute in enumerate(sheet.attributes, 1):
            noted = put(made, number, column + beside * len(sheet.columns), note_of(filled, cell, attribute))
            noted.protection = OPEN


def _answer(made: Worksheet, number: int, column: int, cell: Cell) -> None:
    answer = (
        put(made, number, column, cell.word) if cell.number is None else put_number(made, number, column, cell.number)
    )
    answer.protection, answer.fill = OPEN, ANSWER


def note_of(filled: Filled, cell: Cell, attribute: str) -> str:
    """What stands beside a cell. Where the release says nothing of it, the comment says so."""
    texts = filled.questionnaire.unheld.texts
    unheld = attribute == "COMMENT_OBS" and not (cell.held or cell.said)
    return cell.notes.get(attribute, "") or (words.both((texts["fr"], texts["en"])) if unheld else "")


class _Checks:
    """What may be typed into the cells of a sheet, by the type of their questions."""

    def __init__(self, made: Worksheet, one: Questionnaire) -> None:
        self.made, self.one = made, one
        self.cells: dict[tuple[str, tuple[str, ...]], list[tuple[int, int]]] = {}

    def of(self, layout: Rows, row: int, column: int) -> None:
        """Note a cell."""
        self.cells.setdefault((layout.type, layout.choices), []).append((row, column))

    def add(self) -> None:
        """Put them into the sheet, a validation for each type."""
        for (type_, choices), cells in self.cells.items():
            areas = list(_areas(cells))
            check = self._check(type_, choices, areas[0].partition(":")[0])
            check.error = words.both(words.NOT_VALID)
            check.allow_blank = True
            for area in areas:
                check.add(area)
            self.made.add_data_validation(check)

    def _check(self, type_: str, choices: tuple[str, ...], first: str) -> DataValidation:
        known = self.one.words
        if type_ == NUMBER:
            either = ",".join(f'{first}="{w}"' for w in known)
            return DataValidation(type="custom", formula1=f"OR(ISNUMBER({first}),{either})")
        listed = ",".join(dict.fromkeys([*(words.YES_NO if type_ == YES_NO else choices), *known]))
        if type_ in (YES_NO, CHOICE) and len(listed) < _LONGEST_LIST:
            return DataValidation(type="list", formula1=f'"{listed}"')
        return DataValidation(type="textLength", operator="lessThanOrEqual", formula1=str(_LONGEST_TEXT))


def _areas(cells: Sequence[tuple[int, int]]) -> Iterator[str]:
    """Cells as few areas: runs of columns, and of rows that have the same run."""
    runs: list[tuple[int, int, int, int]] = []  # first row, last row, first column, last column
    for row, column in cells:
        if runs and runs[-1][0] == runs[-1][1] == row and runs[-1][3] == column - 1:
            runs[-1] = (row, row, runs[-1][2], column)
        else:
            runs.append((row, row, column, column))
    merged: list[tuple[int, int, int, int]] = []
    for run in runs:
        if merged and merged[-1][1] == run[0] - 1 and merged[-1][2:] == run[2:]:
            merged[-1] = (merged[-1][0], *run[1:])
        else:
            merged.append(run)
    for top, bottom, left, right in merged:
        yield f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}"


def faults(filled: Filled, content: bytes) -> list[str]:
    """What a reader finds otherwise than it was filled: names, numbers, words, formulas."""
    book = load_workbook(io.BytesIO(content))
    found: list[str] = []
    expected = {cell.name: cell for *_, cell in filled.cells()}
    if set(book.defined_names) != set(expected):
        found.append("the names of its cells are others")
    for name, cell in expected.items():
        defined = book.defined_names.get(name)
        for title, where in defined.destinations if defined else ():
            there = book[title][where]
            if not _same(cell, there.value):
                found.append(f"{name} holds {there.value!r}, not {cell.text}")
    formulas = [c.coordinate for s in book.worksheets for r in s.iter_rows() for c in r if c.data_type == "f"]
    return found + [f"{place} is a formula" for place in formulas]


def _same(cell: Cell, there: object) -> bool:
    if cell.number is None or isinstance(there, str):
        return there == cell.text
    return isinstance(there, int | float) and Decimal(repr(there)) == cell.number
