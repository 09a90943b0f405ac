"""One rich example of every kind of artefact, coherent together: all that they refer to is here.

`EXAMPLES` holds one artefact a kind, by the word of the kind; `ALL` holds those and what they lean on. Names are in two
languages, every optional part is used somewhere, and what is awkward in syntaxes (`<`, `"`, line ends, ids that start
with a digit) is in the texts. A metadata set is apart (`REPORT`): it is no structure.
"""

from __future__ import annotations

from typing import Final

from greffe.model.artefacts import Annotation, Item, Maintainable
from greffe.model.hierarchies import HierarchicalCode, Hierarchy, HierarchyAssociation, Level
from greffe.model.mappings import (
    CategorySchemeMap,
    ComponentMapping,
    ConceptSchemeMap,
    ItemMap,
    MappedValue,
    OrganisationSchemeMap,
    ReportingTaxonomyMap,
    StandardRepresentationMap,
    StandardStructureMap,
    ValueMapping,
)
from greffe.model.metadata import (
    MetadataAttribute,
    MetadataConstraint,
    Metadataflow,
    MetadataProvisionAgreement,
    MetadataSet,
    MetadataStructure,
    ReportedAttribute,
)
from greffe.model.references import Reference, Urn
from greffe.model.reporting import (
    InputOutput,
    Process,
    ProcessStep,
    ReportingCategory,
    ReportingTaxonomy,
    Transition,
)
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
from greffe.model.transformations import (
    CustomType,
    CustomTypeScheme,
    NamePersonalisation,
    NamePersonalisationScheme,
    Ruleset,
    RulesetScheme,
    Transformation,
    TransformationScheme,
    UserDefinedOperator,
    UserDefinedOperatorScheme,
    VtlMapping,
    VtlMappingScheme,
)

NOTES: Final = (
    Annotation("PROVENANCE", "recalled", {"en": 'From "memory"', "fr": "De mémoire"}, "p1"),
    Annotation("SOURCE", "https://example.org/?a=1&b=2"),
)


def _named(id_: str) -> dict[str, str]:
    return {"en": f"{id_} & <more>", "fr": f"{id_} « bis »"}


def _ref(id_: str, version: str = "1.0.0") -> Reference:
    return Reference("SSER", id_, version)


# Lists.
AREAS: Final = Codelist(
    _ref("CL_AREA"),
    _named("Areas"),
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
    _ref("CL_FREQ", "2.1.0"),
    _named("Frequencies"),
    items=(Item("A", {"en": "Annual", "fr": "Annuelle"}), Item("M", {"en": "Monthly", "fr": "Mensuelle"})),
)
STATUSES: Final = Codelist(
    _ref("CL_STATUS"),
    _named("Statuses"),
    items=(Item("A", {"en": "Normal", "fr": "Normale"}), Item("E", {"en": "Estimated", "fr": "Estimée"})),
)
NUTS: Final = Codelist(
    _ref("CL_NUTS"),
    _named("NUTS"),
    items=(
        Item("EU_FR", {"en": "France", "fr": "France"}),
        Item("EU_FR10", {"en": "Île-de-France", "fr": "Île-de-France"}),
    ),
)
# Its own code W, then what it takes over: EU_FR with a prefix, and the frequencies but M.
EXTENDED: Final = Codelist(
    _ref("CL_EXTENDED"),
    _named("Extended"),
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
    _ref("VL_AGE"),
    _named("Ages"),
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
    _ref("CS_MAIN"),
    _named("Concepts"),
    annotations=NOTES,
    items=(
        *(Item(id_, {"en": f"{id_} concept", "fr": f"Concept {id_}"}) for id_ in _CONCEPTS),
        Item("PHONE", {"en": "Telephone"}, {"en": "Of the contact"}, "CONTACT", NOTES),
    ),
)
OLD_CONCEPTS: Final = ConceptScheme(
    _ref("CS_OLD"),
    _named("Old concepts"),
    items=(Item("PERIODICITY", {"en": "Periodicity"}), Item("LAND", {"en": "Land"})),
)

# Who.
AGENCIES: Final = AgencyScheme(
    Reference("SDMX", "AGENCIES", "1.0"),
    _named("Agencies"),
    items=(Item("SSER", {"en": "Statistics service", "fr": "Service statistique"}, {"en": "Justice"}),),
)
PROVIDERS: Final = DataProviderScheme(
    _ref("DATA_PROVIDERS", "1.0"),
    _named("Providers"),
    items=(
        Item("SSMSI", {"en": "Interior", "fr": "Intérieur"}, annotations=NOTES),
        Item("DAP", {"en": "Prisons", "fr": "Prisons"}),
    ),
)
OLD_PROVIDERS: Final = DataProviderScheme(
    Reference("ESTAT", "DATA_PROVIDERS", "1.0"),
    _named("Eurostat's providers"),
    items=(Item("FR_MJ", {"en": "Justice"}),),
)
CONSUMERS: Final = DataConsumerScheme(
    _ref("DATA_CONSUMERS", "1.0"), _named("Consumers"), items=(Item("ESTAT", {"en": "Eurostat", "fr": "Eurostat"}),)
)
METADATA_PROVIDERS: Final = MetadataProviderScheme(
    _ref("METADATA_PROVIDERS", "1.0"), _named("Metadata providers"), items=(Item("SSER", {"en": "SSER", "fr": "SSER"}),)
)
UNITS: Final = OrganisationUnitScheme(
    _ref("UNITS", "1.0"),
    _named("Units"),
    items=(
        Item("HEAD", {"en": "Head", "fr": "Direction"}),
        Item("PENAL", {"en": "Penal", "fr": "Pénal"}, parent="HEAD"),
    ),
)

# Data.
_AREA: Final = Representation(Urn("codelist", AREAS.reference))


def _concept(id_: str) -> Urn:
    return Urn("conceptscheme", CONCEPTS.reference, id_)


STRUCTURE: Final = DataStructure(
    _ref("CRIME"),
    _named("Crime"),
    annotations=NOTES,
    dimensions=(
        Component("freq", _concept("FREQ"), Representation(Urn("codelist", FREQUENCIES.reference))),
        Component("geo", _concept("AREA"), _AREA, annotations=(Annotation("COLUMN", "area"),)),
    ),
    time=Component(
        "TIME_PERIOD", _concept("TIME_PERIOD"), Representation(text_type="ObservationalTimePeriod"), "time"
    ),
    measures=(Component("OBS_VALUE", _concept("OBS_VALUE"), Representation(text_type="Decimal", decimals=2), "measure"),),
    attributes=(
        Component("OBS_STATUS", _concept("OBS_STATUS"), Representation(Urn("codelist", STATUSES.reference)),
                  "attribute", True, ("OBS_VALUE",)),
        Component("UNIT", _concept("UNIT"), Representation(max_length=20, pattern="[A-Z]+"), "attribute", False, ("geo",)),
        Component("DECIMALS", _concept("DECIMALS"), Representation(text_type="Integer"), "attribute", False,
                  ("freq", "geo")),
        Component("COMMENT", _concept("COMMENT"), Representation(), "attribute", False),
    ),
)  # fmt: skip
DATAFLOW: Final = Dataflow(
    _ref("DF_CRIME"),
    _named("Crime, recorded"),
    {"en": "By area", "fr": "Par territoire"},
    NOTES,
    structure=STRUCTURE.urn,
)
OLD_DATAFLOW: Final = Dataflow(_ref("DF_OLD"), _named("Old crime"), structure=STRUCTURE.urn)
AGREEMENT: Final = ProvisionAgreement(
    _ref("PA_CRIME"),
    _named("Crime by SSMSI"),
    dataflow=DATAFLOW.urn,
    provider=Urn("dataproviderscheme", PROVIDERS.reference, "SSMSI"),
)
ALLOWED: Final = DataConstraint(
    _ref("CC_CRIME"),
    _named("Allowed"),
    annotations=NOTES,
    attachments=(DATAFLOW.urn,),
    values={"geo": ("FR", "75"), "freq": ("A",), "OBS_STATUS": ("A",)},
    time_range=("2016", "2024"),
)
ACTUAL: Final = DataConstraint(
    _ref("CRIME_AVAILABLE"),
    _named("There is"),
    role="Actual",
    attachments=(DATAFLOW.urn,),
    values={"freq": ("A",), "geo": ("FR",)},
    time_range=("2016-01-01", "2023-12-31"),
    series_count=2,
    obs_count=16,
)

# Subjects.
SUBJECTS: Final = CategoryScheme(
    _ref("SUBJECTS"),
    _named("Subjects"),
    items=(
        Item("CRIM", {"en": "Criminal", "fr": "Pénal"}, {"en": "Justice"}, annotations=NOTES),
        Item("PRISON", {"en": "Prison", "fr": "Prison"}, parent="CRIM"),
        Item("ENTRIES", {"en": "Entries", "fr": "Entrées"}, parent="PRISON"),
        Item("CIVIL", {"en": "Civil", "fr": "Civil"}),
    ),
)
OLD_SUBJECTS: Final = CategoryScheme(_ref("OLD_SUBJECTS"), _named("Old"), items=(Item("JAIL", {"en": "Jail"}),))
CATEGORISATION: Final = Categorisation(
    _ref("CAT_CRIME"),
    _named("Crime in prison"),
    source=DATAFLOW.urn,
    target=Urn("categoryscheme", SUBJECTS.reference, "CRIM.PRISON.ENTRIES"),
)

# Hierarchies.
HIERARCHY: Final = Hierarchy(
    _ref("H_AREAS"),
    _named("Areas by law"),
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
    _ref("HA_AREAS"),
    _named("Areas of crime"),
    hierarchy=HIERARCHY.urn,
    linked=AREAS.urn,
    context=DATAFLOW.urn,
)

# Reference metadata.
REPORT_STRUCTURE: Final = MetadataStructure(
    _ref("MSD_QUALITY"),
    _named("Quality report"),
    attributes=(
        MetadataAttribute(
            "CONTACT",
            _concept("CONTACT"),
            presentational=True,
            children=(
                MetadataAttribute("PHONE", _concept("PHONE"), Representation(max_length=30), least=1, most=None),
                MetadataAttribute("AREA", _concept("AREA"), _AREA, most=3),
            ),
        ),
        MetadataAttribute("QUALITY", _concept("QUALITY"), Representation(text_type="XHTML"), least=1),
    ),
)
METADATAFLOW: Final = Metadataflow(
    _ref("MDF_QUALITY"),
    _named("Quality of crime"),
    structure=REPORT_STRUCTURE.urn,
    targets=("urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=SSER:*(*)",),
)
METADATA_AGREEMENT: Final = MetadataProvisionAgreement(
    _ref("MPA_QUALITY"),
    _named("Quality by SSER"),
    metadataflow=METADATAFLOW.urn,
    provider=Urn("metadataproviderscheme", METADATA_PROVIDERS.reference, "SSER"),
    targets=(str(DATAFLOW.urn),),
)
METADATA_CONSTRAINT: Final = MetadataConstraint(
    _ref("MC_QUALITY"),
    _named("Allowed headings"),
    attachments=(METADATAFLOW.urn,),
    values={"CONTACT.AREA": ("FR", "FR1")},
)
REPORT: Final = MetadataSet(
    _ref("QUALITY_2024"),
    _named("Quality 2024"),
    metadataflow=METADATAFLOW.urn,
    targets=(DATAFLOW.urn,),
    attributes=(
        ReportedAttribute("CONTACT", (), (ReportedAttribute("PHONE", ("1", "2")), ReportedAttribute("AREA", ("FR",)))),
        ReportedAttribute("QUALITY", ({"en": "<p>Good</p>", "fr": "<p>Bonne</p>"},), annotations=NOTES),
    ),
    reporting_begin="2024-01-01",
    reporting_end="2024-12-31",
)

# What is asked for and how it is made.
QUESTIONNAIRE: Final = ReportingTaxonomy(
    _ref("CTS"),
    _named("Questionnaire"),
    items=(
        ReportingCategory("PART1", {"en": "Part 1", "fr": "Partie 1"}, annotations=NOTES),
        ReportingCategory("TABLE11", {"en": "Table 1.1", "fr": "Table 1.1"}, parent="PART1", flows=(DATAFLOW.urn,)),
        ReportingCategory("TABLE12", {"en": "Table 1.2"}, {"en": "By form"}, "PART1", structures=(STRUCTURE.urn,)),
    ),
)
OLD_QUESTIONNAIRE: Final = ReportingTaxonomy(
    _ref("CTS_OLD"), _named("Old questionnaire"), items=(ReportingCategory("A1", {"en": "A1"}),)
)
PROCESS: Final = Process(
    _ref("JOURNEY"),
    _named("From files to Eurostat"),
    steps=(
        ProcessStep(
            "COLLECT",
            {"en": "Collect", "fr": "Collecter"},
            {"en": "All of it"},
            NOTES,
            inputs=(InputOutput(AGREEMENT.urn, "FILES"),),
            outputs=(InputOutput(DATAFLOW.urn),),
            computation={"en": "Read and check", "fr": "Lire et vérifier"},
            software="Greffe",
            transitions=(Transition("T1", "PUBLISH", {"en": "No error", "fr": "Aucune erreur"}, "OK"),),
            children=(ProcessStep("CHECK", {"en": "Check", "fr": "Vérifier"}),),
        ),
        ProcessStep("PUBLISH", {"en": "Publish", "fr": "Publier"}, inputs=(InputOutput(DATAFLOW.urn, "DATA"),)),
    ),
)

# Maps.
REPRESENTATION_MAP: Final = StandardRepresentationMap(
    _ref("RM_AREA"),
    _named("Areas to NUTS"),
    sources=(AREAS.urn,),
    targets=(NUTS.urn,),
    rows=(
        ValueMapping((MappedValue("FR"),), ("EU_FR",), annotations=NOTES[1:]),
        ValueMapping((MappedValue("FR1"),), ("EU_FR10",)),
    ),
)
# Patterns, places, two columns on one side, validity, data types: what 2.1 cannot say.
RICH_REPRESENTATION_MAP: Final = StandardRepresentationMap(
    _ref("RM_RICH"),
    _named("Ages and areas"),
    sources=(AGES.urn, AREAS.urn, "String"),
    targets=(NUTS.urn, "Integer"),
    rows=(
        ValueMapping(
            (MappedValue("6.*", regex=True), MappedValue("FR", start=1, end=2), MappedValue("x")),
            ("EU_FR", "1"),
            "2016-01-01T00:00:00Z",
            "2024-12-31T00:00:00Z",
        ),
        ValueMapping((MappedValue("<13"), MappedValue("75"), MappedValue("")), ("EU_FR10", "2")),
    ),
)
STRUCTURE_MAP: Final = StandardStructureMap(
    _ref("SM_CRIME"),
    _named("Old crime to crime"),
    annotations=NOTES,
    source=OLD_DATAFLOW.urn,
    target=DATAFLOW.urn,
    components=(
        ComponentMapping(("freq",), ("freq",)),
        ComponentMapping(("geo",), ("geo",), REPRESENTATION_MAP.urn),
    ),
    fixed={"UNIT": "PERS"},
)
CONCEPT_MAP: Final = ConceptSchemeMap(
    _ref("CM_OLD"),
    _named("Old concepts to ours"),
    source=OLD_CONCEPTS.urn,
    target=CONCEPTS.urn,
    items=(ItemMap("PERIODICITY", "FREQ", annotations=NOTES[1:]), ItemMap("LAND", "AREA")),
)
CATEGORY_MAP: Final = CategorySchemeMap(
    _ref("CM_SUBJECTS"),
    _named("Old subjects to ours"),
    source=OLD_SUBJECTS.urn,
    target=SUBJECTS.urn,
    items=(ItemMap("JAIL", "CRIM.PRISON"),),
)
ORGANISATION_MAP: Final = OrganisationSchemeMap(
    _ref("OM_PROVIDERS"),
    _named("Eurostat's providers to ours"),
    source=OLD_PROVIDERS.urn,
    target=PROVIDERS.urn,
    items=(ItemMap("FR_MJ", "DAP"),),
)
TAXONOMY_MAP: Final = ReportingTaxonomyMap(
    _ref("TM_CTS"),
    _named("Old questionnaire to ours"),
    source=OLD_QUESTIONNAIRE.urn,
    target=QUESTIONNAIRE.urn,
    items=(ItemMap("A1", "PART1.TABLE11"),),
)

# VTL.
ALIASES: Final = VtlMappingScheme(
    _ref("VTL_ALIASES"),
    _named("Aliases"),
    items=(
        VtlMapping("M1", {"en": "Crime"}, annotations=NOTES, alias="crime", mapped=DATAFLOW.urn),
        VtlMapping("M2", {"en": "Areas"}, alias="areas", mapped=AREAS.urn),
        VtlMapping("M3", {"en": "Area"}, alias="area", mapped=_concept("AREA")),
    ),
)
VTL_NAMES: Final = NamePersonalisationScheme(
    _ref("VTL_NAMES"),
    _named("Names"),
    vtl_version="2.0",
    items=(
        NamePersonalisation(
            "N1", {"en": "Imbalance"}, artefact="check", default_name="imbalance", personalised_name="gap"
        ),
    ),
)
VTL_TYPES: Final = CustomTypeScheme(
    _ref("VTL_TYPES"),
    _named("Types"),
    vtl_version="2.0",
    items=(
        CustomType(
            "T1", {"en": "Numbers"}, scalar_type="number", data_type="Decimal", literal_format="9.9",
            output_format="0.00", null_value="NaN",
        ),
        CustomType("T2", {"en": "Texts"}, scalar_type="string", data_type="String"),
    ),
)  # fmt: skip
RULES: Final = RulesetScheme(
    _ref("VTL_RULES"),
    _named("Rules"),
    vtl_version="2.0",
    mapping_scheme=ALIASES.urn,
    items=(
        Ruleset(
            "R1", {"en": "Sums", "fr": "Sommes"},
            definition='define hierarchical ruleset sums (variable rule geo) is FR = FR1 + X errorcode "a<b" end hierarchical ruleset;',
            type="hierarchical", scope="variable",
        ),
    ),
)  # fmt: skip
OPERATORS: Final = UserDefinedOperatorScheme(
    _ref("VTL_OPERATORS"),
    _named("Operators"),
    vtl_version="2.0",
    mapping_scheme=ALIASES.urn,
    ruleset_schemes=(RULES.urn,),
    items=(
        UserDefinedOperator(
            "O1", {"en": "Larger"},
            definition="define operator larger (x integer, y integer) returns boolean is x > y end operator;",
        ),
    ),
)  # fmt: skip
TRANSFORMATIONS: Final = TransformationScheme(
    _ref("VTL_CHECKS"),
    _named("Checks"),
    vtl_version="2.0",
    mapping_scheme=ALIASES.urn,
    name_scheme=VTL_NAMES.urn,
    type_scheme=VTL_TYPES.urn,
    ruleset_schemes=(RULES.urn,),
    operator_schemes=(OPERATORS.urn,),
    items=(
        Transformation(
            "C1", {"en": "Positive", "fr": "Positif"}, {"en": "No minus"}, annotations=NOTES,
            expression="crime [filter OBS_VALUE < 0]", result="negative",
        ),
        Transformation("C2", {"en": "Sums"}, expression="check_hierarchy(crime, sums)", result="sums", persistent=True),
    ),
)  # fmt: skip

_EXAMPLES: Final[tuple[Maintainable, ...]] = (
    AGENCIES, ALIASES, ALLOWED, AGREEMENT, AREAS, ASSOCIATION, CATEGORISATION, CATEGORY_MAP, CONCEPTS, CONCEPT_MAP,
    CONSUMERS, AGES, DATAFLOW, HIERARCHY, METADATAFLOW, METADATA_AGREEMENT, METADATA_CONSTRAINT, METADATA_PROVIDERS,
    OPERATORS, ORGANISATION_MAP, PROCESS, PROVIDERS, QUESTIONNAIRE, REPORT_STRUCTURE, REPRESENTATION_MAP, RULES,
    STRUCTURE, STRUCTURE_MAP, SUBJECTS, TAXONOMY_MAP, TRANSFORMATIONS, UNITS, VTL_NAMES, VTL_TYPES,
)  # fmt: skip
EXAMPLES: Final[dict[str, Maintainable]] = {one.kind: one for one in _EXAMPLES}
ALL: Final[tuple[Maintainable, ...]] = (
    *_EXAMPLES, FREQUENCIES, STATUSES, NUTS, EXTENDED, OLD_CONCEPTS, OLD_DATAFLOW, OLD_PROVIDERS, OLD_SUBJECTS,
    OLD_QUESTIONNAIRE, RICH_REPRESENTATION_MAP,
)  # fmt: skip
