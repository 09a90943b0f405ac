"""Several writes as one transaction: who writes to an engine within `sharing` writes into the transaction that is open there already."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from sqlalchemy import Connection, Engine

_OPEN: Final[ContextVar[tuple[Engine, Connection] | None]] = ContextVar("greffe_open_transaction", default=None)


@contextmanager
def sharing(engine: Engine, connection: Connection) -> Iterator[None]:
    """Until the end of the block, in this thread, what is written to the engine is written on that connection, and stands when its
    transaction does. What is read meanwhile is read as it was before."""
    token = _OPEN.set((engine, connection))
    try:
        yield
    finally:
        _OPEN.reset(token)


def shared(engine: Engine) -> Connection | None:
    """The connection on which to write to that engine, where somebody shares theirs."""
    found = _OPEN.get()
    return found[1] if found is not None and found[0] is engine else None
