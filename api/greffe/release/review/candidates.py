"""What a source may lead to: ranked candidates, each tried on the maps that read the table, mismatches of types first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.trial import MoreTypes, faults_of, with_rows
from greffe.catalogue.types import NoType, Unlike
from greffe.errors import BadDefinition, GreffeError
from greffe.mapping.suggest.rank import Candidate, suggest
from greffe.model.maps import MapRow, RepresentationMap
from greffe.release.effect import Effect, Told, effect
from greffe.release.parts import Parts
from greffe.release.review.admitting import Admission, admission, by_map
from greffe.release.review.codes import Code, Codes
from greffe.release.review.outside import Outside, outside
from greffe.release.review.pending import Pending, rows_with
from greffe.release.review.queue import Queue, Waiting, sources_of
from greffe.release.review.sharing import shared_with

MOST = 9  # what the keys 1 to 9 choose among
LISTED = 50  # changes of figures that are shown


@dataclass(frozen=True)
class Wrong:
    """Why a map would not hold together: what is wrong and what would mend it, and the map's file. `omitted`: nothing is said
    otherwise, only nothing is said."""

    text: str
    place: str
    omitted: bool = False


@dataclass(frozen=True)
class Tried:
    """A candidate with what its codes mean, the rows that lead there already (`parts`: those that are exact and would be one
    part of it; `shared`: other sources lead there at the same time), what would be wrong with it, what it takes to let it in
    where a map says nothing of it, and what of it the recipient does not take."""

    candidate: Candidate
    codes: tuple[Code | None, ...]
    rows: tuple[str, ...]
    faults: tuple[Wrong, ...]
    chosen: bool
    parts: tuple[str, ...] = ()
    admission: Admission | None = None
    outside: tuple[Outside, ...] = ()
    shared: bool = False


def candidates(catalogue: Catalogue, queue: Queue, line: Waiting, codes: Codes) -> tuple[Tried, ...]:
    """The best candidates for a line, in the order of their scores; those with types that do not match say so. A source that
    is a pattern is asked for by its other columns."""
    table = queue.table
    exact = [s.value if s.match == "exact" else "" for s in sources_of(line)]
    asked = list(suggest(queue.ground, exact, MOST)) if any(exact) else []
    return tuple(_tried(catalogue, table, line, c, codes) for c in asked)


def _tried(catalogue: Catalogue, table: RepresentationMap, line: Waiting, one: Candidate, codes: Codes) -> Tried:
    row = line.shown
    chosen = row is not None and row.has_target and row.targets == one.targets
    meant = tuple(codes.code("target", c, v) for c, v in zip(table.targets, one.targets, strict=True))
    there = tuple(
        f"{r.row_id} ({', '.join(s.value for s in r.sources)})" for r in table.rows if r.targets == one.targets
    )
    trial = _row_for(line, one.targets)
    if trial is None:
        return Tried(one, meant, there, (), chosen, shared=bool(there))
    faults, let_in = verdict_on(catalogue, table, line, trial)
    shared = shared_with(trial, table.rows)
    parts = tuple(r.row_id for r in shared if r.kind == "exact")
    left_out = outside(catalogue, table, one.targets)
    return Tried(one, meant, there, faults, chosen, parts, let_in, left_out, bool(shared))


def _row_for(line: Waiting, targets: tuple[str, ...]) -> MapRow | None:
    """The row that taking a candidate makes; None where a source is still to be said."""
    if line.shown is None and not all(line.values):
        return None
    row = line.start()
    kind = row.kind if row.has_target else "exact"
    return replace(row, targets=targets, kind=kind)


Verdict = tuple[tuple[Wrong, ...], Admission | None]
_VERDICTS: Final[dict[tuple[str, str, MapRow, bool], Verdict]] = {}  # by checksum of the catalogue, file, row
_KEPT: Final = 5_000


def verdict_on(catalogue: Catalogue, table: RepresentationMap, line: Waiting, row: MapRow) -> Verdict:
    """What would be wrong with the maps that read the table if that row stood for the line, and what it takes to let it in
    when a map says nothing of its target. The largest maps take a fifth of a second to try, so it is remembered."""
    key = (catalogue.checksum, table.file, row, line.row is None)
    if key not in _VERDICTS:
        if len(_VERDICTS) >= _KEPT:
            _VERDICTS.clear()
        _VERDICTS[key] = _verdict(catalogue, table, line, row)
    return _VERDICTS[key]


def _verdict(catalogue: Catalogue, table: RepresentationMap, line: Waiting, row: MapRow) -> Verdict:
    rows = {table.file: rows_of_line(table, line, row)}
    try:
        faults = faults_of(with_rows(catalogue, rows), [table.file])
        silent = any(isinstance(f, NoType | Unlike) for f in faults)
        return tuple(map(in_words, faults)), admission(catalogue, rows) if silent else None
    except BadDefinition as error:
        return (in_words(error),), None


def rows_of_line(table: RepresentationMap, line: Waiting, row: MapRow) -> tuple[MapRow, ...]:
    """The rows of a table with that one for a line."""
    if line.row is None:
        return (*table.rows, replace(row, line=len(table.rows) + 2))
    return tuple(row if r.row_id == row.row_id else r for r in table.rows)


def faults_of_pending(catalogue: Catalogue, table: RepresentationMap, decided: Sequence[Pending]) -> tuple[Wrong, ...]:
    """What is wrong with what is pending, together. Of what the types lack nothing is told while something would be wrong if
    they said it."""
    rows, said = {table.file: rows_with(table, decided)}, [s for one in decided for s in one.types]
    faults = faults_of(with_rows(catalogue, rows, by_map(said)), [table.file])
    if any(isinstance(f, NoType | Unlike) for f in faults):
        faults = admission(catalogue, rows, beside=said).faults or faults
    return tuple(in_words(f) for f in faults)


def types_of(decided: Iterable[Pending]) -> MoreTypes:
    """What decisions say of targets, by map."""
    return by_map(saying for one in decided for saying in one.types)


def effect_of(
    parts: Parts,
    catalogue: Catalogue,
    decided: Sequence[tuple[RepresentationMap, Sequence[Pending]]],
    told: Told | None = None,
) -> Effect:
    """What decisions would change in the figures there are, the largest first. Raises BadDefinition while a map that reads
    them does not hold together."""
    rows = {table.file: rows_with(table, pending) for table, pending in decided}
    trial = with_rows(catalogue, rows, types_of(one for _, pending in decided for one in pending))
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
    _, let_in = verdict_on(catalogue, table, line, row)
    types = by_map(let_in.sayings) if let_in else {}
    trial = with_rows(catalogue, {table.file: rows_of_line(table, line, row)}, types)
    faults = faults_of(trial, [table.file])
    if faults:
        raise faults[0]
    return effect(parts, trial, lambda what: None, before=catalogue, most=LISTED, told=told, alone=True)


def in_words(fault: BadDefinition) -> Wrong:
    """What is wrong and what would mend it, with the map it is about."""
    hint = f" {fault.hint}" if fault.hint else ""
    return Wrong(f"{fault.message}{hint}", fault.file.removeprefix("mappings/"), isinstance(fault, NoType))
