"""Matching rows as blocks: series in key order, slices of a cross-section, or sorted rows; a window of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from greffe.arrow import pa
from greffe.errors import TooLarge
from greffe.model.dataset import SeriesBlock
from greffe.store.arrays import Codes, Ints, codes_of, dictionary, strings
from greffe.store.base import Selection
from greffe.store.coded import TIME, VALUE, combined
from greffe.store.measuring import ranks
from greffe.store.selecting import BLOCK_ROWS, Plan
from greffe.store.serving import Serving, whole

BLOCK_SERIES: Final = 32_768  # of a block without observations


def blocks(release: Serving, selection: Selection, sorted_most: int) -> Iterator[SeriesBlock]:
    """Blocks of about 32 k observations. Series without a matching observation are left out.

    Raises TooLarge when more than `sorted_most` rows would have to be held for sorting.
    """
    plan, shape = Plan(release, selection), Shape(release, selection)
    window = Window(selection.skip, selection.most)
    if not shape.natural():
        yield from _sorted(plan, shape, window, sorted_most)
        return
    bare = selection.series_only and selection.across is None
    if bare and plan.plain:
        yield from _series(release, window.cut(plan.positions))
        return
    for part in plan.parts():
        rows, counts = plan.rows(part)
        if bare:
            yield from _series(release, window.cut(part[counts > 0]))
        else:
            owners = np.repeat(part, counts)
            if selection.across is not None:
                order = np.lexsort(shape.slices(owners, release.period_codes(rows, owners)))
                rows, owners = rows[order], owners[order]
            if not selection.series_only:
                rows, owners = window.cut(rows), window.taken(owners)
            if len(rows):
                yield from _shaped(shape, window, rows, owners)
        if window.full:
            return


class Window:
    """How many are still to be skipped and to be given."""

    def __init__(self, skip: int, most: int | None) -> None:
        self._skip, self._left = skip, most
        self._last = slice(0, 0)

    @property
    def full(self) -> bool:
        """Nothing more will be given."""
        return self._left == 0

    def cut(self, found: Ints) -> Ints:
        """Those of `found` that lie within."""
        start = min(self._skip, len(found))
        end = len(found) if self._left is None else min(len(found), start + self._left)
        self._skip -= start
        if self._left is not None:
            self._left -= end - start
        self._last = slice(start, end)
        return found[self._last]

    def taken(self, beside: Ints) -> Ints:
        """The same places of what stands beside what was cut last."""
        return beside[self._last]


class Shape:
    """What makes a series row: the whole key, or in a cross-section the other dimensions, the period, and the attributes
    that do not hang on the dimension."""

    def __init__(self, release: Serving, selection: Selection) -> None:
        self.release, self.selection, self.across = release, selection, selection.across
        layout = release.layout
        self.bare = selection.series_only
        moved = self.across.attributes if self.across else ()
        dimension = self.across.dimension if self.across else ""
        self.others = tuple(d for d in layout.dimensions if d != dimension)
        self.staying = tuple(a for a in layout.series_attributes if a not in moved)
        self.moved = tuple(a for a in layout.series_attributes if a in moved)

    def natural(self) -> bool:
        """Whether the rows already come in the order that is asked for."""
        expected = (*self.others, TIME)
        for one, name in zip(self.selection.order, expected, strict=False):
            if one.component != name or one.descending or (name == TIME and not self.release.chronological):
                return False
        return self.across is None or len(self.selection.order) <= len(expected)

    def slices(self, owners: Ints, periods: Codes) -> list[Ints | Codes]:
        """Keys for lexsort (the last weighs most) that put the rows of a cross-section in order."""
        codes = [self.release.codes[d][owners] for d in self.others]
        group = combined(codes, [len(self.release.words[d]) for d in self.others]) if codes else owners * 0
        attributes = [self.release.series_column(a)[1][owners] for a in reversed(self.staying)]
        across = [self.release.codes[self.across.dimension][owners]] if self.across else []
        return [*across, *attributes, periods, group]

    def starts(self, owners: Ints, periods: Codes) -> Ints:
        """Where a series row begins among rows in order."""
        keys = [owners] if self.across is None else self.slices(owners, periods)[1:]
        new = np.zeros(len(owners), np.bool_)
        new[:1] = True
        for key in keys:
            new[1:] |= key[1:] != key[:-1]
        return np.flatnonzero(new).astype(np.int64)

    def together(self, owners: Ints, periods: Codes) -> Ints:
        """An order in which the rows of a series row come together, where the first of them is."""
        keys = [owners] if self.across is None else self.slices(owners, periods)[1:]
        order = np.lexsort(keys)
        begins = np.zeros(len(owners), np.int64)
        begins[self.starts(owners[order], periods[order])] = 1
        run = np.cumsum(begins) - 1  # lexsort is stable: the first of a run is its first row
        first = np.empty(len(owners), np.int64)
        first[order] = order[np.flatnonzero(begins)][run]
        return np.argsort(first, kind="stable").astype(np.int64)

    def block(self, owners: Ints, periods: Codes, starts: Ints, table: pa.Table) -> SeriesBlock:
        """Rows in order, with the period of each, as a block. `table` holds the observations (none when `bare`)."""
        counts = np.diff(np.append(starts, len(owners)))
        series = self.release.series.take(pa.array(owners[starts], pa.int64()))
        if self.across is not None:
            series = series.select([*self.others, *self.staying])
            time = dictionary(self.release.periods, periods[starts])
            series = series.add_column(len(self.others), TIME, time)
            table = self._across(self.across.dimension, owners, table)
        if self.bare:
            counts, table = counts * 0, table.slice(0, 0)
        return SeriesBlock(series, pa.array(counts, pa.int64()), table)

    def _across(self, dimension: str, owners: Ints, table: pa.Table) -> pa.Table:
        """Observations with the dimension and what hangs on it."""
        own = self.release.series.select([dimension, *self.moved]).take(pa.array(owners[: len(table)], pa.int64()))
        columns = {dimension: own.column(dimension), VALUE: table.column(VALUE)}
        columns |= {a: own.column(a) for a in self.moved}
        columns |= {a: table.column(a) for a in self.release.layout.observation_attributes}
        return pa.Table.from_arrays(list(columns.values()), names=list(columns))


def _series(release: Serving, found: Ints) -> Iterator[SeriesBlock]:
    """Series without observations, in that order."""
    for start in range(0, len(found), BLOCK_SERIES):
        part = found[start : start + BLOCK_SERIES]
        taken = release.series.take(pa.array(part, pa.int64()))
        yield SeriesBlock(taken, pa.array(np.zeros(len(part), np.int64), pa.int64()), release.rows(part[:0]))


def _shaped(shape: Shape, window: Window, rows: Ints, owners: Ints) -> Iterator[SeriesBlock]:
    """Rows in order as blocks; a series row is never cut. Those of a bare cross-section are counted as series."""
    release = shape.release
    table = release.rows(rows[:0] if shape.bare else rows)
    periods = np.zeros(0, np.int32)
    if shape.across is not None:
        periods = release.period_codes(rows, owners)
    starts = shape.starts(owners, periods)
    if shape.bare:  # one row stands for each
        kept = window.cut(starts)
        owners, periods, starts = owners[kept], periods[kept], np.arange(len(kept))
    place = 0
    while place < len(starts):
        end = max(int(np.searchsorted(starts, starts[place] + BLOCK_ROWS, side="right")) - 1, place + 1)
        end = len(starts) if len(owners) - starts[place] <= BLOCK_ROWS else end
        first, last = int(starts[place]), int(starts[end]) if end < len(starts) else len(owners)
        own, when = owners[first:last], periods[first:last]
        yield shape.block(own, when, starts[place:end] - first, table.slice(first, last - first))
        place = end


def _sorted(plan: Plan, shape: Shape, window: Window, most: int) -> Iterator[SeriesBlock]:
    release, lines = plan.release, shape.bare and shape.across is None
    found, counted = [(np.zeros(0, np.int64), np.zeros(0, np.int64))], 0
    for part in plan.parts():
        rows, counts = plan.rows(part)
        kept = part[counts > 0] if lines else np.repeat(part, counts)
        counted += len(kept)
        if counted > most:
            raise TooLarge(
                f"More than {most} observations would have to be sorted.",
                parameter="sort",
                hint="Ask for less, or in the order of the dimensions.",
            )
        found.append((rows[:0] if lines else rows, kept))
    rows, owners = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort(_keys(plan, shape, rows, owners)) if len(owners) else owners
    if lines:
        yield from _series(release, window.cut(owners[order]))
        return
    rows, owners = rows[order], owners[order]
    if not shape.bare:
        rows, owners = window.cut(rows), window.taken(owners)
    if plan.selection.gathered and len(rows):
        order = shape.together(owners, release.period_codes(rows, owners))
        rows, owners = rows[order], owners[order]
    if len(rows):
        yield from _shaped(shape, window, rows, owners)


def _keys(plan: Plan, shape: Shape, rows: Ints, owners: Ints) -> list[Ints | Codes]:
    """Keys for lexsort: what is asked for weighs most, then the order that rows have without it."""
    release = plan.release
    layout = release.layout
    observed = {TIME, VALUE, *layout.observation_attributes}
    wanted = [o.component for o in plan.selection.order if o.component in observed]
    table = release.rows(rows, tuple(dict.fromkeys([*wanted, TIME])))
    periods = codes_of(whole(table.column(TIME)))
    keys: list[Ints | Codes] = [owners] if shape.across is None else shape.slices(owners, periods)
    if shape.across is None and len(rows):
        keys = [rows]  # rows lie in the file by key and period
    for one in reversed(plan.selection.order):
        if one.component == TIME:
            codes = release.calendar[periods]
        elif one.component == VALUE:
            codes = ranks(strings(table.column(VALUE)))
        elif one.component in observed:
            codes = codes_of(whole(table.column(one.component)))
        elif one.component in (*layout.dimensions, *layout.series_attributes):
            codes = release.series_column(one.component)[1][owners]
        else:  # a release that was made before the component came has nothing there
            continue
        keys.append(-codes if one.descending else codes)
    return keys
