"""Which figures stand in a kept file, whatever its format: CSV, SDMX-ML, SDMX-JSON, XLSX, Parquet. It is read, not guessed."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from greffe.arrow import pq
from greffe.errors import GreffeError
from greffe.formats.published.lines import MISSING
from greffe.mapping.exchange.books import opened
from greffe.release.checked_file import read_checked

CSV: Final = "text/csv", "application/vnd.sdmx.data+csv"  # what these media types begin with has a column per dimension
VALUE: Final = "OBS_VALUE"
Keys: TypeAlias = set[tuple[str, ...]]
Row: TypeAlias = Mapping[str, str]


def shown(path: Path, media_type: str, names: Sequence[str], among: Keys) -> Keys:
    """Which of these figures (codes in the order of `names`) have a value in the file; all of them where that cannot be told: it names
    its columns otherwise, is of another format, or too large to be read."""
    found: Keys = set()
    try:
        for row in _rows(path, media_type):
            if not {*names, VALUE} <= row.keys():
                return among
            key = tuple(row[n] for n in names)
            if key in among and row[VALUE] not in MISSING:
                found.add(key)
    except (GreffeError, OSError, ValueError):
        return among
    return found


def _rows(path: Path, media_type: str) -> Iterator[Row]:
    """A row an observation, by the ids of its components. Raises ValueError for a type that is not read."""
    if media_type.startswith(CSV):
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file)
    elif "spreadsheetml" in media_type:
        yield from _of_book(path)
    elif "parquet" in media_type:
        for batch in pq.ParquetFile(path).iter_batches():
            yield from _told(batch.schema.names, zip(*(c.to_pylist() for c in batch.columns), strict=True))
    elif "xml" in media_type or "json" in media_type:
        lines = read_checked(path).lines
        yield from _told(lines.header, (row for _, row in lines.rows))
    else:
        raise ValueError(media_type)


def _of_book(path: Path) -> Iterator[Row]:
    """The first sheet: its header, then its rows."""
    with opened(path.read_bytes(), path.name) as book:
        lines = book.rows(book.sheetnames[0])
        yield from _told([str(name) for name in next(lines, ())], lines)


def _told(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[Row]:
    for row in rows:
        yield {name: "" if value is None else str(value) for name, value in zip(header, row, strict=False)}
