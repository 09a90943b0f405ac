"""What a reader can work out of a table: proof, by whole tables that would look the same, that it is not too much.

A cell is proved between two bounds when there are two tables of whole numbers, none below nought, that agree with
everything the reader knows and hold a value at or beyond each bound. Such a witness is found by linear programmes and checked
in whole numbers, so that no rounding of the solver's can prove anything. In blocks of more than WHOLE unknown cells tables of
real numbers count, the usual practice: a reader who uses that counts are whole could in theory know more there. The proof says
of which cells that is so.

The audit of what is published (`exact`) asks for less: two tables that differ in a cell. Around one table that fits all cells
are pushed at once, which proves nearly all of them in a few programmes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from greffe.linear.blocks import Block, Need, block_of
from greffe.linear.solver import INFINITE, Floats
from greffe.linear.system import System

__all__ = ["Need", "Proof", "exact", "proof"]

FEW: Final = 8  # cells of a large block that are looked at one by one
TURNS: Final = 6  # how often all cells of a block are pushed at once, each time further
STILL: Final = 1e-4  # what cells move by, weighed and in all, where none of them moves
GOLDEN: Final = 0.6180339887498949  # its multiples, less the whole, spread best: no two cells of a block weigh the same


@dataclass
class Proof:
    """`failing`: cells that could not be proved, with what did not stay possible: `low` or `high` as asked, -1 for a side
    that was proved. `real`: cells that tables of real numbers prove, those of whole numbers not."""

    failing: dict[int, Need] = field(default_factory=dict)
    real: set[int] = field(default_factory=set)


def proof(system: System, needs: Mapping[int, Need]) -> Proof:
    """What can be proved of the needs. None failing: nobody who knows the known cells and all equations, and that counts are
    not negative, can say more of a cell than its need allows; nor, those of `real` apart, who uses that they are whole."""
    found = Proof()
    failing = found.failing
    for cells in system.blocks(sorted(needs)):
        block = block_of(system, cells)
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
            elif not block.in_whole_numbers(column, need):
                found.real.add(cells[column])
    return found


def exact(system: System, cells: Sequence[int]) -> set[int]:
    """Of these unknown cells, those whose value a reader can work out: of which no two tables that fit hold different ones.
    Where `system` has the true value of every unknown, the true table is the first of them."""
    found: set[int] = set()
    wanted = set(cells)
    for block_cells in system.blocks(cells):
        block = block_of(system, block_cells)
        base = _first(block) if block is not None else None
        if block is None or base is None:
            continue  # what is published contradicts itself: other rules say so
        left, sure = _nudged(block, base, [c for c, cell in enumerate(block_cells) if cell in wanted])
        found |= {block_cells[c] for c in left if sure or not _moves(block, c)}
    return found


def _moves(block: Block, column: int) -> bool:
    """Whether there are witnesses with two whole values of a cell, when more of them are looked for."""
    if block.low[column] > block.high[column]:  # seen between two whole numbers alone: it must reach both, or pass one
        _alone(block, column, int(block.low[column]), 1)
        _alone(block, column, int(block.high[column]), -1)
    if block.differs(column):
        return True
    value = int(block.low[column])
    found = _alone(block, column, value + 1, 1) or (value > 0 and _alone(block, column, value - 1, -1))
    return found and block.differs(column)


def _first(block: Block) -> Floats | None:
    """A table that fits: the true one, where it is known, else any, from the middle of all where cells are many."""
    if block.true is not None:  # `block_of` has checked it against every equation
        table = block.true.astype(np.float64)
        block.witness(table)
        return table
    for inside, whole in ((block.lenient, False), (False, True)):
        found = block.programme({}).solved(inside=inside, whole=whole)
        if block.witness(found):
            return found
    return None


def _nudged(block: Block, base: Floats, wanted: Sequence[int]) -> tuple[list[int], bool]:
    """The cells that no witness around the table `base` moves, all pushed at once; and whether it is sure that they stay.

    All cells keep within a few units of `base`: a cell that can move at all moves there too, since all between two tables
    fits, and such a programme is solved in a fraction of the time. Where neither side lets a sum of the rest move in which
    each weighs something by chance, and with other weights neither, none of the rest moves."""
    left, still = list(wanted), 0
    for turn in range(TURNS):
        before, gained = len(left), 0.0
        chance = np.random.default_rng(turn).random(len(block.cells)) + 1
        for side in (1, -1):
            left = [column for column in left if not block.differs(column)]
            if not left:
                return [], True
            costs = {column: -side * float(chance[column]) for column in left}
            move = block.near(base, 4.0**turn, costs)
            if move is None:
                return left, False
            block.witness(base + move)
            gained -= sum(cost * float(move[column]) for column, cost in costs.items())
        still = still + 1 if gained < STILL else 0
        if still == 2:
            return left, True
        if turn and not still and len(left) == before:
            break
    return left, False


def _together(block: Block, needs: Mapping[int, Need], sides: Sequence[int] = (1, -1)) -> None:
    """Witnesses for many cells at once: as many of them as far out as they must be able to go. Where the answer is no table
    of whole numbers, or helps nobody, the cells are halved; a few in a large block are left to `_alone`."""
    for side in sides:
        waiting, turn = [list(needs)], 0
        while waiting:
            left = [c for c in waiting.pop() if not block.reached(c, needs[c], side)]
            if len(left) < (FEW if block.large else 2):
                continue
            block.witness(_outwards(block, needs, left, side, turn))
            turn += 1
            after = [c for c in left if not block.reached(c, needs[c], side)]
            half = len(after) // 2
            waiting += [after] if len(after) < len(left) else [after[half:], after[:half]]


def _outwards(block: Block, needs: Mapping[int, Need], left: Sequence[int], side: int, turn: int) -> Floats | None:
    """The table in which those cells have, in all, gone the furthest towards their bounds. They weigh differently, and
    otherwise in each `turn`: where one of several can reach its bound, one does, rather than each going a part of the way."""
    programme = block.programme({})
    for column in left:
        bound = float(needs[column].high if side > 0 else needs[column].low)
        reached = programme.unknown(
            *((-INFINITE, bound) if side > 0 else (bound, INFINITE)), -side * (1 + (column + turn) * GOLDEN % 1)
        )
        programme.row([(column, side), (reached, -side)], 0.0, INFINITE)
    return programme.solved(inside=block.large)


def _alone(block: Block, column: int, bound: int, side: int) -> bool:
    """Whether there is a witness with that cell at or beyond the bound: a linear programme first, in whole numbers when its
    answer is none."""
    limits = (float(bound), INFINITE) if side > 0 else (0.0, float(bound))
    if block.large:
        near = block.around(column)
        if near is not None and _alone(*near, bound, side):
            block.take(near[0])
            return True
        return block.witness(block.programme({column: limits}).solved(inside=True))
    solution = block.session().solved({column: limits}, {column: float(-side)})
    if solution is None:  # no bound to how far it goes is an answer too: any table beyond the bound will do
        solution = block.session().solved({column: limits}, {})
    if solution is None:
        return False
    return block.witness(solution) or block.witness(block.programme({column: limits}).solved(whole=True))
