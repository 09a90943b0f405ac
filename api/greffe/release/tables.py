"""The records of a representation map's CSV file by row id, each with its text as it stands in the file.

For comparing and merging versions of a file: a record that nobody changes keeps its bytes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Record:
    """One row: `text` as in the file, without line end, and its cells by column."""

    text: str
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """`head` is the header line as it stands; `rows` by row id, in the order of the file, which is their priority."""

    head: Record
    rows: Mapping[str, Record]

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(self.head.cells)


def read_table(content: bytes) -> Table:
    """The records of a file that has loaded (`catalogue.representation_files` tells what is wrong with others)."""
    records = list(_records(content.decode("utf-8-sig")))
    text, header = records[0]
    rows = {}
    for line, cells in records[1:]:
        found = dict(zip(header, cells, strict=True))
        rows[found["row_id"]] = Record(line, found)
    return Table(Record(text, {name: name for name in header}), rows)


def written(head: Record, rows: Mapping[str, Record]) -> bytes:
    """The file of these records, lines ending with a line feed."""
    return "".join(f"{record.text}\n" for record in (head, *rows.values())).encode()


def _records(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each record as text and as cells; a record goes over several lines when a cell does."""
    lines = io.StringIO(text, newline="").readlines()
    reader = csv.reader(iter(lines), strict=True)
    done = 0
    for cells in reader:
        yield "".join(lines[done : reader.line_num]).rstrip("\r\n"), cells
        done = reader.line_num
