"""The unknown cells that hang together, as a programme: what a reader would have to solve."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from greffe.linear.solver import INFINITE, Floats, Programme, Session
from greffe.linear.system import System

LARGEST: Final = 2**50  # beyond it a double is no whole number any more: nothing is proved
WHOLE: Final = 400  # cells of a block up to which only tables of whole numbers prove anything
LARGE: Final = 20_000  # cells from which programmes are solved from the inside: the simplex method takes minutes there
AROUND: Final = 4_000  # cells around one that may move, in such a block, while all others stay as they are
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
    """The unknowns of one block. `low`, `high`: how far witnesses of any kind went; `low_whole`, `high_whole`: how far
    those of whole numbers did. `true`: the table itself, where we know it and it fits. `lenient`: real numbers count."""

    cells: Sequence[int]
    rows: list[Row]
    low: Whole
    high: Whole
    true: Whole | None = None
    lenient: bool = False
    low_whole: Whole = field(init=False)
    high_whole: Whole = field(init=False)
    _session: list[Session] = field(default_factory=list)
    _rows_of: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.low_whole, self.high_whole = self.low.copy(), self.high.copy()

    def reached(self, column: int, need: Need, side: int) -> bool:
        """Whether a witness goes as far as a need asks, upwards (1) or downwards (-1)."""
        return bool(self.high[column] >= need.high) if side > 0 else bool(self.low[column] <= need.low)

    def in_whole_numbers(self, column: int, need: Need) -> bool:
        """Whether tables of whole numbers go as far as a need asks, on both sides."""
        return bool(self.low_whole[column] <= need.low and self.high_whole[column] >= need.high)

    def differs(self, column: int) -> bool:
        """Whether two witnesses hold different values of a cell."""
        return bool(self.low[column] < self.high[column])

    @property
    def large(self) -> bool:
        return len(self.cells) > LARGE

    def around(self, column: int) -> tuple[Block, int] | None:
        """The block of the cells nearest to one, all others being as they truly are: what fits there fits the whole. With
        the number of the cell in it. None where the true table is not known."""
        if self.true is None:
            return None
        if not self._rows_of:
            self._rows_of = [[] for _ in self.cells]
            for number, (terms, _, _) in enumerate(self.rows):
                for one, _ in terms:
                    self._rows_of[one].append(number)
        inside, waiting = {column}, deque([column])
        while waiting and len(inside) < AROUND:
            for number in self._rows_of[waiting.popleft()]:
                new = [one for one, _ in self.rows[number][0] if one not in inside]
                inside.update(new)
                waiting.extend(new)
        columns = sorted(inside)
        place = {one: n for n, one in enumerate(columns)}
        rows = []
        for number in sorted({r for one in columns for r in self._rows_of[one]}):
            terms, side, loose = self.rows[number]
            still = sum(factor * int(self.true[one]) for one, factor in terms if one not in place)
            rows.append((tuple((place[o], f) for o, f in terms if o in place), side - still, loose))
        return _empty(columns, rows, self.lenient), place[column]

    def take(self, other: Block) -> None:
        """What witnesses of a block `around` a cell say of this one."""
        at = np.asarray(other.cells, dtype=np.int64)
        self.low[at], self.high[at] = np.minimum(self.low[at], other.low), np.maximum(self.high[at], other.high)
        self.low_whole[at] = np.minimum(self.low_whole[at], other.low_whole)
        self.high_whole[at] = np.maximum(self.high_whole[at], other.high_whole)

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

    def near(self, base: Floats, reach: float, costs: Mapping[int, float]) -> Floats | None:
        """How the cells of a table that fits move at the least cost, each by at most `reach`."""
        found = Programme()
        for column, value in enumerate(base):
            found.unknown(-min(reach, max(0.0, float(value))), reach, costs.get(column, 0.0))
        for terms, side, loose in self.rows:
            room = sum(factor * float(base[column]) for column, factor in terms) - side if loose else 0.0
            found.row(terms, -max(0.0, room), INFINITE if loose else 0.0)
        return found.solved(inside=self.lenient)

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
            return self.lenient and self._fits_nearly(real)
        found = whole.astype(np.int64)
        if not self.holds(found):
            return False
        self._seen(found, found)
        np.minimum(self.low_whole, found, out=self.low_whole)
        np.maximum(self.high_whole, found, out=self.high_whole)
        return True

    def holds(self, values: Whole) -> bool:
        """Whether whole numbers agree with every equation."""
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
    found = _empty(cells, rows, len(cells) > WHOLE)
    values = [system.values[cell] for cell in cells]
    known = [v for v in values if v is not None and v <= LARGEST]
    if len(known) == len(values):
        true = np.asarray(known, dtype=np.int64)
        found.true = true if found.holds(true) else None
    return found


def _empty(cells: Sequence[int], rows: list[Row], lenient: bool) -> Block:
    """A block of which no table was seen."""
    count = len(cells)
    low, high = np.full(count, 2**62, dtype=np.int64), np.full(count, -1, dtype=np.int64)
    return Block(cells, rows, low, high, lenient=lenient)
