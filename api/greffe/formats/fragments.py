"""The engine of every data format: columns become byte chunks, 8 k rows at a time, without an object per observation.

Each distinct code, period or attribute value is turned once into an escaped fragment that holds its punctuation too
(`' OBS_STATUS="A"'`, `A,`). A batch is one element-wise join over `take`s of those fragments, and the data buffer of
the result is the chunk. A format is a `Layout` of pieces, a head and a tail; it never sees a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from greffe.arrow import coded, octets, pa, pc
from greffe.errors import Broken
from greffe.formats import small
from greffe.formats.coded import Coded, Part, Strings, in_one
from greffe.formats.pieces import NUMERIC, Cell, Layout, Number, Piece, Present
from greffe.model.dataset import SeriesBlock

# Of a batch, at most. Each download that is open holds a batch or two for as long as its reader takes: four times as many rows
# cost four times the memory and are no faster.
ROWS: Final = 8_192
BYTES: Final = 32 * 1024 * 1024  # of a batch, at most, were every cell the longest of its column
_NUMBER: Final = np.zeros(256, dtype=np.bool_)
_NUMBER[np.frombuffer(NUMERIC.encode(), dtype=np.uint8)] = True

Column: TypeAlias = "pa.Array[pa.Scalar[pa.DataType]]"
Chunked: TypeAlias = "pa.ChunkedArray[pa.Scalar[pa.DataType]]"
Selection: TypeAlias = "pa.Int32Array | None"
Ints: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Rendered:
    """Fragments of one dictionary, the one for null last, and the length of the longest in bytes."""

    dictionary: Strings
    fragments: Strings
    longest: int


class _Memory:
    """Rendered dictionaries by cell: a block with the same codes as the one before costs a comparison."""

    def __init__(self) -> None:
        self._known: dict[Cell, _Rendered] = {}

    def __call__(self, cell: Cell, dictionary: Strings) -> _Rendered:
        known = self._known.get(cell)
        if known is not None and known.dictionary.equals(dictionary):
            return known
        texts = [cell.render(str(value)) for value in dictionary.to_pylist()] + [cell.missing]
        rendered = _Rendered(dictionary, pa.array(texts, pa.string()), max(len(t.encode()) for t in texts))
        self._known[cell] = rendered
        return rendered

    def forget(self, ids: set[str]) -> None:
        """Render the dictionaries of these columns anew when next they come."""
        self._known = {cell: rendered for cell, rendered in self._known.items() if cell.id not in ids}


class _Level:
    """One table of a block, the series or the observations."""

    def __init__(self, table: pa.Table) -> None:
        self._columns = {name: _tidy(table.column(name)) for name in table.column_names}

    def __contains__(self, id_: str) -> bool:
        return id_ in self._columns

    def dictionary(self, id_: str) -> Strings:
        """Distinct values of a column of codes."""
        return coded(self._columns[id_])[1]

    def window(self, start: int, length: int, memory: _Memory, gaps: Selection = None) -> _Window:
        """`length` rows from `start`; with `gaps`, those rows spread out (null = a row that is not there)."""
        size = length if gaps is None else len(gaps)
        return _Window({n: c.slice(start, length) for n, c in self._columns.items()}, memory, size, gaps)


class _Window:
    """Some rows of one table: gives the parts to join for each piece."""

    def __init__(self, columns: dict[str, Column], memory: _Memory, size: int, gaps: Selection) -> None:
        self._columns, self._memory, self.size, self._gaps = columns, memory, size, gaps
        self._lent: set[str] = set()  # columns of the series, one row an observation already

    def __contains__(self, piece: Piece) -> bool:
        """Whether the piece is a column, or holds a column, of this table."""
        if isinstance(piece, Present):
            return any(p in self for p in piece.pieces)
        return not isinstance(piece, str) and piece.id in self._columns

    def borrow(self, series: _Window, piece: Present, of: pa.Int32Array) -> None:
        """Take over the series' columns among the pieces: some say what their series says, some what the row says."""
        for inner in piece.pieces:
            if isinstance(inner, Present):
                self.borrow(series, inner, of)
            elif not isinstance(inner, str) and inner.id in series._columns:
                self._columns[inner.id] = series._columns[inner.id].take(of)
                self._lent.add(inner.id)

    def joined(self, pieces: Iterable[Piece]) -> Strings:
        """The pieces of each row in one string."""
        return in_one([part for piece in pieces for part in self.parts(piece)], self.size)

    def parts(self, piece: Piece) -> list[Part]:
        """Columns (one cell a row, null = nothing) and constants that make up the piece."""
        if isinstance(piece, str):
            return [piece]
        if isinstance(piece, Number):
            return [self._numbers(piece)] if piece.id in self._columns else [piece.missing]
        if isinstance(piece, Cell):
            return [self._fragments(piece)] if piece.id in self._columns else [piece.missing]
        there = self._there(piece)
        if there is False:
            return []
        inner = [part for p in piece.pieces for part in self.parts(p)]
        if there is True:
            return [piece.before, *inner, piece.after]
        if not any(_fills(p) for p in piece.pieces):
            return [pc.if_else(there, piece.before, ""), *inner, pc.if_else(there, piece.after, "")]
        return [pc.if_else(there, in_one([piece.before, *inner, piece.after], self.size), "")]

    def _there(self, piece: Piece) -> pa.BooleanArray | bool:
        """In which rows a piece has something to say: all, none, or some."""
        if isinstance(piece, str) or (not isinstance(piece, Present) and piece.id not in self._columns):
            return False
        if isinstance(piece, Present):
            known = [self._there(p) for p in piece.pieces]
            some = [k for k in known if not isinstance(k, bool)]
            if any(k is True for k in known) or not some:
                return any(k is True for k in known)
            mask = some[0]
            for other in some[1:]:
                mask = pc.or_(mask, other)
            return mask
        column = self._column(piece.id)
        return True if column.null_count == 0 else column.is_valid()

    def _column(self, id_: str) -> Column:
        column = self._columns[id_]
        return column if self._gaps is None or id_ in self._lent else column.take(self._gaps)

    def _fragments(self, cell: Cell) -> Coded:
        indices, dictionary = coded(self._columns[cell.id])
        if self._gaps is not None and cell.id not in self._lent:
            indices = indices.take(self._gaps)
        fragments = self._memory(cell, dictionary).fragments
        if indices.null_count:
            indices = cast("pa.Int32Array", indices.fill_null(len(fragments) - 1))
        return Coded(indices.to_numpy(), fragments)

    def _numbers(self, number: Number) -> Strings:
        column = cast("Strings", self._columns[number.id])
        if number.write is not None:
            column = number.write(column)
        elif not _NUMBER[octets(column)].all():
            raise Broken(f"A released value of {number.id} is not the text of a number.")
        if self._gaps is not None:
            column = column.take(self._gaps)
        return cast("Strings", column.fill_null(number.missing)) if number.missing and column.null_count else column


def _fills(piece: Piece) -> bool:
    """Whether a piece writes something where its column is null."""
    if isinstance(piece, Present):
        return False
    return isinstance(piece, str) or piece.missing != ""


def _tidy(column: Chunked) -> Column:
    """One array; of codes, with a dictionary without null and no longer than the column (one series of a large cube)."""
    if pa.types.is_dictionary(column.type) and column.num_chunks != 1:
        column = column.unify_dictionaries()
    whole = cast("Column", column.chunk(0) if column.num_chunks == 1 else column.combine_chunks())
    if not pa.types.is_dictionary(column.type):
        return whole
    dictionary = coded(whole)[1]
    if len(dictionary) <= len(whole) and dictionary.null_count == 0:
        return whole
    return cast("Column", whole.cast(pa.string()).dictionary_encode())


def chunks(
    blocks: Iterable[SeriesBlock],
    layout: Layout,
    *,
    observations: bool = True,
    news: Callable[[SeriesBlock], set[str]] | None = None,
) -> Iterator[bytes]:
    """The body of a data message; `observations` False writes series only, whatever the blocks hold.

    `news` sees each block before it is written and names the columns whose codes are written otherwise from now on (a
    code that occurs for the first time gets its number). Memory is that of one block and one batch. Raises what a
    cell's `render` raises, and Broken for a value that is no number.
    """
    memory = _Memory()
    for block in blocks:
        if news is not None:
            memory.forget(news(block))
        if small.is_small(block):
            yield from small.write(block, layout, observations)
        else:
            yield from _block(block, layout, memory, observations)


def _block(block: SeriesBlock, layout: Layout, memory: _Memory, observations: bool) -> Iterator[bytes]:
    series, rows = _Level(block.series), _Level(block.observations)
    counts = small.counted(block)
    if not observations:
        counts = np.zeros_like(counts)
    written = np.maximum(counts, 1) if layout.bare else counts
    ends = np.cumsum(written)
    total = int(ends[-1]) if len(ends) else 0
    step = _even(total, _rows_of_a_batch(layout, series, rows, memory))
    taken = 0  # observations written so far
    for start in range(0, total, step):
        stop = min(start + step, total)
        low = int(np.searchsorted(ends, start, side="right"))
        high = int(np.searchsorted(ends, stop, side="left")) + 1
        of = np.repeat(np.arange(high - low), np.diff(np.minimum(ends[low:high], stop), prepend=start))
        left = ends[low:high][of] - np.arange(start, stop)
        here = counts[low:high][of] > 0
        length = int(np.count_nonzero(here))
        gaps = None if length == len(of) else pa.array(np.cumsum(here) - 1, pa.int32(), mask=~here)
        window = rows.window(taken, length, memory, gaps)
        yield _batch(layout, series.window(low, high - low, memory), window, of, left, written[low:high][of])
        taken += length


def _even(total: int, most: int) -> int:
    """The size of a batch that leaves no small one at the end."""
    batches = max(1, -(-total // most))
    return max(1, -(-total // batches))


def _batch(layout: Layout, series: _Window, rows: _Window, of: Ints, left: Ints, written: Ints) -> bytes:
    """One chunk. `of`: the series of each row; `left`: rows of it from this one on; `written`: all rows of it."""
    number = pa.array(of, pa.int32())
    parts: list[Part] = []
    if layout.opening:
        first = pa.array(of, pa.int32(), mask=left != written)
        parts.append(series.joined(layout.opening).take(first))
    for piece in layout.row:
        if isinstance(piece, Present) and piece in series and piece in rows:
            rows.borrow(series, piece, number)
    for own, pieces in _runs(layout.row, series, rows):
        if own:
            parts.append(series.joined(pieces).take(number))
        else:
            parts += [part for piece in pieces for part in rows.parts(piece)]
    if layout.closing or layout.between:
        parts.append(Coded(np.minimum(left - 1, 1).astype(np.int32), pa.array([layout.closing, layout.between])))
    return octets(in_one(parts, len(of))).tobytes()


def _runs(pieces: tuple[Piece, ...], series: _Window, rows: _Window) -> Iterator[tuple[bool, list[Piece]]]:
    """Neighbouring pieces that belong to the series alone (True; joined once a series), and those that do not."""
    run: list[Piece] = []
    own = True
    for piece in pieces:
        now = own if isinstance(piece, str) else piece in series and piece not in rows
        if run and now != own:
            yield own, run
            run = []
        own = now
        run.append(piece)
    yield own, run


def _rows_of_a_batch(layout: Layout, series: _Level, rows: _Level, memory: _Memory) -> int:
    """As many rows as surely fit: one long comment among short ones makes smaller batches, never a failure."""
    width = 64

    def add(piece: Piece) -> None:
        nonlocal width
        if isinstance(piece, str):
            width += len(piece)
        elif isinstance(piece, Present):
            width += len(piece.before) + len(piece.after)
            for inner in piece.pieces:
                add(inner)
        elif isinstance(piece, Number):
            width += len(piece.missing)
        else:
            level = series if piece.id in series else rows
            width += memory(piece, level.dictionary(piece.id)).longest if piece.id in level else len(piece.missing)

    for piece in (*layout.opening, *layout.row):
        add(piece)
    return max(1, min(ROWS, BYTES // width))
