"""XLSX by openpyxl: texts that stay texts, bytes without a clock, and a reading that is bounded and refuses what it
cannot vouch for: macros, formulas, merged cells, empty rows without end."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final

import openpyxl
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring

from greffe.errors import BadInput, nearest
from greffe.model.books_read import DAMAGED, Book, open_book
from greffe.model.cell_values import text_of
from greffe.model.packed_parts import Largest, looked_through

LONGEST: Final = 32_767  # characters of a cell
MOST_EMPTY: Final = 1_000  # empty rows between two rows
MOST_ROWS: Final = 200_000
MOST_CELLS: Final = 50 * MOST_ROWS
_LARGEST: Final = Largest(sheet=256 << 20, texts=256 << 20, shared=5 * MOST_ROWS, cells=MOST_CELLS)
_MOMENT: Final = datetime(2000, 1, 1)


def put(sheet: Worksheet, row: int, column: int, text: str) -> Cell:
    """A cell whose text stays text, whatever it begins with; '' leaves it empty."""
    cell = sheet.cell(row, column)
    if not isinstance(cell, Cell):
        raise TypeError("nothing is merged in a sheet of ours")
    if text:
        cell.value = text
        cell.data_type = "s"
    return cell


def saved(book: openpyxl.Workbook) -> bytes:
    """The file. Equal books make equal bytes."""
    body = io.BytesIO()
    book.properties.created = _MOMENT
    book.save(body)
    book.properties.modified = _MOMENT  # openpyxl wrote the clock
    core = tostring(book.properties.to_tree())
    made = io.BytesIO()
    with zipfile.ZipFile(body) as parts, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name in parts.namelist():
            content = core if name == "docProps/core.xml" else parts.read(name)
            out.writestr(zipfile.ZipInfo(name, _MOMENT.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


@contextmanager
def opened(content: bytes, file: str) -> Iterator[Book]:
    """The book, cells unread. Whatever breaks on the way is told as BadInput."""
    try:
        _check_parts(content, file)
        with open_book(io.BytesIO(content), file, _LARGEST) as book:
            yield book
    except DAMAGED as error:
        hint = "Save it again as .xlsx."
        raise BadInput(
            "It is no workbook that can be read: it is no .xlsx file, or it is damaged.", file=file, hint=hint
        ) from error


def _check_parts(content: bytes, file: str) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if any(p.casefold().endswith(("vbaproject.bin", ".xlm")) for p in parts.namelist()):
            raise BadInput("It holds macros.", file=file, hint="Save it as .xlsx, without macros.")
        for piece in looked_through(parts, len(content), file, _LARGEST):
            at = piece.find(b"<mergeCell ")
            if at >= 0:
                shown = piece[at : at + 60].decode("utf-8", "replace").partition('ref="')[2].partition('"')[0]
                raise BadInput(
                    "It has merged cells.", file=file, column=shown, hint="Undo the merge: a cell is one value."
                )


def rows_of(
    book: Book, name: str, file: str, formulas: list[BadInput] | None = None
) -> Iterator[tuple[int, Sequence[str]]]:
    """Rows of a sheet that hold something, as texts, with the number that Excel shows. A formula is refused; with `formulas` it
    is gathered there and its cell is empty."""
    if name not in book.sheetnames:
        shown = ", ".join(repr(n) for n in book.sheetnames)
        raise BadInput(
            f"There is no sheet {name!r}; there is {shown}.", file=file, nearest=nearest(name, book.sheetnames)
        )
    empty = 0
    for number, cells in enumerate(book.rows(name), 1):
        if number > MOST_ROWS:
            raise BadInput(f"The sheet {name} has more than {MOST_ROWS} rows.", file=file, row=number)
        row, before = [], len(formulas or ())
        for place, value in enumerate(cells, 1):
            try:
                row.append(value if type(value) is str else text_of(value, file, number, place))
            except BadInput as error:
                error.sheet = name
                if formulas is None:
                    raise
                formulas.append(error)
                row.append("")
        if any(row) or len(formulas or ()) > before:
            empty = 0
            yield number, row
            continue
        empty += 1
        if empty > MOST_EMPTY:
            hint = "Delete the empty rows below the last one and save."
            raise BadInput(
                f"More than {MOST_EMPTY} empty rows stand here.", file=file, row=number - empty + 1, hint=hint
            )
