"""Names of things in an SDMX-JSON structure message: the collections under `data`, and the lists of items of a scheme."""

from __future__ import annotations

from typing import Final

# Kind → name of its collection under `data` (J-11). A metadata set is no structure: `metadata_json` has its message.
COLLECTIONS: Final[dict[str, str]] = {
    "agencyscheme": "agencySchemes",
    "categorisation": "categorisations",
    "categoryscheme": "categorySchemes",
    "codelist": "codelists",
    "conceptscheme": "conceptSchemes",
    "dataconstraint": "dataConstraints",
    "dataflow": "dataflows",
    "dataproviderscheme": "dataProviderSchemes",
    "datastructure": "dataStructures",
    "provisionagreement": "provisionAgreements",
    "categoryschememap": "categorySchemeMaps",
    "conceptschememap": "conceptSchemeMaps",
    "customtypescheme": "customTypeSchemes",
    "dataconsumerscheme": "dataConsumerSchemes",
    "hierarchy": "hierarchies",
    "hierarchyassociation": "hierarchyAssociations",
    "metadataconstraint": "metadataConstraints",
    "metadataflow": "metadataflows",
    "metadataproviderscheme": "metadataProviderSchemes",
    "metadataprovisionagreement": "metadataProvisionAgreements",
    "metadatastructure": "metadataStructures",
    "namepersonalisationscheme": "namePersonalisationSchemes",
    "organisationschememap": "organisationSchemeMaps",
    "organisationunitscheme": "organisationUnitSchemes",
    "process": "processes",
    "reportingtaxonomy": "reportingTaxonomies",
    "reportingtaxonomymap": "reportingTaxonomyMaps",
    "representationmap": "representationMaps",
    "rulesetscheme": "rulesetSchemes",
    "structuremap": "structureMaps",
    "transformationscheme": "transformationSchemes",
    "userdefinedoperatorscheme": "userDefinedOperatorSchemes",
    "valuelist": "valueLists",
    "vtlmappingscheme": "vtlMappingSchemes",
}
# Item scheme → name of its list of items. Categories nest in themselves by that same name.
ITEMS: Final[dict[str, str]] = {
    "agencyscheme": "agencies",
    "categoryscheme": "categories",
    "codelist": "codes",
    "conceptscheme": "concepts",
    "customtypescheme": "customTypes",
    "dataconsumerscheme": "dataConsumers",
    "dataproviderscheme": "dataProviders",
    "metadataproviderscheme": "metadataProviders",
    "namepersonalisationscheme": "namePersonalisations",
    "organisationunitscheme": "organisationUnits",
    "reportingtaxonomy": "reportingCategories",
    "rulesetscheme": "rulesets",
    "transformationscheme": "transformations",
    "userdefinedoperatorscheme": "userDefinedOperators",
    "valuelist": "valueItems",
    "vtlmappingscheme": "vtlMappings",
}
# Organisations: their schemes have one version for good (the schema knows no other).
FIXED_VERSION: Final = "1.0"
FIXED: Final = (
    "agencyscheme",
    "dataconsumerscheme",
    "dataproviderscheme",
    "metadataproviderscheme",
    "organisationunitscheme",
)
