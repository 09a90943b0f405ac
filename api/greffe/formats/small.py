"""A few observations written as plain text: starting the engine of columns costs more than they do.

What is written is, byte for byte, what the engine of `fragments` writes of the same block.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, repeat
from typing import Final, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from greffe.arrow import pa
from greffe.errors import Broken
from greffe.formats.pieces import NUMERIC, Cell, Layout, Number, Piece, Present
from greffe.model.dataset import SeriesBlock

FEW: Final = 64  # series and observations of a block
BYTES: Final = 1024 * 1024  # of its columns: long comments are written a few at a time by the engine

Cells: TypeAlias = "list[str | None]"
Part: TypeAlias = "str | list[str]"  # the same in every row, or one for each


def counted(block: SeriesBlock) -> npt.NDArray[np.int64]:
    """How many observations each series has. Raises Broken when the block holds others than it counts."""
    counts = np.asarray(block.counts.to_numpy(), dtype=np.int64)
    if int(counts.sum()) != block.observations.num_rows or len(counts) != block.series.num_rows:
        raise Broken("A block of series does not hold as many observations as it counts.")
    return counts


def is_small(block: SeriesBlock) -> bool:
    """Whether the block is written here."""
    tables = (block.series, block.observations)
    return sum(t.num_rows for t in tables) <= FEW and sum(t.nbytes for t in tables) <= BYTES


def write(block: SeriesBlock, layout: Layout, observations: bool) -> Iterator[bytes]:
    """The block's part of the body; `observations` False writes series only. Raises Broken and what cells raise."""
    counts = counted(block).tolist()
    if not observations:
        counts = [0] * len(counts)
    lines = [max(count, 1) for count in counts] if layout.bare else counts
    of = [series for series, count in enumerate(lines) for _ in range(count)]
    starts = list(accumulate(counts, initial=0))
    at = [
        starts[series] + row if row < counts[series] else None
        for series, count in enumerate(lines)
        for row in range(count)
    ]
    if not of:
        return
    body = _Rows(block, of, at).joined(layout.row)
    if not (layout.opening or layout.closing or layout.between):
        yield "".join(body).encode()
        return
    opening = _Rows(block, range(len(counts)), None).joined(layout.opening)
    found, place = [], 0
    for series, count in enumerate(lines):
        if count:
            found += [opening[series], layout.between.join(body[place : place + count]), layout.closing]
            place += count
    yield "".join(found).encode()


class _Rows:
    """Rows to write: of which series each is, and at which observation (None: at none). `at` None: series alone."""

    def __init__(self, block: SeriesBlock, of: Sequence[int], at: Sequence[int | None] | None) -> None:
        self._block, self._of, self._at = block, of, at
        self._known: dict[str, Cells | None] = {}

    def joined(self, pieces: Iterable[Piece]) -> list[str]:
        """The pieces of each row in one string."""
        return _joined([part for piece in pieces for part in self._parts(piece)], len(self._of))

    def _parts(self, piece: Piece) -> list[Part]:
        if isinstance(piece, str):
            return [piece]
        if isinstance(piece, Present):
            return self._present(piece)
        cells = self._cells(piece)
        if cells is None:
            return [piece.missing]
        if isinstance(piece, Number):
            return [[piece.missing if cell is None else cell for cell in cells]]
        known: dict[str | None, str] = {None: piece.missing}
        for cell in cells:
            if cell not in known:
                known[cell] = piece.render(cast(str, cell))
        return [[known[cell] for cell in cells]]

    def _present(self, piece: Present) -> list[Part]:
        columns = list(self._columns(piece))
        there = [any(cell is not None for cell in row) for row in zip(*columns, strict=True)]
        if not any(there):
            return []
        inner = [part for p in piece.pieces for part in self._parts(p)]
        whole = _joined([piece.before, *inner, piece.after], len(self._of))
        return [[text if is_there else "" for text, is_there in zip(whole, there, strict=True)]]

    def _columns(self, piece: Present) -> Iterator[Cells]:
        for inner in piece.pieces:
            if isinstance(inner, Present):
                yield from self._columns(inner)
            elif not isinstance(inner, str):
                cells = self._cells(inner)
                yield from () if cells is None else (cells,)

    def _cells(self, piece: Cell | Number) -> Cells | None:
        """What the column has in each row; None when there is no such column."""
        if piece.id not in self._known:
            self._known[piece.id] = self._read(piece)
        return self._known[piece.id]

    def _read(self, piece: Cell | Number) -> Cells | None:
        """The cells of an observation or, for a component that it has not, of its series."""
        if self._at is not None and piece.id in self._block.observations.column_names:
            found = _texts(self._block, piece, series=False)
            return [None if place is None else found[place] for place in self._at]
        if piece.id in self._block.series.column_names:
            found = _texts(self._block, piece, series=True)
            return [found[place] for place in self._of]
        return None


def _texts(block: SeriesBlock, piece: Cell | Number, *, series: bool) -> Cells:
    found = block.few(piece.id, series=series)
    if isinstance(piece, Cell):
        return found
    if piece.write is not None:
        return piece.write(pa.array(found, pa.string())).to_pylist()
    if "".join(cell for cell in found if cell is not None).strip(NUMERIC):
        raise Broken(f"A released value of {piece.id} is not the text of a number.")
    return found


def _joined(parts: Sequence[Part], size: int) -> list[str]:
    columns = [repeat(part, size) if isinstance(part, str) else part for part in parts]
    return ["".join(row) for row in zip(*columns, strict=True)] if columns else [""] * size
