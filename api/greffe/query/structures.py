"""A structure query answered from a catalogue (R1-STR, R2-STR)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import NotFound
from greffe.model.artefacts import Artefact
from greffe.model.references import Reference
from greffe.model.structures import Codelist, DataConstraint
from greffe.query import versions
from greffe.query.absent import MOST_KINDS, either, no_item, no_such
from greffe.query.details import raw, shaped
from greffe.query.graph import Graph, Node, known
from greffe.query.items import with_asked
from greffe.query.partial import Used
from greffe.query.queries import StructureQuery
from greffe.query.resources import STRUCTURES

Found: TypeAlias = Mapping[Node, Artefact]


@dataclass(frozen=True)
class StructureAnswer:
    """Artefacts by kind and reference, the `asked` ones that were asked for first."""

    artefacts: list[Artefact]
    asked: int = 0


def structures(query: StructureQuery, catalogue: Catalogue) -> StructureAnswer:
    """What matches, with its neighbours, each as far as `detail` says. `as_of` is the caller's: it chose the catalogue.

    Raises NotFound with the nearest ids when nothing matches; an unknown id beside known ones is passed over.
    """
    named = _named(query, catalogue)
    matched = _with_items(query, named)
    if not matched:
        raise _nothing(query, named.values(), catalogue)
    nodes = frozenset(matched)
    around: frozenset[Node] = frozenset()
    if set(query.references) != {"none"}:
        narrowed = matched if query.items else {}
        graph = Graph(catalogue, query.api, raw=query.detail == "raw", narrowed=narrowed)
        around = graph.neighbours(nodes, query.references)
    found = [shaped(matched[n], query.detail, matched=True) for n in sorted(nodes)]
    referenced = [shaped(catalogue.artefacts[n], query.detail, matched=False) for n in sorted(around)]
    if query.api == 1:
        referenced += [
            shaped(t, query.detail, matched=False) for t in _tables([*found, *referenced], nodes | around, catalogue)
        ]
    if query.detail == "referencepartial":
        used = Used(catalogue, [*found, *referenced])
        referenced = [used.partial(a) for a in referenced]
    return StructureAnswer(found + referenced, len(found))


def _tables(answer: Iterable[Artefact], nodes: frozenset[Node], catalogue: Catalogue) -> list[Artefact]:
    """A structure set of 2.1 holds the representation maps that it uses: with a whole one they come along."""
    whole = [a for a in answer if a.kind == "structuremap" and not a.stub]
    used = {(urn.kind, urn.reference) for a in whole for urn in a.uses() if urn.kind == "representationmap"}
    return [catalogue.artefacts[n] for n in sorted(used - nodes) if n in catalogue.artefacts]


def _named(query: StructureQuery, catalogue: Catalogue) -> Found:
    """Artefacts of those kinds, agencies and ids, in the versions that the patterns mean for each of them."""
    by_kind: dict[str, list[Reference]] = {}
    for kind, reference in _offered(query, catalogue):
        by_kind.setdefault(kind, []).append(reference)
    return {
        (kind, reference): catalogue.artefacts[kind, reference]
        for kind, references in by_kind.items()
        for reference in versions.named(references, query.agencies, query.ids, query.versions)
    }


def _offered(query: StructureQuery, catalogue: Catalogue) -> list[Node]:
    """Everything of those kinds, and of that role, that the generation of the API has words for."""
    kinds = query.kinds or STRUCTURES
    return [
        node
        for node, artefact in catalogue.artefacts.items()
        if node[0] in kinds
        and known(node, query.api)
        and not (query.role and isinstance(artefact, DataConstraint) and artefact.role != query.role)
    ]


def _with_items(query: StructureQuery, named: Found) -> Found:
    if not query.items:
        return named
    found: dict[Node, Artefact] = {}
    for node, artefact in named.items():
        narrowed = with_asked(raw(artefact) if query.detail == "raw" else artefact, query.items)
        if narrowed is not None:
            found[node] = narrowed
    return found


def _nothing(query: StructureQuery, named: Iterable[Artefact], catalogue: Catalogue) -> NotFound:
    if query.role == "Actual":
        return NotFound(
            "Actual constraints are not kept: they are made when they are asked for.",
            hint="Ask for availableconstraint/FLOW.",
        )
    if found := list(named):
        own = query.detail == "raw" and any(isinstance(a, Codelist) and a.inherited for a in found)
        hint = (
            "With detail=raw a list has its own codes alone: leave it out for those that it takes over." if own else ""
        )
        return no_item(query.items, [raw(a) for a in found] if own else found, hint)
    kinds = either(query.kinds) if 0 < len(query.kinds) <= MOST_KINDS else "artefact"
    what = f"{query.role.lower()} {kinds}".strip()
    return no_such(what, [reference for _, reference in _offered(query, catalogue)], query)
