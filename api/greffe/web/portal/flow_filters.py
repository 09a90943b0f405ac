"""The filters of a dataflow's page: for each dimension its codes as a tree, with how many series each would give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.formats.languages import best
from greffe.model.hierarchies import HierarchicalCode, Hierarchy, HierarchyAssociation
from greffe.model.periods import span
from greffe.model.releases import Release
from greffe.model.structures import Codelist, Dataflow, DataStructure
from greffe.query.available import without
from greffe.store.base import Observations, Selection
from greffe.web.portal.flow_query import Asked
from greffe.web.portal.flow_table import Label, label

MOST: Final = 300  # codes of a dimension that can be ticked; more are chosen in the address


@dataclass
class Node:
    """A code at its place. count: series that it would give, with all that is chosen on other dimensions; None of one that
    only holds others together."""

    code: str
    name: str
    count: int | None = None
    chosen: bool = False
    below: list[Node] = field(default_factory=list)


@dataclass(frozen=True)
class Filter:
    """A dimension that has several codes. left: codes that are not offered for ticking, of a long list."""

    dimension: str
    name: str
    nodes: list[Node]
    chosen: int
    codes: int
    left: int = 0


@dataclass(frozen=True)
class Filters:
    """All of a release: dimensions with several codes, those with one, and the periods, in the order of the calendar."""

    filters: list[Filter]
    fixed: Mapping[str, Label]
    names: Mapping[str, str]
    periods: list[str]


def filters(
    observations: Observations,
    release: Release,
    catalogue: Catalogue,
    flow: Dataflow,
    structure: DataStructure,
    asked: Asked,
    selection: Selection,
    now: Mapping[str, Mapping[str, int]],
    lang: str,
) -> Filters:
    """What can be chosen, and what each choice would give. `now`: how many of the selection have each code."""
    codelists, concepts = catalogue.codelists(structure), catalogue.concepts(structure)
    names = {c.id: best(concepts.get(c.id, {}), lang) or c.id for c in structure.components}
    every = observations.tallies(release.name, Selection())
    found, fixed = [], {}
    for dimension in structure.dimension_ids:
        codes, chosen = every[dimension], asked.codes.get(dimension, ())
        if len(codes) == 1 and set(chosen) <= set(codes):
            fixed[dimension] = label(codelists.get(dimension), next(iter(codes)), lang)
            continue
        left = (
            observations.tallies(release.name, without(selection, dimension))[dimension] if chosen else now[dimension]
        )
        offered = dict.fromkeys([*chosen, *(c for c in codes if c in left), *codes])
        shown = set(list(offered)[:MOST])
        above = _above(catalogue, flow, structure, dimension, codelists.get(dimension))
        nodes = _tree(shown, above, codelists.get(dimension), left, set(chosen), lang)
        found.append(Filter(dimension, names[dimension], nodes, len(chosen), len(offered), max(len(offered) - MOST, 0)))
    periods = sorted(observations.periods(release.name), key=lambda p: (span(p).first, span(p).last, p))
    return Filters(found, fixed, names, periods)


def _tree(
    shown: set[str],
    above: Mapping[str, str],
    codes: Codelist | None,
    left: Mapping[str, int],
    chosen: set[str],
    lang: str,
) -> list[Node]:
    """The codes below what holds them together, each level in the order of the list."""
    listed = [i.id for i in codes.items] if codes else sorted(shown)
    held = {c for code in shown for c in _ancestors(code, above)} & set(listed)
    order = [c for c in listed if c in shown or c in held] + sorted(shown - set(listed))
    nodes = {c: Node(c, label(codes, c, lang).name, left.get(c, 0) if c in shown else None, c in chosen) for c in order}
    tops: list[Node] = []
    for code, node in nodes.items():
        parent = next((c for c in _ancestors(code, above) if c in nodes), None)
        (nodes[parent].below if parent else tops).append(node)
    return tops


def _ancestors(code: str, above: Mapping[str, str]) -> Iterable[str]:
    """Nearest first; a circle ends where it began."""
    seen = {code}
    while (code := above.get(code, "")) and code not in seen:
        seen.add(code)
        yield code


def _above(
    catalogue: Catalogue, flow: Dataflow, structure: DataStructure, dimension: str, codes: Codelist | None
) -> dict[str, str]:
    """Code → the one above it: by the hierarchy that is associated with the dimension, else by the list's own tree."""
    for one in catalogue.all(HierarchyAssociation):
        linked = one.linked
        if linked is None or one.hierarchy is None or one.context not in (None, flow.urn):
            continue
        if linked.reference == structure.reference and linked.item == dimension:
            return dict(_pairs(catalogue.get(Hierarchy, one.hierarchy.reference).codes, ""))
    return {i.id: i.parent for i in codes.items if i.parent} if codes else {}


def _pairs(places: Iterable[HierarchicalCode], parent: str) -> Iterable[tuple[str, str]]:
    for place in places:
        if parent:
            yield place.code.item, parent
        yield from _pairs(place.children, place.code.item)
