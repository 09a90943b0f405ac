"""The records of a CSV file of definitions, with the line each begins on: maps and policies are read alike."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from greffe.errors import BadDefinition, unreadable


def records(content: bytes, file: str) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of each record, the header among them (UTF-8, comma). Raises BadDefinition."""
    line = 1
    try:
        reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except UnicodeDecodeError as error:
        raise BadDefinition(f"It is not UTF-8 at byte {error.start}.", file=file) from error
    except csv.Error as error:
        raise BadDefinition(f"It is not CSV: {unreadable(error)}.", file=file, row=line) from error
