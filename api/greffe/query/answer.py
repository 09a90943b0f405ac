"""A query answered: structures from the catalogue, data from the release that is in effect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import NotFound, TooLarge, Unsupported, nearest
from greffe.model.dataset import SeriesBlock
from greffe.model.maps import RepresentationMap, StructureMap
from greffe.model.references import Reference, Urn
from greffe.model.releases import Release
from greffe.model.structures import (
    Artefact,
    Codelist,
    DataConstraint,
    Dataflow,
    DataStructure,
    ItemScheme,
    ProvisionAgreement,
)
from greffe.query.details import Used, map_stub, stub, with_items
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
    matched = _matched(query, graph)
    if query.items:
        matched = frozenset(n for n in matched if _has_items(graph.artefacts.get(n), query.items))
    if not matched:
        raise _no_structure(query, graph)
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
        artefact = graph.artefacts.get((kind, reference))
        if query.role and isinstance(artefact, DataConstraint) and artefact.role != query.role:
            continue
        groups.setdefault((kind, reference.agency, reference.id), []).append((kind, reference))
    found: set[Node] = set()
    for nodes in groups.values():
        wanted = matching(query.versions, [r.version for _, r in nodes])
        found.update(n for n in nodes if n[1].version in wanted)
    return frozenset(found)


def _has_items(artefact: Artefact | None, items: tuple[str, ...]) -> bool:
    return isinstance(artefact, ItemScheme) and any(artefact.item(i.split(".")[-1]) for i in items)


def _no_structure(query: StructureQuery, graph: Graph) -> NotFound:
    ids = sorted({r.id for k, r in graph.nodes if not query.kinds or k in query.kinds})
    asked = " ".join(["/".join(query.kinds) or "artefact", *query.ids, *query.items])
    near = [n for one in query.ids for n in nearest(one, ids)]
    return NotFound(f"There is no {asked} for that agency and version.", nearest=dict.fromkeys(near))


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
    dataflow, release = _flow(query, catalogue, release_of)
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


def _flow(
    query: DataQuery, catalogue: Catalogue, release_of: Callable[[Dataflow], Release | None]
) -> tuple[Dataflow, Release]:
    """The one dataflow that is meant, with its release."""
    flows = _flows(query, catalogue)
    public = [f for f in flows if not catalogue.internal(f)]
    if flows and not public:
        raise NotFound(
            f"{flows[0].reference} is internal: its structure is public, its data never.", parameter="dataflow"
        )
    if not public:
        ids = sorted({f.reference.id for f in catalogue.all(Dataflow) if not catalogue.internal(f)})
        near = [n for one in query.ids for n in nearest(one, ids)]
        raise NotFound(f"There is no dataflow {', '.join(query.ids) or 'for that'}.", nearest=dict.fromkeys(near))
    released = [(f, r) for f in public if (r := release_of(f)) is not None]
    if not released:
        raise NotFound(f"Nothing of {public[0].reference} is released.")
    if len(released) > 1:
        names = ", ".join(str(f.reference) for f, _ in released[:5])
        raise Unsupported(
            f"{len(released)} dataflows match ({names}…); one answer holds one.", hint="Name one dataflow."
        )
    return released[0]


def _flows(query: DataQuery, catalogue: Catalogue) -> list[Dataflow]:
    """Dataflows in the context: themselves, those of a structure, or those of an agreement; of those providers."""
    flows = list(catalogue.all(Dataflow))
    agreements = list(catalogue.all(ProvisionAgreement))
    found: set[Urn] = set()
    if query.context in ("dataflow", "*"):
        found |= {f.urn for f in flows if f.reference in _named(query, [f.reference for f in flows])}
    if query.context in ("datastructure", "*"):
        named = _named(query, [f.structure.reference for f in flows if f.structure])
        found |= {f.urn for f in flows if f.structure and f.structure.reference in named}
    if query.context in ("provisionagreement", "*"):
        named = _named(query, [a.reference for a in agreements])
        found |= {a.dataflow for a in agreements if a.dataflow and a.reference in named}
    if query.providers:
        found &= {a.dataflow for a in agreements if a.dataflow and _provides(a, query.providers)}
    return [f for f in flows if f.urn in found]


def _provides(agreement: ProvisionAgreement, providers: tuple[str, ...]) -> bool:
    urn = agreement.provider
    return urn is not None and bool({urn.item, f"{urn.reference.agency},{urn.item}"} & set(providers))


def _named(query: DataQuery, references: list[Reference]) -> set[Reference]:
    groups: dict[tuple[str, str], set[Reference]] = {}
    for one in references:
        if (not query.agencies or one.agency in query.agencies) and (not query.ids or one.id in query.ids):
            groups.setdefault((one.agency, one.id), set()).add(one)
    found: set[Reference] = set()
    for group in groups.values():
        wanted = matching(query.versions, {r.version for r in group})
        found |= {r for r in group if r.version in wanted}
    return found
