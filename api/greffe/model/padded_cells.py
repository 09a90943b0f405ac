"""How many cells a sheet comes to when it is read: a row is padded up to its last cell, so that two cells of forty bytes may be
sixteen thousand. They are counted in the bytes, before a row is parsed, and again as rows are read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from greffe.errors import BadInput

MOST_COLUMNS: Final = 1_000  # ALL; the widest file of a recipient has 60
FREE: Final = 2_000_000  # cells of any sheet
SPARSE: Final = 20  # cells read for one that is written
_ROW: Final = re.compile(rb"<(?:[\w.-]+:)?row(?=[\s/>])")
# The last reference of a row is the last that a greedy search meets.
_LAST: Final = re.compile(rb".*\sr\s*=\s*[\"']\s*\$?([A-Za-z]{1,7})\$?\d", re.DOTALL)
_HIDDEN: Final = re.compile(rb"<(?:[\w.-]+:)?c\s[^<>]*&")  # A written as &#65;, which no program does
_WRITTEN: Final = (b"<c ", b"<c>", b"<c/", b":c ")
_HINT: Final = "Delete the columns to the right of the last one and save it again."
Cell = TypeVar("Cell")


@dataclass
class Padded:
    """The cells of a part, piece by piece of it. `most`: how many of them are read."""

    part: str
    file: str
    most: int
    written: int = 0
    read: int = 0
    begun: bool = False

    def count(self, piece: bytes) -> None:
        """Count those of a piece; a row that goes on in the next one counts in both. Raises BadInput for too many."""
        rest, *rows = _ROW.split(piece)
        if self.begun:
            rows.append(rest)
        self.begun = self.begun or bool(rows)
        if not self.begun:
            return
        if _HIDDEN.search(piece):
            raise BadInput(f"Its part {self.part} has an address of a cell that no program writes.", file=self.file)
        self.written += sum(map(piece.count, _WRITTEN))
        for row in rows:
            if (last := _LAST.match(row)) is not None:
                wide = _number(last[1])
                self.read += wide
                if wide > MOST_COLUMNS or self.read > min(self.most, FREE + SPARSE * self.written):
                    raise self._wrong(wide)

    def _wrong(self, wide: int) -> BadInput:
        if wide > MOST_COLUMNS:
            return too_wide(self.file)
        if self.read > self.most:
            return BadInput(f"Its part {self.part} has more than {self.most} cells.", file=self.file)
        return BadInput(f"Its part {self.part} is nearly all of empty cells.", file=self.file, hint=_HINT)


def _number(letters: bytes) -> int:
    """1 for A, 27 for AA."""
    found = 0
    for letter in letters.upper():
        found = found * 26 + letter - 64
    return found


def too_wide(file: str, row: int | None = None) -> BadInput:
    """The refusal of a row that goes on too far."""
    return BadInput(f"Its rows have more than {MOST_COLUMNS} columns.", file=file, row=row, hint=_HINT)


def bounded(rows: Iterable[Sequence[Cell]], sheet: str, file: str, most: int) -> Iterator[Sequence[Cell]]:
    """The rows of a sheet as they are read, `most` cells of them. What the bytes hide is seen here: a reference may be written in
    ways that only its parser knows. Raises BadInput."""
    read = 0
    for number, row in enumerate(rows, 1):
        read += len(row)
        if len(row) > MOST_COLUMNS:
            raise too_wide(file, number)
        if read > most:
            raise BadInput(f"The sheet {sheet} has more than {most} cells.", file=file, row=number)
        yield row
