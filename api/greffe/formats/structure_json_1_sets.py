"""Hierarchical code lists and structure sets in SDMX-JSON 1.0: one for each hierarchy and each map, under its id."""

from __future__ import annotations

from typing import Final

from greffe.catalogue.artefact_hierarchies import code_said, level_said
from greffe.catalogue.artefact_output import Json, annotated, listed, localised
from greffe.formats.exact_maps import exact_map
from greffe.formats.structure_json_1_words import Cannot
from greffe.formats.structure_json_known import Known
from greffe.model.artefacts import Annotation, Maintainable
from greffe.model.hierarchies import Hierarchy
from greffe.model.mappings import (
    ItemMap,
    ItemSchemeMap,
    StandardRepresentationMap,
    StandardStructureMap,
)
from greffe.model.references import Urn
from greffe.model.structures import DataStructure

# Kind → its list in a set, and the list of its pairs.
_INSIDE: Final = {
    "categoryschememap": ("categorySchemeMaps", "categoryMaps"),
    "conceptschememap": ("conceptSchemeMaps", "conceptMaps"),
    "organisationschememap": ("organisationSchemeMaps", "organisationMaps"),
    "reportingtaxonomymap": ("reportingTaxonomyMaps", "reportingCategoryMaps"),
}
_CLASSES: Final = {
    "dimension": "Dimension",
    "time": "TimeDimension",
    "measure": "PrimaryMeasure",
    "attribute": "DataAttribute",
}
_PREFIX: Final = "urn:sdmx:org.sdmx.infomodel."


def hierarchy(found: Hierarchy) -> Json:
    """The one hierarchy of the list, and the code lists that it takes codes from."""
    if found.stub or not found.codes:
        return {}
    level = f"{_PREFIX}codelist.Level={found.reference}.{found.reference.id}."
    inner = _named(found) | {"leveled": bool(found.levels), **level_said(found.levels)}
    inner["hierarchicalCodes"] = [_leveled(code_said(code), level) for code in found.codes]
    lists: dict[str, str] = {}
    for urn in dict.fromkeys(Urn(used.kind, used.reference) for used in found.uses()):
        reference = urn.reference
        alias = reference.id if reference.id not in lists else f"{reference.id}_{len(lists) + 1}"
        lists[alias] = str(urn)
    return {"hierarchies": [inner], "includedCodelists": lists}


def _leveled(code: Json, prefix: str) -> Json:
    """A place names its level by URN."""
    below = code.get("hierarchicalCodes")
    changed: Json = {"level": f"{prefix}{code['level']}"} if "level" in code else {}
    if isinstance(below, list):
        changed["hierarchicalCodes"] = [_leveled(one, prefix) for one in below]
    return code | changed


def item_set(found: ItemSchemeMap) -> Json:
    """The one map between item schemes."""
    if found.stub:
        return {}
    if found.source is None or found.target is None or not found.items:
        raise Cannot("it maps no item")
    name, pairs = _INSIDE[found.kind]
    inner = _named(found) | {"source": str(found.source), "target": str(found.target)}
    inner[pairs] = [_pair(item, found.source, found.target) for item in found.items]
    return {name: [inner]}


def _pair(item: ItemMap, source: Urn, target: Urn) -> Json:
    if item.regex or item.valid_from or item.valid_to or not item.target:
        raise Cannot(f"the mapping of {item.source} is a pattern, is dated, or has no target")
    ends = {"source": _item(source, item.source), "target": _item(target, item.target)}
    return annotated(item.annotations) | ends


def _item(scheme: Urn, id_: str) -> str:
    return str(Urn(scheme.kind, scheme.reference, id_))


def structure_set(found: StandardStructureMap, known: Known) -> Json:
    """Lists that are mapped code by code and stand in the message, then the one map between structures."""
    if found.stub:
        return {}
    if found.source is None or found.target is None or not found.components:
        raise Cannot("it maps no component")
    exact = {
        c.map: m for c in found.components if c.map is not None and (m := exact_map(c, known.get(c.map))) is not None
    }
    urn = f"{_PREFIX}mapping.CodelistMap={found.reference}."
    lists = [_codelist_map(map_) for map_ in exact.values()]
    if found.epochs or found.date_patterns:
        raise Cannot("it maps dates")
    fixed = (Annotation("FIXED_VALUE", value, id=f.component) for f in found.fixed for value in f.values)
    source, target = (_structure(found, known, end) for end in (0, 1))
    inner = _named(found) | annotated(fixed) | {"source": str(found.source), "target": str(found.target)}
    inner["componentMaps"] = [
        {
            "source": _component(source, one),
            "target": _component(target, other),
            **({} if c.map is None else _by(c.map, f"{urn}{c.map.reference.id}" if c.map in exact else "")),
        }
        for c in found.components
        for one in c.sources
        for other in c.targets
    ]
    return listed("codelistMaps", lists) | {"structureMaps": [inner]}


def _by(map_: Urn, inside: str) -> Json:
    """How values are mapped: by a map of this set, or by one that 1.0 cannot say, named in an annotation."""
    if inside:
        return {"representationMapping": {"codelistMap": inside}}
    return annotated([Annotation("REPRESENTATION_MAP", str(map_))])


def _codelist_map(found: StandardRepresentationMap) -> Json:
    (source,), (target,) = found.sources, found.targets
    if not isinstance(source, Urn) or not isinstance(target, Urn):
        raise Cannot(f"{found.reference} maps no lists")
    inner = _named(found) | annotated(found.annotations) | {"source": str(source), "target": str(target)}
    inner["codeMaps"] = [
        annotated(row.annotations)
        | {"source": _item(source, row.sources[0].value), "target": _item(target, row.targets[0])}
        for row in found.rows
    ]
    return inner


def _structure(found: StandardStructureMap, known: Known, end: int) -> DataStructure:
    structure = known.structure((found.source, found.target)[end])
    if structure is None and found.structures is not None:
        structure = found.structures[end]
    if structure is None:
        raise Cannot("components are named by their structure, which is not in the message (references=descendants)")
    return structure


def _component(structure: DataStructure, id_: str) -> str:
    component = structure.component(id_)
    if component is None:
        raise Cannot(f"{structure.reference} has no component {id_}")
    return f"{_PREFIX}datastructure.{_CLASSES[component.role]}={structure.reference}.{id_}"


def _named(found: Maintainable) -> Json:
    """What is inside has the id and names of the artefact."""
    names = localised("name", found.names) | localised("description", found.descriptions)
    return {"id": found.reference.id, **names}
