"""Objects of an SDMX-JSON 2.1 structure message as artefacts: strict, since what is not understood must not be lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from greffe.catalogue.artefact_parts import MAINTAINED, NAMED, descriptions, names, notes, reference, stub, urn_of
from greffe.catalogue.artefact_writing import COLLECTIONS, ITEMS
from greffe.catalogue.constraint_reading import constraint
from greffe.catalogue.tree import Node
from greffe.errors import BadDefinition, nearest
from greffe.model.references import Urn
from greffe.model.structures import (
    AgencyScheme,
    Artefact,
    Categorisation,
    CategoryScheme,
    Codelist,
    Component,
    ConceptScheme,
    Dataflow,
    DataProviderScheme,
    DataStructure,
    Item,
    ProvisionAgreement,
    Representation,
)


def from_json(kind: str, value: object, file: str = "", path: str = "$") -> Artefact:
    """The artefact of that kind in a decoded JSON object. Raises BadDefinition with file and JSON path."""
    if kind not in COLLECTIONS:
        raise BadDefinition(f"{kind!r} is not a kind of artefact.", file=file, nearest=nearest(kind, COLLECTIONS))
    return read_artefact(kind, Node(value, file, path))


def read_artefact(kind: str, node: Node) -> Artefact:
    """The artefact of that kind at that place."""
    return _READERS[kind](kind, node)


_Scheme = Codelist | ConceptScheme | AgencyScheme | DataProviderScheme | CategoryScheme
_SCHEMES: Final[dict[str, type[_Scheme]]] = {
    "agencyscheme": AgencyScheme,
    "categoryscheme": CategoryScheme,
    "codelist": Codelist,
    "conceptscheme": ConceptScheme,
    "dataproviderscheme": DataProviderScheme,
}


def _scheme(kind: str, node: Node) -> Artefact:
    node.only((*MAINTAINED, "isPartial", ITEMS[kind]), ("id", "agencyID"))
    items = _categories(node, "") if kind == "categoryscheme" else _items(kind, node.entries(ITEMS[kind]))
    found = tuple(_once(node, items))
    known = {item.id for item in found}
    partial = node.true("isPartial")
    for item in found:
        if item.parent and item.parent not in known and not partial:
            raise node.wrong(
                f"The parent {item.parent!r} of {item.id!r} is not in the list.", near=nearest(item.parent, known)
            )
    return _SCHEMES[kind](
        reference(node), names(node), descriptions(node), notes(node), partial, stub(node), items=found
    )


def _items(kind: str, nodes: Iterable[Node]) -> Iterator[Item]:
    known = (*NAMED, "parent") if kind in ("codelist", "conceptscheme") else NAMED
    for node in nodes:
        node.only(known, ("id",))
        yield _item(node, node.text_or("parent"))


def _categories(node: Node, parent: str) -> Iterator[Item]:
    """Nested categories as a flat list, each before those below it."""
    for one in node.entries("categories"):
        one.only((*NAMED, "categories"), ("id",))
        item = _item(one, parent)
        yield item
        yield from _categories(one, item.id)


def _item(node: Node, parent: str) -> Item:
    return Item(node.child("id").identifier(), names(node), descriptions(node), parent, notes(node))


def _once(node: Node, items: Iterable[Item]) -> Iterator[Item]:
    seen: set[str] = set()
    for item in items:
        if item.id in seen:
            raise node.wrong(f"The id {item.id!r} stands twice in the list.")
        seen.add(item.id)
        yield item


def _structure(kind: str, node: Node) -> Artefact:
    node.only((*MAINTAINED, "dataStructureComponents"), ("id", "agencyID"))
    inside = node.child("dataStructureComponents")
    if inside.value is not None:
        inside.only(("dimensionList", "attributeList", "measureList"), ("dimensionList",))
    dimensions = _list(inside, "dimensionList", "DimensionDescriptor", "dimensions", "timeDimension")
    attributes = _list(inside, "attributeList", "AttributeDescriptor", "attributes")
    measures = _list(inside, "measureList", "MeasureDescriptor", "measures")
    time = dimensions.child("timeDimension")
    found = DataStructure(
        reference(node),
        names(node),
        descriptions(node),
        notes(node),
        stub=stub(node),
        dimensions=tuple(_component(d, "dimension") for d in dimensions.entries("dimensions")),
        time=None if time.value is None else _component(time, "time"),
        measures=tuple(_component(m, "measure") for m in measures.entries("measures")),
        attributes=tuple(_component(a, "attribute") for a in attributes.entries("attributes")),
    )
    _check_components(node, found)
    return found


def _list(node: Node, key: str, id_: str, *known: str) -> Node:
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
        _representation(node.child("localRepresentation")),
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


def _representation(node: Node) -> Representation:
    node.only(("enumeration", "enumerationFormat", "format"))
    coded = "enumeration" in node
    if coded == ("format" in node) or ("enumerationFormat" in node and not coded):
        raise node.wrong("Either enumeration or format is expected here.")
    facets = node.child("enumerationFormat" if coded else "format")
    if facets.value is not None:
        facets.only(("dataType", "decimals", "maxLength", "pattern"), () if coded else ("dataType",))
    return Representation(
        urn_of(node.child("enumeration"), "codelist") if coded else None,
        facets.text_or("dataType", "String"),
        facets.child("decimals").whole(1) if "decimals" in facets else None,
        facets.child("maxLength").whole(1) if "maxLength" in facets else None,
        facets.text_or("pattern"),
    )


def _dataflow(kind: str, node: Node) -> Artefact:
    node.only((*MAINTAINED, "structure"), ("id", "agencyID", "structure"))
    structure = urn_of(node.child("structure"), "datastructure")
    return Dataflow(
        reference(node), names(node), descriptions(node), notes(node), False, stub(node), structure=structure
    )


def _agreement(kind: str, node: Node) -> Artefact:
    needed = () if stub(node) else ("dataflow", "dataProvider")
    node.only((*MAINTAINED, "dataflow", "dataProvider"), ("id", "agencyID", *needed))
    return ProvisionAgreement(
        reference(node),
        names(node),
        descriptions(node),
        notes(node),
        stub=stub(node),
        dataflow=_maybe(node, "dataflow", "dataflow"),
        provider=urn_of(node.child("dataProvider"), "dataproviderscheme", item=True)
        if "dataProvider" in node
        else None,
    )


def _maybe(node: Node, key: str, kind: str, item: bool = False) -> Urn | None:
    return urn_of(node.child(key), kind, item) if key in node else None


def _categorisation(kind: str, node: Node) -> Artefact:
    needed = () if stub(node) else ("source", "target")
    node.only((*MAINTAINED, "source", "target"), ("id", "agencyID", *needed))
    return Categorisation(
        reference(node),
        names(node),
        descriptions(node),
        notes(node),
        stub=stub(node),
        source=node.child("source").urn() if "source" in node else None,
        target=_maybe(node, "target", "categoryscheme", item=True),
    )


_READERS: Final[dict[str, Callable[[str, Node], Artefact]]] = {
    **dict.fromkeys(_SCHEMES, _scheme),
    "categorisation": _categorisation,
    "dataconstraint": constraint,
    "dataflow": _dataflow,
    "datastructure": _structure,
    "provisionagreement": _agreement,
}
