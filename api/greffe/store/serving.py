"""Serving files, derived from data.parquet: a series table, observations in small batches, an index of keys.

series.arrow        one row a series, in key order: dimensions and series attributes as dictionaries, then `#offset`
                    (row of its first observation), `#count`, `#first` and `#last` (its periods, as places in the
                    dictionary of TIME_PERIOD). Not compressed, mapped into memory.
observations.arrow  TIME_PERIOD and observation attributes as dictionaries, OBS_VALUE as text; Arrow IPC, lz4, batches
                    of 1,024 rows: one series costs one or two batches, a slice across series one for each.
keys.npy            the combined integer key of each series, ascending, mapped into memory; absent when the product of
                    the dimensions' sizes passes 2^63 (look-ups then go over the columns of the series table).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final, cast

import numpy as np

from greffe.arrow import ipc, pa
from greffe.model.periods import Span, span
from greffe.store.arrays import Codes, Column, Dictionary, Flags, Ints, codes_of, dictionary, integers
from greffe.store.coded import LIMIT, TIME, VALUE, Layout, Observed, combined

BATCH: Final = 1_024
FORM: Final = 2  # of these files; others are made again
SERIES, OBSERVATIONS, KEYS = "series.arrow", "observations.arrow", "keys.npy"
OWN: Final = ("#offset", "#count", "#first", "#last")


def write_serving(found: Observed, folder: Path) -> None:
    """Write the serving files of a release into a folder."""
    _write_series(found, folder / SERIES)
    _write_observations(found, folder / OBSERVATIONS)
    dimensions = [found.columns[d] for d in found.layout.dimensions]
    sizes = [len(d.words) for d in dimensions]
    if _fits(sizes):
        _write_keys(combined([d.codes[found.starts] for d in dimensions], sizes), folder / KEYS)


def _write_keys(keys: Ints, path: Path) -> None:
    """As `np.save` does, which hands the numbers to C: there nobody hears what a full disk says when the file is closed."""
    with path.open("wb") as stream:
        np.lib.format.write_array_header_1_0(stream, np.lib.format.header_data_from_array_1_0(keys))
        stream.write(np.ascontiguousarray(keys).data)


def _fits(sizes: Sequence[int]) -> bool:
    product = 1
    for size in sizes:
        product *= max(size, 1)
    return product <= LIMIT


def _write_series(found: Observed, path: Path) -> None:
    starts, rows = found.starts, len(found)
    ends = np.append(starts[1:], rows) if rows else starts
    periods = found.columns[TIME].codes
    names = (*found.layout.dimensions, *found.layout.series_attributes)
    columns: dict[str, pa.Array[pa.Scalar[pa.DataType]]] = {n: found.columns[n].at(starts).arrow() for n in names}
    columns["#offset"], columns["#count"] = pa.array(starts, pa.int64()), pa.array(ends - starts, pa.int64())
    columns["#first"] = pa.array(periods[starts], pa.int32())
    columns["#last"] = pa.array(periods[ends - 1], pa.int32())
    table = pa.table(columns)
    with ipc.new_file(str(path), table.schema) as writer:
        writer.write_table(table, max_chunksize=max(len(starts), 1))


def _write_observations(found: Observed, path: Path) -> None:
    names = (TIME, VALUE, *found.layout.observation_attributes)
    fields = [pa.field(n, pa.string() if n == VALUE else pa.dictionary(pa.int32(), pa.string())) for n in names]
    schema = pa.schema(fields)
    with ipc.new_file(str(path), schema, options=ipc.IpcWriteOptions(compression="lz4")) as writer:
        for start in range(0, max(len(found), 1), BATCH):
            arrays = [
                found.values.slice(start, BATCH)
                if n == VALUE
                else dictionary(found.columns[n].words, found.columns[n].codes[start : start + BATCH])
                for n in names
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))


class Serving:
    """The serving files of one release, opened: for reading from any thread. `files` are those it was read from."""

    def __init__(self, folder: Path, layout: Layout, files: tuple[Path, ...] = ()) -> None:
        self.layout, self.files = layout, files
        self._path = folder / OBSERVATIONS
        with pa.memory_map(str(folder / SERIES)) as source:
            table = ipc.open_file(source).read_all()
        self.offsets, self.counts = integers(table.column("#offset")), integers(table.column("#count"))
        self.first, self.last = integers(table.column("#first")), integers(table.column("#last"))
        self.series = table.drop_columns(list(OWN))
        self.words: dict[str, list[str]] = {}
        self.codes: dict[str, Codes] = {}
        for name in layout.dimensions:
            array = whole(table.column(name))
            self.words[name] = [str(w) for w in array.dictionary.to_pylist()]
            self.codes[name] = codes_of(array)
        self.places = {name: {w: n for n, w in enumerate(words)} for name, words in self.words.items()}
        keys = folder / KEYS
        self.keys: Ints | None = np.load(keys, mmap_mode="r") if keys.exists() else None
        # Read, not mapped: what a dump went through would count as memory of the process. One descriptor for all threads.
        self._source = pa.OSFile(str(self._path), "r")
        self._threads = threading.local()
        self._columns: dict[str, tuple[list[str], Codes]] = {}
        self._observed: dict[str, list[str]] = {}

    def __len__(self) -> int:
        return len(self.offsets)

    @cached_property
    def periods(self) -> list[str]:
        """The periods that occur, sorted as text: the dictionary of TIME_PERIOD."""
        batch = self._reader((TIME,)).get_batch(0)
        return [str(w) for w in cast("Dictionary", batch.column(TIME)).dictionary.to_pylist()]

    @cached_property
    def _bounds(self) -> tuple[Ints, Ints]:
        """First and last day of each period, as ordinals."""
        spans = [span(p) for p in self.periods]
        return (
            np.array([s.first.toordinal() for s in spans], np.int64),
            np.array([s.last.toordinal() for s in spans], np.int64),
        )

    def allowed(self, spans: Sequence[Span]) -> Flags:
        """For each period whether it lies within one of the spans."""
        first, last = self._bounds
        found = np.zeros(len(first), np.bool_)
        for wanted in spans:
            found = found | ((first >= wanted.first.toordinal()) & (last <= wanted.last.toordinal()))
        return found

    def bounds(self, places: Iterable[int]) -> tuple[str, ...]:
        """The earliest and the latest of those periods, or nothing."""
        found = [self.periods[p] for p in places]
        if not found:
            return ()
        return min(found, key=lambda p: (span(p).first, p)), max(found, key=lambda p: (span(p).last, p))

    def series_column(self, name: str) -> tuple[list[str], Codes]:
        """Words of a dimension or series attribute, sorted, and for each series the place of its word, -1 for none."""
        if name in self.words:
            return self.words[name], self.codes[name]
        if name not in self._columns:
            array = whole(self.series.column(name))
            self._columns[name] = [str(w) for w in array.dictionary.to_pylist()], codes_of(array)
        return self._columns[name]

    def observed_words(self, name: str) -> list[str]:
        """Words of an observation attribute, sorted: its dictionary."""
        if name not in self._observed:
            batch = self._reader((name,)).get_batch(0)
            self._observed[name] = [str(w) for w in cast("Dictionary", batch.column(name)).dictionary.to_pylist()]
        return self._observed[name]

    @cached_property
    def calendar(self) -> Codes:
        """For each period its place in the order of the calendar: by first day, last day, text."""
        keys = [(s.first, s.last, p) for s, p in ((span(p), p) for p in self.periods)]
        place = {key: n for n, key in enumerate(sorted(keys))}
        return np.array([place[key] for key in keys], np.int32)

    @cached_property
    def chronological(self) -> bool:
        """Whether the periods as text are in the order of the calendar."""
        return bool((np.diff(self.calendar) > 0).all())

    def period_codes(self, rows: Ints, owners: Ints) -> Codes:
        """Places in `periods` of those rows, which are of those series. Reads that column alone, and not at all when each
        series has every period between its first and its last: then a row's place in its series tells."""
        if not len(rows):
            return np.zeros(0, np.int32)
        first = self.first[owners]
        if (self.last[owners] - first + 1 == self.counts[owners]).all():
            return (first + rows - self.offsets[owners]).astype(np.int32)
        return codes_of(whole(self.rows(rows, (TIME,)).column(TIME)))

    def rows(self, rows: Ints, columns: tuple[str, ...] = ()) -> pa.Table:
        """Observations at those rows, in their order; only the batches that hold them are read and unpacked."""
        if len(rows) > 1 and not (rows[1:] > rows[:-1]).all():
            distinct, places = np.unique(rows, return_inverse=True)
            return self._ascending(distinct, columns).take(pa.array(places, pa.int64()))
        return self._ascending(rows, columns)

    def _ascending(self, rows: Ints, columns: tuple[str, ...]) -> pa.Table:
        reader = self._reader(columns)
        if not len(rows):
            return pa.Table.from_batches([], reader.schema)
        places = rows // BATCH
        numbers = places[np.concatenate([[True], places[1:] != places[:-1]])]
        table = pa.Table.from_batches([reader.get_batch(int(n)) for n in numbers])
        local = rows - (places - np.searchsorted(numbers, places)) * BATCH
        if local[-1] - local[0] == len(local) - 1:
            return table.slice(int(local[0]), len(local))
        return table.take(pa.array(local, pa.int64()))

    def _reader(self, columns: tuple[str, ...]) -> ipc.RecordBatchFileReader:
        """A reader of those columns (all when empty) for this thread: readers are not made to be shared."""
        readers = cast("dict[tuple[str, ...], ipc.RecordBatchFileReader]", self._threads.__dict__)
        if columns not in readers:
            names = (TIME, VALUE, *self.layout.observation_attributes)
            wanted = [n for n, name in enumerate(names) if name in columns] if columns else None
            options = ipc.IpcReadOptions(use_threads=False, included_fields=wanted)
            readers[columns] = ipc.open_file(self._source, options=options)
        return readers[columns]


def whole(column: Column) -> Dictionary:
    """The column as one array; it was written as one."""
    return cast("Dictionary", column.combine_chunks())
