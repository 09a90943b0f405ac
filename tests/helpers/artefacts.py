"""One artefact of every kind, small, in two languages, with what is awkward in it."""

from __future__ import annotations

from blocks import DATAFLOW, FREQ, GEO, STATUS, STRUCTURE

from greffe.model.references import Reference, Urn
from greffe.model.structures import (
    AgencyScheme,
    Annotation,
    Artefact,
    Categorisation,
    CategoryScheme,
    Codelist,
    ConceptScheme,
    DataConstraint,
    DataProviderScheme,
    Item,
    ProvisionAgreement,
)

NAMES = {"en": "Courts & <tribunals>", "fr": "Juridictions « pénales »"}
CONCEPTS = ConceptScheme(
    Reference("SSER", "CS_MAIN"),
    {"en": "Concepts", "fr": "Concepts"},
    items=tuple(Item(c.id, {"en": c.id.title(), "fr": f"{c.id} (fr)"}) for c in STRUCTURE.components),
)
TREE = Codelist(
    Reference("SSER", "CL_TREE"),
    NAMES,
    {"en": "First line\nsecond line"},
    (Annotation("PROVENANCE", "recalled", {"en": "From memory", "fr": "De mémoire"}, "p1"), Annotation("SOURCE", "x")),
    items=(
        Item("T", {"en": "Total", "fr": "Ensemble"}),
        Item("Y_GE60", {"en": "60 and over"}, {"en": "Aged"}, "T", (Annotation("SOURCE_CODE", "60+"),)),
    ),
)
AGENCIES = AgencyScheme(
    Reference("SDMX", "AGENCIES", "1.0"), {"en": "Agencies"}, items=(Item("SSER", {"en": "Statistics", "fr": "SSER"}),)
)
PROVIDERS = DataProviderScheme(
    Reference("SSER", "DATA_PROVIDERS", "1.0"), {"en": "Providers"}, items=(Item("SSMSI", {"en": "SSMSI"}),)
)
CATEGORIES = CategoryScheme(
    Reference("SSER", "SUBJECTS"),
    {"en": "Subjects", "fr": "Domaines"},
    items=(Item("CRIM", {"en": "Criminal"}), Item("PRISON", {"en": "Prison"}, parent="CRIM")),
)
AGREEMENT = ProvisionAgreement(
    Reference("SSER", "PA_CRIME"),
    {"en": "Crime by SSMSI"},
    dataflow=DATAFLOW.urn,
    provider=Urn("dataproviderscheme", PROVIDERS.reference, "SSMSI"),
)
CONSTRAINT = DataConstraint(
    Reference("SSER", "CC_CRIME"),
    {"en": "What is allowed"},
    attachments=(DATAFLOW.urn,),
    values={"geo": ("FR", "NA"), "freq": ("A",)},
    time_range=("2016", "2024"),
)
CATEGORISATION = Categorisation(
    Reference("SSER", "CAT_CRIME"),
    {"en": "Crime in prison"},
    source=DATAFLOW.urn,
    target=Urn("categoryscheme", CATEGORIES.reference, "CRIM.PRISON"),
)
EVERY_KIND: tuple[Artefact, ...] = (
    STRUCTURE, CONSTRAINT, TREE, FREQ, GEO, STATUS, CONCEPTS, DATAFLOW, AGREEMENT, CATEGORIES, CATEGORISATION,
    PROVIDERS, AGENCIES,
)  # fmt: skip
