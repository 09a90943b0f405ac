"""A data query answered from the release that is in effect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import NotFound, TooLarge
from greffe.model.dataset import SeriesBlock
from greffe.model.releases import Release
from greffe.model.structures import Codelist, Dataflow, DataStructure
from greffe.query.flows import released_flow
from greffe.query.queries import DataQuery
from greffe.query.selecting import Written, selection, written
from greffe.store.base import Observations, Selection


@dataclass(frozen=True)
class DataAnswer:
    """The pieces of a data message. `blocks` may be read once; `empty` tells beforehand (204 on 2.x)."""

    dataflow: Dataflow
    structure: DataStructure
    codelists: dict[str, Codelist]
    release: Release
    selection: Selection
    written: Written
    blocks: Iterator[SeriesBlock]
    empty: bool


def data(
    query: DataQuery,
    catalogue: Catalogue,
    release_of: Callable[[Dataflow], Release | None],
    observations: Observations,
    series_limit: int = 2_000_000,
) -> DataAnswer:
    """The matching series of the release in effect. Blocks are read while they are written: memory stays flat.

    Raises NotFound (no such flow, nothing released, internal data, and on 1.5 no match), BadQuery, BadSemantics,
    Unsupported, TooLarge.
    """
    dataflow, release = released_flow(query, catalogue, release_of)
    structure = catalogue.structure(dataflow)
    codelists = catalogue.codelists(structure)
    shown = written(query, structure)
    chosen = selection(query, structure, codelists, shown.observations)
    if release.series > series_limit:
        _check_size(observations, release, chosen, series_limit)
    blocks = observations.select(release.name, chosen)
    first = next(blocks, None)
    if first is None and query.api == 1:
        raise NotFound(f"No series of {dataflow.reference} matches.", hint="Ask for fewer conditions.")
    found: Iterator[SeriesBlock] = iter(()) if first is None else chain([first], blocks)
    return DataAnswer(dataflow, structure, codelists, release, chosen, shown, found, first is None)


def _check_size(observations: Observations, release: Release, chosen: Selection, limit: int) -> None:
    keys_only = Selection(keys=chosen.keys, series_only=True)
    if sum(len(block.counts) for block in observations.select(release.name, keys_only)) > limit:
        raise TooLarge(f"The answer has more than {limit} series.", hint="Ask for fewer codes.")
