"""One process at a time moves a house: the lock goes with the process that has it, so that a move which was
cut off is taken up by the same call at once."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from greffe.errors import Conflict
from greffe.store.database import as_it_is, translated
from greffe.upkeep.whereabouts import file_of_register

_MOVING: Final = 7_403_051_131  # key of the advisory lock on PostgreSQL


@contextmanager
def only_one(url: str) -> Iterator[None]:
    """Alone with the register at that address, as far as moves go. Raises Conflict when another process moves it."""
    file = file_of_register(url)
    if file is None:
        with _on_postgresql(url):
            yield
        return
    folder = os.open(
        file.absolute().parent, os.O_RDONLY
    )  # not the file: closing it would let go of what SQLite locks in it
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _under_way() from error
        yield
    finally:
        os.close(folder)


@contextmanager
def _on_postgresql(url: str) -> Iterator[None]:
    engine = as_it_is(url)
    try:
        with translated(engine), engine.connect() as connection:  # its lock ends with it
            if not connection.execute(select(func.pg_try_advisory_lock(_MOVING))).scalar():
                raise _under_way()
            connection.commit()
            try:
                yield
            finally:
                with suppress(SQLAlchemyError):  # at once; a server may notice late that nobody is there any more
                    connection.execute(select(func.pg_advisory_unlock(_MOVING)))
                connection.invalidate()
    finally:
        engine.dispose()


def _under_way() -> Conflict:
    return Conflict(
        "A move of this house is under way.",
        hint="Wait for it. If it is cut off, the same command goes on where it stopped.",
    )
