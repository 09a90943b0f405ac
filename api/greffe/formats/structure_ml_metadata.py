"""Structures and flows of reference metadata in SDMX-ML (2.1: metadatastructure; ML3-06)."""

from __future__ import annotations

from typing import Final

from lxml import etree

from greffe.formats.structure_ml_data import representation
from greffe.formats.structure_ml_pen import Cannot, Pen, required
from greffe.model.artefacts import Annotation
from greffe.model.metadata import MetadataAttribute, Metadataflow, MetadataProvisionAgreement, MetadataStructure

# The one target of 2.1: 3.x says in the flow what is reported on, not in the structure.
_TARGET: Final = "TARGET"


def structure(pen: Pen, element: etree._Element, found: MetadataStructure) -> None:
    """Headings, nested; in 2.1 as the one report structure on any object, under the id of the whole."""
    if found.stub or not found.attributes:
        return
    parent = pen.child(element, "MetadataStructureComponents")
    if pen.old:
        _target(pen, parent)
        report = pen.child(parent, "ReportStructure", {"id": found.reference.id})
        _attributes(pen, report, found.attributes)
        pen.local(pen.child(report, "MetadataTarget"), _TARGET)
    else:
        headings = pen.child(parent, "MetadataAttributeList", {"id": "MetadataAttributeDescriptor"})
        _attributes(pen, headings, found.attributes)


def _target(pen: Pen, parent: etree._Element) -> None:
    target = pen.child(parent, "MetadataTarget", {"id": _TARGET})
    anything = pen.child(target, "IdentifiableObjectTarget", {"id": "OBJECT", "objectType": "Any"})
    shape = pen.child(anything, "LocalRepresentation")
    pen.child(shape, "TextFormat", {"textType": "IdentifiableReference"})


def _attributes(pen: Pen, parent: etree._Element, attributes: tuple[MetadataAttribute, ...]) -> None:
    for one in attributes:
        most = "unbounded" if one.most is None else str(one.most)
        about = {"id": one.id, "minOccurs": str(one.least), "maxOccurs": most}
        if one.presentational:
            about["isPresentational"] = "true"
        element = pen.child(parent, "MetadataAttribute", about)
        pen.refer(pen.child(element, "ConceptIdentity"), one.concept)
        if not one.presentational:
            representation(pen, pen.child(element, "LocalRepresentation"), one.representation)
        _attributes(pen, element, one.children)


def flow(pen: Pen, element: etree._Element, found: Metadataflow) -> None:
    """Its structure, and in 3.x what is reported on (required, in a stub too)."""
    if found.structure is not None:
        pen.refer(pen.child(element, "Structure"), found.structure)
    if pen.old:
        return
    if not found.targets:
        raise Cannot("it has no target")
    _targets(pen, element, found.targets)


def targets(pen: Pen, found: Metadataflow) -> tuple[Annotation, ...]:
    """What is reported on as annotations, for 2.1 has no place for it."""
    return tuple(Annotation("TARGET", target) for target in found.targets) if pen.old else ()


def agreement(pen: Pen, element: etree._Element, found: MetadataProvisionAgreement) -> None:
    """Both references are required, in a stub too."""
    pen.refer(pen.child(element, "Metadataflow"), required(found.metadataflow, "metadataflow"))
    pen.refer(pen.child(element, "MetadataProvider"), required(found.provider, "metadata provider"))
    _targets(pen, element, found.targets)


def _targets(pen: Pen, element: etree._Element, urns: tuple[str, ...]) -> None:
    for target in urns:
        pen.child(element, "Target", text=target)
