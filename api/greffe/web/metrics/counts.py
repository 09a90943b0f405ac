"""Answers counted in plain lists: one look into a dict and six additions an answer; families are made when somebody scrapes.

Every label is a word of ours: templates of routes, four methods, classes of statuses, names of formats. Whoever asks for addresses
at random makes one more of `unknown`. MOST kinds of answers are told apart; what comes after that counts as `other`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import Final, TypeAlias

from greffe.logs.asked import Asked
from greffe.logs.requests import Answered

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)  # seconds
MOST: Final = 3000
SHED: Final = "shed/"  # before the status of an answer that was turned away: that is no error of the service
Key: TypeAlias = tuple[str, str, str, str, str]  # route, method, class of status or `shed/STATUS`, format, cache
REST: Final[Key] = ("other", "other", "other", "other", "none")
Cell: TypeAlias = list[float]  # answers, bytes, seconds, then answers by bucket, the last one unbounded


class Counts:
    """The answers of this process. For one event loop; who scrapes reads a copy."""

    def __init__(self, most: int = MOST) -> None:
        self.begun = self.ended = 0
        self._most = most
        self._cells: dict[Key, Cell] = {}
        self._shed: dict[str, float] = {}

    def began(self) -> None:
        """A request came."""
        self.begun += 1

    def heard(self, _asked: Asked, it: Answered) -> None:
        """An answer ended."""
        self.ended += 1
        status = f"{SHED}{it.status}" if it.shed else _CLASSES[min(it.status, 599) // 100]
        cell = self._cells.get((it.route, it.method, status, it.format, it.cache))
        if cell is None:
            cell = self._new((it.route, it.method, status, it.format, it.cache))
        cell[0] += 1
        cell[1] += it.bytes
        cell[2] += it.seconds
        cell[3 + bisect_left(BUCKETS, it.seconds)] += 1
        if it.shed:
            self._shed[it.shed] = self._shed.get(it.shed, 0) + 1

    def shed(self) -> Mapping[str, float]:
        """`CLASS/REASON` → answers that were turned away, a copy."""
        return self._shed.copy()

    def cells(self) -> Mapping[Key, Cell]:
        """A copy, for another thread."""
        return {key: list(cell) for key, cell in self._cells.copy().items()}

    def _new(self, key: Key) -> Cell:
        key = key if len(self._cells) < self._most else REST
        return self._cells.setdefault(key, [0.0] * (3 + len(BUCKETS) + 1))


_CLASSES: Final = ("other", "1xx", "2xx", "3xx", "4xx", "5xx")
