"""A data query answered: one data set for each flow, agreement or dissemination that matches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import GreffeError, NotFound, TooLarge
from greffe.model.dataset import DataSet, SeriesBlock
from greffe.model.periods import span
from greffe.model.releases import Release
from greffe.model.structures import Dataflow, DataStructure, ProvisionAgreement
from greffe.query.disseminations import Piece, pieces
from greffe.query.flows import Named, named_flows
from greffe.query.queries import TIME, DataQuery
from greffe.query.selecting import Missing, TooManySlots, selection
from greffe.query.writing import Written, check_written, written
from greffe.store.base import Observations, Selection

LARGE: Final = 131_072  # observations of a selection, from which on its codes are told before it is read


@dataclass(frozen=True)
class DataAnswer:
    """What a data message holds. `empty` tells beforehand that nothing matches (204 on 2.x); blocks may be read once.

    `releases`: those that were looked at, in the order of the data sets, each once. `state`: what the answer depends on
    beside the question and the catalogue, for a tag. `modified`: when that last changed.
    """

    datasets: tuple[DataSet, ...]
    releases: tuple[Release, ...]
    state: tuple[str, ...]
    modified: datetime

    @property
    def empty(self) -> bool:
        """Nothing matches."""
        return not self.datasets


@dataclass(frozen=True)
class _Asked:
    """A data set to be: of which flow, which rows of which release, and what is written of them."""

    named: Named
    structure: DataStructure
    piece: Piece
    selection: Selection
    written: Written


def data(
    query: DataQuery,
    catalogue: Catalogue,
    releases_of: Callable[[Dataflow], Sequence[Release]],
    now: datetime,
    observations: Observations,
    series_limit: int = 2_000_000,
    *,
    gathered: bool = False,
) -> DataAnswer:
    """The matching series. Blocks are read while they are written: memory stays flat.

    `releases_of`: every release of a flow. Of several flows, those that lack a component which is filtered, or have too few
    dimensions for the key, are left out; so are those of which nothing is released.
    `gathered`: an order that breaks series apart does not, for formats in which a series stands once: its observations are
    where the first of them is.
    Conditions on attributes and the measure look at observations as they are now: they do not narrow what is deleted.
    Raises NotFound (no such flow, nothing released, internal data, and on 1.5 no match), BadQuery, BadSemantics,
    TooLarge.
    """
    named = named_flows(query, catalogue)
    asked = [
        replace(one, selection=replace(one.selection, gathered=gathered))
        for one in _asked(query, catalogue, named, releases_of, now)
    ]
    _check_size(asked, observations, series_limit)
    found = _windowed(query, asked, observations) if len(asked) > 1 else asked
    datasets = tuple(d for one in found for d in _dataset(query, one, catalogue, observations, alone=len(asked) == 1))
    if not datasets and query.api == 1:
        raise NotFound("No series matches.", hint="Ask for fewer conditions.")
    releases = tuple(dict.fromkeys(one.piece.release for one in asked))
    instants = [t for n in named for r in releases_of(n.dataflow) for t in r.instants(now)]
    return DataAnswer(datasets, releases, tuple(_state(one) for one in asked), max(instants))


def _asked(
    query: DataQuery,
    catalogue: Catalogue,
    named: Sequence[Named],
    releases_of: Callable[[Dataflow], Sequence[Release]],
    now: datetime,
) -> list[_Asked]:
    """The data sets to be, of the flows that have what the question is about."""
    refused: list[GreffeError] = []
    found: list[_Asked] = []
    released: list[tuple[Named, tuple[Piece, ...]]] = []
    for one in named:
        try:
            released.append((one, pieces(query, releases_of(one.dataflow), now)))
        except NotFound as error:
            refused.append(error)
    if not released:
        raise _of_flow(refused[0], named[0])
    check_written(query, [catalogue.structure(n.dataflow) for n, _ in released])
    refused = []
    for one, parts in released:
        structure = catalogue.structure(one.dataflow)
        shown = written(query, structure)
        try:
            chosen = selection(query, structure, catalogue.codelists(structure), shown.observations)
        except (Missing, TooManySlots, NotFound) as error:
            refused.append(error)
            continue
        found += [_Asked(one, structure, p, _narrowed(chosen, p, structure), shown) for p in parts]
    if len(refused) == len(released):
        raise refused[0]
    return found


def _of_flow(error: GreffeError, named: Named) -> NotFound:
    return NotFound(
        f"{named.dataflow.reference}: {error.message[0].lower()}{error.message[1:]}",
        parameter=error.parameter,
        hint=error.hint,
    )


def _narrowed(chosen: Selection, piece: Piece, structure: DataStructure) -> Selection:
    """What is deleted is told by keys and periods alone, and wholly: a client that lacks it loses nothing."""
    if piece.action != "D":
        return chosen
    own = {*structure.dimension_ids, *((structure.time.id,) if structure.time else ())}
    return replace(
        chosen,
        first=None,
        last=None,
        where=tuple(w for w in chosen.where if w.component in own),
        order=tuple(o for o in chosen.order if o.component in own),
        series_only=False,
    )


def _check_size(asked: Sequence[_Asked], observations: Observations, limit: int) -> None:
    whole = [one for one in asked if one.piece.change is None]
    if sum(one.piece.release.series for one in whole) <= limit:
        return
    total = 0
    for one in whole:
        keys_only = Selection(keys=one.selection.keys, series_only=True)
        total += observations.counts(one.piece.release.name, keys_only)[0]
        if total > limit:
            raise TooLarge(f"The answer has more than {limit} series.", hint="Ask for fewer codes or flows.")


def _windowed(query: DataQuery, asked: Sequence[_Asked], observations: Observations) -> Iterator[_Asked]:
    """Offset and limit over all data sets, one after the other (R2-DATA-40, 41)."""
    if not query.offset and query.limit is None:
        yield from asked
        return
    skip, most = query.offset, query.limit
    for one in asked:
        whole = replace(one, selection=replace(one.selection, skip=0, most=None, order=()))
        rows = _size(whole, observations)
        given = max(rows - skip, 0) if most is None else min(max(rows - skip, 0), most)
        if given:
            yield replace(one, selection=replace(one.selection, skip=skip, most=given))
        skip = max(skip - rows, 0)
        most = None if most is None else most - given


def _size(one: _Asked, observations: Observations) -> int:
    """How many observations, or series when none are written, the data set has."""
    bare = one.selection.series_only
    if one.piece.change is None and not (bare and one.selection.across):
        series, rows = observations.counts(one.piece.release.name, one.selection)
        return series if bare else rows
    blocks = _blocks(one, observations)
    return sum(block.series.num_rows if bare else block.observations.num_rows for block in blocks)


def _blocks(one: _Asked, observations: Observations) -> Iterator[SeriesBlock]:
    if one.piece.change is None:
        return observations.select(one.piece.release.name, one.selection)
    return observations.changed(one.piece.change, one.selection)


def _dataset(
    query: DataQuery, one: _Asked, catalogue: Catalogue, observations: Observations, *, alone: bool
) -> Iterator[DataSet]:
    """The data set, when it has a series. Of several, the first block is read again when its turn comes: only one is
    held at a time."""
    blocks = _blocks(one, observations)
    first = next(blocks, None)
    if first is None:
        return
    piece, context = one.piece, one.named.context
    deletes = piece.action == "D"
    whole = one.written.whole(one.structure)
    yield DataSet(
        dataflow=one.named.dataflow,
        structure=one.structure,
        codelists=catalogue.codelists(one.structure),
        blocks=chain([first], blocks) if alone else _later(one, observations),
        action="M" if piece.action == "R" and query.api == 2 and not whole else piece.action,
        measures=one.written.measures and not deletes,
        observations=one.written.observations or deletes,
        attributes=() if deletes else one.written.attributes,
        names=catalogue.concepts(one.structure),
        context=context.kind,
        agreement=context.reference if isinstance(context, ProvisionAgreement) else None,
        valid_from=_text(piece.valid_from),
        valid_to=_text(piece.valid_to),
        release=str(piece.release),
        origin=piece.release.origin,
        occurring=lambda: _occurring(one, observations),
        rows_beyond=lambda most: _rows_beyond(one, observations, most),
    )


def _rows_beyond(one: _Asked, observations: Observations, most: int) -> bool:
    """Whether the data set has more rows than that. Counted only where it is not plain from the matching keys or the
    window."""
    window = one.selection.most
    if window is not None and window <= most:
        return False
    if one.piece.change is None:
        keys = Selection(keys=one.selection.keys)
        if observations.counts(one.piece.release.name, keys)[1] <= most:
            return False
    whole = replace(one, selection=replace(one.selection, skip=0, most=None, order=()))
    rows = max(_size(whole, observations) - one.selection.skip, 0)
    return (rows if window is None else min(rows, window)) > most


def _occurring(one: _Asked, observations: Observations) -> dict[str, tuple[str, ...]] | None:
    """Codes and periods of the series whose key matches, whatever else is asked; None for few observations."""
    name, keys = one.piece.release.name, Selection(keys=one.selection.keys)
    if one.piece.change is not None or observations.counts(name, keys)[1] < LARGE:
        return None
    codes = dict(observations.available(name, keys))
    first, last = (span(p) for p in codes[TIME])
    within = (p for p in observations.periods(name) if first.first <= span(p).first and span(p).last <= last.last)
    return codes | {TIME: tuple(within)}


def _later(one: _Asked, observations: Observations) -> Iterator[SeriesBlock]:
    yield from _blocks(one, observations)


def _text(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat()


def _state(one: _Asked) -> str:
    return repr((one.piece, one.named.context.reference))
