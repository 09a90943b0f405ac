"""A Selection over plain rows, as obvious as can be: the reference for selecting.py, which does it over columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import TypeAlias

from greffe.arrow import pa
from greffe.model.dataset import SeriesBlock
from greffe.model.periods import span
from greffe.model.structures import DataStructure
from greffe.store.base import Selection
from greffe.store.conditions import holds, number

Row: TypeAlias = dict[str, str | None]
_TEXTS = pa.dictionary(pa.int32(), pa.string())
TIME, VALUE = "TIME_PERIOD", "OBS_VALUE"


def text(value: str | None) -> str:
    """A cell of the key, which is never null."""
    return value or ""


def series_key(structure: DataStructure, row: Row) -> tuple[str, ...]:
    """What tells series apart."""
    return tuple(text(row[d]) for d in structure.dimension_ids)


def matching(rows: Sequence[Row], structure: DataStructure, selection: Selection) -> Iterator[list[Row]]:
    """Rows of each matching series, in key order: those that satisfy all, then the first and the last of them."""
    for _, group in groupby(rows, key=lambda r: series_key(structure, r)):
        series = [r for r in group if _wanted(r, selection)]
        n, first, last = len(series), selection.first, selection.last
        if first is not None or last is not None:
            series = [r for i, r in enumerate(series) if i < (first or 0) or i >= n - (last or 0)]
        if series:
            yield series


def _wanted(row: Row, selection: Selection) -> bool:
    in_key = not selection.keys or any(all(row[d] in codes for d, codes in k.items()) for k in selection.keys)
    period = span(text(row[TIME]))
    return (
        in_key
        and (not selection.spans or any(s.first <= period.first and period.last <= s.last for s in selection.spans))
        and all(holds(w, row.get(w.component)) for w in selection.where)
    )


def blocks(rows: Sequence[Row], structure: DataStructure, selection: Selection) -> Iterator[SeriesBlock]:
    """One block a series, or a run of rows of one series where the order breaks series apart."""
    fixed, varying = _columns(structure, selection)
    ordered = [r for series in matching(rows, structure, selection) for r in series]
    natural = [c for c in fixed if selection.across]  # without a cross-section the rows are in their order
    if selection.across:
        natural.append(selection.across.dimension)
    for name in reversed(natural):
        ordered.sort(key=lambda r, n=name: _letters(r[n]))  # type: ignore[misc]
    for one in reversed(selection.order):
        ordered.sort(key=_sorting(one.component), reverse=one.descending)
    end = None if selection.most is None else selection.skip + selection.most
    window = slice(selection.skip, end)
    if not selection.series_only:
        ordered = ordered[window]
    own = fixed if selection.across else structure.dimension_ids
    if selection.gathered:
        keys = [tuple(r[c] for c in own) for r in ordered]
        ordered = [r for _, r in sorted(zip(keys, ordered, strict=True), key=lambda pair: keys.index(pair[0]))]
    runs = [list(run) for _, run in groupby(ordered, key=lambda r: [r[c] for c in own])]
    for run in runs[window] if selection.series_only else runs:
        yield _block(run, fixed, varying, selection.series_only)


def _columns(structure: DataStructure, selection: Selection) -> tuple[list[str], list[str]]:
    """Columns of series and of observations (see SeriesBlock and DataMessage)."""
    series = [a.id for a in structure.attributes if not a.on_observation]
    observed = [a.id for a in structure.attributes if a.on_observation]
    if selection.across is None:
        return [*structure.dimension_ids, *series], [TIME, VALUE, *observed]
    moved, dimension = selection.across.attributes, selection.across.dimension
    others = [d for d in structure.dimension_ids if d != dimension]
    staying = [a for a in series if a not in moved]
    return [*others, TIME, *staying], [dimension, VALUE, *(a for a in series if a in moved), *observed]


def _block(run: list[Row], fixed: list[str], varying: list[str], bare: bool) -> SeriesBlock:
    shown = [] if bare else run
    return SeriesBlock(
        pa.table({c: pa.array([run[0][c]], _TEXTS) for c in fixed}),
        pa.array([len(shown)], pa.int64()),
        pa.table({c: pa.array([r[c] for r in shown], pa.string() if c == VALUE else _TEXTS) for c in varying}),
    )


def _letters(value: str | None) -> tuple[bool, str]:
    return value is not None, value or ""


def _sorting(component: str) -> Callable[[Row], tuple[bool, str] | tuple[bool, Decimal] | tuple[date, date, str]]:
    if component == TIME:
        return lambda r: (span(text(r[TIME])).first, span(text(r[TIME])).last, text(r[TIME]))
    if component == VALUE:
        return lambda r: _value(r[VALUE])
    return lambda r: _letters(r.get(component))


def _value(found: str | None) -> tuple[bool, Decimal]:
    read = number(text(found))
    return read is not None, read or Decimal()
