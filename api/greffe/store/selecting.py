"""Which series and rows of an opened release a Selection means: series by index or masks, rows by conditions and rank."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from greffe.store.arrays import Flags, Ints, codes_of, strings
from greffe.store.base import Selection
from greffe.store.coded import TIME, VALUE, combined
from greffe.store.measuring import allowed, passing
from greffe.store.serving import Serving, whole

BLOCK_ROWS: Final = 32_768
_FEW: Final = 4_096  # whole keys that are looked up one by one in the index


class Plan:
    """A Selection worked out against a release: the series in the order of the walk, and what their rows must be."""

    def __init__(self, release: Serving, selection: Selection) -> None:
        self.release, self.selection = release, selection
        self._periods = _periods(release, selection)
        self._tests = [
            (w.component, allowed(w, release.observed_words(w.component)))
            for w in selection.where
            if w.component in release.layout.observation_attributes
        ]
        self._values = [w for w in selection.where if w.component == VALUE]
        self.ranked = selection.first is not None or selection.last is not None
        self.positions = positions(release, selection)
        self.groups: Ints | None = None  # of a cross-section: for each position, a number that its slice shares
        if selection.across is not None:
            self._by_slices(selection.across.dimension)

    @property
    def plain(self) -> bool:
        """All rows of each series are meant."""
        return self._periods is None and not self._tests and not self._values and not self.ranked

    def _by_slices(self, dimension: str) -> None:
        """The series in the order of their other dimensions."""
        others = [d for d in self.release.layout.dimensions if d != dimension]
        columns = [self.release.codes[d][self.positions] for d in others]
        keys = combined(columns, [len(self.release.words[d]) for d in others]) if others else self.positions * 0
        order = np.argsort(keys, kind="stable")
        self.positions, self.groups = self.positions[order], np.asarray(keys[order], np.int64)

    def parts(self, positions: Ints | None = None) -> Iterator[Ints]:
        """The positions (those, where no cross-section is asked) cut where some 32 k rows are full, never within a slice; a
        longer one is a part of its own."""
        found = self.positions if positions is None else positions
        if not len(found):
            return
        filled = np.cumsum(self.release.counts[found])
        ends = (
            None
            if self.groups is None or positions is not None
            else np.append(np.flatnonzero(np.diff(self.groups)) + 1, len(found))
        )
        start = 0
        while start < len(found):
            before = int(filled[start - 1]) if start else 0
            end = max(int(np.searchsorted(filled, before + BLOCK_ROWS, side="right")), start + 1)
            if ends is not None:
                place = int(np.searchsorted(ends, end, side="right")) - 1
                end = int(ends[place]) if place >= 0 and ends[place] > start else int(ends[place + 1])
            yield found[start:end]
            start = end

    def rows(self, part: Ints) -> tuple[Ints, Ints]:
        """Rows of those series that match, in the order of `part` and period, and how many of each."""
        counts, certain = self._within_periods(part)
        rows, owners = _spread(self.release.offsets[part], counts)
        if not certain or self._tests or self._values:
            keep = self._kept(rows, part[owners], certain)
            rows, owners = rows[keep], owners[keep]
            counts = np.bincount(owners, minlength=len(part))
        if self.ranked:
            rank = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
            left = np.repeat(counts, counts) - rank
            keep = (rank < (self.selection.first or 0)) | (left <= (self.selection.last or 0))
            counts = np.bincount(owners[keep], minlength=len(part))
            rows = rows[keep]
        return rows, counts.astype(np.int64)

    def told(self) -> Iterator[tuple[Ints, Ints]]:
        """The series that match, and how many of their rows do, without reading rows of those that have every period
        between their first and their last, where nothing but periods is asked."""
        found = self.positions
        if self.plain:
            yield found, self.release.counts[found]
            return
        if not (self._tests or self._values or self.ranked):
            assert self._periods is not None
            good = np.concatenate([[0], np.cumsum(self._periods)])
            first, last = self.release.first[found], self.release.last[found]
            sure = last + 1 - first == self.release.counts[found]
            seen = (good[last + 1] - good[first])[sure]
            yield found[sure][seen > 0], seen[seen > 0]
            found = found[~sure]
        for part in self.parts(found):
            counts = self.rows(part)[1]
            yield part[counts > 0], counts[counts > 0]

    def _within_periods(self, part: Ints) -> tuple[Ints, bool]:
        """Counts, 0 for series that have no such period, and whether all other rows have one: without reading rows."""
        counts = self.release.counts[part]
        if self._periods is None:
            return counts, True
        good = np.concatenate([[0], np.cumsum(self._periods)])
        first, last = self.release.first[part], self.release.last[part]
        seen = good[last + 1] - good[first]
        return np.where(seen > 0, counts, 0), bool(((seen == 0) | (seen == last + 1 - first)).all())

    def _kept(self, rows: Ints, owners: Ints, certain: bool) -> Flags:
        """Which of those rows satisfy the conditions on periods, attributes and the value."""
        keep = np.ones(len(rows), np.bool_)
        if not certain and self._periods is not None:
            keep &= self._periods[self.release.period_codes(rows, owners)]
        columns = [name for name, _ in self._tests] + ([VALUE] if self._values else [])
        if not columns:
            return keep
        table = self.release.rows(rows, tuple(dict.fromkeys(columns)))
        for name, flags in self._tests:
            keep &= flags[codes_of(whole(table.column(name)))]
        for where in self._values:
            keep &= passing(strings(table.column(VALUE)), where)
        return keep


def _spread(starts: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Row numbers of series that start there and are that long, and for each row the place of its series."""
    owners = np.repeat(np.arange(len(starts)), counts)
    rows = np.arange(int(counts.sum())) + np.repeat(starts - np.cumsum(counts) + counts, counts)
    return rows, owners


def _periods(release: Serving, selection: Selection) -> Flags | None:
    """For each period whether it is within a span and satisfies the conditions; None when every one is."""
    wanted = [w for w in selection.where if w.component == TIME]
    if not selection.spans and not wanted:
        return None
    found = release.allowed(selection.spans) if selection.spans else np.ones(len(release.periods), np.bool_)
    for where in wanted:
        found = found & allowed(where, release.periods)[:-1]
    return found


def positions(release: Serving, selection: Selection) -> Ints:
    """Positions of the series that match one of the keys and the conditions on series, ascending."""
    found = _of_keys(release, selection)
    for where in selection.where:
        if where.component in release.words or where.component in release.layout.series_attributes:
            words, codes = release.series_column(where.component)
            found = found[allowed(where, words)[codes[found]]]
        elif where.component not in (TIME, VALUE, *release.layout.observation_attributes):
            found = found[:0]  # a release that was made before the component came has nothing there
    return found


def _of_keys(release: Serving, selection: Selection) -> Ints:
    if not selection.keys:
        return np.arange(len(release), dtype=np.int64)
    found = [_of_key(release, key) for key in selection.keys]
    return found[0] if len(found) == 1 else np.unique(np.concatenate(found))


def _of_key(release: Serving, key: Mapping[str, frozenset[str]]) -> Ints:
    nothing = np.zeros(0, np.int64)
    wanted: dict[str, Ints] = {}
    for name, codes in key.items():
        places = release.places[name]
        wanted[name] = np.array(sorted(places[c] for c in codes if c in places), np.int64)
        if not len(wanted[name]):
            return nothing
    start, end = 0, len(release)
    if release.keys is not None:
        found = _whole_keys(release, wanted)
        if found is not None:
            place = np.searchsorted(release.keys, found)
            inside = place < end
            return np.asarray(place[inside][release.keys[place[inside]] == found[inside]], np.int64)
        start, end = _prefix(release, release.keys, wanted)
    return _by_masks(release, wanted, start, end)


def _whole_keys(release: Serving, wanted: Mapping[str, Ints]) -> Ints | None:
    """The combined keys that are asked for, ascending, when every dimension is named and they are few."""
    if len(wanted) < len(release.layout.dimensions) or np.prod([float(len(w)) for w in wanted.values()]) > _FEW:
        return None
    keys = np.zeros(1, np.int64)
    for name in release.layout.dimensions:
        keys = (keys[:, None] * max(len(release.words[name]), 1) + wanted[name][None, :]).ravel()
    return keys


def _prefix(release: Serving, keys: Ints, wanted: Mapping[str, Ints]) -> tuple[int, int]:
    """Where the series lie whose leading dimensions have the one code that is asked for."""
    low, width, open_ = 0, 1, True
    for name in release.layout.dimensions:
        size = max(len(release.words[name]), 1)
        open_ = open_ and name in wanted and len(wanted[name]) == 1
        low = low * size + (int(wanted[name][0]) if open_ else 0)
        width = 1 if open_ else width * size
    start, end = np.searchsorted(keys, [low, low + width - 1], side="left")
    if end < len(keys) and keys[end] == low + width - 1:
        end += 1
    return int(start), int(end)


def _by_masks(release: Serving, wanted: Mapping[str, Ints], start: int, end: int) -> Ints:
    keep = np.ones(end - start, np.bool_)
    for name, codes in wanted.items():
        if len(codes) == len(release.words[name]):
            continue
        allowed_codes = np.zeros(len(release.words[name]), np.bool_)
        allowed_codes[codes] = True
        keep &= allowed_codes[release.codes[name][start:end]]
    return np.flatnonzero(keep).astype(np.int64) + start


def available(release: Serving, selection: Selection) -> dict[str, tuple[str, ...]]:
    """Codes of the matching series per dimension, sorted; TIME_PERIOD: first and last of their matching periods."""
    plan = Plan(release, selection)
    found = plan.positions
    if plan.plain:
        seen = {int(p) for p in np.unique(np.concatenate([release.first[found], release.last[found]]))}
    else:
        seen, kept = set(), [found[:0]]
        for part in plan.parts():
            rows, counts = plan.rows(part)
            seen |= {int(p) for p in np.unique(release.period_codes(rows, np.repeat(part, counts)))}
            kept.append(part[counts > 0])
        found = np.concatenate(kept)
    codes = {
        name: tuple(release.words[name][int(c)] for c in np.unique(release.codes[name][found]))
        for name in release.layout.dimensions
    }
    return codes | {TIME: release.bounds(seen)}


def counts(release: Serving, selection: Selection) -> tuple[int, int]:
    """Matching series and observations."""
    series = observations = 0
    for found, rows in Plan(release, selection).told():
        series += len(found)
        observations += int(rows.sum())
    return series, observations


def tallies(release: Serving, selection: Selection) -> dict[str, dict[str, int]]:
    """How many matching series have each code, per dimension."""
    plan = Plan(release, selection)
    found = np.concatenate([plan.positions[:0], *(part for part, _ in plan.told())])
    told: dict[str, dict[str, int]] = {}
    for name in release.layout.dimensions:
        words = release.words[name]
        sizes = np.bincount(release.codes[name][found], minlength=len(words))
        told[name] = {words[int(code)]: int(sizes[code]) for code in np.flatnonzero(sizes)}
    return told
