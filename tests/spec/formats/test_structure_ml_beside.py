"""Constraints, reference metadata, questionnaires, processes and VTL in SDMX-ML, as each version's schema has them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from every_kind import (
    ACTUAL,
    ALLOWED,
    DATAFLOW,
    METADATA_AGREEMENT,
    METADATA_CONSTRAINT,
    METADATAFLOW,
    PROCESS,
    QUESTIONNAIRE,
    REPORT,
    REPORT_STRUCTURE,
    STRUCTURE,
    TRANSFORMATIONS,
    VTL_TYPES,
)
from lxml import etree
from outline import element, inside, lines, message, outline

from greffe.errors import NotAcceptable
from greffe.model.references import Urn

ALL_VERSIONS = ["2.1", "3.0", "3.1"]
NEW = ["3.0", "3.1"]
REGION = """
    ConstraintAttachment
      Dataflow: datastructure.Dataflow=SSER:DF_CRIME(1.0.0)
    CubeRegion include=true
      KeyValue id=freq
        Value: A
      KeyValue id=geo
        Value: FR
      KeyValue id=TIME_PERIOD
        TimeRange
          StartPeriod isInclusive=true: 2016-01-01
          EndPeriod isInclusive=true: 2023-12-31
    """


@pytest.mark.item("R1-AVL-01", "R1-AVL-07", "R1-AVL-08", "ML21-14")
def test_what_is_there_in_2_1():
    """What is there is a ContentConstraint of type Actual; counts are annotations, the time span a TimeRange."""
    found = element("2.1", ACTUAL)
    assert (etree.QName(found).localname, found.get("type")) == ("ContentConstraint", "Actual")
    assert outline(found) == lines(REGION)
    assert metrics(found) == [("series_count", "2", "sdmx_metrics"), ("obs_count", "16", "sdmx_metrics")]


@pytest.mark.item("ML3-05", "R2-AVL-01", "R2-AVL-08")
def test_what_is_there_in_3_0():
    """In 3.0 what is there is a DataConstraint of role Actual with its counts as annotations."""
    found = element("3.0", ACTUAL)
    assert (etree.QName(found).localname, found.get("role")) == ("DataConstraint", "Actual")
    assert outline(found) == lines(REGION)
    assert metrics(found) == [("series_count", "2", "sdmx_metrics"), ("obs_count", "16", "sdmx_metrics")]


@pytest.mark.item("ML3-05", "R2-AVL-01", "R2-AVL-08")
def test_what_is_there_in_3_1():
    """In 3.1 what is there is an AvailabilityConstraint, which has no identity, with its counts as attributes."""
    found = element("3.1", ACTUAL)
    assert etree.QName(found.getparent()).localname == "AvailabilityConstraints"
    assert dict(found.attrib) == {"seriesCount": "2", "obsCount": "16"}
    assert outline(found, texts=True) == lines(REGION)


def metrics(found: etree._Element) -> list[tuple[str, ...]]:
    notes = found.xpath("*[local-name()='Annotations']/*")
    return [(str(note.get("id")), *(str(part.text) for part in note)) for note in notes]


@pytest.mark.parametrize("attachments", [(), (DATAFLOW.urn, STRUCTURE.urn)])
def test_availability_of_3_1_hangs_on_one_artefact(attachments: tuple[Urn, ...]):
    with pytest.raises(NotAcceptable, match="must hang on one"):
        element("3.1", replace(ACTUAL, attachments=attachments))


@pytest.mark.item("ML3-05")
def test_what_is_allowed_has_a_role_in_3_0_and_none_in_3_1():
    """A constraint of what is allowed says so by role in 3.0; 3.1 has no role."""
    assert element("2.1", ALLOWED).get("type") == "Allowed"
    assert element("3.0", ALLOWED).get("role") == "Allowed"
    assert element("3.1", ALLOWED).get("role") is None
    assert element("3.0", METADATA_CONSTRAINT).get("role") == "Allowed"
    assert element("3.1", METADATA_CONSTRAINT).get("role") is None


@pytest.mark.parametrize(("version", "name"), [("2.1", "Attribute"), ("3.0", "Component"), ("3.1", "Component")])
def test_what_the_structure_in_the_message_has_as_attribute_is_none_of_the_key(version: str, name: str):
    """A constrained attribute follows the dimensions and time when the message holds the structure."""
    found = message(version, ALLOWED, DATAFLOW, STRUCTURE).xpath("//*[local-name()='CubeRegion']")[0]
    assert outline(found) == lines(f"""
    KeyValue id=geo
      Value: FR
      Value: 75
    KeyValue id=freq
      Value: A
    KeyValue id=TIME_PERIOD
      TimeRange
        StartPeriod isInclusive=true: 2016
        EndPeriod isInclusive=true: 2024
    {name} id=OBS_STATUS
      Value: A
    """)


@pytest.mark.item("ML3-06")
@pytest.mark.parametrize("version", NEW)
def test_reference_metadata_of_3_x(version: str):
    """Headings of reports are nested under one list; flows, agreements and constraints say what reports are on."""
    assert inside(version, REPORT_STRUCTURE) == lines("""
    MetadataStructureComponents
      MetadataAttributeList id=MetadataAttributeDescriptor
        MetadataAttribute id=CONTACT minOccurs=0 maxOccurs=1 isPresentational=true
          ConceptIdentity: conceptscheme.Concept=SSER:CS_MAIN(1.0.0).CONTACT
          MetadataAttribute id=PHONE minOccurs=1 maxOccurs=unbounded
            ConceptIdentity: conceptscheme.Concept=SSER:CS_MAIN(1.0.0).PHONE
            LocalRepresentation
              TextFormat textType=String maxLength=30
          MetadataAttribute id=AREA minOccurs=0 maxOccurs=3
            ConceptIdentity: conceptscheme.Concept=SSER:CS_MAIN(1.0.0).AREA
            LocalRepresentation
              Enumeration: codelist.Codelist=SSER:CL_AREA(1.0.0)
        MetadataAttribute id=QUALITY minOccurs=1 maxOccurs=1
          ConceptIdentity: conceptscheme.Concept=SSER:CS_MAIN(1.0.0).QUALITY
          LocalRepresentation
            TextFormat textType=XHTML
    """)
    assert inside(version, METADATAFLOW) == lines("""
    Structure: metadatastructure.MetadataStructure=SSER:MSD_QUALITY(1.0.0)
    Target: datastructure.Dataflow=SSER:*(*)
    """)
    assert inside(version, METADATA_AGREEMENT) == lines("""
    Metadataflow: metadatastructure.Metadataflow=SSER:MDF_QUALITY(1.0.0)
    MetadataProvider: base.MetadataProvider=SSER:METADATA_PROVIDERS(1.0).SSER
    Target: datastructure.Dataflow=SSER:DF_CRIME(1.0.0)
    """)
    assert inside(version, METADATA_CONSTRAINT) == lines("""
    ConstraintAttachment
      Metadataflow: metadatastructure.Metadataflow=SSER:MDF_QUALITY(1.0.0)
    MetadataTargetRegion include=true
      Component id=CONTACT.AREA
        Value: FR
        Value: FR1
    """)


@pytest.mark.item("R1-STR-02", "R1-STR-13")
def test_reference_metadata_of_2_1():
    """A metadata structure is one report structure on any object; a metadataflow says its targets in annotations."""
    found = inside("2.1", REPORT_STRUCTURE)
    assert found[:7] == lines("""
    MetadataStructureComponents
      MetadataTarget id=TARGET
        IdentifiableObjectTarget id=OBJECT objectType=Any
          LocalRepresentation
            TextFormat textType=IdentifiableReference
      ReportStructure id=MSD_QUALITY
        MetadataAttribute id=CONTACT minOccurs=0 maxOccurs=1 isPresentational=true
    """)
    assert found[-1] == "    MetadataTarget: TARGET"
    flow = element("2.1", METADATAFLOW)
    assert outline(flow) == ["Structure: metadatastructure.MetadataStructure=SSER:MSD_QUALITY(1.0.0)"]
    assert [str(t) for t in flow.xpath("*[local-name()='Annotations']//text()")] == [*METADATAFLOW.targets, "TARGET"]


@pytest.mark.item("R1-STR-14")
@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_a_questionnaire_is_nested_and_points_at_what_answers_it(version: str):
    """Reporting categories are nested; a leaf points at structures or at flows."""
    assert inside(version, QUESTIONNAIRE) == lines("""
    ReportingCategory id=PART1
      ReportingCategory id=TABLE11
        ProvisioningMetadata: datastructure.Dataflow=SSER:DF_CRIME(1.0.0)
      ReportingCategory id=TABLE12
        StructuralMetadata: datastructure.DataStructure=SSER:CRIME(1.0.0)
    """)


@pytest.mark.item("R1-STR-17")
@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_a_process(version: str):
    """Steps have inputs, outputs, a computation, transitions, and steps inside them."""
    assert inside(version, PROCESS) == lines("""
    ProcessStep id=COLLECT
      Input localID=FILES
        ObjectReference: registry.ProvisionAgreement=SSER:PA_CRIME(1.0.0)
      Output
        ObjectReference: datastructure.Dataflow=SSER:DF_CRIME(1.0.0)
      Computation softwarePackage=Greffe
      Transition id=T1 localID=OK
        TargetStep: PUBLISH
        Condition lang=en: No error
        Condition lang=fr: Aucune erreur
      ProcessStep id=CHECK
    ProcessStep id=PUBLISH
      Input localID=DATA
        ObjectReference: datastructure.Dataflow=SSER:DF_CRIME(1.0.0)
    """)


@pytest.mark.item("R1-STR-23", "R1-STR-26")
@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_vtl(version: str):
    """VTL schemes hold their items, then the schemes that they lean on."""
    assert element(version, TRANSFORMATIONS).get("vtlVersion") == "2.0"
    assert inside(version, TRANSFORMATIONS) == lines("""
    Transformation id=C1 isPersistent=false
      Expression: crime [filter OBS_VALUE < 0]
      Result: negative
    Transformation id=C2 isPersistent=true
      Expression: check_hierarchy(crime, sums)
      Result: sums
    VtlMappingScheme: transformation.VtlMappingScheme=SSER:VTL_ALIASES(1.0.0)
    NamePersonalisationScheme: transformation.NamePersonalisationScheme=SSER:VTL_NAMES(1.0.0)
    CustomTypeScheme: transformation.CustomTypeScheme=SSER:VTL_TYPES(1.0.0)
    RulesetScheme: transformation.RulesetScheme=SSER:VTL_RULES(1.0.0)
    UserDefinedOperatorScheme: transformation.UserDefinedOperatorScheme=SSER:VTL_OPERATORS(1.0.0)
    """)
    assert inside(version, VTL_TYPES)[:6] == lines("""
    CustomType id=T1
      VtlScalarType: number
      DataType: Decimal
      VtlLiteralFormat: 9.9
      OutputFormat: 0.00
      NullValue: NaN
    """)


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_a_report_is_no_structure(version: str):
    with pytest.raises(NotAcceptable, match="metadataset"):
        element(version, REPORT)
