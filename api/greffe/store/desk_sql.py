"""Desks in the database of the register (SQLite or PostgreSQL)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, delete, insert, select

from greffe.model.instants import read, written
from greffe.store.database import reading
from greffe.store.desk import Sheet
from greffe.store.entering import beside
from greffe.store.tables import DESKS

_AT_ONCE = 500  # bound values of one statement


class SqlDesk:
    """Desk on the engine of a register that is open."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, person: str, place: str, texts: Mapping[str, str], instant: datetime) -> None:
        """See Desk.put."""
        if not texts:
            return
        about = {"person": person, "place": place, "instant": written(instant)}
        with beside(self._engine, alone=True) as connection:
            for few in _few(tuple(texts)):
                connection.execute(delete(DESKS).where(*_of(person, place), DESKS.c.item.in_(few)))
            connection.execute(insert(DESKS), [{**about, "item": item, "said": text} for item, text in texts.items()])

    def take(self, person: str, place: str, items: tuple[str, ...]) -> int:
        """See Desk.take."""
        with beside(self._engine, alone=True) as connection:
            return sum(
                connection.execute(delete(DESKS).where(*_of(person, place), DESKS.c.item.in_(few))).rowcount
                for few in _few(tuple(dict.fromkeys(items)))
            )

    def clear(self, person: str, place: str) -> None:
        """See Desk.clear."""
        with beside(self._engine, alone=True) as connection:
            connection.execute(delete(DESKS).where(*_of(person, place)))

    def on(self, person: str, place: str = "") -> tuple[Sheet, ...]:
        """See Desk.on."""
        query = select(DESKS).where(DESKS.c.person == person)
        query = query.where(DESKS.c.place == place) if place else query
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        found = [Sheet(str(r["place"]), str(r["item"]), str(r["said"]), read(str(r["instant"]))) for r in rows]
        return tuple(
            sorted(found, key=lambda s: (s.instant, s.place, s.item))
        )  # as the reference, whatever the collation


def _of(person: str, place: str) -> tuple[ColumnElement[bool], ...]:
    return DESKS.c.person == person, DESKS.c.place == place


def _few(items: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [items[n : n + _AT_ONCE] for n in range(0, len(items), _AT_ONCE)]
