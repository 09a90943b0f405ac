"""A register is filled from the pieces of a snapshot: in one transaction, checked before it is committed."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from sqlalchemy import Connection, Engine, Insert, MetaData, insert, select

from greffe.errors import Broken, Refused
from greffe.store.base import Entry
from greffe.store.chain import MOVED, checksum, faults
from greffe.store.database import open_at, writing
from greffe.store.snapshot import CHAINED, entry_of
from greffe.store.tables import ENTRIES

Line = list[object]
_BATCH: Final = 200


@dataclass
class Filled:
    """What came: the last entry, and the contents that entries name and nobody brought."""

    head: int = 0
    head_hash: str = ""
    there: set[str] = field(default_factory=set)


def lines(piece: Iterable[bytes], name: str) -> Iterator[Line]:
    """The lines of a piece as values. Raises Broken naming it."""
    for line in piece:
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise Broken("It is damaged or written otherwise.", file=name) from error
        if not isinstance(found, list) or not found or found[0] not in ("content", "entry", "row"):
            raise Broken("It is damaged or written otherwise.", file=name)
        yield found


def chained(found: Iterable[Line], state: Filled, name: str) -> Iterator[tuple[Entry, tuple[str, ...]]]:
    """The entries of lines with the checksums of their contents, which are held against what was brought. Raises Broken."""
    for line in found:
        try:
            if line[0] == "content":
                if checksum(b64decode(str(line[2]), validate=True)) != line[1]:
                    raise Broken(f"Content {line[1]} is not what was written.", file=name)
                state.there.add(str(line[1]))
            elif line[0] == "entry":
                row = line[1]
                if not isinstance(row, Mapping):
                    raise ValueError("no entry")
                entry, contents = entry_of(row), tuple(json.loads(str(row["contents"])))
                missing = next((c for c in contents if c not in state.there), None)
                if missing is not None:
                    raise Broken(f"Content {missing} of entry {entry.number} is missing.", file=name)
                state.head, state.head_hash = entry.number, entry.hash
                yield entry, contents
        except (ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
            raise Broken("It is damaged or written otherwise.", file=name) from error


def columns_at(schema: str) -> Mapping[str, frozenset[str]]:
    """The columns of each table at a schema, which is made where nothing is kept."""
    engine, tables = open_at("sqlite://", schema), MetaData()
    try:
        with engine.connect() as connection:
            tables.reflect(connection)
    finally:
        engine.dispose()
    return {t.name: frozenset(c.name for c in t.columns) for t in tables.sorted_tables}


def fitting(found: Iterable[Line], columns: Mapping[str, frozenset[str]], name: str) -> Iterator[Line]:
    """The same lines. Raises Broken, naming the piece, for a row that the tables of a schema do not take."""
    for line in found:
        if line[0] != "content":  # as it is at every schema
            _row_of(line, columns, name)
        yield line


def moved_to(engine: Engine) -> str:
    """Where the last entry of a register says that it was moved, without a password; '' when it is where it was."""
    with engine.connect() as connection:
        last = connection.execute(select(ENTRIES.c.kind, ENTRIES.c.subject).order_by(ENTRIES.c.number.desc()).limit(1))
        row = last.one_or_none()
    return str(row.subject) if row is not None and row.kind == MOVED else ""


def head_of(engine: Engine) -> tuple[int, str]:
    """Number and hash of the last entry of a database that may not be set up; 0 and '' when there is none."""
    with engine.connect() as connection:
        if not engine.dialect.has_table(connection, ENTRIES.name):
            return 0, ""
        return last_of(connection)


def last_of(connection: Connection) -> tuple[int, str]:
    """Number and hash of the last entry; 0 and '' when there is none."""
    last = select(ENTRIES.c.number, ENTRIES.c.hash).order_by(ENTRIES.c.number.desc()).limit(1)
    row = connection.execute(last).one_or_none()
    return (0, "") if row is None else (int(row[0]), str(row[1]))


def fill(engine: Engine, pieces: Iterable[tuple[str, Iterable[bytes]]], head: int, head_hash: str) -> None:
    """Fill an empty register with pieces by name. All or nothing: raises Broken, and nothing is there, when the chain does
    not hold or does not end where it must; Refused when the register is not empty."""
    if head_of(engine)[0]:
        raise Refused("The register is not empty.", hint="Name an empty database.")
    state, tables = Filled(), MetaData()
    with writing(engine) as connection:
        tables.reflect(connection)
        into = {t.name: Into(insert(t), frozenset(c.name for c in t.columns)) for t in tables.sorted_tables}
        wrong = next(iter(faults(_taken(connection, into, pieces, state))), "")
        if wrong:
            raise Broken(wrong)
        if (state.head, state.head_hash) != (head, head_hash):
            raise Broken(f"The register ends at entry {state.head} and not as it must at {head}.")


@dataclass(frozen=True)
class Into:
    """How rows enter a table, and its columns."""

    insert: Insert
    columns: frozenset[str]


def _taken(
    connection: Connection, into: Mapping[str, Into], pieces: Iterable[tuple[str, Iterable[bytes]]], state: Filled
) -> Iterator[tuple[Entry, tuple[str, ...]]]:
    """Insert what comes, and hand the entries on."""
    for name, piece in pieces:
        batch = _Batch(connection, into, name)
        yield from chained(batch.passed(lines(piece, name)), state, name)
        batch.flush()


class _Batch:
    """Rows that wait to be inserted, of one table at a time."""

    def __init__(self, connection: Connection, into: Mapping[str, Into], name: str) -> None:
        self._connection, self._into, self._name = connection, into, name
        self._columns = {table: one.columns for table, one in into.items()}
        self._table = ""
        self._rows: list[dict[str, object]] = []

    def passed(self, found: Iterable[Line]) -> Iterator[Line]:
        """The same lines. Each is looked at by whoever takes it before it is inserted."""
        for line in found:
            yield line
            table, row = _row_of(line, self._columns, self._name)
            if table != self._table or len(self._rows) >= _BATCH:
                self.flush()
                self._table = table
            self._rows.append(row)

    def flush(self) -> None:
        """Insert those that wait."""
        if self._rows:
            self._connection.execute(self._into[self._table].insert, self._rows)
        self._rows = []


def _row_of(line: Line, columns: Mapping[str, frozenset[str]], name: str) -> tuple[str, dict[str, object]]:
    try:
        if line[0] == "content":
            table, row = "contents", _mapping({"checksum": str(line[1]), "bytes": b64decode(str(line[2]))})
        else:
            table, row = "entries" if line[0] == "entry" else str(line[1]), _mapping(line[-1])
        if set(row) != columns[table] or (table in CHAINED and line[0] == "row"):
            raise ValueError("other columns")
    except (KeyError, ValueError, IndexError) as error:
        raise Broken("It is damaged or written otherwise.", file=name) from error
    return table, row


def _mapping(told: object) -> dict[str, object]:
    if not isinstance(told, Mapping):
        raise ValueError("no row")
    return dict(cast(Mapping[str, object], told))
