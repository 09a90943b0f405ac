"""What was refused: the file of refused rows, the first errors, and counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from greffe.arrow import integer, text
from greffe.engine import Cell, Connection, quoted
from greffe.ingest.report import RowError
from greffe.ingest.sql import PROBLEMS, number
from greffe.ingest.stage import STAGED

REFUSED: Final = "ingest_refused"  # row: the rows with at least one problem
SHOWN: Final = 1_000


def refuse(connection: Connection) -> int:
    """The table REFUSED; the number of its rows."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {REFUSED} AS SELECT DISTINCT row FROM {PROBLEMS}")
    return number(connection, f"SELECT count(*) FROM {REFUSED}")


def write_rejects(connection: Connection, names: Sequence[str], into: Path) -> None:
    """A CSV file with a line per refused row and error: the row as it stood (the columns of the file in their order),
    then row, rule, column, found, expected, nearest and message."""
    path = str(into).replace("'", "''")
    columns = ", ".join(f"nullif(s.{quoted(n)}, '') AS {quoted(n)}" for n in names)
    connection.execute(
        f'COPY (SELECT {columns}, p."row", p.rule, p."column", nullif(p.found, \'\') AS found, p.expected, '
        f"nullif(array_to_string(p.nearest, ', '), '') AS nearest, p.message "
        f'FROM {PROBLEMS} p JOIN {STAGED} s ON s.row = p."row" ORDER BY p."row", p."column", p.rule) '
        f"TO '{path}' (FORMAT csv, HEADER, DELIMITER ',')"
    )


def first_errors(connection: Connection) -> tuple[RowError, ...]:
    """The first errors, by row."""
    rows = connection.execute(
        f'SELECT "row", rule, "column", found, expected, nearest, message FROM {PROBLEMS} '
        f'ORDER BY "row", "column", rule LIMIT {SHOWN}'
    ).fetchall()
    return tuple(_error(row) for row in rows)


def _error(row: Sequence[Cell]) -> RowError:
    number_, rule, column, found, expected, near, message = row
    words = tuple(text(w) for w in near) if isinstance(near, Iterable) else ()
    return RowError(integer(number_), text(rule), text(column), text(found), text(expected), words, text(message))


def counts_by_rule(connection: Connection) -> dict[str, int]:
    """Rule → number of errors."""
    rows = connection.execute(f"SELECT rule, count(*) FROM {PROBLEMS} GROUP BY rule ORDER BY rule").fetchall()
    return {text(rule): integer(count) for rule, count in rows}


def good_words(connection: Connection, column: str, refused: int) -> list[str]:
    """Distinct words of a column in rows that are in order, sorted."""
    where = f"ANTI JOIN {REFUSED} USING (row)" if refused else ""
    rows = connection.execute(f"SELECT DISTINCT {quoted(column)} FROM {STAGED} {where}").fetchall()
    return sorted(text(row[0]) for row in rows)
