"""Data structures, dataflows, provision agreements and categorisations in a structure message."""

from __future__ import annotations

from typing import Final

from greffe.catalogue import artefact_output as out
from greffe.catalogue.artefact_output import Json
from greffe.catalogue.artefact_parts import head, maybe, notes, urn_of
from greffe.catalogue.tree import Node
from greffe.errors import nearest
from greffe.model.artefacts import Maintainable
from greffe.model.structures import (
    Categorisation,
    Component,
    Dataflow,
    DataStructure,
    ProvisionAgreement,
    Representation,
)

KINDS: Final = ("categorisation", "dataflow", "datastructure", "provisionagreement")


def read(kind: str, node: Node) -> Maintainable:
    """The artefact of that kind."""
    if kind == "datastructure":
        return _structure(node)
    if kind == "dataflow":
        found = head(node, "structure", needed=("structure",))
        return Dataflow(**found, structure=maybe(node, "structure", "datastructure"))
    if kind == "provisionagreement":
        found = head(node, "dataflow", "dataProvider", needed=("dataflow", "dataProvider"))
        return ProvisionAgreement(
            **found,
            dataflow=maybe(node, "dataflow", "dataflow"),
            provider=maybe(node, "dataProvider", "dataproviderscheme", item=True),
        )
    found = head(node, "source", "target", needed=("source", "target"))
    return Categorisation(
        **found,
        source=node.child("source").urn() if "source" in node else None,
        target=maybe(node, "target", "categoryscheme", item=True),
    )


def _structure(node: Node) -> DataStructure:
    top = head(node, "dataStructureComponents")
    inside = node.child("dataStructureComponents")
    if inside.value is not None:
        inside.only(("dimensionList", "attributeList", "measureList"), ("dimensionList",))
    dimensions = component_list(inside, "dimensionList", "DimensionDescriptor", "dimensions", "timeDimension")
    attributes = component_list(inside, "attributeList", "AttributeDescriptor", "attributes")
    measures = component_list(inside, "measureList", "MeasureDescriptor", "measures")
    time = dimensions.child("timeDimension")
    found = DataStructure(
        **top,
        dimensions=tuple(_component(d, "dimension") for d in dimensions.entries("dimensions")),
        time=None if time.value is None else _component(time, "time"),
        measures=tuple(_component(m, "measure") for m in measures.entries("measures")),
        attributes=tuple(_component(a, "attribute") for a in attributes.entries("attributes")),
    )
    _check_components(node, found)
    return found


def component_list(node: Node, key: str, id_: str, *known: str) -> Node:
    """A list of components; its id is fixed by the standard."""
    found = node.child(key)
    if found.value is not None:
        found.only(("id", "links", *known), ("id",))
        found.child("id").word((id_,))
    return found


def _check_components(node: Node, structure: DataStructure) -> None:
    ids = [c.id for c in structure.components]
    for id_ in ids:
        if ids.count(id_) > 1:
            raise node.wrong(f"The component {id_!r} stands twice.")
    for attribute in structure.attributes:
        for id_ in () if attribute.on_observation else attribute.relationship:
            if id_ not in structure.dimension_ids:
                raise node.wrong(
                    f"The attribute {attribute.id} hangs on {id_!r}, which is not a dimension.",
                    near=nearest(id_, structure.dimension_ids),
                )


_COMPONENT: Final = ("id", "conceptIdentity", "localRepresentation", "annotations", "links")
# The lists that enumerate a component: values that are no ids are for what is no part of a key.
_LISTS: Final = {"measure": ("codelist", "valuelist"), "attribute": ("codelist", "valuelist")}


def _component(node: Node, role: str) -> Component:
    needed = ("id", "conceptIdentity", "localRepresentation")
    if role == "attribute":
        node.only((*_COMPONENT, "usage", "attributeRelationship"), (*needed, "attributeRelationship"))
    else:
        node.only((*_COMPONENT, "usage") if role == "measure" else _COMPONENT, needed)
    optional = role in ("attribute", "measure") and node.text_or("usage", "optional") != "mandatory"
    if "usage" in node:
        node.child("usage").word(("mandatory", "optional"))
    return Component(
        node.child("id").identifier() if role != "time" else node.child("id").word(("TIME_PERIOD",)),
        urn_of(node.child("conceptIdentity"), "conceptscheme", item=True),
        representation(node.child("localRepresentation"), *_LISTS.get(role, ("codelist",))),
        role,
        not optional,
        _relationship(node.child("attributeRelationship")) if role == "attribute" else (),
        notes(node),
    )


def _relationship(node: Node) -> tuple[str, ...]:
    node.only(("dataflow", "dimensions", "observation"))
    if len(node.fields()) != 1:
        raise node.wrong("One of dataflow, dimensions, observation is expected here.")
    if "dimensions" in node:
        return tuple(d.text() for d in node.entries("dimensions"))
    return ("OBS_VALUE",) if "observation" in node else ()


def representation(node: Node, *lists: str) -> Representation:
    """An enumeration (a list of one of these kinds), or a format."""
    node.only(("enumeration", "enumerationFormat", "format"))
    coded = "enumeration" in node
    if coded == ("format" in node) or ("enumerationFormat" in node and not coded):
        raise node.wrong("Either enumeration or format is expected here.")
    facets = node.child("enumerationFormat" if coded else "format")
    if facets.value is not None:
        facets.only(("dataType", "decimals", "maxLength", "pattern"), () if coded else ("dataType",))
    return Representation(
        urn_of(node.child("enumeration"), *lists) if coded else None,
        facets.text_or("dataType", "String"),
        facets.child("decimals").whole(1) if "decimals" in facets else None,
        facets.child("maxLength").whole(1) if "maxLength" in facets else None,
        facets.text_or("pattern"),
    )


def said(artefact: Maintainable) -> Json:
    """The content. A stub keeps references (a dataflow without its structure is of no use) and leaves out components."""
    if isinstance(artefact, Dataflow):
        return out.linked(structure=artefact.structure)
    if isinstance(artefact, ProvisionAgreement):
        return out.linked(dataflow=artefact.dataflow, dataProvider=artefact.provider)
    if isinstance(artefact, Categorisation):
        return out.linked(source=artefact.source, target=artefact.target)
    if isinstance(artefact, DataStructure) and artefact.dimensions and not artefact.stub:
        return {"dataStructureComponents": _components(artefact)}
    return {}


def _components(structure: DataStructure) -> Json:
    dimensions: Json = {
        "id": "DimensionDescriptor",
        "dimensions": [_component_said(structure, d) for d in structure.dimensions],
    }
    if structure.time is not None:
        dimensions["timeDimension"] = _component_said(structure, structure.time)
    found: Json = {"dimensionList": dimensions}
    if structure.attributes:
        attributes = [_component_said(structure, a) for a in structure.attributes]
        found["attributeList"] = {"id": "AttributeDescriptor", "attributes": attributes}
    if structure.measures:
        measures = [_component_said(structure, m) for m in structure.measures]
        found["measureList"] = {"id": "MeasureDescriptor", "measures": measures}
    return found


def _component_said(structure: DataStructure, component: Component) -> Json:
    found: Json = {"id": component.id, "conceptIdentity": str(component.concept)}
    if component.role in ("attribute", "measure"):
        found["usage"] = "mandatory" if component.mandatory else "optional"
    if component.role == "attribute":
        found["attributeRelationship"] = _relationship_said(component)
    list_ = component.representation.enumeration
    if list_ is not None and list_.kind not in _LISTS.get(component.role, ("codelist",)):
        raise out.unsayable(structure, f"{component.id} is enumerated by a {list_.kind}")
    found["localRepresentation"] = representation_said(component.representation)
    return found | out.annotated(component.annotations)


def _relationship_said(attribute: Component) -> Json:
    if attribute.on_observation:
        return {"observation": {}}
    return {"dimensions": list(attribute.relationship)} if attribute.relationship else {"dataflow": {}}


def representation_said(found: Representation) -> Json:
    """An enumeration or a format. Decimals of 0 are not written: the schema counts from 1, and none means 0."""
    facets: Json = {}
    if found.enumeration is None or found.text_type != "String":
        facets["dataType"] = found.text_type
    if found.decimals:
        facets["decimals"] = found.decimals
    if found.max_length is not None:
        facets["maxLength"] = found.max_length
    if found.pattern:
        facets["pattern"] = found.pattern
    if found.enumeration is None:
        return {"format": facets}
    return {"enumeration": str(found.enumeration), **({"enumerationFormat": facets} if facets else {})}
