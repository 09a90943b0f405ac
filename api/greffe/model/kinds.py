"""Every kind of artefact by its word: what is read, kept, asked for and written, in one table."""

from __future__ import annotations

from typing import Final

from greffe.model.artefacts import Maintainable
from greffe.model.hierarchies import Hierarchy, HierarchyAssociation
from greffe.model.mappings import (
    CategorySchemeMap,
    ConceptSchemeMap,
    OrganisationSchemeMap,
    ReportingTaxonomyMap,
    StandardRepresentationMap,
    StandardStructureMap,
)
from greffe.model.metadata import (
    MetadataConstraint,
    Metadataflow,
    MetadataProvisionAgreement,
    MetadataSet,
    MetadataStructure,
)
from greffe.model.reporting import Process, ReportingTaxonomy
from greffe.model.structures import (
    AgencyScheme,
    Categorisation,
    CategoryScheme,
    Codelist,
    ConceptScheme,
    DataConstraint,
    DataConsumerScheme,
    Dataflow,
    DataProviderScheme,
    DataStructure,
    MetadataProviderScheme,
    OrganisationUnitScheme,
    ProvisionAgreement,
    ValueList,
)
from greffe.model.transformations import (
    CustomTypeScheme,
    NamePersonalisationScheme,
    RulesetScheme,
    TransformationScheme,
    UserDefinedOperatorScheme,
    VtlMappingScheme,
)

_CLASSES: Final[tuple[type[Maintainable], ...]] = (
    AgencyScheme, Categorisation, CategoryScheme, CategorySchemeMap, Codelist, ConceptScheme, ConceptSchemeMap,
    CustomTypeScheme, DataConstraint, DataConsumerScheme, DataProviderScheme, DataStructure, Dataflow, Hierarchy,
    HierarchyAssociation, MetadataConstraint, MetadataProviderScheme, MetadataProvisionAgreement, MetadataSet,
    MetadataStructure, Metadataflow, NamePersonalisationScheme, OrganisationSchemeMap, OrganisationUnitScheme, Process,
    ProvisionAgreement, ReportingTaxonomy, ReportingTaxonomyMap, RulesetScheme, StandardRepresentationMap,
    StandardStructureMap, TransformationScheme, UserDefinedOperatorScheme, ValueList, VtlMappingScheme,
)  # fmt: skip
CLASSES: Final[dict[str, type[Maintainable]]] = {cls.kind: cls for cls in _CLASSES}
