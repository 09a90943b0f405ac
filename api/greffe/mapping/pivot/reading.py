"""Rows of a table of the pivot, XLSX or CSV, one by one and bounded, by the names that a layout gives its columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from greffe.errors import BadInput, nearest, unreadable
from greffe.mapping.exchange.books import LONGEST, MOST_EMPTY, MOST_ROWS, opened, rows_of
from greffe.mapping.pivot.layout import NATINF, NFI, OPTIONAL, Layout, Part

_ZIP: Final = b"PK\x03\x04"
Lines = Iterable[tuple[int, Sequence[str]]]


@dataclass(frozen=True)
class Received:
    """A file as it came: its name and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Record:
    """The cells of one row that belong to one of the two tables (`part`), by field; '' where the column is missing."""

    part: str
    sheet: str
    row: int
    cells: Mapping[str, str]
    headers: Mapping[str, str]


def records(files: Sequence[Received], layout: Layout) -> Iterator[Record]:
    """Rows of all sheets of a workbook; of one CSV file that holds both tables, or of two: NATINF, then NFI.

    Raises BadInput naming file, sheet, row and column for what is no table of that layout.
    """
    for number, file in enumerate(files):
        if file.content.startswith(_ZIP):
            yield from _of_workbook(file, layout)
        else:
            both = {NATINF: layout.natinf, NFI: layout.nfi}
            parts = both if len(files) == 1 else dict([list(both.items())[min(number, 1)]])
            yield from _of_sheet(file.name, "", _csv_lines(file), parts)


def _of_workbook(file: Received, layout: Layout) -> Iterator[Record]:
    with opened(file.content, file.name) as book:
        for sheet in dict.fromkeys((*layout.natinf.sheets, *layout.nfi.sheets)):
            parts = {
                name: part for name, part in ((NATINF, layout.natinf), (NFI, layout.nfi)) if sheet in part.sheets
            }  # fmt: skip
            try:
                yield from _of_sheet(file.name, sheet, rows_of(book, sheet, file.name), parts)
            except BadInput as error:
                if error.row is None or error.message.startswith("Sheet "):
                    raise
                message = f"Sheet {sheet}: {error.message}"
                raise BadInput(
                    message, file=file.name, row=error.row, column=error.column, hint=error.hint, nearest=error.nearest
                ) from error


def _csv_lines(file: Received) -> Iterator[tuple[int, Sequence[str]]]:
    """Records that hold something, with the line they begin on; commas or semicolons, as in the header."""
    try:
        text = file.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        hint = "Save it as CSV UTF-8."
        raise BadInput(f"It is not UTF-8 at byte {error.start}.", file=file.name, hint=hint) from error
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in head else ",", strict=True)
    line, empty = 1, 0
    try:
        for number, cells in enumerate(reader, 1):
            empty = 0 if any(cells) else empty + 1
            if number > MOST_ROWS or empty > MOST_EMPTY:
                what = f"more than {MOST_ROWS} rows" if number > MOST_ROWS else f"more than {MOST_EMPTY} empty rows"
                raise BadInput(f"It has {what}.", file=file.name, row=line)
            if any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadInput(f"It is not CSV: {unreadable(error)}.", file=file.name, row=line) from error


def _of_sheet(file: str, sheet: str, lines: Lines, parts: Mapping[str, Part]) -> Iterator[Record]:
    places: dict[str, dict[str, int]] | None = None
    for number, cells in lines:
        if places is None:
            places = {name: _places(file, sheet, number, cells, name, part) for name, part in parts.items()}
            continue
        for name, part in parts.items():
            found = {
                field: cells[at].strip()[:LONGEST] if 0 <= at < len(cells) else ""
                for field, at in places[name].items()
            }  # fmt: skip
            if found["code"] or (len(parts) == 1 and any(found.values())):
                yield Record(name, sheet, number, found, part.columns)
    if places is None:
        raise BadInput(f"The sheet {sheet} is empty." if sheet else "It is empty.", file=file)


def _places(file: str, sheet: str, row: int, cells: Sequence[str], name: str, part: Part) -> dict[str, int]:
    """Field → place of its column, -1 for one that may lack. Other columns are left alone."""
    shown = [c.strip() for c in cells]
    headers = [c.casefold() for c in shown]
    found: dict[str, int] = {}
    for field, header in part.columns.items():
        count = headers.count(header.casefold())
        if count > 1:
            raise BadInput(f"{_where(sheet)}The column stands twice.", file=file, row=row, column=header)
        if count == 0 and field not in OPTIONAL[name]:
            hint = "Say in a columns file how it is called there."
            raise BadInput(
                f"{_where(sheet)}The column is missing.",
                file=file, row=row, column=header, hint=hint, nearest=nearest(header, [c for c in shown if c]),
            )  # fmt: skip
        found[field] = headers.index(header.casefold()) if count else -1
    return found


def _where(sheet: str) -> str:
    return f"Sheet {sheet}: " if sheet else ""
