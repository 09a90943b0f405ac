"""Two workbooks held against each other: the one that went out, which is ours, and the one that came back, which is not."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Final

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string
from openpyxl.utils.exceptions import CellCoordinatesException

from greffe.errors import BadInput, GreffeError, Refused, joined
from greffe.mapping.exchange.books import opened
from greffe.model.books_read import Book
from greffe.model.cell_values import Formula
from greffe.transmission.contributions import book as layout
from greffe.transmission.contributions.attached import attached

LARGEST: Final = 20 << 20  # bytes of a workbook that comes back
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 400
TOLD: Final = 10  # faults of a workbook that are told to whoever brings it
_ONE_CELL: Final = re.compile(
    r"(?:(?P<plain>[^'!\s(),:;+*/&=<>^\[\]-]{1,64})|'(?P<quoted>(?:[^']|''){1,64})')!\$?(?P<column>[A-Z]{1,3})\$?(?P<row>[0-9]{1,7})"
)
_SHOWN: Final = 60  # characters of a text that a fault quotes
MOST_OF_NOTE: Final = 500  # the same, of a note: it stands nowhere else


def not_taken(name: str, faults: Sequence[GreffeError], hint: str = "") -> Refused:
    """What whoever brings a workbook is told: its first faults, and how many there are."""
    first = faults[:TOLD]
    return Refused(f"{name} is not taken: {joined(first)} Faults: {len(faults)}.", hint=hint, within=first)


@dataclass(frozen=True)
class Spot:
    """A cell of a sheet."""

    sheet: str
    row: int
    column: int

    def __str__(self) -> str:
        return f"{self.sheet}!{get_column_letter(self.column)}{self.row}"


@dataclass(frozen=True)
class Value:
    """What stands in a cell. kind: empty, text, number, date, truth, formula."""

    kind: str
    text: str


EMPTY: Final = Value("empty", "")


@dataclass(frozen=True)
class Grid:
    """A workbook as values. `names`: name → the one cell it is for. `open`: cells that may be changed (of ours alone).
    `notes`: what a spreadsheet program attached to cells."""

    sheets: tuple[str, ...]
    cells: Mapping[Spot, Value]
    names: Mapping[str, Spot]
    open: frozenset[Spot] = frozenset()
    notes: Mapping[Spot, str] = field(default_factory=dict)

    def value(self, spot: Spot) -> Value:
        """What stands there, EMPTY for nothing."""
        return self.cells.get(spot, EMPTY)

    def text(self, spot: Spot) -> str:
        """The text that stands there."""
        return self.value(spot).text


def read_grid(content: bytes, file: str) -> Grid:
    """A workbook that came from elsewhere. Raises BadInput for one that cannot be read, or is too large."""
    if len(content) > LARGEST:
        raise BadInput(f"It is larger than {LARGEST >> 20} MiB.", file=file)
    cells: dict[Spot, Value] = {}
    with opened(content, file) as book:
        for name in book.sheetnames:
            for row, line in enumerate(book.rows(name), 1):
                if row > MOST_ROWS or len(line) > MOST_COLUMNS:
                    raise BadInput(f"The sheet {name} is larger than one that went out from here.", file=file, row=row)
                for column, cell in enumerate(line, 1):
                    value = _value(cell, "f" if isinstance(cell, Formula) else "")
                    if value != EMPTY:
                        cells[Spot(name, row, column)] = value
        return Grid(tuple(book.sheetnames), cells, _names(book.names), notes=_notes(book))


def kept_grid(content: bytes) -> Grid:
    """A workbook of ours, with the cells that it leaves open."""
    book = load_workbook(io.BytesIO(content))
    cells, open_ = {}, set()
    for sheet in book.worksheets:
        for row, line in enumerate(sheet.iter_rows(), 1):
            for column, cell in enumerate(line, 1):
                spot = Spot(sheet.title, row, column)
                value = _value(cell.value, cell.data_type)
                if value != EMPTY:
                    cells[spot] = value
                if not cell.protection.locked:
                    open_.add(spot)
    with opened(content, "") as read:
        return Grid(tuple(book.sheetnames), cells, _names(read.names), frozenset(open_), _notes(read))


def moved(went: Grid, came: Grid) -> Iterator[BadInput]:
    """Sheets and named cells that are no longer where they were."""
    for sheet in went.sheets:
        if sheet not in came.sheets:
            yield BadInput("The sheet is gone, or has another name.", file=sheet)
    for sheet in came.sheets:
        if sheet not in went.sheets:
            yield BadInput("The sheet did not go out from here.", file=sheet)
    for name, spot in went.names.items():
        there = came.names.get(name)
        if spot.sheet not in came.sheets or there == spot:
            continue
        if there is None:
            yield told(spot, f"The name {name} is gone from here.")
        else:
            yield told(spot, f"The cell {name} was moved to {there}.")


def unlike(went: Grid, came: Grid, *, houses: bool = True) -> Iterator[BadInput]:
    """Locked cells that hold something else. Of a sheet whose cells were moved only that is told. `houses`: a column says whose
    a cell is."""
    shifted = {s.sheet for n, s in went.names.items() if came.names.get(n) != s}
    spots = {s for s in (*went.cells, *came.cells) if s.sheet in went.sheets and s.sheet in came.sheets}
    for spot in sorted(spots - went.open, key=lambda s: (went.sheets.index(s.sheet), s.row, s.column)):
        ours, theirs = went.value(spot), came.value(spot)
        if spot.sheet in shifted or same(ours, theirs):
            continue
        owner = went.text(Spot(spot.sheet, spot.row, layout.OWNER_AT)) if houses else ""
        now, before = _quoted(theirs), _quoted(ours)
        if ours == EMPTY:
            yield told(spot, f"Nothing is asked here, and it holds {now!r}.")
        elif spot.column == layout.ANSWER_AT and owner:
            yield told(spot, f"The locked cell of {owner} holds {now!r} in place of {before!r}.")
        else:
            yield told(spot, f"The locked cell holds {now!r} in place of {before!r}.")


def noted(went: Grid, came: Grid) -> Iterator[BadInput]:
    """Notes that were attached to cells: nothing reads them as an answer, and nothing that was written is passed over."""
    for spot, text in sorted(came.notes.items(), key=lambda n: (came.sheets.index(n[0].sheet), n[0].row, n[0].column)):
        if went.notes.get(spot) != text:
            yield told(
                spot,
                f"A note of the spreadsheet is attached to it: {_quoted(Value('text', text), MOST_OF_NOTE)!r}.",
                "Write what it says into the column that is for it, beside the answer, and delete the note.",
            )


def told(spot: Spot, message: str, hint: str = "") -> BadInput:
    """A fault of a cell."""
    return BadInput(message, file=spot.sheet, row=spot.row, column=get_column_letter(spot.column), hint=hint)


def _quoted(value: Value, most: int = _SHOWN) -> str:
    return value.text if len(value.text) <= most else f"{value.text[:most]}…"


def same(ours: Value, theirs: Value) -> bool:
    """Whether two cells hold the same, numbers by what they are."""
    if ours.kind == theirs.kind == "number":
        return Decimal(ours.text) == Decimal(theirs.text)
    return ours.kind == theirs.kind and ours.text == theirs.text


def _value(value: object, data_type: str) -> Value:
    if value is None or value == "":
        return EMPTY
    if data_type == "f":
        return Value("formula", str(value))
    if isinstance(value, bool):
        return Value("truth", str(value).upper())
    if isinstance(value, int | float | Decimal):
        return _number(value)
    if isinstance(value, datetime | date | time):
        return Value("date", value.isoformat())
    return Value("text", str(value).replace("\r\n", "\n").replace("_x005F_", "_"))


def _number(value: float | Decimal) -> Value:
    try:
        found = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    except InvalidOperation:
        return Value("text", str(value))
    text = f"{found:f}"
    return Value("number", text.rstrip("0").rstrip(".") if "." in text else text)


def _notes(book: Book) -> dict[Spot, str]:
    found = {}
    for sheet, cell, text in attached(book):
        try:
            letters, row = coordinate_from_string(cell)
        except CellCoordinatesException as error:
            raise ValueError(
                f"a note is attached to {cell!r}"
            ) from error  # a damaged file, as its reader says of the others
        found[Spot(sheet, row, column_index_from_string(letters))] = text
    return found


def _names(defined: Mapping[str, str]) -> dict[str, Spot]:
    """Names that are for one cell; a name of another shape (#REF!, a range, a formula) is as good as gone."""
    found: dict[str, Spot] = {}
    for name, said in defined.items():
        if (parted := _ONE_CELL.fullmatch(said)) is not None:
            sheet = parted["plain"] or parted["quoted"].replace("''", "'")
            found[name] = Spot(sheet, int(parted["row"]), column_index_from_string(parted["column"]))
    return found
