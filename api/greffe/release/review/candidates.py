"""What a source may lead to: ranked candidates, each tried on the maps that read the table, mismatches of types first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.trial import faults_of, with_rows
from greffe.errors import BadDefinition, GreffeError
from greffe.mapping.suggest.rank import Candidate, suggest
from greffe.model.maps import MapRow, RepresentationMap, SourceValue
from greffe.release.effect import Effect, Told, effect
from greffe.release.parts import Parts
from greffe.release.review.codes import Code, Codes
from greffe.release.review.pending import Pending, rows_with
from greffe.release.review.queue import Queue, Waiting

MOST = 9  # what the keys 1 to 9 choose among
LISTED = 50  # changes of figures that are shown


@dataclass(frozen=True)
class Wrong:
    """Why a map would not hold together: what is wrong and what would mend it, and the map's file."""

    text: str
    place: str


@dataclass(frozen=True)
class Tried:
    """A candidate with what its codes mean, the rows that lead there already, and what would be wrong with it."""

    candidate: Candidate
    codes: tuple[Code | None, ...]
    rows: tuple[str, ...]
    faults: tuple[Wrong, ...]
    chosen: bool


def candidates(catalogue: Catalogue, queue: Queue, line: Waiting, codes: Codes) -> tuple[Tried, ...]:
    """The best candidates for a line, in the order of their scores; those with types that do not match say so. A source that
    is a pattern is asked for by its other columns."""
    table = queue.table
    exact = [s.value if s.match == "exact" else "" for s in sources_of(line)]
    asked = list(suggest(queue.ground, exact, MOST)) if any(exact) else []
    return tuple(_tried(catalogue, table, line, c, codes) for c in asked)


def sources_of(line: Waiting) -> tuple[SourceValue, ...]:
    """The source values of a line, as its row matches them."""
    row = line.shown
    return row.sources if row else tuple(SourceValue(v) for v in line.values)


def _tried(catalogue: Catalogue, table: RepresentationMap, line: Waiting, one: Candidate, codes: Codes) -> Tried:
    row = line.shown
    chosen = row is not None and row.has_target and row.targets == one.targets
    meant = tuple(codes.code("target", c, v) for c, v in zip(table.targets, one.targets, strict=True))
    there = tuple(
        f"{r.row_id} ({', '.join(s.value for s in r.sources)})" for r in table.rows if r.targets == one.targets
    )
    trial = _row_for(line, one.targets)
    return Tried(one, meant, there, () if trial is None else faults_with(catalogue, table, line, trial), chosen)


def _row_for(line: Waiting, targets: tuple[str, ...]) -> MapRow | None:
    """The row that taking a candidate makes; None where a source is still to be said."""
    if line.shown is None and not all(line.values):
        return None
    row = line.shown or MapRow("new", sources_of(line), targets)
    kind = row.kind if row.has_target else "exact"
    return replace(row, targets=targets, kind=kind)


_VERDICTS: Final[dict[tuple[str, str, MapRow, bool], tuple[Wrong, ...]]] = {}  # by checksum of the catalogue, file, row
_KEPT: Final = 5_000


def faults_with(catalogue: Catalogue, table: RepresentationMap, line: Waiting, row: MapRow) -> tuple[Wrong, ...]:
    """What would be wrong with the maps that read the table if that row stood for the line. The largest maps take a fifth of
    a second to try, so what was found is remembered."""
    key = (catalogue.checksum, table.file, row, line.row is None)
    if key not in _VERDICTS:
        if len(_VERDICTS) >= _KEPT:
            _VERDICTS.clear()
        _VERDICTS[key] = _faults_with(catalogue, table, line, row)
    return _VERDICTS[key]


def _faults_with(catalogue: Catalogue, table: RepresentationMap, line: Waiting, row: MapRow) -> tuple[Wrong, ...]:
    rows = tuple(row if r.row_id == row.row_id else r for r in table.rows)
    if line.row is None:
        rows = (*table.rows, replace(row, line=len(table.rows) + 2))
    try:
        return tuple(in_words(f) for f in faults_of(with_rows(catalogue, {table.file: rows}), [table.file]))
    except BadDefinition as error:
        return (in_words(error),)


def faults_of_pending(catalogue: Catalogue, table: RepresentationMap, decided: Sequence[Pending]) -> tuple[Wrong, ...]:
    """What is wrong with what is pending, together."""
    trial = with_rows(catalogue, {table.file: rows_with(table, decided)})
    return tuple(in_words(f) for f in faults_of(trial, [table.file]))


def effect_of(
    parts: Parts,
    catalogue: Catalogue,
    decided: Sequence[tuple[RepresentationMap, Sequence[Pending]]],
    told: Told | None = None,
) -> Effect:
    """What decisions would change in the figures there are, the largest first. Raises BadDefinition while a map that reads
    them does not hold together."""
    trial = with_rows(catalogue, {table.file: rows_with(table, pending) for table, pending in decided})
    faults = faults_of(trial, [table.file for table, _ in decided])
    if faults:
        raise faults[0]
    return effect(parts, trial, lambda what: None, before=catalogue, most=LISTED, told=told, alone=True)


def effect_of_targets(
    parts: Parts,
    catalogue: Catalogue,
    table: RepresentationMap,
    line: Waiting,
    targets: tuple[str, ...],
    told: Told | None = None,
) -> Effect:
    """The same for a candidate that nobody took yet. Raises GreffeError where a source is still to be said."""
    row = _row_for(line, targets)
    if row is None:
        raise GreffeError("Say all sources first.")
    rows = tuple(row if r.row_id == row.row_id else r for r in table.rows)
    trial = with_rows(catalogue, {table.file: rows if line.row else (*table.rows, row)})
    faults = faults_of(trial, [table.file])
    if faults:
        raise faults[0]
    return effect(parts, trial, lambda what: None, before=catalogue, most=LISTED, told=told, alone=True)


def in_words(fault: BadDefinition) -> Wrong:
    """What is wrong and what would mend it, with the map it is about."""
    hint = f" {fault.hint}" if fault.hint else ""
    return Wrong(f"{fault.message}{hint}", fault.file.removeprefix("mappings/"))
