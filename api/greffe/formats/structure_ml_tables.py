"""The kinds of artefacts that each version of SDMX-ML says, in the order of its messages (ML21-05, ML3-06)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias, TypeVar

from lxml import etree

from greffe.formats import structure_ml_constraints as constraints
from greffe.formats import structure_ml_data as data
from greffe.formats import structure_ml_hierarchies as hierarchies
from greffe.formats import structure_ml_items as items
from greffe.formats import structure_ml_maps as maps
from greffe.formats import structure_ml_metadata as metadata
from greffe.formats import structure_ml_process as processes
from greffe.formats import structure_ml_sets as sets
from greffe.formats import structure_ml_vtl as vtl
from greffe.formats.structure_ml_pen import Pen
from greffe.model.artefacts import Annotation, Artefact, ItemScheme, Maintainable
from greffe.model.hierarchies import Hierarchy, HierarchyAssociation
from greffe.model.mappings import ItemSchemeMap, StandardRepresentationMap, StandardStructureMap
from greffe.model.metadata import MetadataConstraint, Metadataflow, MetadataProvisionAgreement, MetadataStructure
from greffe.model.reporting import Process
from greffe.model.structures import (
    Categorisation,
    Codelist,
    DataConstraint,
    Dataflow,
    DataStructure,
    ProvisionAgreement,
    ValueList,
)
from greffe.model.transformations import VtlScheme

A = TypeVar("A", bound=Maintainable)
Content: TypeAlias = Callable[[Pen, etree._Element, Artefact], None]
Notes: TypeAlias = Callable[[Pen, Artefact], tuple[Annotation, ...]]


def _no_notes(_pen: Pen, _artefact: Artefact) -> tuple[Annotation, ...]:
    return ()


@dataclass(frozen=True)
class Row:
    """How a kind is written: the container, the element, what is inside, annotations beside its own.

    anonymous: the element has no identity and no names.
    """

    kind: str
    container: str
    name: str
    content: Content
    notes: Notes = _no_notes
    anonymous: bool = False


def _of(cls: type[A], write: Callable[[Pen, etree._Element, A], None]) -> Content:
    """The writer of a class for whatever artefact stands under its kind."""

    def content(pen: Pen, element: etree._Element, artefact: Artefact) -> None:
        if not isinstance(artefact, cls):
            raise TypeError(f"{artefact.urn} is no {cls.__name__}")
        write(pen, element, artefact)

    return content


def _noted(cls: type[A], note: Callable[[Pen, A], tuple[Annotation, ...]]) -> Notes:
    def notes(pen: Pen, artefact: Artefact) -> tuple[Annotation, ...]:
        return note(pen, artefact) if isinstance(artefact, cls) else ()

    return notes


_FLAT: Final = _of(ItemScheme, items.flat)
_NESTED: Final = _of(ItemScheme, items.nested)
_TAXONOMY: Final = _of(ItemScheme, partial(items.nested, content=items.reporting_category))
_VTL: Final = _of(VtlScheme, vtl.scheme)
_CODELIST: Final = _of(Codelist, items.codelist)
_DATAFLOW: Final = _of(Dataflow, data.dataflow)
_STRUCTURE: Final = _of(DataStructure, data.structure)
_AGREEMENT: Final = _of(ProvisionAgreement, data.agreement)
_CATEGORISATION: Final = _of(Categorisation, data.categorisation)
_CONSTRAINT: Final = _of(DataConstraint, constraints.constraint)
_METRICS: Final = _noted(DataConstraint, constraints.metrics)
_METADATA: Final = _of(MetadataStructure, metadata.structure)
_METADATAFLOW: Final = _of(Metadataflow, metadata.flow)
_PROCESS: Final = _of(Process, processes.process)
_SET: Final = _of(ItemSchemeMap, sets.item_set)
_ITEM_MAP: Final = _of(ItemSchemeMap, maps.item_map)

OLD: Final[tuple[Row, ...]] = (
    Row("agencyscheme", "OrganisationSchemes", "AgencyScheme", _FLAT),
    Row("dataconsumerscheme", "OrganisationSchemes", "DataConsumerScheme", _FLAT),
    Row("dataproviderscheme", "OrganisationSchemes", "DataProviderScheme", _FLAT),
    Row("organisationunitscheme", "OrganisationSchemes", "OrganisationUnitScheme", _FLAT),
    Row("dataflow", "Dataflows", "Dataflow", _DATAFLOW),
    Row("metadataflow", "Metadataflows", "Metadataflow", _METADATAFLOW, _noted(Metadataflow, metadata.targets)),
    Row("categoryscheme", "CategorySchemes", "CategoryScheme", _NESTED),
    Row("categorisation", "Categorisations", "Categorisation", _CATEGORISATION),
    Row("codelist", "Codelists", "Codelist", _CODELIST),
    Row(
        "hierarchy", "HierarchicalCodelists", "HierarchicalCodelist",
        _of(Hierarchy, hierarchies.hierarchical_codelist),
    ),
    Row("conceptscheme", "Concepts", "ConceptScheme", _FLAT),
    Row("metadatastructure", "MetadataStructures", "MetadataStructure", _METADATA),
    Row("datastructure", "DataStructures", "DataStructure", _STRUCTURE),
    Row("structuremap", "StructureSets", "StructureSet", _of(StandardStructureMap, sets.structure_set)),
    Row("conceptschememap", "StructureSets", "StructureSet", _SET),
    Row("categoryschememap", "StructureSets", "StructureSet", _SET),
    Row("organisationschememap", "StructureSets", "StructureSet", _SET),
    Row("reportingtaxonomymap", "StructureSets", "StructureSet", _SET),
    Row("reportingtaxonomy", "ReportingTaxonomies", "ReportingTaxonomy", _TAXONOMY),
    Row("process", "Processes", "Process", _PROCESS),
    Row("dataconstraint", "Constraints", "ContentConstraint", _CONSTRAINT, _METRICS),
    Row("provisionagreement", "ProvisionAgreements", "ProvisionAgreement", _AGREEMENT),
    Row("customtypescheme", "CustomTypes", "CustomTypeScheme", _VTL),
    Row("vtlmappingscheme", "VtlMappings", "VtlMappingScheme", _VTL),
    Row("namepersonalisationscheme", "NamePersonalisations", "NamePersonalisationScheme", _VTL),
    Row("rulesetscheme", "Rulesets", "RulesetScheme", _VTL),
    Row("transformationscheme", "Transformations", "TransformationScheme", _VTL),
    Row("userdefinedoperatorscheme", "UserDefinedOperators", "UserDefinedOperatorScheme", _VTL),
)  # fmt: skip
# The schemas of 3.x leave the order open: what is referred to stands before what refers to it, for readers in one pass.
NEW: Final[tuple[Row, ...]] = (
    Row("agencyscheme", "AgencySchemes", "AgencyScheme", _FLAT),
    Row("dataproviderscheme", "DataProviderSchemes", "DataProviderScheme", _FLAT),
    Row("dataconsumerscheme", "DataConsumerSchemes", "DataConsumerScheme", _FLAT),
    Row("metadataproviderscheme", "MetadataProviderSchemes", "MetadataProviderScheme", _FLAT),
    Row("organisationunitscheme", "OrganisationUnitSchemes", "OrganisationUnitScheme", _FLAT),
    Row("codelist", "Codelists", "Codelist", _CODELIST),
    Row("valuelist", "ValueLists", "ValueList", _of(ValueList, items.valuelist)),
    Row("conceptscheme", "ConceptSchemes", "ConceptScheme", _FLAT),
    Row("categoryscheme", "CategorySchemes", "CategoryScheme", _NESTED),
    Row("hierarchy", "Hierarchies", "Hierarchy", _of(Hierarchy, hierarchies.hierarchy)),
    Row("datastructure", "DataStructures", "DataStructure", _STRUCTURE),
    Row("metadatastructure", "MetadataStructures", "MetadataStructure", _METADATA),
    Row("dataflow", "Dataflows", "Dataflow", _DATAFLOW),
    Row("metadataflow", "Metadataflows", "Metadataflow", _METADATAFLOW),
    Row("provisionagreement", "ProvisionAgreements", "ProvisionAgreement", _AGREEMENT),
    Row(
        "metadataprovisionagreement", "MetadataProvisionAgreements", "MetadataProvisionAgreement",
        _of(MetadataProvisionAgreement, metadata.agreement),
    ),
    Row("dataconstraint", "DataConstraints", "DataConstraint", _CONSTRAINT, _METRICS),
    Row(
        "metadataconstraint", "MetadataConstraints", "MetadataConstraint",
        _of(MetadataConstraint, constraints.metadata_constraint),
    ),
    Row(
        "hierarchyassociation", "HierarchyAssociations", "HierarchyAssociation",
        _of(HierarchyAssociation, hierarchies.association),
    ),
    Row("categorisation", "Categorisations", "Categorisation", _CATEGORISATION),
    Row("reportingtaxonomy", "ReportingTaxonomies", "ReportingTaxonomy", _TAXONOMY),
    Row("process", "Processes", "Process", _PROCESS),
    Row(
        "representationmap", "RepresentationMaps", "RepresentationMap",
        _of(StandardRepresentationMap, maps.representation_map),
    ),
    Row("structuremap", "StructureMaps", "StructureMap", _of(StandardStructureMap, maps.structure_map)),
    Row("conceptschememap", "ConceptSchemeMaps", "ConceptSchemeMap", _ITEM_MAP),
    Row("categoryschememap", "CategorySchemeMaps", "CategorySchemeMap", _ITEM_MAP),
    Row("organisationschememap", "OrganisationSchemeMaps", "OrganisationSchemeMap", _ITEM_MAP),
    Row("reportingtaxonomymap", "ReportingTaxonomyMaps", "ReportingTaxonomyMap", _ITEM_MAP),
    Row("vtlmappingscheme", "VtlMappingSchemes", "VtlMappingScheme", _VTL),
    Row("namepersonalisationscheme", "NamePersonalisationSchemes", "NamePersonalisationScheme", _VTL),
    Row("customtypescheme", "CustomTypeSchemes", "CustomTypeScheme", _VTL),
    Row("rulesetscheme", "RulesetSchemes", "RulesetScheme", _VTL),
    Row("userdefinedoperatorscheme", "UserDefinedOperatorSchemes", "UserDefinedOperatorScheme", _VTL),
    Row("transformationscheme", "TransformationSchemes", "TransformationScheme", _VTL),
)  # fmt: skip
# 3.1 alone: what is there, a constraint of role Actual.
AVAILABILITY: Final = Row(
    "availabilityconstraint", "AvailabilityConstraints", "AvailabilityConstraint",
    _of(DataConstraint, constraints.availability), anonymous=True,
)  # fmt: skip
TABLES: Final = {"2.1": OLD, "3.0": NEW, "3.1": (*NEW, AVAILABILITY)}
