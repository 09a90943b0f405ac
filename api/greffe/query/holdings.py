"""Which codes and periods a selection holds, of a release or of what changed since another one, and how many series."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from greffe.arrow import text
from greffe.model.dataset import SeriesBlock
from greffe.model.periods import span
from greffe.model.structures import DataStructure
from greffe.query.disseminations import Piece
from greffe.query.queries import TIME
from greffe.store.base import Observations, Selection


@dataclass(frozen=True)
class Holding:
    """values: dimension → codes, sorted. times: first and last period, () = none. series None: not known."""

    values: Mapping[str, tuple[str, ...]]
    times: tuple[str, ...]
    series: int | None
    observations: int

    def of(self, id_: str) -> tuple[str, ...]:
        """Codes of a dimension, or first and last period."""
        return self.times if id_ == TIME else self.values[id_]


def holding(
    pieces: Sequence[Piece], selection: Selection, structure: DataStructure, observations: Observations
) -> Holding:
    """What matches in all pieces together: the columns of a series table, or, of changes, block by block."""
    found = [_of_piece(piece, selection, structure, observations) for piece in pieces]
    return found[0] if len(found) == 1 else together(found, structure.dimension_ids)


def together(found: Sequence[Holding], dimensions: Iterable[str]) -> Holding:
    """What several hold. A series may be told in two of them, so that their number is unknown."""
    values = {id_: tuple(sorted({code for one in found for code in one.values[id_]})) for id_ in dimensions}
    times = bounds(period for one in found for period in one.times)
    return Holding(values, times, None if found else 0, sum(one.observations for one in found))


def bounds(periods: Iterable[str]) -> tuple[str, ...]:
    """The earliest and the latest of them, () of none."""
    known = set(periods)
    if not known:
        return ()
    return min(known, key=lambda p: (span(p).first, p)), max(known, key=lambda p: (span(p).last, p))


def _of_piece(piece: Piece, selection: Selection, structure: DataStructure, observations: Observations) -> Holding:
    if piece.change is None:
        name = piece.release.name
        there = observations.available(name, selection)
        series, rows = observations.counts(name, selection)
        return Holding({id_: there[id_] for id_ in structure.dimension_ids}, there[TIME], series, rows)
    if piece.change.gone:  # of what vanished only keys and periods are told, so nothing else can be asked of it
        own = (*structure.dimension_ids, TIME)
        selection = replace(selection, where=tuple(w for w in selection.where if w.component in own))
    return _of_blocks(observations.changed(piece.change, selection), structure.dimension_ids)


def _of_blocks(blocks: Iterable[SeriesBlock], dimensions: Sequence[str]) -> Holding:
    values: dict[str, set[str]] = {id_: set() for id_ in dimensions}
    periods: set[str] = set()
    series = rows = 0
    for block in blocks:
        series += block.series.num_rows
        rows += block.observations.num_rows
        for id_ in dimensions:
            values[id_] |= {text(v) for v in block.series.column(id_).unique().to_pylist()}
        periods |= {text(v) for v in block.observations.column(TIME).unique().to_pylist()}
    return Holding({id_: tuple(sorted(found)) for id_, found in values.items()}, bounds(periods), series, rows)
