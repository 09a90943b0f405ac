"""A table that is held against a structure: a column of text for each component that is there."""

from __future__ import annotations

from dataclasses import dataclass

from greffe.arrow import integer
from greffe.engine import Connection, quoted


@dataclass(frozen=True)
class Checked:
    """A table to be checked, with the columns that it has."""

    connection: Connection
    table: str
    columns: tuple[str, ...]

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """Run a query on `{t}`, the table."""
        return self.connection.execute(sql.format(t=quoted(self.table))).fetchall()

    def count(self, condition: str) -> int:
        """Rows that meet a condition."""
        found = self.connection.execute(f"SELECT count(*) FROM {quoted(self.table)} WHERE {condition}").fetchone()
        return integer(found[0]) if found else 0


def empty(id_: str) -> str:
    """SQL condition: nothing stands in the column."""
    return f"coalesce({quoted(id_)}, '') = ''"
