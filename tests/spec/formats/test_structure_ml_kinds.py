"""Identity, structures, lists and hierarchies in SDMX-ML, as the schemas of 2.1, 3.0 and 3.1 have them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from every_kind import (
    AGES,
    AREAS,
    ASSOCIATION,
    CATEGORISATION,
    DATAFLOW,
    EXTENDED,
    HIERARCHY,
    STRUCTURE,
    UNITS,
)
from outline import element, inside, lines, message, outline

from greffe.errors import NotAcceptable
from greffe.model.artefacts import Item
from greffe.model.hierarchies import HierarchicalCode
from greffe.model.references import Reference, Urn
from greffe.model.structures import CodelistExtension

ALL_VERSIONS = ["2.1", "3.0", "3.1"]
NEW = ["3.0", "3.1"]


@pytest.mark.item("ML3-01", "ML3-02", "FMT-01")
@pytest.mark.parametrize(("version", "part"), [("3.0", "v3_0"), ("3.1", "v3_1")])
def test_references_of_3_x_are_urns_and_nothing_is_final(version: str, part: str):
    """In 3.x a reference is the text of a URN, a version alone says what is stable, and the namespaces are its own."""
    found = message(version, DATAFLOW)
    base = f"http://www.sdmx.org/resources/sdmxml/schemas/{part}"
    assert found.tag == f"{{{base}/message}}Structure"
    flow = found[1][0][0]
    assert flow.tag == f"{{{base}/structure}}Dataflow"
    assert dict(flow.attrib) == {
        "id": "DF_CRIME",
        "urn": "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=SSER:DF_CRIME(1.0.0)",
        "agencyID": "SSER",
        "version": "1.0.0",
    }
    assert flow[-1].text == "urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure=SSER:CRIME(1.0.0)"
    assert len(flow[-1]) == 0


@pytest.mark.item("ML3-02")
def test_a_draft_can_be_said_from_3_0_on():
    """A version with an extension is written as it is in 3.x and is 406 in 2.1, which has no such versions."""
    draft = replace(DATAFLOW, reference=Reference("SSER", "DF_CRIME", "1.1.0-draft"))
    assert element("3.0", draft).get("version") == "1.1.0-draft"
    with pytest.raises(NotAcceptable, match="extension"):
        element("2.1", draft)


@pytest.mark.item("ML21-06")
def test_validity_stands_on_the_artefact():
    """validFrom and validTo are dateTimes; a date begins with its first second and ends with its last."""
    dated = replace(DATAFLOW, valid_from="2026-01-01", valid_to="2026-12-31")
    for version in ALL_VERSIONS:
        assert element(version, dated).get("validFrom") == "2026-01-01T00:00:00"
        assert element(version, dated).get("validTo") == "2026-12-31T23:59:59"
    exact = replace(DATAFLOW, valid_from="2026-01-01T10:00:00Z")
    assert element("3.1", exact).get("validFrom") == "2026-01-01T10:00:00Z"
    assert element("3.1", exact).get("validTo") is None


@pytest.mark.item("URN-03", "R1-STR-11")
def test_what_is_always_version_1_0_has_no_version_in_3_x():
    """Organisation schemes have no version attribute in 3.x, categorisations none in 3.1: their URNs say 1.0."""
    assert element("2.1", UNITS).get("version") == "1.0"
    assert element("3.0", UNITS).get("version") is None
    assert element("3.0", UNITS).get("urn", "").endswith("OrganisationUnitScheme=SSER:UNITS(1.0)")
    assert element("3.0", CATEGORISATION).get("version") == "1.0.0"
    assert element("3.1", CATEGORISATION).get("version") is None
    assert element("3.1", CATEGORISATION).get("urn", "").endswith("Categorisation=SSER:CAT_CRIME(1.0)")


def test_another_version_of_such_a_thing_has_no_urn_and_says_its_version_in_a_note():
    second = replace(CATEGORISATION, reference=Reference("SSER", "CAT_CRIME", "2.0.0"))
    found = element("3.1", second)
    assert found.get("urn") is None
    assert [str(text) for text in found.xpath("*[local-name()='Annotations']//text()")] == ["2.0.0", "VERSION"]


@pytest.mark.item("ML3-03")
@pytest.mark.parametrize("version", NEW)
def test_a_data_structure_of_3_x(version: str):
    """A data structure has a list of measures, usage on attributes and measures, and hangs attributes on Observation,
    Dimension or Dataflow."""
    assert inside(version, STRUCTURE) == lines("""
    DataStructureComponents
      DimensionList id=DimensionDescriptor
        Dimension id=freq position=1
          ConceptIdentity: conceptscheme.Concept=SSER:CS_MAIN(1.0.0).FREQ
          LocalRepresentation
            Enumeration: codelist.Codelist=SSER:CL_FREQ(2.1.0)
        Dimension id=geo position=2
          ConceptIdentity: conceptscheme.Concept=SSER:CS_MAIN(1.0.0).AREA
          LocalRepresentation
            Enumeration: codelist.Codelist=SSER:CL_AREA(1.0.0)
        TimeDimension id=TIME_PERIOD
          ConceptIdentity: conceptscheme.Concept=SSER:CS_MAIN(1.0.0).TIME_PERIOD
          LocalRepresentation
            TextFormat textType=ObservationalTimePeriod
      AttributeList id=AttributeDescriptor
        Attribute id=OBS_STATUS usage=mandatory
          ConceptIdentity: conceptscheme.Concept=SSER:CS_MAIN(1.0.0).OBS_STATUS
          LocalRepresentation
            Enumeration: codelist.Codelist=SSER:CL_STATUS(1.0.0)
          AttributeRelationship
            Observation
        Attribute id=UNIT usage=optional
          ConceptIdentity: conceptscheme.Concept=SSER:CS_MAIN(1.0.0).UNIT
          LocalRepresentation
            TextFormat textType=String maxLength=20 pattern=[A-Z]+
          AttributeRelationship
            Dimension: geo
        Attribute id=DECIMALS usage=optional
          ConceptIdentity: conceptscheme.Concept=SSER:CS_MAIN(1.0.0).DECIMALS
          LocalRepresentation
            TextFormat textType=Integer
          AttributeRelationship
            Dimension: freq
            Dimension: geo
        Attribute id=COMMENT usage=optional
          ConceptIdentity: conceptscheme.Concept=SSER:CS_MAIN(1.0.0).COMMENT
          LocalRepresentation
            TextFormat textType=String
          AttributeRelationship
            Dataflow
      MeasureList id=MeasureDescriptor
        Measure id=OBS_VALUE usage=mandatory
          ConceptIdentity: conceptscheme.Concept=SSER:CS_MAIN(1.0.0).OBS_VALUE
          LocalRepresentation
            TextFormat textType=Decimal decimals=2
    """)


@pytest.mark.item("ML3-03")
def test_several_measures_can_be_said_from_3_0_on():
    """A structure with two measures is whole in 3.x and 406 in 2.1, which has one, OBS_VALUE."""
    two = replace(STRUCTURE, measures=(*STRUCTURE.measures, replace(STRUCTURE.measures[0], id="RATE")))
    found = element("3.0", two)
    assert found.xpath("//*[local-name()='Measure']/@id") == ["OBS_VALUE", "RATE"]
    with pytest.raises(NotAcceptable, match="one measure"):
        element("2.1", two)


@pytest.mark.item("ML3-06")
@pytest.mark.parametrize("version", NEW)
def test_a_value_list_holds_any_characters_and_is_never_partial(version: str):
    """Items of a value list have ids of any characters; the list is never marked partial."""
    found = element(version, replace(AGES, partial=True))
    assert found.get("isPartial") is None
    assert outline(found) == ["ValueItem id=60 & over", "ValueItem id=<13"]


@pytest.mark.item("ML3-07")
@pytest.mark.parametrize("version", NEW)
def test_an_extended_code_list_says_what_it_extends_in_3_x(version: str):
    """A code list that is asked raw has its own codes, then its extensions with prefix and selection."""
    own = replace(EXTENDED, items=EXTENDED.items[:1], inherited=frozenset())
    expected = lines("""
    Code id=W
    CodelistExtension prefix=N_
      Codelist: codelist.Codelist=SSER:CL_NUTS(1.0.0)
      InclusiveCodeSelection
        MemberValue: EU_FR
    CodelistExtension
      Codelist: codelist.Codelist=SSER:CL_FREQ(2.1.0)
      ExclusiveCodeSelection
        MemberValue: M%
    """)
    assert inside(version, own) == inside(version, EXTENDED) == expected


@pytest.mark.item("R2-STR-20")
@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_an_extended_code_list_in_full_is_a_plain_one(version: str):
    """A code list with its extensions resolved has all codes and no extension element."""
    whole = replace(EXTENDED, extensions=(), inherited=frozenset())
    assert inside(version, whole) == ["Code id=W", "Code id=N_EU_FR", "Code id=A"]


def test_2_1_cannot_say_a_raw_list_but_a_resolved_one():
    assert inside("2.1", EXTENDED) == ["Code id=W", "Code id=N_EU_FR", "Code id=A"]
    with pytest.raises(NotAcceptable, match="extends"):
        element("2.1", replace(EXTENDED, items=EXTENDED.items[:1], inherited=frozenset()))


@pytest.mark.item("ML3-06")
@pytest.mark.parametrize("version", NEW)
def test_a_hierarchy_of_3_x(version: str):
    """A hierarchy has its levels inside each other, then its codes, each with level and validity."""
    assert element(version, HIERARCHY).get("hasFormalLevels") == "true"
    assert inside(version, HIERARCHY) == lines("""
    Level id=COUNTRY
      Level id=REGION
    HierarchicalCode id=FR
      Code: codelist.Code=SSER:CL_AREA(1.0.0).FR
      HierarchicalCode id=FR1 validFrom=1976-05-10T00:00:00 validTo=2015-12-31T23:59:59
        Code: codelist.Code=SSER:CL_AREA(1.0.0).FR1
        Level: REGION
      HierarchicalCode id=FR10 validFrom=2016-01-01T00:00:00
        Code: codelist.Code=SSER:CL_NUTS(1.0.0).EU_FR10
        Level: REGION
      Level: COUNTRY
    """)


@pytest.mark.item("R1-STR-06")
def test_a_hierarchy_is_a_hierarchical_code_list_of_2_1():
    """In 2.1 a hierarchy is a hierarchical code list: the lists by alias, then one hierarchy under the same id."""
    found = element("2.1", HIERARCHY)
    assert found.get("urn") == "urn:sdmx:org.sdmx.infomodel.codelist.HierarchicalCodelist=SSER:H_AREAS(1.0.0)"
    assert outline(found) == lines("""
    IncludedCodelist alias=CL_AREA: codelist.Codelist=SSER:CL_AREA(1.0.0)
    IncludedCodelist alias=CL_NUTS: codelist.Codelist=SSER:CL_NUTS(1.0.0)
    Hierarchy id=H_AREAS leveled=true
      HierarchicalCode id=FR
        CodelistAliasRef: CL_AREA
        CodeID: FR
        HierarchicalCode id=FR1 validFrom=1976-05-10T00:00:00 validTo=2015-12-31T23:59:59
          CodelistAliasRef: CL_AREA
          CodeID: FR1
          Level: REGION
        HierarchicalCode id=FR10 validFrom=2016-01-01T00:00:00
          CodelistAliasRef: CL_NUTS
          CodeID: EU_FR10
          Level: REGION
        Level: COUNTRY
      Level id=COUNTRY
        Level id=REGION
    """)


def test_two_versions_of_a_list_have_two_aliases():
    newer = Urn("codelist", Reference("SSER", "CL_AREA", "2.0.0"), "FR")
    places = (*HIERARCHY.codes[0].children[:1], HierarchicalCode("FR", newer))
    found = inside("2.1", replace(HIERARCHY, codes=places, levels=()))
    assert found[:2] == [
        "IncludedCodelist alias=CL_AREA-1: codelist.Codelist=SSER:CL_AREA(1.0.0)",
        "IncludedCodelist alias=CL_AREA-2: codelist.Codelist=SSER:CL_AREA(2.0.0)",
    ]


@pytest.mark.item("ML3-06")
@pytest.mark.parametrize("version", NEW)
def test_a_hierarchy_association(version: str):
    """An association links a hierarchy to what it is for, in a context."""
    assert inside(version, ASSOCIATION) == lines("""
    LinkedHierarchy: codelist.Hierarchy=SSER:H_AREAS(1.0.0)
    LinkedObject: codelist.Codelist=SSER:CL_AREA(1.0.0)
    ContextObject: datastructure.Dataflow=SSER:DF_CRIME(1.0.0)
    """)


def test_what_the_schema_of_3_0_has_no_parent_for_3_1_has():
    """The pattern of 3.0 for the id of a parent wants a letter first; 3.1 has it mended."""
    digits = replace(AREAS, items=(Item("75", {"en": "Paris"}), Item("75056", {"en": "City"}, parent="75")))
    assert inside("2.1", digits) == inside("3.1", digits) == ["Code id=75", "Code id=75056", "  Parent: 75"]
    with pytest.raises(NotAcceptable, match=r"begins with no letter.*SDMX-ML 3\.1"):
        element("3.0", digits)


@pytest.mark.parametrize("version", NEW)
def test_what_the_schemas_of_3_x_do_not_allow_is_refused(version: str):
    hyphen = replace(EXTENDED, extensions=(CodelistExtension(Urn("codelist", AREAS.reference), members=("A-B",)),))
    with pytest.raises(NotAcceptable, match="hyphen"):
        element(version, hyphen)
    twice = replace(HIERARCHY, codes=(*HIERARCHY.codes, HIERARCHY.codes[0].children[0]))
    with pytest.raises(NotAcceptable, match="FR1 stands at several places"):
        element(version, twice)
    with pytest.raises(NotAcceptable, match="has no code"):
        element(version, replace(HIERARCHY, codes=()))
    with pytest.raises(NotAcceptable, match="no linked object"):
        element(version, replace(ASSOCIATION, linked=None))
