"""An internal extract becomes rows: kept as it came, read, checked against its structure, and loaded whole or not at all.

keep      the original is copied once, with its checksum; everything is read from the copy
read      READERS by suffix: columns by name, every cell as the text it holds
check     codes, periods, units, numbers, presence, keys: every row, every error
load      rows.parquet when nothing is refused (or for the good rows, with `partial`); rejects.csv for the others
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from greffe.arrow import pa
from greffe.catalogue.catalogue import Catalogue
from greffe.engine import Connection
from greffe.errors import BadInput, nearest
from greffe.ingest import csv, parquet, xlsx
from greffe.ingest.checks import check_rows
from greffe.ingest.columns import check_header, check_names, distance
from greffe.ingest.keep import keep
from greffe.ingest.keys import SUPERSEDED, check_keys
from greffe.ingest.rejects import REFUSED, counts_by_rule, first_errors, good_words, refuse, write_rejects
from greffe.ingest.report import (
    MOST_ROWS,
    File,
    Progress,
    ReadOptions,
    Report,
    RowError,
    TooManyErrors,
    too_many_rows,
)
from greffe.ingest.rows import row_numbers, write_rows
from greffe.ingest.spellings import Layout, layout_of
from greffe.ingest.sql import create_problems
from greffe.ingest.stage import stage, view_of
from greffe.ingest.words import check_codes, check_periods, check_units, create_words
from greffe.model.structures import Codelist, Dataflow, DataStructure

__all__ = ["READERS", "ReadOptions", "Reader", "Report", "RowError", "detect", "ingest"]


@dataclass(frozen=True)
class Reader:
    """How one file format is read: the names of its columns, then its rows as batches of text."""

    header: Callable[[File, ReadOptions], list[str]]
    batches: Callable[[File, list[str], ReadOptions], Iterator[pa.RecordBatch]]


NAMED: Final = 10  # columns of a header that a message names
_CSV: Final = Reader(csv.header, csv.batches)
READERS: Final[dict[str, Reader]] = {
    ".csv": _CSV,
    ".tsv": _CSV,
    ".txt": _CSV,
    ".parquet": Reader(parquet.header, parquet.batches),
    ".xlsx": Reader(xlsx.header, xlsx.batches),
}


def ingest(
    connection: Connection,
    path: Path,
    structure: DataStructure,
    codelists: dict[str, Codelist],
    into: Path,
    options: ReadOptions,
    progress: Progress,
) -> Report:
    """Take `path` in: original.<suffix>, and rows.parquet or rejects.csv or (partial) both, in the folder `into`.

    `into` must be a folder that the connection may read and write. codelists: component id → its list. A refused row
    refuses the extract whole: then there is no rows.parquet, and every refused row is in rejects.csv. Raises BadInput,
    with file and row and column, for a file that cannot be read as a table of this structure, has more than MOST_ROWS rows or
    more than MOST_ERRORS errors.
    """
    reader = _reader(path)
    into.mkdir(parents=True, exist_ok=True)
    rows_file, rejects_file = into / "rows.parquet", into / "rejects.csv"
    staged = into / f"staged-{uuid.uuid4().hex}.parquet"  # DuckDB remembers files by name: never the same one twice
    for old in (rows_file, rejects_file):
        old.unlink(missing_ok=True)
    file = File(into / f"original{path.suffix.lower()}", path.name)
    checksum = keep(path, file.path, progress)
    names = reader.header(file, options)
    check_header(names, structure, file.name)
    layout = layout_of(structure, codelists)
    try:
        rows = stage(_bounded(reader.batches(file, names, options), file.name), names, staged, progress)
        refused = _checked(connection, layout, staged, rows, progress)
        loaded = 0
        if refused:
            progress("rejecting", refused)
            write_rejects(connection, names, rejects_file)
        if not refused or (options.partial and refused < rows):
            bad, old_versions = row_numbers(connection, REFUSED), row_numbers(connection, SUPERSEDED)
            loaded = write_rows(staged, layout, bad, old_versions, rows_file, progress)
        return _report(connection, layout, checksum, rows, refused, loaded)
    except TooManyErrors as error:
        raise error.of(file.name) from error
    finally:
        _tidy(connection)
        staged.unlink(missing_ok=True)


def _bounded(batches: Iterator[pa.RecordBatch], file: str) -> Iterator[pa.RecordBatch]:
    """The same batches, up to MOST_ROWS, whatever the file says of itself. Raises BadInput."""
    count = 0
    for batch in batches:
        count += batch.num_rows
        if count > MOST_ROWS:
            raise too_many_rows(count, file)
        yield batch


def _checked(connection: Connection, layout: Layout, staged: Path, rows: int, progress: Progress) -> int:
    """Every check, one family after the other; the number of refused rows. Raises TooManyErrors."""
    view_of(connection, staged)
    create_problems(connection)
    create_words(connection, layout)
    for done, check in enumerate((check_codes, check_periods, check_units, check_rows), 1):
        check(connection, layout)
        progress("checking", done)
    for done in check_keys(connection, layout, rows):
        progress("comparing keys", done)
    return refuse(connection)


def _report(connection: Connection, layout: Layout, checksum: str, rows: int, refused: int, loaded: int) -> Report:
    time, indicator = layout.structure.time, layout.column("INDICATEUR")
    words = layout.words.get(indicator, {})
    found = good_words(connection, indicator, refused) if indicator else []
    return Report(
        checksum=checksum,
        rows=rows,
        accepted=rows - refused,
        refused=refused,
        errors=first_errors(connection) if refused else (),
        counts=counts_by_rule(connection) if refused else {},
        periods=tuple(good_words(connection, time.column, refused)) if time else (),
        indicators=tuple(sorted({words.get(w) or w for w in found})),
        loaded=loaded,
    )


def _tidy(connection: Connection) -> None:
    """Drop the temporary tables of an ingest: the connection may be used for another one."""
    rows = connection.execute(
        "SELECT table_name, table_type FROM information_schema.tables WHERE starts_with(table_name, 'ingest_')"
    ).fetchall()
    for name, kind in rows:
        connection.execute(f'DROP {"VIEW" if kind == "VIEW" else "TABLE"} IF EXISTS "{name}"')


def detect(path: Path, catalogue: Catalogue, options: ReadOptions) -> Dataflow:
    """The internal dataflow whose mandatory columns are all in the header, and which knows every column there.

    Raises BadInput when there is none, saying what the nearest one lacks, or more than one.
    """
    if not path.is_file():
        raise BadInput("There is no such file.", file=str(path))
    header = _reader(path).header(File(path, path.name), options)
    check_names(header, path.name)
    flows = [(flow, *distance(header, catalogue.structure(flow))) for flow in catalogue.dataflows(("internal",))]
    if not flows:
        raise BadInput("There is no internal dataflow to read it as.", file=path.name)
    fitting = [flow for flow, lacking, unknown in flows if not lacking and not unknown]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise BadInput(
            f"The header fits {', '.join(str(f.reference) for f in fitting)}.",
            file=path.name,
            row=1,
            hint="Say which: --dataflow.",
        )
    flow, lacking, unknown = min(flows, key=lambda f: (len(f[1]) + len(f[2]), len(f[2]), str(f[0].reference)))
    structure = catalogue.structure(flow)
    lacks = f" It lacks {', '.join(lacking)}." if lacking else ""
    more = f" It does not know {_few(unknown)}." if unknown else ""
    known = [c.column for c in structure.components]
    raise BadInput(
        f"The header fits no internal dataflow; the nearest is {flow.reference}.{lacks}{more}",
        file=path.name,
        row=1,
        column=(unknown or lacking)[0],
        nearest=nearest(unknown[0], lacking or known) if unknown else (),
    )


def _few(names: list[str]) -> str:
    listed = ", ".join(names[:NAMED])
    return f"{listed} and {len(names) - NAMED} more" if len(names) > NAMED else listed


def _reader(path: Path) -> Reader:
    if not path.is_file():
        raise BadInput("There is no such file.", file=str(path))
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise BadInput(
            f"Files of type {path.suffix or '(none)'} are not read; {', '.join(READERS)} are.",
            file=path.name,
            nearest=nearest(path.suffix, READERS),
        )
    return reader
