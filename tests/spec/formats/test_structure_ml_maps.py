"""Maps in SDMX-ML: structure maps, representation maps and item maps of 3.x, structure sets of 2.1 (SM-01 to SM-17)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from blocks import HEADER
from every_kind import (
    CATEGORY_MAP,
    CONCEPT_MAP,
    DATAFLOW,
    OLD_DATAFLOW,
    ORGANISATION_MAP,
    REPRESENTATION_MAP,
    RICH_REPRESENTATION_MAP,
    STRUCTURE,
    STRUCTURE_MAP,
    TAXONOMY_MAP,
)
from judges import xml_errors
from lxml import etree
from outline import element, inside, lines, message, outline

from greffe.errors import NotAcceptable
from greffe.formats.structure_ml import write
from greffe.model.mappings import ComponentMapping, ItemMap, MappedValue, StandardStructureMap, ValueMapping

NEW = ["3.0", "3.1"]


@pytest.mark.item("ML3-06", "SM-02")
@pytest.mark.parametrize("version", NEW)
def test_a_structure_map(version: str):
    """Source and target, then each component with the map of its values, then fixed values of the target."""
    assert inside(version, STRUCTURE_MAP) == lines("""
    Source: datastructure.Dataflow=SSER:DF_OLD(1.0.0)
    Target: datastructure.Dataflow=SSER:DF_CRIME(1.0.0)
    ComponentMap
      Source: freq
      Target: freq
    ComponentMap
      Source: geo
      Target: geo
      RepresentationMap: structuremapping.RepresentationMap=SSER:RM_AREA(1.0.0)
    FixedValueMap
      Target: UNIT
      Value: PERS
    """)


@pytest.mark.item("ML3-06", "SM-03", "SM-13")
@pytest.mark.parametrize("version", NEW)
def test_a_representation_map(version: str):
    """Columns of lists and data types, then rows: patterns, places in a value, several targets, days of validity."""
    assert inside(version, RICH_REPRESENTATION_MAP) == lines("""
    SourceCodelist: codelist.ValueList=SSER:VL_AGE(1.0.0)
    SourceCodelist: codelist.Codelist=SSER:CL_AREA(1.0.0)
    SourceDataType: String
    TargetCodelist: codelist.Codelist=SSER:CL_NUTS(1.0.0)
    TargetDataType: Integer
    RepresentationMapping validFrom=2016-01-01 validTo=2024-12-31
      SourceValue isRegEx=true: 6.*
      SourceValue startIndex=1 endIndex=2: FR
      SourceValue: x
      TargetValue: EU_FR
      TargetValue: 1
    RepresentationMapping
      SourceValue: <13
      SourceValue: 75
      SourceValue
      TargetValue: EU_FR10
      TargetValue: 2
    """)


@pytest.mark.item("ML3-06")
@pytest.mark.parametrize("version", NEW)
def test_a_map_between_concept_schemes(version: str):
    """Source and target, then items; a pattern and a day of validity may stand on them."""
    dated = replace(CONCEPT_MAP, items=(*CONCEPT_MAP.items, ItemMap("X.*", "UNIT", True, "2020-01-01", "2020-12-31")))
    assert inside(version, dated) == lines("""
    Source: conceptscheme.ConceptScheme=SSER:CS_OLD(1.0.0)
    Target: conceptscheme.ConceptScheme=SSER:CS_MAIN(1.0.0)
    ItemMap
      SourceValue: PERIODICITY
      TargetValue: FREQ
    ItemMap
      SourceValue: LAND
      TargetValue: AREA
    ItemMap validFrom=2020-01-01 validTo=2020-12-31
      SourceValue isRegEx=true: X.*
      TargetValue: UNIT
    """)


@pytest.mark.parametrize("version", NEW)
def test_an_item_may_become_nothing(version: str):
    nothing = replace(CONCEPT_MAP, items=(ItemMap("PERIODICITY", ""),))
    assert inside(version, nothing)[2:] == ["ItemMap", "  SourceValue: PERIODICITY"]


@pytest.mark.item("R1-STR-16")
def test_a_map_between_item_schemes_is_a_structure_set_of_2_1():
    """In 2.1 each map between item schemes is a structure set of its id with the one map inside."""
    found = element("2.1", CONCEPT_MAP)
    assert found.get("urn") == "urn:sdmx:org.sdmx.infomodel.mapping.StructureSet=SSER:CM_OLD(1.0.0)"
    assert outline(found) == lines("""
    ConceptSchemeMap id=CM_OLD
      Source: conceptscheme.ConceptScheme=SSER:CS_OLD(1.0.0)
      Target: conceptscheme.ConceptScheme=SSER:CS_MAIN(1.0.0)
      ConceptMap
        Source: PERIODICITY
        Target: FREQ
      ConceptMap
        Source: LAND
        Target: AREA
    """)
    assert inside("2.1", CATEGORY_MAP)[-3:] == ["  CategoryMap", "    Source: JAIL", "    Target: CRIM.PRISON"]
    assert inside("2.1", ORGANISATION_MAP)[-3:] == ["  OrganisationMap", "    Source: FR_MJ", "    Target: DAP"]
    assert inside("2.1", TAXONOMY_MAP)[-3:] == ["  ReportingCategoryMap", "    Source: A1", "    Target: PART1.TABLE11"]


@pytest.mark.parametrize(
    "items",
    [
        (),
        (ItemMap("P.*", "FREQ", regex=True),),
        (ItemMap("P", "FREQ", valid_to="2020-12-31"),),
        (ItemMap("P", ""),),
        (ItemMap("P & Q", "FREQ"),),
    ],
)
def test_patterns_dates_and_what_is_no_item_are_nothing_of_2_1(items: tuple[ItemMap, ...]):
    with pytest.raises(NotAcceptable, match=r"SDMX-ML 3\.1"):
        element("2.1", replace(CONCEPT_MAP, items=items))


@pytest.mark.item("R1-STR-16")
def test_a_structure_map_is_a_structure_set_of_2_1():
    """In 2.1 a structure map is a structure set; codes are mapped inside it when the message holds their map."""
    root = message("2.1", STRUCTURE_MAP, REPRESENTATION_MAP, DATAFLOW, OLD_DATAFLOW, STRUCTURE)
    found = root.xpath("//*[local-name()='StructureSet']")[0]
    assert outline(found) == lines("""
    CodelistMap id=RM_AREA
      Source: codelist.Codelist=SSER:CL_AREA(1.0.0)
      Target: codelist.Codelist=SSER:CL_NUTS(1.0.0)
      CodeMap
        Source: FR
        Target: EU_FR
      CodeMap
        Source: FR1
        Target: EU_FR10
    StructureMap id=SM_CRIME
      Source: datastructure.Dataflow=SSER:DF_OLD(1.0.0)
      Target: datastructure.Dataflow=SSER:DF_CRIME(1.0.0)
      ComponentMap
        Source: freq
        Target: freq
      ComponentMap
        Source: geo
        Target: geo
        RepresentationMapping
          CodelistMap: RM_AREA
    """)
    assert notes(found.xpath("*[local-name()='StructureMap']")[0]) == [("UNIT", "PERS", "FIXED_VALUE")]


@pytest.mark.item("R1-STR-16")
def test_components_are_called_what_they_are_without_their_structure():
    """A structure set that comes alone calls attributes attributes: the catalogue knows the structures behind its ends."""
    pair = ComponentMapping(("geo", "UNIT"), ("COMMENT",))
    alone = element("2.1", replace(STRUCTURE_MAP, components=(pair,), fixed=(), structures=(STRUCTURE, STRUCTURE)))
    said = {(r.get("id"), r.get("class"), r.get("containerID")) for r in alone.xpath("//Ref[@containerID]")}
    assert said == {
        ("geo", "Dimension", "DimensionDescriptor"),
        ("UNIT", "Attribute", "AttributeDescriptor"),
        ("COMMENT", "Attribute", "AttributeDescriptor"),
    }


def test_where_the_message_has_no_exact_map_a_note_says_where_it_is():
    alone = element("2.1", STRUCTURE_MAP)
    assert "CodelistMap" not in " ".join(outline(alone))
    pairs = alone.xpath("*/*[local-name()='ComponentMap']")
    assert [notes(pair) for pair in pairs] == [[], [(None, str(REPRESENTATION_MAP.urn), "REPRESENTATION_MAP")]]


@pytest.mark.parametrize(
    "row",
    [
        ValueMapping((MappedValue("F.*", regex=True),), ("EU_FR",)),
        ValueMapping((MappedValue("F", start=1, end=1),), ("EU_FR",)),
        ValueMapping((MappedValue("75"),), ("EU_FR10",), valid_to="2020-12-31"),
        ValueMapping((MappedValue("FR"),), ("EU_FR10",)),  # FR a second time
        ValueMapping((MappedValue("75"),), ()),
        ValueMapping((MappedValue("7 5"),), ("EU_FR10",)),
    ],
)
def test_a_map_that_is_not_code_by_code_is_not_said_as_one(row: ValueMapping):
    map_ = replace(REPRESENTATION_MAP, rows=(*REPRESENTATION_MAP.rows, row))
    root = message("2.1", STRUCTURE_MAP, map_)
    assert root.xpath("//*[local-name()='CodelistMap']") == []
    assert str(map_.urn) in root.xpath("//*[local-name()='AnnotationTitle']/text()")


def test_components_are_in_the_list_that_the_structure_has_them_in():
    """With the structure in the message an attribute is one; without, only time and the measure are known by their ids."""
    map_ = replace(STRUCTURE_MAP, components=(ComponentMapping(("TIME_PERIOD", "UNIT"), ("OBS_VALUE",)),), fixed=())
    path = "//*[local-name()='ComponentMap']/*/Ref"
    refs = message("2.1", map_, DATAFLOW, OLD_DATAFLOW, STRUCTURE).xpath(path)
    assert [(r.get("id"), r.get("class"), r.get("containerID")) for r in refs] == [
        ("TIME_PERIOD", "TimeDimension", "DimensionDescriptor"),
        ("OBS_VALUE", "PrimaryMeasure", "MeasureDescriptor"),
        ("UNIT", "Attribute", "AttributeDescriptor"),
        ("OBS_VALUE", "PrimaryMeasure", "MeasureDescriptor"),
    ]
    assert [r.get("class") for r in message("2.1", map_).xpath(path)] == [
        "TimeDimension", "PrimaryMeasure", "Dimension", "PrimaryMeasure",
    ]  # fmt: skip


@pytest.mark.parametrize("change", [{"components": ()}, {"source": None}, {"target": None}])
def test_a_structure_set_needs_both_ends_and_a_component(change: dict[str, object]):
    with pytest.raises(NotAcceptable, match=r"it (has no|maps no)"):
        element("2.1", replace(STRUCTURE_MAP, **change))


@pytest.mark.item("ML3-08", "R2-STR-21")
@pytest.mark.parametrize("version", NEW)
def test_stubs_of_maps_keep_their_ends(version: str):
    """A stub of a map keeps source and target, and of a representation map its columns: the schemas require them."""
    assert inside(version, replace(STRUCTURE_MAP, stub=True)) == lines("""
    Source: datastructure.Dataflow=SSER:DF_OLD(1.0.0)
    Target: datastructure.Dataflow=SSER:DF_CRIME(1.0.0)
    """)
    assert inside(version, replace(REPRESENTATION_MAP, stub=True)) == lines("""
    SourceCodelist: codelist.Codelist=SSER:CL_AREA(1.0.0)
    TargetCodelist: codelist.Codelist=SSER:CL_NUTS(1.0.0)
    """)


def test_a_stub_of_a_structure_set_is_empty():
    stub = StandardStructureMap(STRUCTURE_MAP.reference, STRUCTURE_MAP.names, stub=True)
    assert inside("2.1", stub) == []


def notes(found: etree._Element) -> list[tuple[str | None, ...]]:
    every = found.xpath("*[local-name()='Annotations']/*")
    return [(note.get("id"), *(part.text for part in note)) for note in every]


def test_what_only_came_along_does_not_take_what_was_asked_for_with_it():
    """A neighbour that 2.1 cannot say (a map by patterns) is left out, with its container; asked for, it is 406."""
    patterns = replace(CONCEPT_MAP, items=(ItemMap("P.*", "FREQ", regex=True),))
    body = b"".join(write(HEADER, [STRUCTURE, patterns], version="2.1", asked=1))
    assert xml_errors(body) == []
    assert (b"<str:DataStructures>" in body, b"StructureSet" in body) == (True, False)
    for artefacts, asked in (([STRUCTURE, patterns], 2), ([patterns, STRUCTURE], 1), ([STRUCTURE, patterns], None)):
        with pytest.raises(NotAcceptable, match="pattern"):
            write(HEADER, artefacts, version="2.1", asked=asked)
