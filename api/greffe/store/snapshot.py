"""The register as it is at one moment, read in one transaction, in a form that either database can be filled from.

Entries come in pieces of 1,000 by their numbers, each with the contents that its entries are the first to name: what was
written once is the same piece in every later backup, of SQLite and of PostgreSQL. A line of a piece is JSON:
["content", sha256, base64], ["entry", {column: text as it stands}], and of what stands beside the chain ["row", table, {…}].
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Engine, RowMapping, select, text

from greffe.errors import Broken
from greffe.store.base import Entry
from greffe.store.chain import parsed
from greffe.store.database import translated
from greffe.store.tables import CONTENTS, ENTRIES, METADATA

PIECE: Final = 1_000  # entries
_PAGE: Final = 200
LEFT_OUT: Final = ("sessions", "failures", "invitations")  # a restored house must not bring these back to life
CHAINED: Final = ("entries", "contents")


@dataclass(frozen=True)
class Piece:
    """Entries `first` to `last`; `lines` is read once."""

    first: int
    last: int
    lines: Iterator[bytes]


class Snapshot:
    """The register at one moment. `head`, `head_hash`: of its last entry; `instant`: when that was written; `schema`: the
    migration that the database is at."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        last = select(ENTRIES.c.number, ENTRIES.c.hash, ENTRIES.c.instant).order_by(ENTRIES.c.number.desc()).limit(1)
        row = connection.execute(last).one_or_none()
        self.head, self.head_hash, self.instant = (
            (0, "", "") if row is None else (int(row[0]), str(row[1]), str(row[2]))
        )
        self.schema = str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())

    def entries(self) -> Iterator[Entry]:
        """Every entry, in order."""
        for row in self._rows(0, self.head):
            yield entry_of(row)

    def pieces(self) -> Iterator[Piece]:
        """The chain with its contents. Each piece is to be read before the next one is asked for."""
        seen: set[str] = set()
        for start in range(0, self.head, PIECE):
            yield Piece(start + 1, min(start + PIECE, self.head), self._lines(start, start + PIECE, seen))

    def beside(self) -> Iterator[bytes]:
        """What stands beside the chain, without what is left out, a line a row, in the order of its key."""
        streamed = self._connection.execution_options(stream_results=True)
        for table in METADATA.sorted_tables:
            if table.name in (*CHAINED, *LEFT_OUT):
                continue
            found = streamed.execute(select(table).order_by(*table.primary_key.columns))
            for row in found.yield_per(_PAGE).mappings():
                yield _line("row", table.name, dict(row))

    def _lines(self, after: int, until: int, seen: set[str]) -> Iterator[bytes]:
        for row in self._rows(after, until):
            for name in json.loads(str(row["contents"])):
                if name not in seen:
                    seen.add(name)
                    yield _line("content", name, b64encode(self._content(name)).decode())
            yield _line("entry", dict(row))

    def _content(self, name: str) -> bytes:
        found = self._connection.execute(select(CONTENTS.c.bytes).where(CONTENTS.c.checksum == name)).scalar()
        if found is None:
            raise Broken(f"The register has no content {name}.", hint="greffe verify tells more.")
        return bytes(found)

    def _rows(self, after: int, until: int) -> Iterator[RowMapping]:
        query = select(ENTRIES).order_by(ENTRIES.c.number).limit(_PAGE)
        while True:
            some = query.where(ENTRIES.c.number > after, ENTRIES.c.number <= until)
            rows = self._connection.execute(some).mappings().all()
            yield from rows
            if len(rows) < _PAGE:
                return
            after = rows[-1]["number"]


@contextmanager
def snapshot(engine: Engine) -> Iterator[Snapshot]:
    """The register at this moment, while the block lasts: others read and write on, and nothing of it shows."""
    with translated(), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        yield Snapshot(connection)


def entry_of(row: Mapping[str, object] | RowMapping) -> Entry:
    """The entry that stands in a row, whose columns are as they are in the database."""
    return Entry(
        number=int(str(row["number"])), instant=str(row["instant"]), actor=str(row["actor"]),
        established=str(row["established"]), kind=str(row["kind"]), subject=str(row["subject"]),
        payload=parsed(str(row["payload"])), previous=str(row["previous"]), hash=str(row["hash"]),
    )  # fmt: skip


def _line(*values: object) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode() + b"\n"
