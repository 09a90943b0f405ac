"""Structure sets of SDMX-ML 2.1, one for each map of 3.x, under its id."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from lxml import etree

from greffe.formats.exact_maps import exact_map
from greffe.formats.structure_ml_pen import Cannot, Pen, required
from greffe.model.artefacts import Annotation, Artefact, Maintainable
from greffe.model.mappings import (
    ItemMap,
    ItemSchemeMap,
    StandardRepresentationMap,
    StandardStructureMap,
)
from greffe.model.references import ID, Urn
from greffe.model.structures import DataStructure

# Kind → what stands inside, and what stands for an item there.
_INSIDE: Final = {
    "conceptschememap": ("ConceptSchemeMap", "ConceptMap"),
    "categoryschememap": ("CategorySchemeMap", "CategoryMap"),
    "organisationschememap": ("OrganisationSchemeMap", "OrganisationMap"),
    "reportingtaxonomymap": ("ReportingTaxonomyMap", "ReportingCategoryMap"),
}
_IDS: Final = re.compile(rf"{ID}(?:\.{ID})*")
_CLASSES: Final = {
    "dimension": ("DimensionDescriptor", "Dimension"),
    "time": ("DimensionDescriptor", "TimeDimension"),
    "measure": ("MeasureDescriptor", "PrimaryMeasure"),
    "attribute": ("AttributeDescriptor", "Attribute"),
}


def used(artefacts: Iterable[Artefact]) -> frozenset[Urn]:
    """The representation maps that a structure map among these says, or says where to find."""
    maps = (a for a in artefacts if isinstance(a, StandardStructureMap))
    return frozenset(c.map for map_ in maps for c in map_.components if c.map is not None)


def structure_set(pen: Pen, element: etree._Element, found: StandardStructureMap) -> None:
    """Lists that are mapped code by code, then the one map between structures."""
    if found.stub:
        return
    exact = {
        c.map: m
        for c in found.components
        if c.map is not None and (m := exact_map(c, pen.known.get(c.map))) is not None
    }
    for map_ in exact.values():
        _codelist_map(pen, element, map_)
    inner = _nameable(pen, element, "StructureMap", found, _fixed(found))
    source, target = required(found.source, "source"), required(found.target, "target")
    structures = found.structures or (pen.structure_of(source), pen.structure_of(target))
    pen.refer(pen.child(inner, "Source"), source)
    pen.refer(pen.child(inner, "Target"), target)
    if not found.components:
        raise Cannot("it maps no component")
    for mapping in found.components:
        for one in mapping.sources:
            for other in mapping.targets:
                pair = pen.child(inner, "ComponentMap")
                if mapping.map is not None and mapping.map not in exact:
                    pen.annotated(pair, (Annotation("REPRESENTATION_MAP", str(mapping.map)),))
                _component(pen, pen.child(pair, "Source"), one, structures[0])
                _component(pen, pen.child(pair, "Target"), other, structures[1])
                if mapping.map is not None and mapping.map in exact:
                    codes = pen.child(pair, "RepresentationMapping")
                    pen.local(pen.child(codes, "CodelistMap"), mapping.map.reference.id)


def item_set(pen: Pen, element: etree._Element, found: ItemSchemeMap) -> None:
    """The one map between item schemes."""
    if found.stub:
        return
    name, item_name = _INSIDE[found.kind]
    inner = _nameable(pen, element, name, found)
    pen.refer(pen.child(inner, "Source"), required(found.source, "source"))
    pen.refer(pen.child(inner, "Target"), required(found.target, "target"))
    if not found.items:
        raise Cannot("it maps no item")
    for item in found.items:
        _item(pen, inner, item_name, item)


def _item(pen: Pen, parent: etree._Element, name: str, item: ItemMap) -> None:
    if item.regex or item.valid_from or item.valid_to:
        raise Cannot(f"the mapping of {item.source} is a pattern or is dated")
    if not (_IDS.fullmatch(item.source) and _IDS.fullmatch(item.target)):
        raise Cannot(f"the mapping of {item.source} is not from one item to one other")
    one = pen.child(parent, name)
    pen.annotated(one, item.annotations)
    pen.local(pen.child(one, "Source"), item.source)
    pen.local(pen.child(one, "Target"), item.target)


def _nameable(
    pen: Pen, parent: etree._Element, name: str, found: Maintainable, notes: tuple[Annotation, ...] = ()
) -> etree._Element:
    """What is inside the set has the id and names of the artefact."""
    element = pen.child(parent, name, {"id": found.reference.id})
    pen.annotated(element, notes)
    pen.texts(element, "Name", found.names)
    pen.texts(element, "Description", found.descriptions)
    return element


def _fixed(found: StandardStructureMap) -> tuple[Annotation, ...]:
    """Fixed values as annotations, for 2.1 has no place for them: the id says of which component."""
    if found.epochs or found.date_patterns:
        raise Cannot("it maps dates")
    return tuple(Annotation("FIXED_VALUE", value, id=f.component) for f in found.fixed for value in f.values)


def _codelist_map(pen: Pen, element: etree._Element, found: StandardRepresentationMap) -> None:
    inner = _nameable(pen, element, "CodelistMap", found, found.annotations)
    for name, column in (("Source", found.sources[0]), ("Target", found.targets[0])):
        if isinstance(column, Urn):
            pen.refer(pen.child(inner, name), column)
    for row in found.rows:
        one = pen.child(inner, "CodeMap")
        pen.annotated(one, row.annotations)
        pen.local(pen.child(one, "Source"), row.sources[0].value)
        pen.local(pen.child(one, "Target"), row.targets[0])


def _component(pen: Pen, element: etree._Element, id_: str, structure: DataStructure | None) -> None:
    """A component in its list: what it is comes from the structure when that is known, else from its id."""
    known = structure.component(id_) if structure is not None else None
    role = known.role if known else {"TIME_PERIOD": "time", "OBS_VALUE": "measure"}.get(id_, "dimension")
    container, name = _CLASSES[role]
    pen.local(element, id_, **{"containerID": container, "class": name, "package": "datastructure"})
