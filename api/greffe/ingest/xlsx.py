"""XLSX: one sheet, read row by row; a number in a cell becomes the text it stands for (12, not 12.0).

Excel keeps a number as a binary double, so 0.1 + 0.2 comes as 0.30000000000000004 and is refused for its decimals.
A formula is not read: what it gives depends on who calculated it last. Rows have the numbers that Excel shows.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from greffe.arrow import pa
from greffe.errors import BadInput, nearest
from greffe.ingest.report import File, ReadOptions
from greffe.model.books_read import DAMAGED, Book, open_book
from greffe.model.cell_values import text_of
from greffe.model.packed_parts import Largest, looked_through
from greffe.model.strict_sheets import LAST_ROW

BATCH: Final = 20_000  # rows
MOST_EMPTY: Final = 1_000  # rows at the end
# A sheet is streamed; shared texts are held in memory.
_LARGEST: Final = Largest(sheet=4 << 30, texts=128 << 20, shared=4 * LAST_ROW, cells=200 * LAST_ROW, or_csv=True)


def header(file: File, options: ReadOptions) -> list[str]:
    """The first row of the sheet. Raises BadInput when it is no workbook or has no such sheet."""
    with _rows(file, options) as rows:
        first = next(iter(rows), ())
        return _texts(first, file, 1)


def batches(file: File, names: list[str], options: ReadOptions) -> Iterator[pa.RecordBatch]:
    """The other rows as text, in order. Raises BadInput for an empty row between others and for a cell beside the
    columns."""
    waiting: list[list[str]] = []
    empty, found = 0, False
    with _rows(file, options) as rows:
        for number, cells in enumerate(rows, 1):
            row = _texts(cells, file, number)
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
    """Rows of the sheet as values. Whatever breaks on the way is told as BadInput."""
    try:
        _check_parts(file)
        with open_book(file.path, file.name, _LARGEST) as book:
            yield _sheet_rows(book, file, options)
    except DAMAGED as error:
        raise BadInput(
            "This is no workbook that can be read: it is no .xlsx file, or it is damaged.",
            file=file.name,
            hint="Save it again as .xlsx, or as CSV.",
        ) from error


def _sheet_rows(book: Book, file: File, options: ReadOptions) -> Iterable[Sequence[object]]:
    names = [name for name, part in book.sheets.items() if part]
    if options.sheet and options.sheet not in names:
        raise BadInput(
            f"There is no sheet {options.sheet!r}; there is {', '.join(map(repr, names))}.",
            file=file.name,
            parameter="--sheet",
            nearest=nearest(options.sheet, names),
        )
    return book.rows(options.sheet or names[0])


def _check_parts(file: File) -> None:
    """Refuse what would not fit into memory and what is there to harm, before anything is parsed."""
    with zipfile.ZipFile(file.path) as parts:
        for _ in looked_through(parts, file.path.stat().st_size, file.name, _LARGEST):
            pass


def _trimmed(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row.pop()
    return row


def _texts(cells: Sequence[object], file: File, number: int) -> list[str]:
    """The texts that the cells of a row stand for, without the empty ones at its end."""
    return _trimmed([c if type(c) is str else text_of(c, file.name, number, place) for place, c in enumerate(cells, 1)])
