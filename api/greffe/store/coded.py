"""The normal form of a release: columns as sorted words and integer codes, rows sorted by key and period, checked."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from greffe.arrow import pa, pq
from greffe.errors import BadInput, BadQuery
from greffe.model.periods import span
from greffe.model.structures import DataStructure
from greffe.store.arrays import (
    Codes,
    Column,
    Dictionary,
    Ints,
    decoded,
    dictionary,
    lengths,
    strings,
    taken,
    words_and_codes,
)

TIME: Final = "TIME_PERIOD"
VALUE: Final = "OBS_VALUE"
LIMIT: Final = 2**63 - 1
ROW_GROUP: Final = 122_880


@dataclass(frozen=True)
class Layout:
    """Which columns a release has, in order: dimensions, TIME_PERIOD, OBS_VALUE, attributes as the DSD lists them."""

    dimensions: tuple[str, ...]
    series_attributes: tuple[str, ...]
    observation_attributes: tuple[str, ...]

    @classmethod
    def of(cls, structure: DataStructure) -> Layout:
        """The layout that a structure asks for."""
        return cls(
            structure.dimension_ids,
            tuple(a.id for a in structure.attributes if not a.on_observation),
            tuple(a.id for a in structure.attributes if a.on_observation),
        )

    @property
    def key(self) -> tuple[str, ...]:
        """Columns that tell rows apart."""
        return (*self.dimensions, TIME)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Attributes of series, then of observations."""
        return self.series_attributes + self.observation_attributes


@dataclass(frozen=True)
class Coded:
    """A column of text: its distinct words, sorted, and for each row the position of its word, -1 for none."""

    words: tuple[str, ...]
    codes: Codes

    def arrow(self) -> Dictionary:
        """The rows as an Arrow dictionary array."""
        return dictionary(self.words, self.codes)

    def at(self, rows: Ints) -> Coded:
        """The column at those rows."""
        return Coded(self.words, self.codes[rows])


@dataclass(frozen=True)
class Observed:
    """All rows of a release. `starts` has the first row of each series."""

    layout: Layout
    columns: dict[str, Coded]  # every column but OBS_VALUE
    values: pa.StringArray
    starts: Ints

    def __len__(self) -> int:
        return len(self.values)

    def content(self) -> str:
        """sha256 over what the rows say, however a file may encode it."""
        digest = hashlib.sha256()
        for name, column in self.columns.items():
            digest.update("\0".join((name, *column.words, "")).encode())
            digest.update(column.codes.astype("<i4").tobytes())
        for start in range(0, len(self), ROW_GROUP):
            values = self.values.slice(start, ROW_GROUP)
            digest.update(lengths(values).astype("<i4").tobytes())
            digest.update("".join(v or "" for v in values.to_pylist()).encode())
        return digest.hexdigest()


def read_observed(path: Path, layout: Layout, absent: Sequence[str] = ()) -> Observed:
    """A flat Parquet in normal form; columns in `absent` may be missing and count as null.

    Raises BadInput for a missing column, an incomplete or doubled key, a period that is none, or a series attribute
    that varies within its series.
    """
    names = pq.read_schema(path).names
    wanted = (*layout.key, VALUE, *layout.attributes)
    for name in wanted:
        if name not in names and name not in absent:
            raise BadInput(f"Column {name} is missing.", file=path.name, column=name)
    present = [n for n in wanted if n in names]
    table = pq.read_table(path, columns=present, read_dictionary=[n for n in present if n != VALUE])
    nothing = Coded((), np.full(table.num_rows, -1, np.int32))
    columns = {n: in_words(table.column(n)) if n in names else nothing for n in wanted if n != VALUE}
    values = strings(table.column(VALUE))
    _complete(columns, layout, path)
    order, keys = _order(columns, layout)
    if order is not None:
        columns, values = {n: c.at(order) for n, c in columns.items()}, taken(values, order)
    doubled = np.flatnonzero(keys[1:] == keys[:-1])
    if doubled.size:
        raise BadInput(f"Two observations of {_key_text(columns, layout, int(doubled[0]))}.", file=path.name)
    found = Observed(layout, columns, values, series_starts(columns, layout))
    _constant(found, path)
    return found


def combined(columns: Sequence[Codes], sizes: Sequence[int]) -> Ints:
    """One integer a row that sorts as the columns do, the first column weighing most. Exact for any sizes: when the
    product would pass 2^63, what is combined so far is replaced by its rank."""
    total = np.zeros(len(columns[0]), np.int64) if columns else np.zeros(0, np.int64)
    bound = 1
    for codes, size in zip(columns, sizes, strict=True):
        if bound > LIMIT // max(size, 1):
            distinct, total = np.unique(total, return_inverse=True)
            bound = max(len(distinct), 1)
        total = total * max(size, 1) + codes
        bound *= max(size, 1)
    return total


def in_words(column: Column) -> Coded:
    """A column of text by its sorted words."""
    found, places = words_and_codes(column)
    words = tuple(sorted(set(found)))
    place = {word: n for n, word in enumerate(words)}
    ranks = np.array([*(place[w] for w in found), -1], np.int32)
    return Coded(words, ranks[places])


def _complete(columns: dict[str, Coded], layout: Layout, path: Path) -> None:
    for name in layout.key:
        gaps = np.flatnonzero(columns[name].codes < 0)
        if gaps.size or "" in columns[name].words:
            row = int(gaps[0]) + 1 if gaps.size else None
            raise BadInput("An observation has no value here.", file=path.name, row=row, column=name)
    for period in columns[TIME].words:
        try:
            span(period)
        except BadQuery as error:
            raise BadInput(error.message, file=path.name, column=TIME) from error


def _order(columns: dict[str, Coded], layout: Layout) -> tuple[Ints | None, Ints]:
    """How to sort the rows (None when they are), and their keys in that order."""
    keys = combined([columns[n].codes for n in layout.key], [len(columns[n].words) for n in layout.key])
    if not (keys[1:] < keys[:-1]).any():
        return None, keys
    order = np.argsort(keys, kind="stable")
    return order, keys[order]


def series_starts(columns: dict[str, Coded], layout: Layout) -> Ints:
    """First row of each series of rows in order."""
    rows = len(columns[TIME].codes)
    if not rows:
        return np.zeros(0, np.int64)
    new = np.zeros(rows, bool)
    new[0] = True
    for name in layout.dimensions:
        codes = columns[name].codes
        new[1:] |= codes[1:] != codes[:-1]
    return np.flatnonzero(new).astype(np.int64)


def _constant(found: Observed, path: Path) -> None:
    """Series attributes have one value a series."""
    within = np.ones(len(found), bool)
    within[found.starts] = False
    for name in found.layout.series_attributes:
        codes = found.columns[name].codes
        varies = np.flatnonzero(within[1:] & (codes[1:] != codes[:-1]))
        if varies.size:
            where = _key_text(found.columns, found.layout, int(varies[0]))
            raise BadInput(f"Varies within the series of {where}.", file=path.name, column=name)


def _key_text(columns: dict[str, Coded], layout: Layout, row: int) -> str:
    return " ".join(columns[n].words[columns[n].codes[row]] for n in layout.key)


def write_flat(path: Path, columns: dict[str, Coded], values: pa.StringArray, order: Sequence[str]) -> None:
    """A flat Parquet of text columns, zstd, in row groups; `order` names the columns, OBS_VALUE among them."""
    schema = pa.schema([pa.field(name, pa.string()) for name in order])
    with pq.ParquetWriter(path, schema, compression="zstd", store_schema=False) as writer:
        for start in range(0, len(values), ROW_GROUP):
            rows = slice(start, min(start + ROW_GROUP, len(values)))
            arrays = [
                values.slice(start, ROW_GROUP) if n == VALUE else decoded(columns[n].words, columns[n].codes[rows])
                for n in order
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
