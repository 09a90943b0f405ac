"""Desks in plain Python: not durable; the reference for desk_sql.py."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime

from greffe.store.desk import Sheet


class MemoryDesk:
    """Desk as a dict."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._sheets: dict[tuple[str, str, str], Sheet] = {}

    def put(self, person: str, place: str, texts: Mapping[str, str], instant: datetime) -> None:
        """See Desk.put."""
        with self._lock:
            self._sheets |= {(person, place, item): Sheet(place, item, text, instant) for item, text in texts.items()}

    def take(self, person: str, place: str, items: tuple[str, ...]) -> int:
        """See Desk.take."""
        with self._lock:
            return sum(self._sheets.pop((person, place, item), None) is not None for item in dict.fromkeys(items))

    def clear(self, person: str, place: str) -> None:
        """See Desk.clear."""
        with self._lock:
            self._sheets = {key: sheet for key, sheet in self._sheets.items() if key[:2] != (person, place)}

    def on(self, person: str, place: str = "") -> tuple[Sheet, ...]:
        """See Desk.on."""
        with self._lock:
            found = [s for (who, where, _), s in self._sheets.items() if who == person and place in ("", where)]
        return tuple(sorted(found, key=lambda s: (s.instant, s.place, s.item)))
