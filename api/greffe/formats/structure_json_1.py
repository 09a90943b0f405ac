"""Artefacts in SDMX-JSON 1.0 structure messages, which say what SDMX 2.1 knows (J-11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from greffe.catalogue.artefact_json import to_json
from greffe.catalogue.artefact_output import Json
from greffe.catalogue.artefact_output import head as head_2
from greffe.formats import structure_json_1_data as data
from greffe.formats import structure_json_1_metadata as metadata
from greffe.formats import structure_json_1_sets as sets
from greffe.formats.structure_json_1_words import Cannot, final, old, old_urn
from greffe.formats.structure_json_known import Known
from greffe.model.artefacts import Artefact, ItemScheme, Maintainable
from greffe.model.hierarchies import Hierarchy
from greffe.model.mappings import ItemSchemeMap, StandardStructureMap
from greffe.model.metadata import Metadataflow, MetadataStructure
from greffe.model.reporting import Process
from greffe.model.structures import Codelist, DataConstraint, DataStructure, ProvisionAgreement

# Kind → its collection. What is not here, 1.0 has no word for.
COLLECTIONS_1: Final[dict[str, str]] = {
    "agencyscheme": "agencySchemes",
    "categorisation": "categorisations",
    "categoryscheme": "categorySchemes",
    "categoryschememap": "structureSets",
    "codelist": "codelists",
    "conceptscheme": "conceptSchemes",
    "conceptschememap": "structureSets",
    "dataconstraint": "contentConstraints",
    "dataconsumerscheme": "dataConsumerSchemes",
    "dataflow": "dataflows",
    "dataproviderscheme": "dataProviderSchemes",
    "datastructure": "dataStructures",
    "hierarchy": "hierarchicalCodelists",
    "metadataflow": "metadataflows",
    "metadatastructure": "metadataStructures",
    "organisationschememap": "structureSets",
    "organisationunitscheme": "organisationUnitSchemes",
    "process": "processes",
    "provisionagreement": "provisionAgreements",
    "reportingtaxonomy": "reportingTaxonomies",
    "reportingtaxonomymap": "structureSets",
    "structuremap": "structureSets",
}


def say_1_0(artefact: Artefact, known: Known) -> tuple[str, Json]:
    """Collection and object. Raises Cannot for what 1.0 cannot say."""
    if artefact.kind not in COLLECTIONS_1:
        raise Cannot("it has no such kind")
    if "-" in artefact.reference.version:
        raise Cannot("a version with an extension is unknown to it")
    return COLLECTIONS_1[artefact.kind], _said(artefact, known)


def _said(artefact: Artefact, known: Known) -> Json:
    match artefact:
        case DataStructure():
            return _head(artefact) | data.structure(artefact)
        case DataConstraint():
            return _head(replace(artefact, annotations=data.constraint_notes(artefact))) | data.constraint(
                artefact, known
            )
        case ProvisionAgreement():
            named = {"structureUsage": artefact.dataflow, "dataProvider": artefact.provider}
            return _head(artefact) | _all(named)
        case Hierarchy():
            return _head(artefact) | sets.hierarchy(artefact)
        case StandardStructureMap():
            return _head(artefact) | sets.structure_set(artefact, known)
        case ItemSchemeMap():
            return _head(artefact) | sets.item_set(artefact)
        case MetadataStructure():
            return _head(artefact) | metadata.structure(artefact)
        case Metadataflow():
            noted = replace(artefact, annotations=metadata.flow_notes(artefact))
            return _head(noted) | _all({"structure": artefact.structure})
    return _like_2(artefact)


def _like_2(artefact: Artefact) -> Json:
    """What differs from 2.1 in a few words only."""
    if isinstance(artefact, Codelist) and artefact.extensions:
        if not artefact.inherited:
            raise Cannot("it is extended by others")
        artefact = replace(artefact, extensions=(), inherited=frozenset())
    found = to_json(artefact) | {"isFinal": final(artefact)}
    if isinstance(artefact, ItemScheme):
        _parents(artefact, found)
    if isinstance(artefact, Process):
        _targets(artefact, found.get("processSteps"))
    changed = old(found)
    return changed if isinstance(changed, dict) else {}


# Lists whose items name their parent by URN.
_BY_URN: Final = {"conceptscheme": "concepts", "organisationunitscheme": "organisationUnits"}


def _parents(scheme: ItemScheme, found: Json) -> None:
    items = found.get(_BY_URN.get(scheme.kind, ""), [])
    for item in items if isinstance(items, list) else []:
        if "parent" in item:
            item["parent"] = scheme.reference.item_urn(scheme.kind, item["parent"])


def _targets(process: Process, steps: object) -> None:
    """Transitions lead to the URN of a step."""
    for step in steps if isinstance(steps, list) else []:
        for one in step.get("transitions", []):
            one["targetStep"] = (
                f"urn:sdmx:org.sdmx.infomodel.process.ProcessStep={process.reference}.{one['targetStep']}"
            )
        _targets(process, step.get("processSteps"))


def _head(artefact: Maintainable) -> Json:
    return head_2(artefact) | {"isFinal": final(artefact)}


def _all(named: Mapping[str, object]) -> Json:
    for key, urn in named.items():
        if urn is None:
            raise Cannot(f"it has no {key}")
    return {key: old_urn(str(urn)) for key, urn in named.items()}


Say = Callable[[Artefact, Known], tuple[str, Json]]
