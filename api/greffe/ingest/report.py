"""What is said of an extract that came in: options of reading, what was refused, and how many rows there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from greffe.errors import BadInput

MOST_ROWS: Final = 10_000_000  # of one extract; a Parquet of 600 KB can hold twenty million
MOST_ERRORS: Final = (
    500_000  # more is no extract to correct row by row, and its rejects file would be a thousand times its size
)
LONGEST_CELL: Final = 1 << 16  # bytes
Progress: TypeAlias = Callable[[str, int], None]  # a stage and how much of it is done: bytes when copying, else rows


@dataclass(frozen=True)
class ReadOptions:
    """How to read a file. `delimiter` is comma, semicolon or tab ('' finds it in the header line); `encoding` is utf-8
    or latin-1; `sheet` names a sheet ('' is the first); `partial` loads the good rows of a file that has bad ones."""

    encoding: str = "utf-8"
    delimiter: str = ""
    sheet: str = ""
    partial: bool = False


@dataclass(frozen=True)
class File:
    """A file to read: where its bytes are, and the name that people gave it."""

    path: Path
    name: str


def too_many_rows(rows: int, file: str) -> BadInput:
    """What is said of a file that holds, or says that it holds, so many rows."""
    return BadInput(
        f"It has {rows} rows, and an extract has at most {MOST_ROWS}.", file=file, hint="Hand it over in parts."
    )


@dataclass
class TooManyErrors(Exception):
    """One check finds so many errors that with them there are more than MOST_ERRORS. `row`: the first that it finds."""

    rule: str
    column: str
    row: int

    def of(self, file: str) -> BadInput:
        """What is said of the file."""
        return BadInput(
            f"It has more than {MOST_ERRORS} errors, most of them by rule {self.rule}.",
            file=file,
            row=self.row,
            column=self.column,
            hint="Is it the right file and dataflow? Correct these first.",
        )


@dataclass(frozen=True)
class RowError:
    """One thing wrong with one row. `row` is the record number, the header being 1 (see `extract.ingest`)."""

    row: int
    rule: str
    column: str
    found: str
    expected: str
    nearest: tuple[str, ...]
    message: str

    def as_json(self) -> dict[str, object]:
        """Plain values for JSON."""
        return {**asdict(self), "nearest": list(self.nearest)}


@dataclass(frozen=True)
class Report:
    """The outcome. `accepted` + `refused` = `rows`; `loaded` rows are in rows.parquet: all, none, or the good ones.

    errors: the first 1,000, by row; the rejects file has all. counts: rule → number of errors.
    periods and indicators: those of the rows that are in order, sorted.
    """

    checksum: str
    rows: int
    accepted: int
    refused: int
    errors: tuple[RowError, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    periods: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    loaded: int = 0

    @property
    def partial(self) -> bool:
        """Good rows were loaded although others were refused."""
        return self.refused > 0 and self.loaded > 0
