"""A table that is held against a structure: a column of text for each component that is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from greffe.arrow import integer
from greffe.engine import Connection, quoted


@dataclass(frozen=True)
class Checked:
    """A table to be checked, with the columns that it has. Of a file also `line`, the column with the number of each line,
    and `file`, what is said before that number; `spelled`: component → the words that its author writes for codes; `odd`:
    columns whose names can be no ids, which the table leaves out, with how many of their cells are filled."""

    connection: Connection
    table: str
    columns: tuple[str, ...]
    line: str = ""
    file: str = ""
    spelled: Mapping[str, Sequence[str]] = field(default_factory=dict)
    odd: Mapping[str, int] = field(default_factory=dict)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """Run a query on `{t}`, the table."""
        return self.connection.execute(sql.format(t=quoted(self.table))).fetchall()

    def count(self, condition: str) -> int:
        """Rows that meet a condition."""
        found = self.connection.execute(f"SELECT count(*) FROM {quoted(self.table)} WHERE {condition}").fetchone()
        return integer(found[0]) if found else 0

    def place(self, condition: str) -> str:
        """`file.csv, line 3`: the first row of a file that meets a condition; '' where it is no file."""
        if not self.line:
            return ""
        sql = f"SELECT min({quoted(self.line)}) FROM {quoted(self.table)} WHERE {condition}"
        (found,) = self.connection.execute(sql).fetchone() or (None,)
        return "" if found is None else f"{self.file} {integer(found)}"


def empty(id_: str) -> str:
    """SQL condition: nothing stands in the column."""
    return f"coalesce({quoted(id_)}, '') = ''"


def is_(id_: str, cell: str) -> str:
    """SQL condition: that very text stands in the column."""
    return f"coalesce({quoted(id_)}, '') = '" + cell.replace("'", "''") + "'"
