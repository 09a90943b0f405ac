"""A query answered: structures from the catalogue, data from the release that is in effect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import NotFound, TooLarge
from greffe.model.dataset import SeriesBlock
from greffe.model.maps import RepresentationMap, StructureMap
from greffe.model.references import Reference
from greffe.model.releases import Release
from greffe.model.structures import (
    Artefact,
    Codelist,
    DataConstraint,
    Dataflow,
    DataStructure,
    ItemScheme,
)
from greffe.query.absent import no_item, no_such
from greffe.query.details import Used, map_stub, stub, with_items
from greffe.query.flows import released_flow
from greffe.query.graph import Graph, Node, Nodes
from greffe.query.queries import DataQuery, StructureQuery
from greffe.query.selecting import Written, selection, written
from greffe.query.versions import matching
from greffe.store.base import Observations, Selection


@dataclass(frozen=True)
class StructureAnswer:
    """Artefacts by kind and reference, the ones that were asked for first, and maps (2.x only)."""

    artefacts: list[Artefact]
    maps: list[StructureMap] = field(default_factory=list)
    representation_maps: list[RepresentationMap] = field(default_factory=list)


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


def structures(query: StructureQuery, catalogue: Catalogue) -> StructureAnswer:
    """What matches, with its neighbours. Raises NotFound with the nearest ids when nothing does."""
    graph = Graph(catalogue, query.api)
    named = _matched(query, graph)
    matched = named
    if query.items:
        matched = frozenset(n for n in named if _has_items(graph.artefacts.get(n), query.items))
    if not matched:
        raise _no_structure(query, named, graph)
    around = graph.neighbours(matched, query.references)
    found = [graph.artefacts[n] for n in sorted(matched) if n in graph.artefacts]
    if query.items:
        found = [with_items(a, [i.split(".")[-1] for i in query.items]) for a in found]
    referenced = [graph.artefacts[n] for n in sorted(around) if n in graph.artefacts]
    if query.detail == "referencepartial":
        used = Used(catalogue, [*found, *referenced])
        referenced = [used.partial(a) for a in referenced]
    bare, whole = query.detail.endswith("stubs"), query.detail.startswith("reference")
    complete = "complete" in query.detail
    if bare:
        referenced = [stub(a, complete) for a in referenced]
        found = found if whole else [stub(a, complete) for a in found]
    nodes = (*sorted(matched), *sorted(around))
    bare_maps = around if whole else matched | around
    maps = [map_stub(graph.maps[n]) if bare and n in bare_maps else graph.maps[n] for n in nodes if n in graph.maps]
    tables = [graph.representations[n] for n in nodes if n in graph.representations]
    return StructureAnswer(found + referenced, maps, tables)


def _matched(query: StructureQuery, graph: Graph) -> Nodes:
    """Nodes of those kinds, agencies and ids, in the versions that the patterns mean for each of them."""
    groups: dict[tuple[str, str, str], list[Node]] = {}
    for kind, reference in graph.nodes:
        if query.kinds and kind not in query.kinds:
            continue
        if (query.agencies and reference.agency not in query.agencies) or (query.ids and reference.id not in query.ids):
            continue
        if not _has_role(query, kind, reference, graph):
            continue
        groups.setdefault((kind, reference.agency, reference.id), []).append((kind, reference))
    found: set[Node] = set()
    for nodes in groups.values():
        wanted = matching(query.versions, [r.version for _, r in nodes])
        found.update(n for n in nodes if n[1].version in wanted)
    return frozenset(found)


def _has_items(artefact: Artefact | None, items: tuple[str, ...]) -> bool:
    return isinstance(artefact, ItemScheme) and any(artefact.item(i.split(".")[-1]) for i in items)


def _no_structure(query: StructureQuery, matched: Nodes, graph: Graph) -> NotFound:
    if matched and query.items:
        schemes = [a for n in sorted(matched) if isinstance(a := graph.artefacts.get(n), ItemScheme)]
        return no_item(query.items, schemes)
    kinds = " or ".join(query.kinds) or "artefact"
    known = [r for k, r in graph.nodes if (not query.kinds or k in query.kinds) and _has_role(query, k, r, graph)]
    what = f"{query.role.lower()} {kinds}".strip()
    return no_such(what, known, query)


def _has_role(query: StructureQuery, kind: str, reference: Reference, graph: Graph) -> bool:
    artefact = graph.artefacts.get((kind, reference))
    return not (query.role and isinstance(artefact, DataConstraint) and artefact.role != query.role)


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
