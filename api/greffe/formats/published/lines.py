"""A published table as lines under one header, and the values in it by its description."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol

from greffe.errors import BadInput, BadQuery, nearest, unreadable
from greffe.formats.published.packed import Content, held
from greffe.model.periods import span
from greffe.model.published import PublishedValue

MOST: Final = 5_000_000  # rows of one publication
TITLES: Final = 20  # lines above the header at most
_HEAD: Final = 1 << 20  # bytes among which these lines and the header are
MISSING: Final = ("", ":", "NaN", "NA", "..")
PLAIN_MISSING: Final = ("", ":", "NA", "..")  # NaN is SDMX's mark; in a table by hand it is a calculation gone wrong
_PERIOD: Final = re.compile(r"[0-9]{4}(-[A-Z0-9-]{1,5})?")
NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")


Row = tuple[int, Sequence[str]]  # the number of its line, and its cells


@dataclass(frozen=True)
class Again:
    """Rows that are read anew each time, and never held; `count` of them."""

    read: Callable[[], Iterator[Row]]
    count: int

    def __iter__(self) -> Iterator[Row]:
        """From the first one on."""
        return self.read()

    def __len__(self) -> int:
        """How many there are."""
        return self.count


class Rows(Iterable[Row], Sized, Protocol):
    """Rows that may be gone through more than once: a list, or Again."""


@dataclass(frozen=True)
class Lines:
    """Rows as they stand in file `name`, each with the number of its line."""

    name: str
    header: tuple[str, ...]
    rows: Rows

    def turned(self, header: tuple[str, ...], turn: Callable[[Sequence[str]], Sequence[str]]) -> Lines:
        """The same lines with other cells under another header."""
        rows = self.rows
        return Lines(self.name, header, Again(lambda: ((n, turn(row)) for n, row in rows), len(rows)))

    def kept(self, wanted: Callable[[Sequence[str]], bool]) -> Lines:
        """Those lines alone whose cells are wanted."""
        rows = self.rows
        count = sum(wanted(row) for _, row in rows)
        return Lines(self.name, self.header, Again(lambda: ((n, row) for n, row in rows if wanted(row)), count))


@dataclass(frozen=True)
class Columns:
    """How a table is to be read. `series`: columns that make the text of a series, joined by `separator`."""

    series: tuple[str, ...]
    period: str
    value: str
    separator: str = "|"
    flag: str = ""
    note: str = ""

    @property
    def named(self) -> tuple[str, ...]:
        """All columns that must be there."""
        return (*self.series, *(c for c in (self.period, self.value, self.flag, self.note) if c))


def csv_lines(content: bytes | Content, name: str, wanted: Sequence[str] = (), bare: bool = False) -> Lines:
    """A CSV file (UTF-8; comma, semicolon or tab, found in the header). `wanted`: columns of the header, which may stand
    below title lines; else the first line is it. `bare`: one column, or no row, will do. Raises BadInput naming file, row and
    column. Its rows are read again each time they are asked for."""
    of = content if isinstance(content, Content) else held(content, name)
    utf_8(of)
    delimiter = _header(of.start(_HEAD).decode("utf-8-sig", "ignore"), name, wanted, bare)
    header: tuple[str, ...] = ()
    count = 0
    for _, cells in _read(of, name, delimiter, wanted):
        if header:
            count += 1
        else:
            header = tuple(cells)
    twice = next((c for c in header if c and header.count(c) > 1), "")
    if twice:
        raise BadInput("The column stands twice.", file=name, row=1, column=twice)
    if not count and not bare:
        raise BadInput("The file has no observation.", file=name)
    return Lines(name, header, Again(lambda: islice(_read(of, name, delimiter, wanted), 1, None), count))


def utf_8(content: Content, *, lined: bool = True) -> None:
    """Raises BadInput for what is none, with the line where that is asked for."""
    decoder, lines = codecs.getincrementaldecoder("utf-8")(), 0
    with content.opened() as stream:
        try:
            while piece := stream.read(_HEAD):
                decoder.decode(piece)
                lines += piece.count(b"\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            line = lines + error.object[: error.start].count(b"\n") + 1
            raise BadInput("This is not UTF-8.", file=content.name, row=line if lined else None) from error


def _read(content: Content, name: str, delimiter: str, wanted: Sequence[str]) -> Iterator[Row]:
    """The header, then the rows that have a cell. Raises BadInput naming file and row."""
    with content.opened() as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, delimiter=delimiter, strict=True)
        width, count, at = 0, 0, 1
        try:
            for cells in reader:
                if not width and cells and set(wanted) <= set(cells):
                    width = len(cells)
                    yield at, cells
                elif width and any(cells):
                    if len(cells) != width:
                        raise BadInput(f"{len(cells)} fields where the header has {width}.", file=name, row=at)
                    if count == MOST:
                        raise BadInput(f"More than {MOST} rows.", file=name)
                    count += 1
                    yield at, cells
                at = reader.line_num + 1
        except csv.Error as error:
            raise BadInput(f"This is not CSV: {unreadable(error)}.", file=name, row=reader.line_num) from error


def _header(text: str, name: str, wanted: Sequence[str], bare: bool) -> str:
    """The delimiter of the header. Raises BadInput for the first wanted column that no line above has."""
    first = text.splitlines()[: TITLES + 1]
    seen: list[str] = []
    for line in first:
        for delimiter in (",", ";", "\t"):
            try:
                cells = next(csv.reader([line], delimiter=delimiter), [])
            except csv.Error:
                continue
            if (wanted and set(wanted) <= set(cells)) or (not wanted and len(cells) > 1):
                return delimiter
            if set(cells) & set(wanted) and len(cells) > len(seen):
                seen = cells
        if not wanted:
            break
    if bare and first and first[0].strip():
        return ","
    missing = next((c for c in wanted if c not in seen), "")
    known = seen or _cells(first[:1])
    row = first.index(next((x for x in first if seen and seen[0] in x), first[0])) + 1 if first else None
    raise BadInput(
        "The column must be there." if missing else "This is no table: its first line has one cell.",
        file=name, row=row, column=missing, nearest=nearest(missing, known),
        hint=f"Columns found: {', '.join(known)}." if known and not nearest(missing, known) else "",
    )  # fmt: skip


def values(lines: Lines, columns: Columns, missing: Sequence[str] = MISSING) -> tuple[PublishedValue, ...]:
    """The values, each series and period once. `missing`: what stands for no value. Raises BadInput naming file, row and column."""
    for name in columns.named:
        if name not in lines.header:
            near = nearest(name, lines.header)
            hint = "" if near else f"Columns: {', '.join(lines.header)}."
            raise BadInput("There is no such column.", file=lines.name, row=1, column=name, nearest=near, hint=hint)
    seen: dict[tuple[str, str], int] = {}
    found = []
    for one in _values(lines, columns, missing):
        if (one.series, one.period) in seen:
            raise BadInput(
                f"{one.series} {one.period} stands in row {seen[one.series, one.period]} already.",
                file=lines.name, row=one.row,
            )  # fmt: skip
        seen[one.series, one.period] = one.row
        found.append(one)
    return tuple(found)


def _values(lines: Lines, columns: Columns, missing: Sequence[str]) -> Iterator[PublishedValue]:
    at = {name: lines.header.index(name) for name in columns.named}
    for line, cells in lines.rows:
        period, value = cells[at[columns.period]].strip(), cells[at[columns.value]].strip()
        if not _is_period(period):
            raise BadInput(f"{period!r} is no period.", file=lines.name, row=line, column=columns.period)
        if value in missing:
            value = ""
        elif not NUMBER.fullmatch(value):
            raise BadInput(f"{value!r} is no plain decimal number.", file=lines.name, row=line, column=columns.value)
        yield PublishedValue(
            columns.separator.join(cells[at[c]] for c in columns.series),
            period,
            value,
            cells[at[columns.flag]] if columns.flag else "",
            cells[at[columns.note]] if columns.note else "",
            line,
        )


def _is_period(text: str) -> bool:
    """Whether the calendar has it: 2020, 2020-12, 2020-Q4, 2020-W53; not 2020-13, not 0000."""
    if not _PERIOD.fullmatch(text):
        return False
    try:
        span(text)
    except BadQuery:
        return False
    return True


def checked(lines: Lines) -> Lines:
    """The same, unless a message holds nothing, or more than may be held. Raises BadInput."""
    if not lines.rows:
        raise BadInput("The message has no observation.", file=lines.name)
    if len(lines.rows) > MOST:
        raise BadInput(f"More than {MOST} observations.", file=lines.name)
    return lines


def _cells(lines: list[str]) -> list[str]:
    try:
        return next(csv.reader(lines), [])
    except csv.Error:  # a cell without end
        return []
