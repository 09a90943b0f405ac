"""How much of each artefact is answered: whole, raw, or a stub (R1-STR-50 to 55, R2-STR-20 to 26)."""

from __future__ import annotations

from dataclasses import replace

from greffe.model.artefacts import Artefact, ItemScheme
from greffe.model.hierarchies import Hierarchy
from greffe.model.mappings import ItemSchemeMap, StandardRepresentationMap, StandardStructureMap
from greffe.model.metadata import MetadataConstraint, MetadataSet, MetadataStructure
from greffe.model.reporting import Process
from greffe.model.structures import Codelist, DataConstraint, DataStructure
from greffe.model.transformations import VtlScheme


def shaped(artefact: Artefact, detail: str, *, matched: bool) -> Artefact:
    """The artefact as `detail` wants it: one that was asked for itself (`matched`), or one that came along."""
    found = raw(artefact) if detail == "raw" else full(artefact)
    if detail.endswith("stubs") and (not matched or detail.startswith("all")):
        return stub(found, "complete" in detail)
    return found


def full(artefact: Artefact) -> Artefact:
    """A code list with the codes that it takes over, as if they were its own; anything else as it is."""
    if isinstance(artefact, Codelist) and artefact.extensions:
        return replace(artefact, extensions=(), inherited=frozenset())
    return artefact


def raw(artefact: Artefact) -> Artefact:
    """A code list with its own codes and its extensions, the codes of these left out; anything else as it is."""
    if isinstance(artefact, Codelist) and artefact.inherited:
        own = tuple(i for i in artefact.items if i.id not in artefact.inherited)
        return replace(artefact, items=own, inherited=frozenset())
    return artefact


def stub(artefact: Artefact, complete: bool) -> Artefact:
    """Identification and names alone; `complete` keeps description and annotations. No items, components, values.

    What is nothing but references (a dataflow, an agreement, a categorisation, an association) keeps them, and so do
    maps their ends and constraints what they hang on: the schemas want these, and without them the thing says nothing.
    For the same reason a hierarchy keeps one code.
    """
    bare = replace(artefact, stub=True)
    if not complete:
        bare = replace(bare, descriptions={}, annotations=())
    match bare:
        case DataStructure():
            return replace(bare, dimensions=(), time=None, measures=(), attributes=())
        case MetadataStructure():
            return replace(bare, attributes=())
        case MetadataSet():
            return replace(bare, attributes=())
        case DataConstraint():
            return replace(bare, values={}, time_range=None)
        case MetadataConstraint():
            return replace(bare, values={})
        case Hierarchy():  # SDMX-ML 3.x wants one code
            return replace(bare, levels=(), codes=tuple(replace(c, level="", children=()) for c in bare.codes[:1]))
        case Process():
            return replace(bare, steps=())
        case StandardStructureMap():
            return replace(bare, components=(), fixed=(), epochs=(), date_patterns=(), frequency_formats=())
        case StandardRepresentationMap():
            return replace(bare, rows=())
        case ItemSchemeMap():
            return replace(bare, items=())
        case ItemScheme():
            return _without_items(bare)
        case _:
            return bare


def _without_items(scheme: ItemScheme) -> Artefact:
    bare = replace(scheme, items=(), partial=False)
    match bare:
        case Codelist():
            return replace(bare, extensions=(), inherited=frozenset())
        case VtlScheme():
            return replace(
                bare, mapping_scheme=None, name_scheme=None, type_scheme=None, ruleset_schemes=(), operator_schemes=()
            )
        case _:
            return bare
