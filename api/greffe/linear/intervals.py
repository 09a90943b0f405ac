"""What a reader can work out of a table: proof, by whole tables that would look the same, that it is not too much.

A cell is proved between two bounds when there are two tables of whole numbers, none below nought, that agree with
everything the reader knows and hold a value at or beyond each bound. Such a witness is found by linear programmes and checked
in whole numbers, so that no rounding of the solver's can prove anything. In blocks of more than WHOLE unknown cells tables of
real numbers count, the usual practice: a reader who uses that counts are whole could in theory know more there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from greffe.linear.blocks import Block, Need, block_of
from greffe.linear.solver import INFINITE, Floats
from greffe.linear.system import System

__all__ = ["Need", "exact", "unproved"]


def unproved(system: System, needs: Mapping[int, Need]) -> dict[int, Need]:
    """Of the needs, those that could not be proved, with what did not stay possible: `low` or `high` as asked, -1 for a side
    that was proved. Empty: nobody who knows the known cells, all equations and that counts are whole and not negative can
    say more of a cell than its need allows."""
    failing: dict[int, Need] = {}
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
    return failing


def exact(system: System, cells: Sequence[int]) -> set[int]:
    """Of these unknown cells, those whose value a reader can work out."""
    found: set[int] = set()
    wanted = set(cells)
    for block_cells in system.blocks(cells):
        block = block_of(system, block_cells)
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


def _first(block: Block) -> bool:
    """Any table that fits."""
    return block.witness(block.session().solved({}, {})) or block.witness(block.programme({}).solved(whole=True))


def _together(block: Block, needs: Mapping[int, Need], sides: Sequence[int] = (1, -1)) -> None:
    """Witnesses for many cells at once: as many of them as far out as they must be able to go. Where the answer is no table
    of whole numbers, or helps nobody, the cells are halved."""
    for side in sides:
        waiting = [list(needs)]
        while waiting:
            left = [c for c in waiting.pop() if not block.reached(c, needs[c], side)]
            if len(left) < 2:
                continue
            block.witness(_outwards(block, needs, left, side))
            after = [c for c in left if not block.reached(c, needs[c], side)]
            half = len(after) // 2
            waiting += [after] if len(after) < len(left) else [after[half:], after[:half]]


def _outwards(block: Block, needs: Mapping[int, Need], left: Sequence[int], side: int) -> Floats | None:
    """The table in which those cells have, in all, gone the furthest towards their bounds."""
    programme = block.programme({})
    for column in left:
        bound = float(needs[column].high if side > 0 else needs[column].low)
        reached = programme.unknown(*((-INFINITE, bound) if side > 0 else (bound, INFINITE)), -float(side))
        programme.row([(column, side), (reached, -side)], 0.0, INFINITE)
    return programme.solved()


def _alone(block: Block, column: int, bound: int, side: int) -> bool:
    """Whether there is a witness with that cell at or beyond the bound: a linear programme first, in whole numbers when its
    answer is none."""
    limits = (float(bound), INFINITE) if side > 0 else (0.0, float(bound))
    solution = block.session().solved({column: limits}, {column: float(-side)})
    if solution is None:  # no bound to how far it goes is an answer too: any table beyond the bound will do
        solution = block.session().solved({column: limits}, {})
    if solution is None:
        return False
    return block.witness(solution) or block.witness(block.programme({column: limits}).solved(whole=True))
