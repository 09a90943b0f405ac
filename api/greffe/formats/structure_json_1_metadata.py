"""Metadata structures and metadataflows in SDMX-JSON 1.0: one report structure, on any object."""

from __future__ import annotations

from typing import Final

from greffe.catalogue.artefact_output import Json, listed
from greffe.formats.structure_json_1_data import representation
from greffe.model.artefacts import Annotation
from greffe.model.metadata import MetadataAttribute, Metadataflow, MetadataStructure

# The one target: 3.x says in the flow what is reported on, not in the structure.
_TARGET: Final = "TARGET"


def structure(found: MetadataStructure) -> Json:
    """Headings, nested, in a report structure under the id of the whole."""
    if found.stub or not found.attributes:
        return {}
    anything = {
        "id": "OBJECT",
        "objectType": "Any",
        "localRepresentation": {"textFormat": {"textType": "IdentifiableReference"}},
    }
    target = f"urn:sdmx:org.sdmx.infomodel.metadatastructure.MetadataTarget={found.reference}.{_TARGET}"
    report = {
        "id": found.reference.id,
        "metadataAttributes": [_attribute(one) for one in found.attributes],
        "metadataTargets": [target],
    }
    targets = [{"id": _TARGET, "identifiableObjectTargets": [anything]}]
    return {"metadataStructureComponents": {"metadataTargets": targets, "reportStructures": [report]}}


def _attribute(attribute: MetadataAttribute) -> Json:
    found: Json = {
        "id": attribute.id,
        "conceptIdentity": str(attribute.concept),
        "minOccurs": attribute.least,
        "maxOccurs": "unbounded" if attribute.most is None else attribute.most,
    }
    if attribute.presentational:
        found["isPresentational"] = True
    else:
        found["localRepresentation"] = representation(attribute.representation)
    return found | listed("metadataAttributes", [_attribute(one) for one in attribute.children])


def flow_notes(found: Metadataflow) -> tuple[Annotation, ...]:
    """Its annotations, and what is reported on, for which 1.0 has no place."""
    return (*found.annotations, *(Annotation("TARGET", target) for target in found.targets))
