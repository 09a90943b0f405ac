"""A policy table: a CSV file with one header, whose cells are read as what they are or refused with their place."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from greffe.catalogue.csv_records import records
from greffe.errors import BadDefinition, nearest

_CELL: Final = re.compile(r"[A-Za-z0-9_]+=[^=;\s]+")


@dataclass(frozen=True)
class Row:
    """One record of a policy table. Every error names file, row and column."""

    file: str
    line: int
    cells: Mapping[str, str]

    def wrong(self, message: str, column: str = "", *, hint: str = "", near: Sequence[str] = ()) -> BadDefinition:
        """The error to raise about this row."""
        return BadDefinition(message, file=self.file, row=self.line, column=column, hint=hint, nearest=near)

    def text(self, column: str) -> str:
        """A cell that must be filled."""
        if not self.cells[column]:
            raise self.wrong("It is empty.", column)
        return self.cells[column]

    def word(self, column: str, known: Collection[str]) -> str:
        """A cell that holds one of the known words."""
        found = self.cells[column]
        if found not in known:
            raise self.wrong(f"{found!r} is not known here.", column, near=nearest(found, sorted(known)))
        return found

    def number(self, column: str) -> Decimal:
        """A cell that holds a plain decimal number."""
        try:
            found = Decimal(self.cells[column])
        except InvalidOperation:
            found = Decimal("NaN")
        if not found.is_finite() or "e" in self.cells[column].lower():
            raise self.wrong(f"{self.cells[column]!r} is no plain decimal number.", column)
        return found

    def whole(self, column: str) -> int:
        """A cell that holds a whole number."""
        found = self.number(column)
        if found != int(found):
            raise self.wrong(f"{self.cells[column]!r} is no whole number.", column)
        return int(found)

    def day(self, column: str) -> date:
        """A cell that holds a day, YYYY-MM-DD."""
        try:
            return date.fromisoformat(self.cells[column])
        except ValueError:
            raise self.wrong(f"{self.cells[column]!r} is no day such as 2026-10-01.", column) from None

    def codes(self, column: str) -> dict[str, tuple[str, ...]]:
        """A cell that names figures: `sex=T;unit=NR` or `leg_stat=PER_CNV|PER_ACQ`; {} of an empty one."""
        found: dict[str, tuple[str, ...]] = {}
        for part in filter(None, self.cells[column].split(";")):
            if not _CELL.fullmatch(part):
                raise self.wrong(f"{part!r} is not written COMPONENT=CODE.", column, hint="Several: sex=T;unit=NR.")
            component, _, codes = part.partition("=")
            if component in found:
                raise self.wrong(f"{component} stands twice.", column)
            found[component] = tuple(codes.split("|"))
        return found


def read_rows(content: bytes, file: str, columns: Sequence[str], later: Collection[str] = ()) -> Iterator[Row]:
    """The records of a CSV file (UTF-8, comma) that has these columns, in this order, and no others. Raises
    BadDefinition, also for a cell that begins or ends with a blank.

    `later`: columns that came to be after such tables were kept: a table that lacks some of them goes on, with empty cells."""
    found = records(content, file)
    header = next(found, (1, []))[1]
    if header == [c for c in columns if c in header or c not in later]:
        columns = header
    else:
        wrong = next((n for n in header if n not in columns), "")
        missing = next((c for c in columns if c not in header and c not in later), "")
        hint = f"The columns are {', '.join(columns)}, in this order."
        raise BadDefinition("The header is another one.", file=file, row=1, column=wrong or missing, hint=hint)
    for line, cells in found:
        yield _row(file, line, columns, cells, later)


def _row(file: str, line: int, columns: Sequence[str], cells: Sequence[str], later: Collection[str]) -> Row:
    if len(cells) != len(columns):
        raise BadDefinition(f"{len(columns)} cells are expected, found {len(cells)}.", file=file, row=line)
    row = Row(file, line, dict.fromkeys(later, "") | dict(zip(columns, cells, strict=True)))
    for name, value in row.cells.items():
        if value != value.strip():
            raise row.wrong(f"{value!r} begins or ends with a blank.", name)
    return row
