"""Artefacts as the objects of an SDMX-JSON 2.1 structure message, every language kept (J-03, J-11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from greffe.errors import BadDefinition
from greffe.model.structures import (
    Annotation,
    Artefact,
    Categorisation,
    CategoryScheme,
    Component,
    DataConstraint,
    Dataflow,
    DataStructure,
    Item,
    ItemScheme,
    Maintainable,
    ProvisionAgreement,
    Representation,
    Texts,
)

# Kind → name of its collection under `data`.
COLLECTIONS: Final[dict[str, str]] = {
    "agencyscheme": "agencySchemes",
    "categorisation": "categorisations",
    "categoryscheme": "categorySchemes",
    "codelist": "codelists",
    "conceptscheme": "conceptSchemes",
    "dataconstraint": "dataConstraints",
    "dataflow": "dataflows",
    "dataproviderscheme": "dataProviderSchemes",
    "datastructure": "dataStructures",
    "provisionagreement": "provisionAgreements",
}
# Item scheme → name of its list of items.
ITEMS: Final[dict[str, str]] = {
    "agencyscheme": "agencies",
    "categoryscheme": "categories",
    "codelist": "codes",
    "conceptscheme": "concepts",
    "dataproviderscheme": "dataProviders",
}
# Kind of what a constraint hangs on → name of the list of URNs.
ATTACHMENTS: Final[dict[str, str]] = {
    "datastructure": "dataStructures",
    "dataflow": "dataflows",
    "provisionagreement": "provisionAgreements",
}


def to_json(artefact: Artefact) -> dict[str, object]:
    """The object that stands in `data.<collection>[]`. A stub is written without its content.

    Raises BadDefinition for what SDMX-JSON 2.1 cannot say: no name, a parent of an organisation, a constraint on actual
    data or on things of several kinds. Decimals of 0 are not written: the schema counts from 1, and none means 0.
    """
    found: dict[str, object] = {
        "id": artefact.reference.id,
        "agencyID": artefact.reference.agency,
        "version": artefact.reference.version,
        **_named(artefact, artefact),
    }
    if artefact.stub:
        found["isExternalReference"] = True
    if isinstance(artefact, ItemScheme):
        if artefact.partial:
            found["isPartial"] = True
        if artefact.items and not artefact.stub:
            found[ITEMS[artefact.kind]] = _items(artefact)
    elif isinstance(artefact, DataStructure):
        if artefact.dimensions and not artefact.stub:
            found["dataStructureComponents"] = _components(artefact)
    elif isinstance(artefact, DataConstraint):
        if not artefact.stub:
            found |= _constraint(artefact)
    elif isinstance(artefact, Dataflow | ProvisionAgreement | Categorisation):
        found |= _links(artefact)
    return found


def _links(artefact: Dataflow | ProvisionAgreement | Categorisation) -> dict[str, object]:
    """Kinds that are nothing but references: a stub keeps them (a dataflow without its structure is of no use)."""
    if isinstance(artefact, Dataflow):
        named = {"structure": artefact.structure}
    elif isinstance(artefact, ProvisionAgreement):
        named = {"dataflow": artefact.dataflow, "dataProvider": artefact.provider}
    else:
        named = {"source": artefact.source, "target": artefact.target}
    return {key: str(urn) for key, urn in named.items() if urn is not None}


def _named(thing: Item | Maintainable, artefact: Maintainable) -> dict[str, object]:
    if not thing.names:
        raise _unsayable(artefact, f"{thing.id if isinstance(thing, Item) else 'it'} has no name")
    found: dict[str, object] = {"name": best(thing.names), "names": dict(thing.names)}
    if thing.descriptions:
        found |= {"description": best(thing.descriptions), "descriptions": dict(thing.descriptions)}
    return found | annotated(thing.annotations)


def best(texts: Texts) -> str:
    """The text of the message's own language: English when it is there, else the first."""
    return texts["en"] if "en" in texts else next(iter(texts.values()))


def annotated(annotations: Iterable[Annotation]) -> dict[str, object]:
    """`annotations`, or nothing: the schema refuses an empty list."""
    found = []
    for annotation in annotations:
        pairs = {"id": annotation.id, "title": annotation.title, "type": annotation.type}
        one: dict[str, object] = {key: text for key, text in pairs.items() if text}
        if annotation.texts:
            one |= {"text": best(annotation.texts), "texts": dict(annotation.texts)}
        found.append(one)
    return {"annotations": found} if found else {}


def _items(scheme: ItemScheme) -> list[dict[str, object]]:
    if isinstance(scheme, CategoryScheme):
        return _categories(scheme, "", {item.id for item in scheme.items})
    found = []
    for item in scheme.items:
        one: dict[str, object] = {"id": item.id, **_named(item, scheme)}
        if item.parent and scheme.kind not in ("codelist", "conceptscheme"):
            raise _unsayable(scheme, f"{item.id} has a parent")
        if item.parent:
            one["parent"] = item.parent
        found.append(one)
    return found


def _categories(scheme: CategoryScheme, parent: str, known: set[str]) -> list[dict[str, object]]:
    """Categories below `parent`, nested. One whose parent was left out of a partial scheme stands at the top."""
    found = []
    for item in scheme.items:
        if (item.parent if item.parent in known else "") != parent:
            continue
        one: dict[str, object] = {"id": item.id, **_named(item, scheme)}
        below = _categories(scheme, item.id, known)
        if below:
            one["categories"] = below
        found.append(one)
    return found


def _components(structure: DataStructure) -> dict[str, object]:
    dimensions: dict[str, object] = {
        "id": "DimensionDescriptor",
        "dimensions": [_component(d) for d in structure.dimensions],
    }
    if structure.time is not None:
        dimensions["timeDimension"] = _component(structure.time)
    found: dict[str, object] = {"dimensionList": dimensions}
    if structure.attributes:
        attributes = [_component(a) for a in structure.attributes]
        found["attributeList"] = {"id": "AttributeDescriptor", "attributes": attributes}
    if structure.measures:
        measures = [_component(m) for m in structure.measures]
        found["measureList"] = {"id": "MeasureDescriptor", "measures": measures}
    return found


def _component(component: Component) -> dict[str, object]:
    found: dict[str, object] = {"id": component.id, "conceptIdentity": str(component.concept)}
    if component.role in ("attribute", "measure"):
        found["usage"] = "mandatory" if component.mandatory else "optional"
    if component.role == "attribute":
        found["attributeRelationship"] = _relationship(component)
    found["localRepresentation"] = _representation(component.representation)
    return found | annotated(component.annotations)


def _relationship(attribute: Component) -> dict[str, object]:
    if attribute.on_observation:
        return {"observation": {}}
    return {"dimensions": list(attribute.relationship)} if attribute.relationship else {"dataflow": {}}


def _representation(representation: Representation) -> dict[str, object]:
    facets: dict[str, object] = {}
    if representation.enumeration is None or representation.text_type != "String":
        facets["dataType"] = representation.text_type
    if representation.decimals:
        facets["decimals"] = representation.decimals
    if representation.max_length is not None:
        facets["maxLength"] = representation.max_length
    if representation.pattern:
        facets["pattern"] = representation.pattern
    if representation.enumeration is None:
        return {"format": facets}
    coded: dict[str, object] = {"enumeration": str(representation.enumeration)}
    return coded | ({"enumerationFormat": facets} if facets else {})


def _constraint(constraint: DataConstraint) -> dict[str, object]:
    if constraint.role != "Allowed":
        raise _unsayable(constraint, f"its role is {constraint.role}, and data constraints are on what is allowed")
    found: dict[str, object] = {}
    kinds = sorted({urn.kind for urn in constraint.attachments})
    if len(kinds) > 1 or (kinds and kinds[0] not in ATTACHMENTS):
        raise _unsayable(constraint, f"it hangs on {' and '.join(kinds)}")
    if kinds:
        found["constraintAttachment"] = {ATTACHMENTS[kinds[0]]: [str(urn) for urn in constraint.attachments]}
    keys = [_key_value(id_, codes) for id_, codes in constraint.values.items()]
    if constraint.time_range is not None and any(constraint.time_range):
        keys.append({"id": "TIME_PERIOD", "include": True, "timeRange": _time_range(constraint.time_range)})
    if keys:
        found["cubeRegions"] = [{"include": True, "keyValues": keys}]
    return found


def _key_value(id_: str, codes: Sequence[str]) -> Mapping[str, object]:
    found: dict[str, object] = {"id": id_, "include": True}
    return found | ({"values": [{"value": code} for code in codes]} if codes else {})


def _time_range(bounds: tuple[str, str]) -> dict[str, object]:
    """Both bounds are inclusive; one that is '' is open."""
    first, last = ({"period": bound, "isInclusive": True} if bound else None for bound in bounds)
    if first and last:
        return {"startPeriod": first, "endPeriod": last}
    return {"afterPeriod": first} if first else {"beforePeriod": last}


def _unsayable(artefact: Maintainable, why: str) -> BadDefinition:
    return BadDefinition(f"{artefact.kind} {artefact.reference} cannot be written as SDMX-JSON 2.1: {why}.")
