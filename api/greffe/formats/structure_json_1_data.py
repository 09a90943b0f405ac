"""Data structures and content constraints in SDMX-JSON 1.0."""

from __future__ import annotations

from typing import Final

from greffe.catalogue.artefact_constraints import cube_region
from greffe.catalogue.artefact_data import representation_said
from greffe.catalogue.artefact_output import Json, annotated
from greffe.formats.structure_json_1_words import Cannot
from greffe.formats.structure_json_2 import metrics
from greffe.formats.structure_json_known import Known
from greffe.model.artefacts import Annotation
from greffe.model.periods import span
from greffe.model.references import Urn
from greffe.model.structures import Component, DataConstraint, DataStructure, Representation

_ATTACHED: Final = {
    "datastructure": "dataStructures",
    "dataflow": "dataflows",
    "provisionagreement": "provisionAgreements",
}


def structure(found: DataStructure) -> Json:
    """Dimensions with their positions from 0, attributes, and the one primary measure."""
    if found.stub or not found.dimensions:
        return {}
    if [m.id for m in found.measures] != ["OBS_VALUE"]:
        raise Cannot("it knows one measure, OBS_VALUE")
    dimensions = [_dimension(d, place, "Dimension") for place, d in enumerate(found.dimensions)]
    components: Json = {"dimensionList": {"id": "DimensionDescriptor", "dimensions": dimensions}}
    if found.time is not None:
        time = _dimension(found.time, len(dimensions), "TimeDimension")
        components["dimensionList"] = {"id": "DimensionDescriptor", "dimensions": dimensions, "timeDimensions": [time]}
    if found.attributes:
        attributes = [_attribute(a) for a in found.attributes]
        components["attributeList"] = {"id": "AttributeDescriptor", "attributes": attributes}
    components["measureList"] = {"id": "MeasureDescriptor", "primaryMeasure": _component(found.measures[0])}
    return {"dataStructureComponents": components}


def _dimension(component: Component, position: int, type_: str) -> Json:
    return _component(component) | {"position": position, "type": type_}


def _attribute(attribute: Component) -> Json:
    if attribute.on_observation:
        relationship: Json = {"primaryMeasure": "OBS_VALUE"}
    else:
        relationship = {"dimensions": list(attribute.relationship)} if attribute.relationship else {"none": {}}
    status = "Mandatory" if attribute.mandatory else "Conditional"
    return _component(attribute) | {"assignmentStatus": status, "attributeRelationship": relationship}


def _component(component: Component) -> Json:
    return {
        "id": component.id,
        "conceptIdentity": str(component.concept),
        "localRepresentation": representation(component.representation),
        **annotated(component.annotations),
    }


def representation(found: Representation) -> Json:
    """An enumeration or a text format. Raises Cannot for a value list."""
    if found.enumeration is not None and found.enumeration.kind != "codelist":
        raise Cannot(f"it has no {found.enumeration.kind}")
    said = representation_said(found)
    names = {"format": "textFormat", "enumerationFormat": "enumerationFormat", "enumeration": "enumeration"}
    return {names[key]: _format(value) for key, value in said.items()}


def _format(value: object) -> object:
    """The data type is called text type."""
    if not isinstance(value, dict):
        return value
    return {"textType" if key == "dataType" else key: inner for key, inner in value.items()}


def constraint_notes(found: DataConstraint) -> tuple[Annotation, ...]:
    """Its annotations with its counts (R1-AVL-07)."""
    return (*found.annotations, *metrics(found))


def constraint(found: DataConstraint, known: Known) -> Json:
    """What it is for, what it hangs on, its one region; what is there also has its period of reference."""
    said: Json = {"type": found.role, **_attachment(found.attachments)}
    if found.stub:
        return said
    region = _region(found, known.beside(found))
    if region:
        said["cubeRegions"] = [region]
    if found.role == "Actual" and found.time_range is not None and all(found.time_range):
        first, last = (span(period) for period in found.time_range)
        said["referencePeriod"] = {"startTime": f"{first.first}T00:00:00Z", "endTime": f"{last.last}T23:59:59Z"}
    return said


def _attachment(attachments: tuple[Urn, ...]) -> Json:
    kinds = sorted({urn.kind for urn in attachments})
    if len(kinds) > 1 or any(kind not in _ATTACHED for kind in kinds):
        raise Cannot(f"it hangs on {' and '.join(kinds)}")
    return {"constraintAttachment": {_ATTACHED[kinds[0]]: [str(urn) for urn in attachments]}} if kinds else {}


def _region(found: DataConstraint, beside: frozenset[str]) -> Json:
    """Values as plain codes; attributes apart, when the message tells which they are."""
    keys = cube_region(found).get("keyValues", [])
    parts: dict[str, list[Json]] = {"keyValues": [], "attributes": []}
    for key in keys if isinstance(keys, list) else []:
        said: Json = {"id": key["id"]}
        if "values" in key:
            said["values"] = [one["value"] for one in key["values"]]
        if "timeRange" in key:
            said["timeRange"] = key["timeRange"]
        parts["attributes" if key["id"] in beside else "keyValues"].append(said)
    listed = {name: values for name, values in parts.items() if values}
    return {"isIncluded": True, **listed} if listed else {}
