"""Parts of SDMX-ML 2.1 artefacts: names, references, components, regions of constraints (ML21-06, 07, 14)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lxml import etree

from greffe.errors import NotAcceptable
from greffe.formats.namespaces import COMMON, STRUCTURE
from greffe.model.references import ITEM_CLASSES, KINDS, Urn
from greffe.model.structures import (
    Annotation,
    Artefact,
    Component,
    DataConstraint,
    DataStructure,
    Item,
    ItemScheme,
    Maintainable,
    Representation,
    Texts,
)

_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_PREFIXES: Final = {"com": COMMON, "str": STRUCTURE}
# 2.1 says once for all that these are not final.
_NEVER_FINAL: Final = ("agencyscheme", "dataproviderscheme")
_ATTACHED: Final = {
    "datastructure": "DataStructure",
    "dataflow": "Dataflow",
    "provisionagreement": "ProvisionAgreement",
}


def unsayable(artefact: Maintainable, why: str) -> NotAcceptable:
    """The error for what the schema of 2.1 has no place for."""
    return NotAcceptable(
        f"{artefact.kind} {artefact.reference} cannot be written as SDMX-ML 2.1: {why}.",
        hint="Ask for SDMX-JSON 2.1 (format=jsonstructure).",
    )


def required(artefact: Maintainable, urn: Urn | None, what: str) -> Urn:
    """The reference, which 2.1 cannot do without."""
    if urn is None:
        raise unsayable(artefact, f"it has no {what}")
    return urn


def child(
    parent: etree._Element, namespace: str, name: str, attributes: Mapping[str, str] | None = None, text: str = ""
) -> etree._Element:
    """A new last child."""
    element = etree.SubElement(parent, f"{{{namespace}}}{name}", dict(attributes or {}))
    if text:
        element.text = text
    return element


def maintainable(artefact: Artefact) -> etree._Element:
    """The element of an artefact with its attributes, names and annotations."""
    reference = artefact.reference
    if "-" in reference.version:
        raise unsayable(artefact, "its version has an extension")
    name = _class(artefact.kind)
    urn = str(artefact.urn).replace(".DataConstraint=", ".ContentConstraint=")
    attributes = {"id": reference.id, "urn": urn, "agencyID": reference.agency, "version": reference.version}
    if artefact.kind not in _NEVER_FINAL:
        attributes["isFinal"] = "true"
    if artefact.stub:
        attributes["isExternalReference"] = "true"
    if isinstance(artefact, ItemScheme) and artefact.partial:
        attributes["isPartial"] = "true"
    if isinstance(artefact, DataConstraint):
        attributes["type"] = artefact.role
    element = etree.Element(f"{{{STRUCTURE}}}{name}", attributes, nsmap=_PREFIXES)
    named(element, artefact)
    return element


def named(element: etree._Element, thing: Item | Maintainable) -> None:
    """Annotations, names and descriptions, every language."""
    annotated(element, thing.annotations)
    _texts(element, "Name", thing.names)
    _texts(element, "Description", thing.descriptions)


def annotated(element: etree._Element, annotations: tuple[Annotation, ...]) -> None:
    """The annotations, when there are any."""
    if not annotations:
        return
    parent = child(element, COMMON, "Annotations")
    for annotation in annotations:
        one = child(parent, COMMON, "Annotation", {"id": annotation.id} if annotation.id else {})
        for name, text in (("AnnotationTitle", annotation.title), ("AnnotationType", annotation.type)):
            if text:
                child(one, COMMON, name, text=text)
        _texts(one, "AnnotationText", annotation.texts)


def _texts(element: etree._Element, name: str, texts: Texts) -> None:
    for language, text in texts.items():
        child(element, COMMON, name, {_LANGUAGE: language}, text)


def _class(kind: str) -> str:
    return "ContentConstraint" if kind == "dataconstraint" else KINDS[kind][1]


def reference(element: etree._Element, urn: Urn) -> None:
    """A `Ref` (in no namespace) to an artefact or to an item; clients that read Ref only are many."""
    kept = urn.reference
    package = KINDS[urn.kind][0]
    if urn.item:
        attributes = {
            "agencyID": kept.agency,
            "maintainableParentID": kept.id,
            "maintainableParentVersion": kept.version,
            "id": urn.item,
            "package": package,
            "class": ITEM_CLASSES[urn.kind],
        }
    else:
        attributes = {
            "agencyID": kept.agency,
            "id": kept.id,
            "version": kept.version,
            "package": package,
            "class": _class(urn.kind),
        }
    etree.SubElement(element, "Ref", attributes)


def components(element: etree._Element, structure: DataStructure) -> None:
    """DataStructureComponents: dimensions, time last, then attributes, then the one measure of 2.1."""
    if len(structure.measures) != 1 or structure.measures[0].id != "OBS_VALUE":
        raise unsayable(structure, "2.1 knows one measure, OBS_VALUE")
    parent = child(element, STRUCTURE, "DataStructureComponents")
    dimensions = child(parent, STRUCTURE, "DimensionList", {"id": "DimensionDescriptor"})
    for position, dimension in enumerate(structure.dimensions, 1):
        _component(dimensions, "Dimension", dimension, {"position": str(position)})
    if structure.time is not None:
        position = len(structure.dimensions) + 1
        _component(dimensions, "TimeDimension", structure.time, {"position": str(position)})
    if structure.attributes:
        attributes = child(parent, STRUCTURE, "AttributeList", {"id": "AttributeDescriptor"})
        for attribute in structure.attributes:
            status = "Mandatory" if attribute.mandatory else "Conditional"
            _relationship(_component(attributes, "Attribute", attribute, {"assignmentStatus": status}), attribute)
    measures = child(parent, STRUCTURE, "MeasureList", {"id": "MeasureDescriptor"})
    _component(measures, "PrimaryMeasure", structure.measures[0], {})


def _component(
    parent: etree._Element, name: str, component: Component, attributes: Mapping[str, str]
) -> etree._Element:
    element = child(parent, STRUCTURE, name, {"id": component.id, **attributes})
    annotated(element, component.annotations)
    reference(child(element, STRUCTURE, "ConceptIdentity"), component.concept)
    _representation(child(element, STRUCTURE, "LocalRepresentation"), component.representation)
    return element


def _representation(element: etree._Element, found: Representation) -> None:
    facets = {"textType": found.text_type} if found.enumeration is None or found.text_type != "String" else {}
    if found.decimals:
        facets["decimals"] = str(found.decimals)
    if found.max_length is not None:
        facets["maxLength"] = str(found.max_length)
    if found.pattern:
        facets["pattern"] = found.pattern
    if found.enumeration is None:
        child(element, STRUCTURE, "TextFormat", facets)
        return
    reference(child(element, STRUCTURE, "Enumeration"), found.enumeration)
    if facets:
        child(element, STRUCTURE, "EnumerationFormat", facets)


def _relationship(element: etree._Element, attribute: Component) -> None:
    parent = child(element, STRUCTURE, "AttributeRelationship")
    if not attribute.relationship:
        child(parent, STRUCTURE, "None")
    elif attribute.on_observation:
        etree.SubElement(child(parent, STRUCTURE, "PrimaryMeasure"), "Ref", {"id": "OBS_VALUE"})
    else:
        for id_ in attribute.relationship:
            etree.SubElement(child(parent, STRUCTURE, "Dimension"), "Ref", {"id": id_})


def constraint(element: etree._Element, found: DataConstraint) -> None:
    """What a constraint hangs on (of one kind), and its one region. A component without values restricts nothing."""
    kinds = sorted({urn.kind for urn in found.attachments})
    if len(kinds) > 1 or (kinds and kinds[0] not in _ATTACHED):
        raise unsayable(found, f"it hangs on {' and '.join(kinds)}")
    if kinds:
        attachment = child(element, STRUCTURE, "ConstraintAttachment")
        for urn in found.attachments:
            reference(child(attachment, STRUCTURE, _ATTACHED[urn.kind]), urn)
    values = {id_: codes for id_, codes in found.values.items() if codes}
    if found.stub or not (values or found.time_range):
        return
    region = child(element, STRUCTURE, "CubeRegion", {"include": "true"})
    for id_, codes in values.items():
        key = child(region, COMMON, "KeyValue", {"id": id_})
        for code in codes:
            child(key, COMMON, "Value", text=code)
    if found.time_range is not None:
        _time_range(child(region, COMMON, "KeyValue", {"id": "TIME_PERIOD"}), *found.time_range)


def _time_range(key: etree._Element, first: str, last: str) -> None:
    """Bounds are inclusive; one that is '' is open."""
    parent = child(key, COMMON, "TimeRange")
    names = ("StartPeriod", "EndPeriod") if first and last else ("AfterPeriod", "BeforePeriod")
    for name, period in zip(names, (first, last), strict=True):
        if period:
            child(parent, COMMON, name, {"isInclusive": "true"}, period)
