"""The rows of a sheet, strictly: each cell of it is read, or the sheet is refused. Rows rise, cells rise within their row, each has the
address of its row; a cell outside of a row, or a second value of a cell, is read by no program alike. Parsed as it streams."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import IO, Final
from xml.parsers import expat  # a document type, which could declare entities, is refused before (packed_parts)

from greffe.errors import BadInput
from greffe.model.cell_values import Formula, Shared, letters, value_of
from greffe.model.padded_cells import MOST_COLUMNS, too_wide

LAST_ROW: Final = 1_048_576  # of any sheet
_MAIN: Final = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",  # the same, as "strict"
)
_CHUNK: Final = 1 << 16
_MOST_INNER: Final = 32_767  # elements of one row that are no cells: runs of rich text, and what comes after the cells
_OUT, _DATA, _ROW, _CELL, _INLINE, _RUN, _TEXT, _VALUE, _FORMULA = range(9)  # text is gathered from _TEXT on
_STEPS: Final[Mapping[int, Mapping[str, int]]] = {
    _OUT: {"sheetData": _DATA},
    _DATA: {"row": _ROW},
    _ROW: {"c": _CELL},
    _CELL: {"v": _VALUE, "f": _FORMULA, "is": _INLINE},
    _INLINE: {"t": _TEXT, "r": _RUN},
    _RUN: {"t": _TEXT},
    _TEXT: {}, _VALUE: {}, _FORMULA: {},
}  # fmt: skip
_PASSED: Final = ("extLst", "rPr", "rPh", "phoneticPr")  # ECMA-376 part 1, 18.3.1.4, 18.3.1.73, 18.4.8
_COLUMNS: Final = {letters(n): n for n in range(1, MOST_COLUMNS + 1)}
_ADDRESS: Final = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_HINT: Final = "Open it in a spreadsheet program, look whether all of its rows are there, and save it again."
_OUTSIDE: Final = "A cell or a row stands outside of the rows of the sheet."
_SEVERAL: Final = "A cell holds more than one value, or one that its type does not take."

Row = tuple[int, list[object]]


def strict_rows(body: IO[bytes], sheet: str, file: str, shared: Shared) -> Iterator[Row]:
    """Number and values of each row that is written, padded up to its last cell. Raises BadInput with the sheet and the row,
    ExpatError for what is no XML."""
    reading = _Sheet(sheet, file, shared)
    while chunk := body.read(_CHUNK):
        yield from reading.fed(chunk)
    yield from reading.fed(b"")


class _Sheet:
    """Where the parser of a sheet is."""

    def __init__(self, sheet: str, file: str, shared: Shared) -> None:
        self.sheet, self.file, self.shared = sheet, file, shared
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._said
        self.names = {f"{space} {name}": name for space in _MAIN for steps in _STEPS.values() for name in steps}
        self.names |= {f"{space} {name}": name for space in _MAIN for name in _PASSED}
        self.at, self.above, self.skipped, self.done = _OUT, [_OUT], 0, False
        self.rows: list[Row] = []
        self.number, self.ending, self.inner = 0, "0", 0
        self._new_row()

    def _new_row(self) -> None:
        self.cells: list[object] = []
        self.inner = 0

    def fed(self, chunk: bytes) -> list[Row]:
        """The rows that end in a piece of the sheet; b'' is its end."""
        self.parser.Parse(chunk, not chunk)
        rows, self.rows = self.rows, []
        return rows

    def _start(self, full: str, attributes: dict[str, str]) -> None:
        name = self.names.get(full, full)
        to = None if self.skipped else _STEPS[self.at].get(name)
        if to is None:
            self._other(name)
            return
        if to == _CELL:
            self._cell(attributes)
        elif to == _ROW:
            self._row(attributes)
        elif to == _DATA and self.done:
            raise self._wrong(_OUTSIDE)
        elif to in (_VALUE, _FORMULA, _INLINE):
            if to in self.parts:
                raise self._wrong(_SEVERAL)
            self.text = self.parts[to] = []
        elif to in (_TEXT, _RUN):
            self._count()
        self.above.append(self.at)
        self.at = to

    def _other(self, name: str) -> None:
        """An element that is no step further in."""
        if self.at <= _DATA and name in ("row", "c") and not self.skipped:
            raise self._wrong(_OUTSIDE)
        if self.at == _OUT:
            return
        if not self.skipped and name not in _PASSED:
            raise self._wrong(f"Something stands among the cells that is none: {name.rpartition(' ')[2][:40]!r}.")
        self._count()
        self.skipped += 1

    def _count(self) -> None:
        self.inner += 1
        if self.inner > _MOST_INNER:
            raise self._wrong(f"A row has more than {_MOST_INNER} parts of text.")

    def _end(self, full: str) -> None:
        if self.skipped:
            self.skipped -= 1
            return
        was = self.at
        if was == _OUT:
            return
        self.at = self.above.pop()
        if was == _CELL:
            self.cells.append(self._value())
        elif was == _ROW:
            self.rows.append((self.number, self.cells))
        elif was == _DATA:
            self.done = True

    def _said(self, text: str) -> None:
        if self.at >= _TEXT and not self.skipped:
            self.text.append(text)

    def _row(self, attributes: dict[str, str]) -> None:
        said, last = attributes.get("r"), self.number
        if said is None:
            number = last + 1
        else:
            plain = said.removesuffix(".0")
            number = int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 10 else 0
        if number > LAST_ROW:
            raise BadInput("The sheet has more rows than Excel knows.", file=self.file, row=number)
        if number <= last:
            raise self._wrong(
                f"A row has the number {(said or '')[:40]!r} and stands after row {last}.", number or None
            )
        self.number, self.ending = number, str(number)
        self._new_row()

    def _cell(self, attributes: dict[str, str]) -> None:
        self.kind, self.style = attributes.get("t", "n"), attributes.get("s")
        self.parts: dict[int, list[str]] = {}
        address, last = attributes.get("r"), len(self.cells)
        column = last + 1 if address is None else self._column(address)
        if column > MOST_COLUMNS:
            raise too_wide(self.file, self.number)
        if column <= last:
            raise self._wrong(f"The cell {(address or '')[:40]} stands after {letters(last)}{self.number}.")
        self.cells.extend([None] * (column - last - 1))

    def _column(self, address: str) -> int:
        if address.endswith(self.ending) and (column := _COLUMNS.get(address[: -len(self.ending)])) is not None:
            return column
        parted = _ADDRESS.fullmatch(address)
        if parted is None or int(parted[2]) != self.number:
            raise self._wrong(f"A cell of row {self.number} has the address {address[:40]!r}.")
        return _COLUMNS.get(parted[1].upper(), MOST_COLUMNS + 1)

    def _value(self) -> object:
        parts = self.parts
        if _FORMULA in parts:
            return Formula("=" + "".join(parts[_FORMULA]))
        if not parts:
            return None
        inline = self.kind == "inlineStr"
        if (_VALUE in parts) == inline or len(parts) > 1:
            raise self._wrong(_SEVERAL)
        text = "".join(parts[_INLINE if inline else _VALUE])
        if inline:
            return text
        try:
            return value_of(self.kind, self.style, text, self.shared)
        except BadInput as error:
            raise self._placed(error, self.number, letters(len(self.cells) + 1)) from None

    def _wrong(self, message: str, row: int | None = 0) -> BadInput:
        """A refusal with its place; row: of the one that is read, unless said."""
        return self._placed(BadInput(message, hint=_HINT), self.number if row == 0 else row)

    def _placed(self, error: BadInput, row: int | None, column: str = "") -> BadInput:
        message = f"Sheet {self.sheet}: {error.message}"
        placed = BadInput(message, file=self.file, row=row, column=column, hint=error.hint)
        placed.sheet = self.sheet
        return placed
