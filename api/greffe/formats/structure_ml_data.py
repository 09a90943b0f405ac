"""What data hang on in SDMX-ML: structures, dataflows, agreements, categorisations (ML21-07, ML3-03)."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from greffe.formats.structure_ml_pen import Cannot, Pen, required
from greffe.model.structures import (
    Categorisation,
    Component,
    Dataflow,
    DataStructure,
    ProvisionAgreement,
    Representation,
)


def dataflow(pen: Pen, element: etree._Element, found: Dataflow) -> None:
    """A stub keeps its structure: clients cannot read a dataflow without."""
    if found.structure is not None:
        pen.refer(pen.child(element, "Structure"), found.structure)


def agreement(pen: Pen, element: etree._Element, found: ProvisionAgreement) -> None:
    """Both references are required, in a stub too."""
    flow = pen.child(element, "StructureUsage" if pen.old else "Dataflow")
    pen.refer(flow, required(found.dataflow, "dataflow"))
    pen.refer(pen.child(element, "DataProvider"), required(found.provider, "data provider"))


def categorisation(pen: Pen, element: etree._Element, found: Categorisation) -> None:
    """Source and target; a stub keeps both, for it says nothing without."""
    pen.refer(pen.child(element, "Source"), required(found.source, "source"))
    pen.refer(pen.child(element, "Target"), required(found.target, "target"))


def structure(pen: Pen, element: etree._Element, found: DataStructure) -> None:
    """DataStructureComponents: dimensions, time last, then attributes, then measures. The ids of the lists are fixed."""
    if found.stub:
        return
    if pen.old and [measure.id for measure in found.measures] != ["OBS_VALUE"]:
        raise Cannot("2.1 knows one measure, OBS_VALUE")
    parent = pen.child(element, "DataStructureComponents")
    dimensions = pen.child(parent, "DimensionList", {"id": "DimensionDescriptor"})
    for position, dimension in enumerate(found.dimensions, 1):
        _component(pen, dimensions, "Dimension", dimension, {"position": str(position)})
    if found.time is not None:
        place = {"position": str(len(found.dimensions) + 1)} if pen.old else {}
        _component(pen, dimensions, "TimeDimension", found.time, place)
    if found.attributes:
        attributes = pen.child(parent, "AttributeList", {"id": "AttributeDescriptor"})
        for attribute in found.attributes:
            one = _component(pen, attributes, "Attribute", attribute, _usage(pen, attribute))
            _relationship(pen, one, attribute)
    if found.measures:
        measures = pen.child(parent, "MeasureList", {"id": "MeasureDescriptor"})
        for measure in found.measures:
            usage = {} if pen.old else _usage(pen, measure)
            _component(pen, measures, "PrimaryMeasure" if pen.old else "Measure", measure, usage)


def _usage(pen: Pen, component: Component) -> dict[str, str]:
    if pen.old:
        return {"assignmentStatus": "Mandatory" if component.mandatory else "Conditional"}
    return {"usage": "mandatory" if component.mandatory else "optional"}


def _component(
    pen: Pen, parent: etree._Element, name: str, component: Component, attributes: Mapping[str, str]
) -> etree._Element:
    element = pen.child(parent, name, {"id": component.id, **attributes})
    pen.annotated(element, component.annotations)
    pen.refer(pen.child(element, "ConceptIdentity"), component.concept)
    representation(pen, pen.child(element, "LocalRepresentation"), component.representation)
    return element


def representation(pen: Pen, element: etree._Element, found: Representation) -> None:
    """A text format, or an enumeration with the format of its codes."""
    facets = {"textType": found.text_type} if found.enumeration is None or found.text_type != "String" else {}
    if found.decimals:
        facets["decimals"] = str(found.decimals)
    if found.max_length is not None:
        facets["maxLength"] = str(found.max_length)
    if found.pattern:
        facets["pattern"] = found.pattern
    if found.enumeration is None:
        pen.child(element, "TextFormat", facets)
        return
    pen.refer(pen.child(element, "Enumeration"), found.enumeration)
    if facets:
        pen.child(element, "EnumerationFormat", facets)


def _relationship(pen: Pen, element: etree._Element, attribute: Component) -> None:
    """What an attribute hangs on. No MeasureRelationship in 3.x: it is optional, and sdmx1 2.28 stops at it."""
    parent = pen.child(element, "AttributeRelationship")
    if not attribute.relationship:
        pen.child(parent, "None" if pen.old else "Dataflow")
    elif not attribute.on_observation:
        for id_ in attribute.relationship:
            pen.local(pen.child(parent, "Dimension"), id_)
    elif pen.old:
        pen.local(pen.child(parent, "PrimaryMeasure"), "OBS_VALUE")
    else:
        pen.child(parent, "Observation")
