"""The cells of a JSON-stat cube: kept packed as integers while the categories become known, then given out by position.

When they are known beforehand, the first pass is that of the blocks themselves, and only attributes are kept. Memory:
codes and number texts under zstd, some 7 bytes an observation; a category and an attribute's text are kept once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, cast

import numpy as np
import numpy.typing as npt

from greffe.arrow import codes, ipc, octets, pa
from greffe.formats.components import TIME, VALUE
from greffe.model.dataset import DataSet, SeriesBlock

Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]
_OPTIONS: Final = ipc.IpcWriteOptions(compression="zstd")


class Words:
    """The distinct texts of a column, numbered as they come."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def places(self, column: pa.ChunkedArray[pa.Scalar[pa.DataType]]) -> Places:
        """For each row the number of its text, -1 for none."""
        indices, dictionary = codes(column)
        rows = np.asarray(indices.fill_null(-1), dtype=np.int64)
        known = np.full(len(dictionary) + 1, -1, np.int32)  # the last one answers for -1
        for place in np.flatnonzero(np.bincount(rows[rows >= 0], minlength=len(dictionary))).tolist():
            known[place] = self._places.setdefault(str(dictionary[place]), len(self._places))
        return known[rows]


@dataclass(frozen=True)
class Part:
    """A block unpacked. `series` and `rows` have codes by component (-1 = none); `of` is the series of each row."""

    series: Mapping[str, Places]
    rows: Mapping[str, Places]
    of: Ints
    values: pa.StringArray | None

    def at(self, id_: str) -> Places | None:
        """Codes of a component, one a row; None when the block has none."""
        if id_ in self.rows:
            return self.rows[id_]
        return self.series[id_][self.of] if id_ in self.series else None


class Cube:
    """All observations of a data set. Its blocks are read when it is made, or by the first `parts()` when the categories
    are `known`: `rows`, and the words of attributes, are right after that."""

    def __init__(self, dataset: DataSet, known: Mapping[str, Sequence[str]] | None = None) -> None:
        self.dimensions = (*dataset.structure.dimension_ids, TIME)
        self.attributes = tuple(a.id for a in dataset.structure.attributes if a.id in dataset.attributes)
        self.words = {id_: Words() for id_ in (*self.dimensions, *self.attributes)}
        self.rows = 0
        self.inner: tuple[str, ...] = ()  # dimensions that stand on the observation, not on the series
        self.low: set[str] = set()  # attributes that do
        self._measures = dataset.measures
        self._packed: list[tuple[bytes, bytes, Places]] = []
        self._blocks = dataset.blocks
        if known is None:
            for block in self._blocks:
                self._add(block, self._measures)
            return
        for id_ in self.dimensions:
            self.words[id_].places(pa.chunked_array([pa.array(known[id_], pa.string()).dictionary_encode()]))

    def _add(self, block: SeriesBlock, values: bool) -> None:
        self.rows += block.observations.num_rows
        names = block.observations.column_names
        self.inner = tuple(d for d in self.dimensions if d in names)
        self.low = {a for a in self.attributes if a in names}
        counts = np.asarray(block.counts.to_numpy(), dtype=np.int32)
        self._packed.append((self._pack(block.series, values), self._pack(block.observations, values), counts))

    def _pack(self, table: pa.Table, values: bool) -> bytes:
        """The columns that are written: codes as integers, values as text."""
        columns: dict[str, pa.Array[pa.Scalar[pa.DataType]]] = {
            id_: pa.array(self.words[id_].places(table.column(id_)), pa.int32())
            for id_ in table.column_names
            if id_ in self.words
        }
        if values and VALUE in table.column_names:
            columns[VALUE] = table.column(VALUE).combine_chunks()
        packed = pa.table(columns)
        sink = pa.BufferOutputStream()
        with ipc.new_stream(sink, packed.schema, options=_OPTIONS) as writer:
            writer.write_table(packed)
        return sink.getvalue().to_pybytes()  # what stays is kept apart from what comes and goes

    def parts(self) -> Iterator[Part]:
        """The blocks one after the other, as often as one likes; after a first pass of the blocks without values."""
        for packed in self._packed:
            yield _part(*packed)
        for block in self._blocks:
            self._add(block, values=False)
            found = _part(*self._packed[-1])
            if self._measures and VALUE in block.observations.column_names:
                values = cast("pa.StringArray", block.observations.column(VALUE).combine_chunks())
                found = replace(found, values=values)
            yield found

    def positions(self, part: Part, ranks: Mapping[str, Ints], dimensions: Sequence[str]) -> Ints:
        """Where each row of the part (each series, when none of the dimensions stands on the observation) has its cell."""
        per_row = any(d in self.inner for d in dimensions)
        found = np.zeros(len(part.of) if per_row else _size(part.series), np.int64)
        stride = 1
        for id_ in reversed(dimensions):
            place = part.at(id_) if per_row else part.series[id_]
            if place is not None:
                found += ranks[id_][place] * stride
            stride *= max(len(ranks[id_]), 1)
        return found


def _part(series: bytes, rows: bytes, counts: Places) -> Part:
    low = ipc.open_stream(rows).read_all()
    values = cast("pa.StringArray", low.column(VALUE).combine_chunks()) if VALUE in low.column_names else None
    return Part(_codes(series), _codes(rows), np.repeat(np.arange(len(counts)), counts), values)


def _codes(packed: bytes) -> dict[str, Places]:
    table = ipc.open_stream(packed).read_all()
    return {n: np.asarray(table.column(n), dtype=np.int32) for n in table.column_names if n != VALUE}


def _size(columns: Mapping[str, Places]) -> int:
    return len(next(iter(columns.values()), ()))


def text_of(array: pa.StringArray) -> bytes:
    """All texts one after the other; the array is no slice."""
    return octets(array).tobytes()
