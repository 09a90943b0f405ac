"""The unknown cells that hang together, as a programme: what a reader would have to solve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from greffe.linear.solver import INFINITE, Floats, Programme, Session
from greffe.linear.system import System

LARGEST: Final = 2**50  # beyond it a double is no whole number any more: nothing is proved
WHOLE: Final = 400  # cells of a block up to which only tables of whole numbers prove anything
NEAR: Final = 1e-6  # how far from whole, or from a sum, a number of the solver's may be
Whole = npt.NDArray[np.int64]
Row = tuple[tuple[tuple[int, int], ...], int, bool]  # (column, factor), right-hand side, loose


@dataclass(frozen=True)
class Need:
    """What must stay possible of a cell: a value of at most `low`, and one of at least `high`."""

    low: int
    high: int


@dataclass
class Block:
    """The unknowns of one block. `fixed`: right-hand sides, from what the reader knows."""

    cells: Sequence[int]
    rows: list[Row]
    low: Whole
    high: Whole
    _session: list[Session] = field(default_factory=list)

    def reached(self, column: int, need: Need, side: int) -> bool:
        """Whether a witness goes as far as a need asks, upwards (1) or downwards (-1)."""
        return bool(self.high[column] >= need.high) if side > 0 else bool(self.low[column] <= need.low)

    def session(self) -> Session:
        """The linear programme of the block, kept open."""
        if not self._session:
            self._session.append(Session(self.programme({})))
        return self._session[0]

    def programme(self, fixed: Mapping[int, tuple[float, float]]) -> Programme:
        found = Programme()
        for column in range(len(self.cells)):
            found.unknown(*fixed.get(column, (0.0, INFINITE)))
        for terms, side, loose in self.rows:
            found.row(terms, float(side), INFINITE if loose else float(side))
        return found

    def witness(self, solution: Floats | None) -> bool:
        """Whether the solution is a table of whole numbers that fits; if so it counts for every cell. In a block of more than
        WHOLE cells a table of real numbers counts too."""
        if solution is None:
            return False
        real = solution[: len(self.cells)]
        whole = np.rint(real)
        if real.min(initial=0.0) < -NEAR or real.max(initial=0.0) > LARGEST:
            return False
        if np.abs(whole - real).max(initial=0.0) > NEAR:
            return len(self.cells) > WHOLE and self._fits_nearly(real)
        if not self._fits(whole.astype(np.int64)):
            return False
        self._seen(whole.astype(np.int64), whole.astype(np.int64))
        return True

    def _fits(self, values: Whole) -> bool:
        for terms, side, loose in self.rows:
            total = sum(factor * int(values[column]) for column, factor in terms)
            if total < side or (total != side and not loose):
                return False
        return True

    def _fits_nearly(self, real: Floats) -> bool:
        for terms, side, loose in self.rows:
            left = sum(factor * float(real[column]) for column, factor in terms) - side
            if abs(left) > NEAR * (1 + abs(side)) and not (loose and left > 0):
                return False
        self._seen(np.ceil(real - NEAR).astype(np.int64), np.floor(real + NEAR).astype(np.int64))
        return True

    def _seen(self, low: Whole, high: Whole) -> None:
        np.minimum(self.low, low, out=self.low)
        np.maximum(self.high, high, out=self.high)


def block_of(system: System, cells: Sequence[int]) -> Block | None:
    """The block of these unknown cells; None where a number is too large to be proved."""
    columns = {cell: column for column, cell in enumerate(cells)}
    rows = []
    for number in system.equations_of(cells):
        equation = system.equations[number]
        side = 0
        for cell, factor in equation.terms:
            if cell not in columns:
                value = system.values[cell]
                if value is None or not system.known[cell]:
                    break
                side -= factor * value
        else:
            if abs(side) > LARGEST:
                return None
            terms = tuple((columns[cell], factor) for cell, factor in equation.terms if cell in columns)
            rows.append((terms, side, equation.loose))
    count = len(cells)
    return Block(cells, rows, np.full(count, 2**62, dtype=np.int64), np.full(count, -1, dtype=np.int64))
