"""What people have on their desks: decisions that they have not proposed yet, files that they look at before they do.

It is theirs alone, changes and is cleared, so it is no part of the register's chain; what they propose of it is. Held by one
kit in tests/spec/store. Implementations: desk_sql.py (beside the register), desk_memory.py (the reference).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Sheet:
    """One thing on a desk: `place` says what it is about, e.g. a file of a map; `item` which part, e.g. a row."""

    place: str
    item: str
    text: str
    instant: datetime


class Desk(Protocol):
    """Every write is one transaction that is durable when the call returns."""

    def put(self, person: str, place: str, texts: Mapping[str, str], instant: datetime) -> None:
        """Lay down several items of a place at once; one that lies there already is replaced."""

    def take(self, person: str, place: str, items: tuple[str, ...]) -> int:
        """Take items of a place away; tells how many lay there."""

    def clear(self, person: str, place: str) -> None:
        """Take everything of a place away."""

    def on(self, person: str, place: str = "") -> tuple[Sheet, ...]:
        """What lies on somebody's desk, all of it or that of one place: in the order of its instants, then items."""
