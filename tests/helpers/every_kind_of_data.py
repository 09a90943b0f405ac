"""Examples of the artefacts of data: lists, organisations, structures, constraints, categories, hierarchies."""

from __future__ import annotations

from typing import Final

from greffe.model.artefacts import Annotation, Item
from greffe.model.hierarchies import HierarchicalCode, Hierarchy, HierarchyAssociation, Level
from greffe.model.references import Reference, Urn
from greffe.model.structures import (
    AgencyScheme,
    Categorisation,
    CategoryScheme,
    Codelist,
    CodelistExtension,
    Component,
    ConceptScheme,
    DataConstraint,
    DataConsumerScheme,
    Dataflow,
    DataProviderScheme,
    DataStructure,
    MetadataProviderScheme,
    OrganisationUnitScheme,
    ProvisionAgreement,
    Representation,
    ValueList,
)

NOTES: Final = (
    Annotation("PROVENANCE", "recalled", {"en": 'From "memory"', "fr": "De mémoire"}, "p1"),
    Annotation("SOURCE", "https://example.org/?a=1&b=2"),
)


def named(id_: str) -> dict[str, str]:
    return {"en": f"{id_} & <more>", "fr": f"{id_} « bis »"}


def ref(id_: str, version: str = "1.0.0") -> Reference:
    return Reference("SSER", id_, version)


# Lists.
AREAS: Final = Codelist(
    ref("CL_AREA"),
    named("Areas"),
    {"en": "First line\nsecond line", "fr": "Une ligne"},
    NOTES,
    valid_from="2020-01-01T00:00:00Z",
    valid_to="2029-12-31T23:59:59Z",
    items=(
        Item("FR", {"en": "France", "fr": "France"}),
        Item("FR1", {"en": "Île-de-France", "fr": "Île-de-France"}, {"en": "Region"}, "FR", NOTES),
        Item("75", {"en": "Paris", "fr": "Paris"}, parent="FR1"),
    ),
)
FREQUENCIES: Final = Codelist(
    ref("CL_FREQ", "2.1.0"),
    named("Frequencies"),
    items=(Item("A", {"en": "Annual", "fr": "Annuelle"}), Item("M", {"en": "Monthly", "fr": "Mensuelle"})),
)
STATUSES: Final = Codelist(
    ref("CL_STATUS"),
    named("Statuses"),
    items=(Item("A", {"en": "Normal", "fr": "Normale"}), Item("E", {"en": "Estimated", "fr": "Estimée"})),
)
NUTS: Final = Codelist(
    ref("CL_NUTS"),
    named("NUTS"),
    items=(
        Item("EU_FR", {"en": "France", "fr": "France"}),
        Item("EU_FR10", {"en": "Île-de-France", "fr": "Île-de-France"}),
    ),
)
# Its own code W, then what it takes over: EU_FR with a prefix, and the frequencies but M.
EXTENDED: Final = Codelist(
    ref("CL_EXTENDED"),
    named("Extended"),
    items=(
        Item("W", {"en": "World", "fr": "Monde"}),
        Item("N_EU_FR", {"en": "France", "fr": "France"}),
        Item("A", {"en": "Annual", "fr": "Annuelle"}),
    ),
    extensions=(
        CodelistExtension(Urn("codelist", NUTS.reference), "N_", ("EU_FR",)),
        CodelistExtension(Urn("codelist", FREQUENCIES.reference), members=("M%",), exclusive=True),
    ),
    inherited=frozenset({"N_EU_FR", "A"}),
)
AGES: Final = ValueList(
    ref("VL_AGE"),
    named("Ages"),
    annotations=NOTES,
    items=(
        Item("60 & over", {"en": "60 and over", "fr": "60 ans et plus"}, {"en": "Aged"}, annotations=NOTES[1:]),
        Item("<13", {"en": "Under 13", "fr": "Moins de 13 ans"}),
    ),
)
_CONCEPTS: Final = (
    "FREQ", "AREA", "AGE", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "UNIT", "COMMENT", "DECIMALS", "CONTACT", "QUALITY",
)  # fmt: skip
CONCEPTS: Final = ConceptScheme(
    ref("CS_MAIN"),
    named("Concepts"),
    annotations=NOTES,
    items=(
        *(Item(id_, {"en": f"{id_} concept", "fr": f"Concept {id_}"}) for id_ in _CONCEPTS),
        Item("PHONE", {"en": "Telephone"}, {"en": "Of the contact"}, "CONTACT", NOTES),
    ),
)
OLD_CONCEPTS: Final = ConceptScheme(
    ref("CS_OLD"),
    named("Old concepts"),
    items=(Item("PERIODICITY", {"en": "Periodicity"}), Item("LAND", {"en": "Land"})),
)

# Who.
AGENCIES: Final = AgencyScheme(
    Reference("SDMX", "AGENCIES", "1.0"),
    named("Agencies"),
    items=(Item("SSER", {"en": "Statistics service", "fr": "Service statistique"}, {"en": "Justice"}),),
)
PROVIDERS: Final = DataProviderScheme(
    ref("DATA_PROVIDERS", "1.0"),
    named("Providers"),
    items=(
        Item("SSMSI", {"en": "Interior", "fr": "Intérieur"}, annotations=NOTES),
        Item("DAP", {"en": "Prisons", "fr": "Prisons"}),
    ),
)
OLD_PROVIDERS: Final = DataProviderScheme(
    Reference("ESTAT", "DATA_PROVIDERS", "1.0"),
    named("Eurostat's providers"),
    items=(Item("FR_MJ", {"en": "Justice"}),),
)
CONSUMERS: Final = DataConsumerScheme(
    ref("DATA_CONSUMERS", "1.0"), named("Consumers"), items=(Item("ESTAT", {"en": "Eurostat", "fr": "Eurostat"}),)
)
METADATA_PROVIDERS: Final = MetadataProviderScheme(
    ref("METADATA_PROVIDERS", "1.0"), named("Metadata providers"), items=(Item("SSER", {"en": "SSER", "fr": "SSER"}),)
)
UNITS: Final = OrganisationUnitScheme(
    ref("UNITS", "1.0"),
    named("Units"),
    items=(
        Item("HEAD", {"en": "Head", "fr": "Direction"}),
        Item("PENAL", {"en": "Penal", "fr": "Pénal"}, parent="HEAD"),
    ),
)

# Data.
CODED_AREA: Final = Representation(Urn("codelist", AREAS.reference))


def concept(id_: str) -> Urn:
    return Urn("conceptscheme", CONCEPTS.reference, id_)


STRUCTURE: Final = DataStructure(
    ref("CRIME"),
    named("Crime"),
    annotations=NOTES,
    dimensions=(
        Component("freq", concept("FREQ"), Representation(Urn("codelist", FREQUENCIES.reference))),
        Component("geo", concept("AREA"), CODED_AREA, annotations=(Annotation("COLUMN", "area"),)),
    ),
    time=Component(
        "TIME_PERIOD", concept("TIME_PERIOD"), Representation(text_type="ObservationalTimePeriod"), "time"
    ),
    measures=(Component("OBS_VALUE", concept("OBS_VALUE"), Representation(text_type="Decimal", decimals=2), "measure"),),
    attributes=(
        Component("OBS_STATUS", concept("OBS_STATUS"), Representation(Urn("codelist", STATUSES.reference)),
                  "attribute", True, ("OBS_VALUE",)),
        Component("UNIT", concept("UNIT"), Representation(max_length=20, pattern="[A-Z]+"), "attribute", False, ("geo",)),
        Component("DECIMALS", concept("DECIMALS"), Representation(text_type="Integer"), "attribute", False,
                  ("freq", "geo")),
        Component("COMMENT", concept("COMMENT"), Representation(), "attribute", False),
    ),
)  # fmt: skip
DATAFLOW: Final = Dataflow(
    ref("DF_CRIME"),
    named("Crime, recorded"),
    {"en": "By area", "fr": "Par territoire"},
    NOTES,
    structure=STRUCTURE.urn,
)
OLD_DATAFLOW: Final = Dataflow(ref("DF_OLD"), named("Old crime"), structure=STRUCTURE.urn)
AGREEMENT: Final = ProvisionAgreement(
    ref("PA_CRIME"),
    named("Crime by SSMSI"),
    dataflow=DATAFLOW.urn,
    provider=Urn("dataproviderscheme", PROVIDERS.reference, "SSMSI"),
)
ALLOWED: Final = DataConstraint(
    ref("CC_CRIME"),
    named("Allowed"),
    annotations=NOTES,
    attachments=(DATAFLOW.urn,),
    values={"geo": ("FR", "75"), "freq": ("A",), "OBS_STATUS": ("A",)},
    time_range=("2016", "2024"),
)
ACTUAL: Final = DataConstraint(
    ref("CRIME_AVAILABLE"),
    named("There is"),
    role="Actual",
    attachments=(DATAFLOW.urn,),
    values={"freq": ("A",), "geo": ("FR",)},
    time_range=("2016-01-01", "2023-12-31"),
    series_count=2,
    obs_count=16,
)

# Subjects.
SUBJECTS: Final = CategoryScheme(
    ref("SUBJECTS"),
    named("Subjects"),
    items=(
        Item("CRIM", {"en": "Criminal", "fr": "Pénal"}, {"en": "Justice"}, annotations=NOTES),
        Item("PRISON", {"en": "Prison", "fr": "Prison"}, parent="CRIM"),
        Item("ENTRIES", {"en": "Entries", "fr": "Entrées"}, parent="PRISON"),
        Item("CIVIL", {"en": "Civil", "fr": "Civil"}),
    ),
)
OLD_SUBJECTS: Final = CategoryScheme(ref("OLD_SUBJECTS"), named("Old"), items=(Item("JAIL", {"en": "Jail"}),))
CATEGORISATION: Final = Categorisation(
    ref("CAT_CRIME"),
    named("Crime in prison"),
    source=DATAFLOW.urn,
    target=Urn("categoryscheme", SUBJECTS.reference, "CRIM.PRISON.ENTRIES"),
)

# Hierarchies.
HIERARCHY: Final = Hierarchy(
    ref("H_AREAS"),
    named("Areas by law"),
    annotations=NOTES,
    levels=(
        Level("COUNTRY", {"en": "Country", "fr": "Pays"}, {"en": "The whole"}),
        Level("REGION", {"en": "Region", "fr": "Région"}),
    ),
    codes=(
        HierarchicalCode(
            "FR",
            Urn("codelist", AREAS.reference, "FR"),
            "COUNTRY",
            children=(
                HierarchicalCode(
                    "FR1", Urn("codelist", AREAS.reference, "FR1"), "REGION", "1976-05-10", "2015-12-31", (), NOTES[1:]
                ),
                HierarchicalCode("FR10", Urn("codelist", NUTS.reference, "EU_FR10"), "REGION", "2016-01-01"),
            ),
        ),
    ),
)
ASSOCIATION: Final = HierarchyAssociation(
    ref("HA_AREAS"),
    named("Areas of crime"),
    hierarchy=HIERARCHY.urn,
    linked=AREAS.urn,
    context=DATAFLOW.urn,
)
