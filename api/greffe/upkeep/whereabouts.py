"""Addresses of registers as entries name them, and whether two of them are one place."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL

from greffe.store.database import address_of

_PORT: Final = 5432  # of PostgreSQL, where an address names none
_MEMORY: Final = ("", ":memory:")


def is_file(url: str) -> bool | None:
    """Whether a register on SQLite is a file, and not in memory; None for a database elsewhere."""
    address = address_of(url)
    return (address.database or "") not in _MEMORY if address.get_backend_name() == "sqlite" else None


def without_password(url: str) -> str:
    """An address without its password; a file with its whole path, for who reads it stands elsewhere."""
    address = address_of(url)
    if is_file(url):
        address = address.set(database=str(Path(address.database or "").absolute()))
    return address.render_as_string(hide_password=True)


def same(one: str, other: str) -> bool:
    """Whether two addresses name one database, whoever opens it, with whichever password and driver."""
    return _place(address_of(one)) == _place(address_of(other))


def _place(address: URL) -> tuple[object, ...]:
    if address.get_backend_name() == "sqlite":
        return ("sqlite", str(Path(address.database or "").resolve()))
    host = (address.host or "").lower()
    return ("postgresql", host, address.port or _PORT, address.database, tuple(sorted(address.query.items())))
