"""XLSX: one sheet, read row by row; a number in a cell becomes the text it stands for (12, not 12.0).

Excel keeps a number as a binary double, so 0.1 + 0.2 comes as 0.30000000000000004 and is refused for its decimals.
A formula is not read: what it gives depends on who calculated it last. Rows have the numbers that Excel shows.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from greffe.arrow import pa
from greffe.errors import BadInput, nearest
from greffe.ingest.report import File, ReadOptions
from greffe.model.packed_parts import Largest, looked_through
from greffe.model.padded_cells import bounded

if TYPE_CHECKING:
    from openpyxl import Workbook

BATCH: Final = 20_000  # rows
MOST_EMPTY: Final = 1_000  # rows at the end
LAST_ROW: Final = 1_048_576  # of any sheet
# A sheet is streamed; shared texts are held in memory.
_LARGEST: Final = Largest(sheet=4 << 30, texts=128 << 20, cells=200 * LAST_ROW, or_csv=True)
DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    AttributeError,
    SyntaxError,
    NotImplementedError,
    RuntimeError,
    OSError,
)  # fmt: skip — what zipfile, the XML parser and openpyxl raise on broken files


def header(file: File, options: ReadOptions) -> list[str]:
    """The first row of the sheet. Raises BadInput when it is no workbook or has no such sheet."""
    with _rows(file, options) as rows:
        first = next(iter(rows), ())
        return _trimmed([_text(cell) for cell in first])


def batches(file: File, names: list[str], options: ReadOptions) -> Iterator[pa.RecordBatch]:
    """The other rows as text, in order. Raises BadInput for an empty row between others and for a cell beside the
    columns."""
    waiting: list[list[str]] = []
    empty, found = 0, False
    with _rows(file, options) as rows:
        for number, cells in enumerate(rows, 1):
            if number > LAST_ROW:
                raise BadInput("The sheet has more rows than Excel knows.", file=file.name, row=number)
            row = _trimmed([_text(cell) for cell in cells])
            if number == 1:
                continue
            if not row:
                empty = empty or number
                if number - empty >= MOST_EMPTY:
                    hint = "Delete the empty rows below the last one and save it again."
                    raise BadInput(
                        f"More than {MOST_EMPTY} empty rows stand here.", file=file.name, row=empty, hint=hint
                    )
                continue
            if empty:
                raise BadInput("An empty row stands between the rows.", file=file.name, row=empty)
            if len(row) > len(names):
                raise BadInput(f"A cell beside the columns holds {row[-1]!r}.", file=file.name, row=number)
            waiting.append(row + [""] * (len(names) - len(row)))
            found = True
            if len(waiting) == BATCH:
                yield _batch(waiting, names)
                waiting = []
    if waiting:
        yield _batch(waiting, names)
    if not found:
        raise BadInput("There is a header and no row.", file=file.name, row=1)


def _batch(rows: list[list[str]], names: list[str]) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(
        [pa.array(column, pa.string()) for column in zip(*rows, strict=True)], names=names
    )


@contextmanager
def _rows(file: File, options: ReadOptions) -> Iterator[Iterable[Sequence[object]]]:
    """Rows of the sheet as cells. Whatever breaks on the way is told as BadInput."""
    from openpyxl import load_workbook  # takes a quarter of a second, and most extracts are CSV
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        _check_parts(file)
        book = load_workbook(file.path, read_only=True, data_only=False, keep_links=False)
        try:
            yield _sheet_rows(book, file, options)
        finally:
            book.close()
    except (InvalidFileException, *DAMAGED) as error:
        raise BadInput(
            "This is no workbook that can be read: it is no .xlsx file, or it is damaged.",
            file=file.name,
            hint="Save it again as .xlsx, or as CSV.",
        ) from error


def _sheet_rows(book: Workbook, file: File, options: ReadOptions) -> Iterable[Sequence[object]]:
    names = [s.title for s in book.worksheets]
    if options.sheet and options.sheet not in names:
        raise BadInput(
            f"There is no sheet {options.sheet!r}; there is {', '.join(map(repr, names))}.",
            file=file.name,
            parameter="--sheet",
            nearest=nearest(options.sheet, names),
        )
    sheet = book[options.sheet or names[0]]
    if hasattr(sheet, "reset_dimensions"):
        sheet.reset_dimensions()  # what a program wrote as the used range is often wrong
    return bounded(sheet.iter_rows(values_only=True), sheet.title, file.name, _LARGEST.cells)


def _check_parts(file: File) -> None:
    """Refuse what would not fit into memory and what is there to harm, before anything is parsed."""
    with zipfile.ZipFile(file.path) as parts:
        for _ in looked_through(parts, file.path.stat().st_size, file.name, _LARGEST):
            pass


def _trimmed(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row.pop()
    return row


def _text(cell: object) -> str:
    """The text a cell stands for."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        text = f"{Decimal(repr(cell)):f}"
        return text.removesuffix(".0")
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)
