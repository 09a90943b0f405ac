"""References to artefacts: `agency:id(version)`, URNs, and the kinds with their packages (SDMX 2.1 to 3.1; URN-01)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from greffe.errors import BadQuery

ID: Final = r"[A-Za-z0-9_@$\-]+"
AGENCY: Final = r"[A-Za-z][A-Za-z0-9_\-]*(?:\.[A-Za-z][A-Za-z0-9_\-]*)*"
VERSION: Final = r"\d+(?:\.\d+){0,2}(?:-[A-Za-z0-9.\-]+)?"
_SHORT: Final = re.compile(rf"({AGENCY}):({ID})\(({VERSION})\)")
_URN: Final = re.compile(
    rf"urn:sdmx:org\.sdmx\.infomodel\.([a-z]+)\.([A-Za-z]+)=({AGENCY}):({ID})\(({VERSION})\)(?:\.(.+))?"
)

# Kind (the word of a REST 2.x path) → package and class of its URN.
KINDS: Final[dict[str, tuple[str, str]]] = {
    "codelist": ("codelist", "Codelist"),
    "conceptscheme": ("conceptscheme", "ConceptScheme"),
    "datastructure": ("datastructure", "DataStructure"),
    "dataflow": ("datastructure", "Dataflow"),
    "agencyscheme": ("base", "AgencyScheme"),
    "dataproviderscheme": ("base", "DataProviderScheme"),
    "provisionagreement": ("registry", "ProvisionAgreement"),
    "dataconstraint": ("registry", "DataConstraint"),
    "categoryscheme": ("categoryscheme", "CategoryScheme"),
    "categorisation": ("categoryscheme", "Categorisation"),
    "structuremap": ("structuremapping", "StructureMap"),
    "representationmap": ("structuremapping", "RepresentationMap"),
    "valuelist": ("codelist", "ValueList"),
    "hierarchy": ("codelist", "Hierarchy"),
    "hierarchyassociation": ("codelist", "HierarchyAssociation"),
    "dataconsumerscheme": ("base", "DataConsumerScheme"),
    "metadataproviderscheme": ("base", "MetadataProviderScheme"),
    "organisationunitscheme": ("base", "OrganisationUnitScheme"),
    "metadatastructure": ("metadatastructure", "MetadataStructure"),
    "metadataflow": ("metadatastructure", "Metadataflow"),
    "metadataset": ("metadatastructure", "MetadataSet"),
    "metadataprovisionagreement": ("registry", "MetadataProvisionAgreement"),
    "metadataconstraint": ("registry", "MetadataConstraint"),
    "reportingtaxonomy": ("categoryscheme", "ReportingTaxonomy"),
    "process": ("process", "Process"),
    "transformationscheme": ("transformation", "TransformationScheme"),
    "rulesetscheme": ("transformation", "RulesetScheme"),
    "userdefinedoperatorscheme": ("transformation", "UserDefinedOperatorScheme"),
    "customtypescheme": ("transformation", "CustomTypeScheme"),
    "namepersonalisationscheme": ("transformation", "NamePersonalisationScheme"),
    "vtlmappingscheme": ("transformation", "VtlMappingScheme"),
    "conceptschememap": ("structuremapping", "ConceptSchemeMap"),
    "categoryschememap": ("structuremapping", "CategorySchemeMap"),
    "organisationschememap": ("structuremapping", "OrganisationSchemeMap"),
    "reportingtaxonomymap": ("structuremapping", "ReportingTaxonomyMap"),
}
ITEM_CLASSES: Final[dict[str, str]] = {
    "codelist": "Code",
    "conceptscheme": "Concept",
    "agencyscheme": "Agency",
    "dataproviderscheme": "DataProvider",
    "categoryscheme": "Category",
    "dataconsumerscheme": "DataConsumer",
    "metadataproviderscheme": "MetadataProvider",
    "organisationunitscheme": "OrganisationUnit",
    "valuelist": "ValueItem",
    "reportingtaxonomy": "ReportingCategory",
    "transformationscheme": "Transformation",
    "rulesetscheme": "Ruleset",
    "userdefinedoperatorscheme": "UserDefinedOperator",
    "customtypescheme": "CustomType",
    "namepersonalisationscheme": "NamePersonalisation",
    "vtlmappingscheme": "VtlMapping",
}

# Parts of an artefact that is no item scheme, and that others name: a hierarchy is linked to a dimension.
PART_CLASSES: Final[dict[str, str]] = {"datastructure": "Dimension"}
_PARTS: Final = ITEM_CLASSES | PART_CLASSES


@dataclass(frozen=True, order=True)
class Reference:
    """One version of one maintainable artefact, of whatever kind."""

    agency: str
    id: str
    version: str = "1.0.0"

    def __str__(self) -> str:
        return f"{self.agency}:{self.id}({self.version})"

    def urn(self, kind: str) -> str:
        """`urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=SSER:X(1.0.0)`."""
        package, name = KINDS[kind]
        return f"urn:sdmx:org.sdmx.infomodel.{package}.{name}={self}"

    def item_urn(self, kind: str, item: str) -> str:
        """URN of an item of a scheme, `…Code=SSER:CL(1.0.0).A`, or of a dimension."""
        return f"urn:sdmx:org.sdmx.infomodel.{KINDS[kind][0]}.{_PARTS[kind]}={self}.{item}"


@dataclass(frozen=True, order=True)
class Urn:
    """A parsed URN: kind of the maintainable, its reference, and the item when one is named."""

    kind: str
    reference: Reference
    item: str = ""

    def __str__(self) -> str:
        return self.reference.item_urn(self.kind, self.item) if self.item else self.reference.urn(self.kind)


_KIND_BY_CLASS: Final = (
    {cls: kind for kind, (_, cls) in KINDS.items()}
    | {cls: kind for kind, cls in _PARTS.items()}
    | {"ContentConstraint": "dataconstraint"}
)


def parse_reference(text: str) -> Reference:
    """`SSER:ESTAT_CRIM_PRIS_CAP(1.0.0)` → Reference. Raises BadQuery."""
    match = _SHORT.fullmatch(text.strip())
    if match is None:
        raise BadQuery(f"{text!r} is not a reference.", hint="Write AGENCY:ID(VERSION), e.g. SSER:CL_SEX(1.0.0).")
    return Reference(match[1], match[2], match[3])


# A reference to a range or to the latest version, which SDMX 3 knows (ML3-02): none is kept here.
_RANGED: Final = re.compile(r"urn:sdmx:[^=(]+=[^(]+\((?=[^)]*[+*~])[0-9+*~.]+[^)]*\).*")


def parse_urn(text: str) -> Urn:
    """A URN of a maintainable artefact or of an item. Raises BadQuery."""
    match = _URN.fullmatch(text.strip())
    if match is None or match[2] not in _KIND_BY_CLASS:
        if _RANGED.fullmatch(text.strip()):
            raise BadQuery(f"{text!r} may mean several versions: a reference names one, as in (1.0.0).")
        raise BadQuery(f"{text!r} is not a URN of an artefact kind that is known here.")
    return Urn(_KIND_BY_CLASS[match[2]], Reference(match[3], match[4], match[5]), match[6] or "")


def version_key(version: str) -> tuple[tuple[int, ...], int, str]:
    """Sort key: numbers first (1.0 = 1.0.0), a draft with an extension before its stable version."""
    numbers, _, extension = version.partition("-")
    parts = [int(n) for n in numbers.split(".")]
    return tuple([*parts, 0, 0][:3]), 0 if extension else 1, extension


def same_version(left: str, right: str) -> bool:
    """`1.0` in a 1.5 address finds `1.0.0` (D9)."""
    return version_key(left) == version_key(right)
