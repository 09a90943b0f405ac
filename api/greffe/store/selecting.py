"""Which series and rows of an opened release a Selection means: series by index or masks, rows by period and rank."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from greffe.arrow import pa
from greffe.model.dataset import SeriesBlock
from greffe.store.arrays import Flags, Ints
from greffe.store.base import Selection
from greffe.store.coded import TIME
from greffe.store.serving import Serving

BLOCK_ROWS: Final = 32_768
BLOCK_SERIES: Final = 32_768  # of a block without observations
_FEW: Final = 4_096  # whole keys that are looked up one by one in the index


def positions(release: Serving, selection: Selection) -> Ints:
    """Positions of the series that match one of the keys, ascending."""
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
        whole = _whole_keys(release, wanted)
        if whole is not None:
            place = np.searchsorted(release.keys, whole)
            inside = place < end
            return np.asarray(place[inside][release.keys[place[inside]] == whole[inside]], np.int64)
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
        allowed = np.zeros(len(release.words[name]), np.bool_)
        allowed[codes] = True
        keep &= allowed[release.codes[name][start:end]]
    return np.flatnonzero(keep).astype(np.int64) + start


def blocks(release: Serving, selection: Selection) -> Iterator[SeriesBlock]:
    """Blocks of whole series, about 32 k observations each. Series without a matching observation are left out."""
    found = positions(release, selection)
    allowed = release.allowed(selection.spans) if selection.spans else None
    if selection.series_only and allowed is None:
        found = found if _any_row(selection) else found[:0]
        for start in range(0, len(found), BLOCK_SERIES):
            part = found[start : start + BLOCK_SERIES]
            yield _block(release, part, np.zeros(len(part), np.int64), np.zeros(0, np.int64))
        return
    for part in _parts(release, found):
        rows, counts = _rows(release, part, selection, allowed)
        kept = counts > 0
        if not kept.any():
            continue
        if selection.series_only:
            yield _block(release, part[kept], np.zeros(int(kept.sum()), np.int64), rows[:0])
        else:
            yield _block(release, part[kept], counts[kept], rows)


def _any_row(selection: Selection) -> bool:
    return (selection.first is None and selection.last is None) or bool(selection.first or selection.last)


def _parts(release: Serving, found: Ints) -> Iterator[Ints]:
    """The positions cut where some 32 k rows are full; a longer series is a part of its own."""
    if not len(found):
        return
    filled = np.cumsum(release.counts[found])
    start = 0
    while start < len(found):
        before = int(filled[start - 1]) if start else 0
        end = max(int(np.searchsorted(filled, before + BLOCK_ROWS, side="right")), start + 1)
        yield found[start:end]
        start = end


def _rows(release: Serving, part: Ints, selection: Selection, allowed: Flags | None) -> tuple[Ints, Ints]:
    """Rows of those series that match, ascending, and how many of each."""
    counts = release.counts[part]
    series = np.repeat(np.arange(len(part)), counts)
    rows = np.arange(int(counts.sum())) + np.repeat(release.offsets[part] - np.cumsum(counts) + counts, counts)
    if allowed is not None:
        periods = release.period_codes(rows)
        keep = allowed[periods]
        rows, series = rows[keep], series[keep]
        counts = np.bincount(series, minlength=len(part))
    if selection.first is not None or selection.last is not None:
        rank = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        left = np.repeat(counts, counts) - rank
        keep = (rank < (selection.first or 0)) | (left <= (selection.last or 0))
        rows, series = rows[keep], series[keep]
        counts = np.bincount(series, minlength=len(part))
    return rows, counts.astype(np.int64)


def _block(release: Serving, part: Ints, counts: Ints, rows: Ints) -> SeriesBlock:
    if len(part) and part[-1] - part[0] == len(part) - 1:
        series = release.series.slice(int(part[0]), len(part))
    else:
        series = release.series.take(pa.array(part, pa.int64()))
    return SeriesBlock(series, pa.array(counts, pa.int64()), release.rows(rows))


def available(release: Serving, selection: Selection) -> dict[str, tuple[str, ...]]:
    """Codes of the matching series per dimension, sorted; TIME_PERIOD: first and last of their matching periods."""
    found = positions(release, selection)
    plain = not selection.spans and selection.first is None and selection.last is None
    if plain:
        seen = {int(p) for p in np.unique(np.concatenate([release.first[found], release.last[found]]))}
    else:
        allowed = release.allowed(selection.spans) if selection.spans else None
        seen, kept = set(), [found[:0]]
        for part in _parts(release, found):
            rows, counts = _rows(release, part, selection, allowed)
            seen |= {int(p) for p in np.unique(release.period_codes(rows))}
            kept.append(part[counts > 0])
        found = np.concatenate(kept)
    codes = {
        name: tuple(release.words[name][int(c)] for c in np.unique(release.codes[name][found]))
        for name in release.layout.dimensions
    }
    return codes | {TIME: release.bounds(seen)}
