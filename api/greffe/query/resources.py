"""Kinds of artefacts in the words of both dialects: what each word of an address or of `references` stands for."""

from __future__ import annotations

from typing import Final

from greffe.model.kinds import CLASSES
from greffe.model.references import ITEM_CLASSES

# Kinds of structures: a metadata set is a report, it is asked for with /metadata.
STRUCTURES: Final = tuple(kind for kind in CLASSES if kind != "metadataset")

_SAME: Final = (
    "datastructure", "metadatastructure", "categoryscheme", "conceptscheme", "codelist", "agencyscheme",
    "dataproviderscheme", "dataconsumerscheme", "organisationunitscheme", "dataflow", "metadataflow",
    "reportingtaxonomy", "provisionagreement", "process", "categorisation", "transformationscheme", "rulesetscheme",
    "userdefinedoperatorscheme", "customtypescheme", "namepersonalisationscheme", "vtlmappingscheme",
)  # fmt: skip
_MAPS: Final = (
    "structuremap", "conceptschememap", "categoryschememap", "organisationschememap", "reportingtaxonomymap",
)  # fmt: skip
# REST 1.5 resource → kinds (R1-STR-01 to 28): the words of 2.1, as `formats` says these kinds in 2.1.
V1: Final[dict[str, tuple[str, ...]]] = {kind: (kind,) for kind in _SAME} | {
    "hierarchicalcodelist": ("hierarchy",),
    "organisationscheme": ("agencyscheme", "dataproviderscheme", "dataconsumerscheme", "organisationunitscheme"),
    "structureset": _MAPS,
    "contentconstraint": ("dataconstraint",),
    "allowedconstraint": ("dataconstraint",),
    "actualconstraint": ("dataconstraint",),
    "namealiasscheme": ("vtlmappingscheme",),
}
# `structure` is every kind that 1.5 can name (R1-STR-29): what else there is came with 3.0.
V1_KINDS: Final = tuple(dict.fromkeys(kind for kinds in V1.values() for kind in kinds))
V1_RESOURCES: Final = (*V1, "structure")
V1_ROLES: Final = {"allowedconstraint": "Allowed", "actualconstraint": "Actual"}
# What `references` means by a word of 1.5. Nothing is attached to keys here and no actual constraint is kept: those
# two words are understood, and nothing comes along for them.
V1_REFERENCED: Final[dict[str, tuple[str, ...]]] = V1 | {
    "structure": V1_KINDS,
    "actualconstraint": ("actualconstraint",),
    "attachmentconstraint": ("attachmentconstraint",),
}

# REST 2.x artefact type → kinds (R2-STR-01); no kinds = all of them.
V2: Final[dict[str, tuple[str, ...]]] = {kind: (kind,) for kind in STRUCTURES} | {"*": ()}
# Words of 1.5 that 2.x does not know, and what to ask for instead (R2-STR-02).
V2_GONE: Final[dict[str, tuple[str, ...]]] = {
    "organisationscheme": V1["organisationscheme"],
    "hierarchicalcodelist": ("hierarchy", "hierarchyassociation"),
    "structureset": (*_MAPS, "representationmap"),
    "contentconstraint": ("dataconstraint", "metadataconstraint"),
    "actualconstraint": ("dataconstraint",),
    "allowedconstraint": ("dataconstraint",),
    "attachmentconstraint": ("dataconstraint",),
    "namealiasscheme": ("vtlmappingscheme",),
}

# Words that may be followed by items (R1-STR-40, R2-STR-10). The item of a hierarchicalcodelist is a hierarchy.
V1_WITH_ITEMS: Final = (
    *(kind for kind in ITEM_CLASSES if kind in V1), "organisationscheme", "hierarchicalcodelist", "namealiasscheme",
)  # fmt: skip
V2_WITH_ITEMS: Final = tuple(ITEM_CLASSES)
V1_REFERENCES: Final = ("none", "parents", "parentsandsiblings", "children", "descendants", "all")
V2_REFERENCES: Final = (*V1_REFERENCES, "ancestors")
V1_DETAILS: Final = (
    "full", "allstubs", "referencestubs", "referencepartial", "allcompletestubs", "referencecompletestubs",
)  # fmt: skip
V2_DETAILS: Final = (*V1_DETAILS, "raw")
# What pandaSDMX 1.10 can read of a structure message. It asks `references=all` for every flow and fails on all else, and
# on a second agreement in a message, so
# that is what `all` brings to a flow or a structure on 1.5; the others come by their word or with `parents`.
V1_READ_BY_ALL: Final = (
    "agencyscheme", "categorisation", "categoryscheme", "codelist", "conceptscheme", "dataconstraint", "dataflow",
    "dataproviderscheme", "datastructure",
)  # fmt: skip
