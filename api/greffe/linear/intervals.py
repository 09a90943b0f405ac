"""What a reader can work out of a table: proof, by whole tables that would look the same, that it is not too much.

A cell is proved between two bounds when there are two tables of whole numbers, none below nought, that agree with
everything the reader knows and hold a value at or beyond each bound. Such a witness is found by linear programmes and checked
in whole numbers, so that no rounding of the solver's can prove anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from greffe.linear.solver import INFINITE, Floats, Programme, Session
from greffe.linear.system import System

LARGEST: Final = 2**50  # beyond it a double is no whole number any more: nothing is proved


@dataclass(frozen=True)
class Need:
    """What must stay possible of a cell: a value of at most `low`, and one of at least `high`."""

    low: int
    high: int


@dataclass
class _Block:
    """The unknowns of one block. `fixed`: right-hand sides, from what the reader knows."""

    cells: Sequence[int]
    rows: list[tuple[tuple[tuple[int, int], ...], int, bool]]  # (column, factor), right-hand side, loose
    low: np.ndarray[tuple[int], np.dtype[np.int64]]
    high: np.ndarray[tuple[int], np.dtype[np.int64]]
    _session: list[Session] = field(default_factory=list)

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
        """Whether the solution is a table of whole numbers that fits; if so it counts for every cell."""
        if solution is None:
            return False
        found = np.rint(solution[: len(self.cells)])
        if np.abs(found - solution[: len(self.cells)]).max(initial=0.0) > 1e-6 or found.max(initial=0.0) > LARGEST:
            return False
        whole = found.astype(np.int64)
        if whole.min(initial=0) < 0:
            return False
        for terms, side, loose in self.rows:
            total = sum(factor * int(whole[column]) for column, factor in terms)
            if total < side or (total != side and not loose):
                return False
        np.minimum(self.low, whole, out=self.low)
        np.maximum(self.high, whole, out=self.high)
        return True


def unproved(system: System, needs: Mapping[int, Need]) -> dict[int, Need]:
    """Of the needs, those that could not be proved, with what did not stay possible: `low` or `high` as asked, -1 for a side
    that was proved. Empty: nobody who knows the known cells, all equations and that counts are whole and not negative can
    say more of a cell than its need allows."""
    failing: dict[int, Need] = {}
    for cells in system.blocks(sorted(needs)):
        block = _block(system, cells)
        if block is None:
            failing |= {cell: needs[cell] for cell in cells if cell in needs}
            continue
        columns = {column: needs[cell] for column, cell in enumerate(cells) if cell in needs}
        _together(block, columns)
        for column, need in columns.items():
            low = block.low[column] <= need.low or _alone(block, column, need.low, -1)
            high = block.high[column] >= need.high or _alone(block, column, need.high, 1)
            if not (low and high):
                failing[cells[column]] = Need(-1 if low else need.low, -1 if high else need.high)
    return failing


def exact(system: System, cells: Sequence[int]) -> set[int]:
    """Of these unknown cells, those whose value a reader can work out."""
    found: set[int] = set()
    wanted = set(cells)
    for block_cells in system.blocks(cells):
        block = _block(system, block_cells)
        if block is None or not _first(block):
            continue  # what is published contradicts itself: other rules say so
        for side in (1, -1):
            left = [c for c, cell in enumerate(block_cells) if cell in wanted and block.low[c] == block.high[c]]
            _together(block, {c: Need(int(block.low[c]) - 1, int(block.high[c]) + 1) for c in left}, (side,))
        for column in (c for c, cell in enumerate(block_cells) if cell in wanted):
            if block.low[column] < block.high[column]:
                continue
            value = int(block.low[column])
            if not (_alone(block, column, value + 1, 1) or (value > 0 and _alone(block, column, value - 1, -1))):
                found.add(block_cells[column])
    return found


def _block(system: System, cells: Sequence[int]) -> _Block | None:
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
    return _Block(cells, rows, np.full(count, 2**62, dtype=np.int64), np.full(count, -1, dtype=np.int64))


def _first(block: _Block) -> bool:
    """Any table that fits."""
    return block.witness(block.session().solved({}, {})) or block.witness(block.programme({}).solved(whole=True))


def _together(block: _Block, needs: Mapping[int, Need], sides: Sequence[int] = (1, -1)) -> None:
    """Witnesses for many cells at once: as many of them as far out as they must be able to go. Where the answer is no table
    of whole numbers, or helps nobody, the cells are halved."""
    for side in sides:
        waiting = [list(needs)]
        while waiting:
            left = [c for c in waiting.pop() if not _reached(block, needs, c, side)]
            if len(left) < 2:
                continue
            block.witness(_outwards(block, needs, left, side))
            after = [c for c in left if not _reached(block, needs, c, side)]
            half = len(after) // 2
            waiting += [after] if len(after) < len(left) else [after[half:], after[:half]]


def _reached(block: _Block, needs: Mapping[int, Need], column: int, side: int) -> bool:
    need = needs[column]
    return bool(block.high[column] >= need.high) if side > 0 else bool(block.low[column] <= need.low)


def _outwards(block: _Block, needs: Mapping[int, Need], left: Sequence[int], side: int) -> Floats | None:
    """The table in which those cells have, in all, gone the furthest towards their bounds."""
    programme = block.programme({})
    for column in left:
        bound = float(needs[column].high if side > 0 else needs[column].low)
        reached = programme.unknown(*((-INFINITE, bound) if side > 0 else (bound, INFINITE)), -float(side))
        programme.row([(column, side), (reached, -side)], 0.0, INFINITE)
    return programme.solved()


def _alone(block: _Block, column: int, bound: int, side: int) -> bool:
    """Whether there is a witness with that cell at or beyond the bound: a linear programme first, in whole numbers when its
    answer is none."""
    limits = (float(bound), INFINITE) if side > 0 else (0.0, float(bound))
    solution = block.session().solved({column: limits}, {column: float(-side)})
    if solution is None:  # no bound to how far it goes is an answer too: any table beyond the bound will do
        solution = block.session().solved({column: limits}, {})
    if solution is None:
        return False
    return block.witness(solution) or block.witness(block.programme({column: limits}).solved(whole=True))
