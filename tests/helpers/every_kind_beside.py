"""Examples of the artefacts around data: reference metadata, questionnaires, processes, maps, VTL."""

from __future__ import annotations

from typing import Final

from every_kind_of_data import (
    AGES,
    AGREEMENT,
    AREAS,
    CODED_AREA,
    CONCEPTS,
    DATAFLOW,
    METADATA_PROVIDERS,
    NOTES,
    NUTS,
    OLD_CONCEPTS,
    OLD_DATAFLOW,
    OLD_PROVIDERS,
    OLD_SUBJECTS,
    PROVIDERS,
    STRUCTURE,
    SUBJECTS,
    concept,
    named,
    ref,
)

from greffe.model.mappings import (
    CategorySchemeMap,
    ComponentMapping,
    ConceptSchemeMap,
    FixedMapping,
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
from greffe.model.references import Urn
from greffe.model.reporting import (
    InputOutput,
    Process,
    ProcessStep,
    ReportingCategory,
    ReportingTaxonomy,
    Transition,
)
from greffe.model.structures import (
    Representation,
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

# Reference metadata.
REPORT_STRUCTURE: Final = MetadataStructure(
    ref("MSD_QUALITY"),
    named("Quality report"),
    attributes=(
        MetadataAttribute(
            "CONTACT",
            concept("CONTACT"),
            presentational=True,
            children=(
                MetadataAttribute("PHONE", concept("PHONE"), Representation(max_length=30), least=1, most=None),
                MetadataAttribute("AREA", concept("AREA"), CODED_AREA, most=3),
            ),
        ),
        MetadataAttribute("QUALITY", concept("QUALITY"), Representation(text_type="XHTML"), least=1),
    ),
)
METADATAFLOW: Final = Metadataflow(
    ref("MDF_QUALITY"),
    named("Quality of crime"),
    structure=REPORT_STRUCTURE.urn,
    targets=("urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=SSER:*(*)",),
)
METADATA_AGREEMENT: Final = MetadataProvisionAgreement(
    ref("MPA_QUALITY"),
    named("Quality by SSER"),
    metadataflow=METADATAFLOW.urn,
    provider=Urn("metadataproviderscheme", METADATA_PROVIDERS.reference, "SSER"),
    targets=(str(DATAFLOW.urn),),
)
METADATA_CONSTRAINT: Final = MetadataConstraint(
    ref("MC_QUALITY"),
    named("Allowed headings"),
    attachments=(METADATAFLOW.urn,),
    values={"CONTACT.AREA": ("FR", "FR1")},
)
REPORT: Final = MetadataSet(
    ref("QUALITY_2024"),
    named("Quality 2024"),
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
    ref("CTS"),
    named("Questionnaire"),
    items=(
        ReportingCategory("PART1", {"en": "Part 1", "fr": "Partie 1"}, annotations=NOTES),
        ReportingCategory("TABLE11", {"en": "Table 1.1", "fr": "Table 1.1"}, parent="PART1", flows=(DATAFLOW.urn,)),
        ReportingCategory("TABLE12", {"en": "Table 1.2"}, {"en": "By form"}, "PART1", structures=(STRUCTURE.urn,)),
    ),
)
_A1: Final = ReportingCategory("A1", {"en": "A1"})
OLD_QUESTIONNAIRE: Final = ReportingTaxonomy(ref("CTS_OLD"), named("Old questionnaire"), items=(_A1,))
PROCESS: Final = Process(
    ref("JOURNEY"),
    named("From files to Eurostat"),
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
    ref("RM_AREA"),
    named("Areas to NUTS"),
    sources=(AREAS.urn,),
    targets=(NUTS.urn,),
    rows=(
        ValueMapping((MappedValue("FR"),), ("EU_FR",), annotations=NOTES[1:]),
        ValueMapping((MappedValue("FR1"),), ("EU_FR10",)),
    ),
)
# Patterns, places, two columns on one side, validity, data types: what 2.1 cannot say.
RICH_REPRESENTATION_MAP: Final = StandardRepresentationMap(
    ref("RM_RICH"),
    named("Ages and areas"),
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
    ref("SM_CRIME"),
    named("Old crime to crime"),
    annotations=NOTES,
    source=OLD_DATAFLOW.urn,
    target=DATAFLOW.urn,
    components=(
        ComponentMapping(("freq",), ("freq",)),
        ComponentMapping(("geo",), ("geo",), REPRESENTATION_MAP.urn),
    ),
    fixed=(FixedMapping("UNIT", ("PERS",)),),
)
CONCEPT_MAP: Final = ConceptSchemeMap(
    ref("CM_OLD"),
    named("Old concepts to ours"),
    source=OLD_CONCEPTS.urn,
    target=CONCEPTS.urn,
    items=(ItemMap("PERIODICITY", "FREQ", annotations=NOTES[1:]), ItemMap("LAND", "AREA")),
)
CATEGORY_MAP: Final = CategorySchemeMap(
    ref("CM_SUBJECTS"),
    named("Old subjects to ours"),
    source=OLD_SUBJECTS.urn,
    target=SUBJECTS.urn,
    items=(ItemMap("JAIL", "CRIM.PRISON"),),
)
ORGANISATION_MAP: Final = OrganisationSchemeMap(
    ref("OM_PROVIDERS"),
    named("Eurostat's providers to ours"),
    source=OLD_PROVIDERS.urn,
    target=PROVIDERS.urn,
    items=(ItemMap("FR_MJ", "DAP"),),
)
TAXONOMY_MAP: Final = ReportingTaxonomyMap(
    ref("TM_CTS"),
    named("Old questionnaire to ours"),
    source=OLD_QUESTIONNAIRE.urn,
    target=QUESTIONNAIRE.urn,
    items=(ItemMap("A1", "PART1.TABLE11"),),
)

# VTL.
ALIASES: Final = VtlMappingScheme(
    ref("VTL_ALIASES"),
    named("Aliases"),
    items=(
        VtlMapping("M1", {"en": "Crime"}, annotations=NOTES, alias="crime", mapped=DATAFLOW.urn),
        VtlMapping("M2", {"en": "Areas"}, alias="areas", mapped=AREAS.urn),
        VtlMapping("M3", {"en": "Area"}, alias="area", mapped=concept("AREA")),
    ),
)
VTL_NAMES: Final = NamePersonalisationScheme(
    ref("VTL_NAMES"),
    named("Names"),
    vtl_version="2.0",
    items=(
        NamePersonalisation(
            "N1", {"en": "Imbalance"}, artefact="check", default_name="imbalance", personalised_name="gap"
        ),
    ),
)
VTL_TYPES: Final = CustomTypeScheme(
    ref("VTL_TYPES"),
    named("Types"),
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
    ref("VTL_RULES"),
    named("Rules"),
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
    ref("VTL_OPERATORS"),
    named("Operators"),
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
    ref("VTL_CHECKS"),
    named("Checks"),
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
