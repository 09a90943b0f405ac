"""Kinds of artefacts in the words of both dialects: those that are kept here, and those that are only known."""

from __future__ import annotations

from typing import Final

from greffe.model.references import ITEM_CLASSES

# REST 1.5 resource → kinds kept here (R1-STR). `structure` is every kind that 1.5 can name.
V1: Final[dict[str, tuple[str, ...]]] = {
    "datastructure": ("datastructure",),
    "dataflow": ("dataflow",),
    "codelist": ("codelist",),
    "conceptscheme": ("conceptscheme",),
    "agencyscheme": ("agencyscheme",),
    "dataproviderscheme": ("dataproviderscheme",),
    "organisationscheme": ("agencyscheme", "dataproviderscheme"),
    "provisionagreement": ("provisionagreement",),
    "contentconstraint": ("dataconstraint",),
    "allowedconstraint": ("dataconstraint",),
    "actualconstraint": ("dataconstraint",),
    "categoryscheme": ("categoryscheme",),
    "categorisation": ("categorisation",),
}
V1["structure"] = tuple(dict.fromkeys(kind for kinds in V1.values() for kind in kinds))
V1_ROLES: Final = {"allowedconstraint": "Allowed", "actualconstraint": "Actual"}
V1_ABSENT: Final = (
    "metadatastructure", "hierarchicalcodelist", "dataconsumerscheme", "organisationunitscheme", "metadataflow",
    "reportingtaxonomy", "structureset", "process", "attachmentconstraint", "transformationscheme", "rulesetscheme",
    "userdefinedoperatorscheme", "customtypescheme", "namepersonalisationscheme", "vtlmappingscheme",
    "namealiasscheme",
)  # fmt: skip

# REST 2.x artefact type → kinds kept here (R2-STR-01).
V2: Final[dict[str, tuple[str, ...]]] = {
    kind: (kind,)
    for kind in (
        "datastructure", "dataflow", "codelist", "conceptscheme", "agencyscheme", "dataproviderscheme",
        "provisionagreement", "dataconstraint", "categoryscheme", "categorisation", "structuremap",
        "representationmap",
    )
}  # fmt: skip
V2["*"] = ()
V2_ABSENT: Final = (
    "metadatastructure", "metadataflow", "metadataprovisionagreement", "process", "metadataconstraint", "valuelist",
    "reportingtaxonomy", "hierarchy", "hierarchyassociation", "metadataproviderscheme", "dataconsumerscheme",
    "organisationunitscheme", "transformationscheme", "rulesetscheme", "userdefinedoperatorscheme",
    "customtypescheme", "namepersonalisationscheme", "vtlmappingscheme", "conceptschememap", "categoryschememap",
    "organisationschememap", "reportingtaxonomymap",
)  # fmt: skip

WITH_ITEMS: Final = (*ITEM_CLASSES, "organisationscheme")
V1_REFERENCES: Final = ("none", "parents", "parentsandsiblings", "children", "descendants", "all")
V2_REFERENCES: Final = (*V1_REFERENCES, "ancestors")
V1_DETAILS: Final = (
    "full", "allstubs", "referencestubs", "referencepartial", "allcompletestubs", "referencecompletestubs",
)  # fmt: skip
V2_DETAILS: Final = (*V1_DETAILS, "raw")
