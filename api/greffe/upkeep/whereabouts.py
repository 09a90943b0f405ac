"""Addresses of registers as entries name them, whether two of them are one place, and what a register says last of its own."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL

from greffe.errors import BadQuery
from greffe.store.base import Entry, Register
from greffe.store.database import address_of
from greffe.store.tables import ENTRIES

_PORT: Final = 5432  # of PostgreSQL, where an address names none
_SQLITE: Final = b"SQLite format 3\0"
_NEW: Final = "Name a file that is not there yet."
_MEMORY: Final = ("", ":memory:")


def last_entry(register: Register) -> Entry | None:
    """The entry that says whether a register was moved; None of an empty one."""
    return next(iter(register.read(after=register.head() - 1)), None)


def file_of_register(url: str) -> Path | None:
    """The file that an address of a register names; None for a database elsewhere and for one in memory. Raises BadDefinition,
    Unsupported."""
    address = address_of(url)
    return None if in_memory(url) or address.get_backend_name() != "sqlite" else Path(address.database or "")


def in_memory(url: str) -> bool:
    """Whether a register on SQLite is no file."""
    address = address_of(url)
    return address.get_backend_name() == "sqlite" and (address.database or "") in _MEMORY


def refuse_other(url: str) -> None:
    """Raise BadQuery for a file that is there and holds something else than a register: nothing of it is touched."""
    file = file_of_register(url)
    if file is None or not file.exists():
        return
    if file.is_dir():
        raise BadQuery("It is a folder.", parameter="--to", hint=_NEW)
    with file.open("rb") as content:
        start = content.read(len(_SQLITE))
    if start and start != _SQLITE:
        raise BadQuery(f"{file} is no database of SQLite.", parameter="--to", hint=_NEW)
    tables = _tables(file)
    if tables and not {ENTRIES.name, "alembic_version"} <= set(tables):
        raise BadQuery(
            f"{file} is the database of something else: it has tables such as {tables[0]}.", parameter="--to", hint=_NEW
        )


def _tables(file: Path) -> list[str]:
    """Tables of a database, which is opened as no register is: that would write to it. Of one that is damaged none are told."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as there:
        return [str(n) for (n,) in there.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    return []


def without_password(url: str) -> str:
    """An address without its password; a file with its whole path, for who reads it stands elsewhere."""
    address, file = address_of(url), file_of_register(url)
    if file is not None:
        address = address.set(database=str(file.absolute()))
    return address.render_as_string(hide_password=True)


def same(one: str, other: str) -> bool:
    """Whether two addresses name one database, whoever opens it, with whichever password and driver."""
    return _place(address_of(one)) == _place(address_of(other))


def _place(address: URL) -> tuple[object, ...]:
    if address.get_backend_name() == "sqlite":
        return ("sqlite", str(Path(address.database or "").resolve()))
    host = (address.host or "").lower()
    return ("postgresql", host, address.port or _PORT, address.database, tuple(sorted(address.query.items())))
