"""Statements of the checks: values travel as parameters or tables, what is wrong is collected in one table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from greffe.arrow import integer, pa, text
from greffe.engine import Cell, Connection, quoted
from greffe.ingest.report import MOST_ERRORS, TooManyErrors
from greffe.ingest.stage import STAGED

PROBLEMS: Final = "ingest_problems"  # a line per row and error; columns as in RowError
HINTED: Final = 300  # distinct wrong words that get nearest valid ones, the most frequent first
_BAD: Final = "ingest_bad"
_HINTS: Final = "ingest_hints"


class Values:
    """The parameters of statements. Adding a value gives the text that stands for it."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def add(self, value: str) -> str:
        """`$p1`."""
        name = f"p{len(self._values) + 1}"
        self._values[name] = value
        return f"${name}"

    def among(self, expression: str, words: Sequence[str]) -> str:
        """SQL: `expression` is one of the words."""
        return f"{expression} IN ({', '.join(self.add(w) for w in words)})" if words else "FALSE"

    def run(self, connection: Connection, statement: str) -> list[tuple[Cell, ...]]:
        """Run a statement with those parameters that it names."""
        named = {name: self._values[name] for name in set(re.findall(r"\$(p\d+)\b", statement))}
        return connection.execute(statement, named).fetchall() if named else connection.execute(statement).fetchall()


@dataclass(frozen=True)
class Words:
    """A check that looks at distinct words (or pairs of words) instead of rows.

    on: the columns that make a pair; distinct: SQL that gives them and their number of rows `n`; wrong: SQL condition
    on those; expected: SQL text; hint: valid words near a wrong pair.
    """

    rule: str
    column: str
    on: tuple[str, ...]
    distinct: str
    wrong: str
    expected: str
    says: str
    hint: Callable[[Mapping[str, str]], Sequence[str]]


def create_problems(connection: Connection) -> None:
    """The empty table."""
    connection.execute(
        f'CREATE OR REPLACE TEMP TABLE {PROBLEMS} ("row" BIGINT, rule VARCHAR, "column" VARCHAR, found VARCHAR, '
        "expected VARCHAR, nearest VARCHAR[], message VARCHAR)"
    )


def add_rows(
    connection: Connection, values: Values, *, rule: str, column: str, found: str, expected: str, says: str,
    rows: str, nearest: str = "CAST([] AS VARCHAR[])",
) -> None:  # fmt: skip
    """A problem for each of `rows` (SQL from FROM on; the staged row is `s`). found, expected, nearest: SQL;
    says: what the message says of the value, e.g. "is not in its code list". Raises TooManyErrors before it adds them."""
    more, first = values.run(connection, f"SELECT count(*), min(s.row) {rows}")[0]
    if not integer(more):
        return
    if number(connection, f"SELECT count(*) FROM {PROBLEMS}") + integer(more) > MOST_ERRORS:
        raise TooManyErrors(rule, column, integer(first))
    name, sentence = values.add(column), values.add(says)
    values.run(
        connection,
        f"INSERT INTO {PROBLEMS} SELECT s.row, {values.add(rule)}, {name}, {found}, {expected}, {nearest}, "
        f"concat({name}, ' ''', {found}, ''' ', {sentence}, '.') {rows}",
    )


def add_words(connection: Connection, values: Values, check: Words) -> None:
    """Problems of the rows that hold a wrong word."""
    on = ", ".join(quoted(c) for c in check.on)
    values.run(
        connection,
        f"CREATE OR REPLACE TEMP TABLE {_BAD} AS SELECT {on}, n, {check.expected} AS expected "
        f"FROM ({check.distinct}) WHERE {check.wrong}",
    )
    top = connection.execute(f"SELECT {on} FROM {_BAD} ORDER BY n DESC, {on} LIMIT {HINTED}").fetchall()
    if not top:
        return
    pairs = [dict(zip(check.on, map(text, row), strict=True)) for row in top]
    table = {c: pa.array([p[c] for p in pairs], pa.string()) for c in check.on}
    hints = pa.array([list(check.hint(p)) for p in pairs], pa.list_(pa.string()))
    fill_table(connection, _HINTS, pa.table({**table, "nearest": hints}))
    add_rows(
        connection, values, rule=check.rule, column=check.column, found=f"s.{quoted(check.column)}",
        expected="b.expected", says=check.says, nearest="coalesce(h.nearest, CAST([] AS VARCHAR[]))",
        rows=f"FROM {STAGED} s JOIN {_BAD} b USING ({on}) LEFT JOIN {_HINTS} h USING ({on})",
    )  # fmt: skip


def fill_table(connection: Connection, name: str, table: pa.Table) -> None:
    """A temporary table of those rows."""
    connection.register("ingest_arrow", table)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS SELECT * FROM ingest_arrow")
    connection.unregister("ingest_arrow")


def number(connection: Connection, statement: str) -> int:
    """The one whole number that a statement gives."""
    row = connection.execute(statement).fetchone()
    return integer(row[0]) if row else 0


def distinct_of(columns: Sequence[str]) -> str:
    """SQL: the distinct pairs of staged words with their number of rows."""
    on = ", ".join(quoted(c) for c in columns)
    return f"SELECT {on}, count(*) AS n FROM {STAGED} GROUP BY {on}"
