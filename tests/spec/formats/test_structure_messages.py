"""Structure messages: artefacts in, the elements and members of the standard out."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from artefacts import AGENCIES, CATEGORIES, CONSTRAINT, EVERY_KIND, TREE
from blocks import CODELISTS, DATAFLOW, HEADER, STRUCTURE, free
from every_kind import EXAMPLES
from lxml import etree

from greffe.errors import NotAcceptable
from greffe.formats import structure_json, structure_ml
from greffe.model.references import Reference, Urn
from greffe.model.structures import Artefact, Categorisation, Codelist, DataConstraint, Representation

BASE = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
NS = {"m": f"{BASE}/message", "c": f"{BASE}/common", "s": f"{BASE}/structure"}
XMLNS = f'xmlns:com="{BASE}/common" xmlns:str="{BASE}/structure"'


def ml(*artefacts: Artefact) -> bytes:
    return b"".join(structure_ml.write(HEADER, artefacts))


def inner(artefact: Artefact) -> str:
    """The one element of an artefact, as written, but for the declarations of namespaces."""
    text = ml(artefact).decode()
    start = text.index("<str:", text.index("<mes:Structures>") + len("<mes:Structures><str:"))
    return text[start : text.rindex("</str:", 0, text.index("</mes:Structures>"))].replace(f" {XMLNS}", "")


def found(body: bytes, path: str) -> list[str]:
    return [str(one) for one in etree.fromstring(body).xpath(path, namespaces=NS)]


def test_a_code_list_whole():
    """All languages side by side, parents, annotations; a stable version is final."""
    urn = "urn:sdmx:org.sdmx.infomodel.codelist"
    assert inner(TREE) == (
        f'<str:Codelist id="CL_TREE" urn="{urn}.Codelist=SSER:CL_TREE(1.0.0)"'
        ' agencyID="SSER" version="1.0.0" isFinal="true">'
        '<com:Annotations><com:Annotation id="p1"><com:AnnotationTitle>recalled</com:AnnotationTitle>'
        "<com:AnnotationType>PROVENANCE</com:AnnotationType>"
        '<com:AnnotationText xml:lang="en">From memory</com:AnnotationText>'
        '<com:AnnotationText xml:lang="fr">De mémoire</com:AnnotationText></com:Annotation>'
        "<com:Annotation><com:AnnotationTitle>x</com:AnnotationTitle>"
        "<com:AnnotationType>SOURCE</com:AnnotationType></com:Annotation></com:Annotations>"
        '<com:Name xml:lang="en">Courts &amp; &lt;tribunals&gt;</com:Name>'
        '<com:Name xml:lang="fr">Juridictions « pénales »</com:Name>'
        '<com:Description xml:lang="en">First line\nsecond line</com:Description>'
        f'<str:Code id="T" urn="{urn}.Code=SSER:CL_TREE(1.0.0).T"><com:Name xml:lang="en">Total</com:Name>'
        '<com:Name xml:lang="fr">Ensemble</com:Name></str:Code>'
        f'<str:Code id="Y_GE60" urn="{urn}.Code=SSER:CL_TREE(1.0.0).Y_GE60">'
        "<com:Annotations><com:Annotation><com:AnnotationTitle>60+</com:AnnotationTitle>"
        "<com:AnnotationType>SOURCE_CODE</com:AnnotationType></com:Annotation></com:Annotations>"
        '<com:Name xml:lang="en">60 and over</com:Name><com:Description xml:lang="en">Aged</com:Description>'
        '<str:Parent><Ref id="T"/></str:Parent></str:Code></str:Codelist>'
    )


def test_a_data_structure_has_fixed_list_ids_positions_relationships_and_the_primary_measure():
    body = ml(replace(STRUCTURE, measures=(replace(STRUCTURE.measures[0], representation=Representation(decimals=2)),)))
    lists = "//s:DimensionList/@id | //s:AttributeList/@id | //s:MeasureList/@id"
    assert found(body, lists) == ["DimensionDescriptor", "AttributeDescriptor", "MeasureDescriptor"]
    assert found(body, "//s:Dimension[@position]/@id") == ["freq", "geo"]
    assert found(body, "//s:Dimension/@position | //s:TimeDimension/@position") == ["1", "2", "3"]
    assert found(body, "//s:Attribute/@assignmentStatus") == ["Mandatory", "Conditional", "Conditional"]
    assert found(body, "//s:Attribute[1]/s:AttributeRelationship/s:PrimaryMeasure/Ref/@id") == ["OBS_VALUE"]
    assert found(body, "//s:Attribute[2]/s:AttributeRelationship/s:Dimension/Ref/@id") == ["freq", "geo"]
    assert found(body, "//s:PrimaryMeasure[@id]/s:LocalRepresentation/s:TextFormat/@decimals") == ["2"]
    assert found(body, "//s:Dimension[@id='geo']/s:LocalRepresentation/s:Enumeration/Ref/@*") == [
        "SSER", "CL_GEO", "1.0.0", "codelist", "Codelist",
    ]  # fmt: skip
    assert found(body, "//s:Dimension[@id='geo']/s:ConceptIdentity/Ref/@*") == [
        "SSER", "CS_MAIN", "1.0.0", "geo", "conceptscheme", "Concept",
    ]  # fmt: skip


def test_an_attribute_of_the_data_set_has_the_relationship_none():
    body = ml(replace(STRUCTURE, attributes=(free("TITLE", "attribute"),)))
    assert found(body, "name(//s:AttributeRelationship/*)") == list("str:None")


def test_containers_are_in_the_order_of_the_schema_whatever_the_order_asked():
    assert [etree.QName(e).localname for e in etree.fromstring(ml(*EVERY_KIND)).find("m:Structures", NS)] == [
        "OrganisationSchemes", "Dataflows", "CategorySchemes", "Categorisations", "Codelists", "Concepts",
        "DataStructures", "Constraints", "ProvisionAgreements",
    ]  # fmt: skip


def test_categories_are_nested_with_dotted_urns():
    body = ml(CATEGORIES)
    assert found(body, "//s:Category[@id='CRIM']/s:Category/@urn") == [
        "urn:sdmx:org.sdmx.infomodel.categoryscheme.Category=SSER:SUBJECTS(1.0.0).CRIM.PRISON"
    ]


def test_a_category_whose_parent_was_left_out_stands_at_the_top():
    body = ml(replace(CATEGORIES, items=CATEGORIES.items[1:], partial=True))
    assert found(body, "//s:CategoryScheme/s:Category/@id") == ["PRISON"]
    assert found(body, "//s:CategoryScheme/@isPartial") == ["true"]


def test_a_constraint_is_a_content_constraint_of_what_is_allowed():
    body = ml(CONSTRAINT)
    assert found(body, "//s:ContentConstraint/@type") == ["Allowed"]
    assert found(body, "//s:ContentConstraint/@urn") == [
        "urn:sdmx:org.sdmx.infomodel.registry.ContentConstraint=SSER:CC_CRIME(1.0.0)"
    ]
    assert found(body, "//s:ConstraintAttachment/s:Dataflow/Ref/@id") == ["CRIME"]
    assert found(body, "//s:CubeRegion[@include='true']/c:KeyValue/@id") == ["geo", "freq", "TIME_PERIOD"]
    assert found(body, "//c:KeyValue[@id='geo']/c:Value/text()") == ["FR", "NA"]
    assert found(body, "//c:TimeRange/c:StartPeriod/text() | //c:TimeRange/c:EndPeriod/text()") == ["2016", "2024"]


@pytest.mark.parametrize(("bounds", "name"), [(("2016", ""), "AfterPeriod"), (("", "2024"), "BeforePeriod")])
def test_a_time_range_may_be_open(bounds: tuple[str, str], name: str):
    assert found(ml(replace(CONSTRAINT, time_range=bounds)), "name(//c:TimeRange/*)") == list(f"com:{name}")


def test_a_component_without_values_restricts_nothing():
    body = ml(replace(CONSTRAINT, values={"geo": ()}, time_range=None))
    assert found(body, "//s:CubeRegion") == []


def test_a_stub_says_where_the_rest_is_and_keeps_what_clients_need():
    """A dataflow without its structure is of no use; a code list without codes is a stub."""
    body = ml(replace(DATAFLOW, stub=True), replace(TREE, stub=True), replace(STRUCTURE, stub=True))
    assert found(body, "//s:Dataflow/@isExternalReference") == ["true"]
    assert found(body, "//s:Dataflow/s:Structure/Ref/@id") == ["CRIME"]
    assert found(body, "//s:Code | //s:DataStructureComponents") == []


def test_organisation_schemes_are_never_final_in_2_1():
    assert found(ml(AGENCIES), "//s:AgencyScheme/@isFinal") == []


@pytest.mark.parametrize(
    "artefact",
    [
        replace(DATAFLOW, reference=Reference("SSER", "CRIME", "1.0.0-draft")),
        replace(STRUCTURE, measures=()),
        replace(STRUCTURE, measures=(free("AMOUNT", "measure"),)),
        Categorisation(Reference("SSER", "X"), {"en": "X"}, stub=True),
        DataConstraint(Reference("SSER", "X"), {"en": "X"}, attachments=(CODELISTS["geo"].urn,)),
        DataConstraint(Reference("SSER", "X"), {"en": "X"}, attachments=(DATAFLOW.urn, STRUCTURE.urn)),
        Codelist(Reference("SSER", "X"), {"en": "bell \a"}),
    ],
)
def test_what_2_1_cannot_say_is_refused_with_a_hint(artefact: Artefact):
    with pytest.raises(NotAcceptable, match="SDMX-JSON"):
        structure_ml.write(HEADER, [artefact])


@pytest.mark.parametrize("kind", ["representationmap", "valuelist"])
def test_some_kinds_are_none_of_2_1(kind: str):
    with pytest.raises(NotAcceptable, match=f"{kind}.*format=jsonstructure"):
        structure_ml.write(HEADER, [EXAMPLES[kind]])
    assert ml()  # and none asked is none refused


def test_json_has_meta_collections_and_names_in_the_language_asked():
    body = json.loads(b"".join(structure_json.write(HEADER, [TREE, CODELISTS["geo"], DATAFLOW], "fr")))
    assert body["meta"] == {
        "id": "M1",
        "test": True,
        "schema": "https://json.sdmx.org/2.1/sdmx-json-structure-schema.json",
        "prepared": "2026-11-24T10:00:00+00:00",
        "contentLanguages": ["en", "fr"],
        "sender": {"id": "SSER"},
        "receivers": [{"id": "ESTAT"}],
    }
    assert set(body["data"]) == {"codelists", "dataflows"}
    tree, geo = body["data"]["codelists"]
    assert tree["name"] == "Juridictions « pénales »"
    assert tree["names"] == {"en": "Courts & <tribunals>", "fr": "Juridictions « pénales »"}
    assert tree["codes"][1]["name"] == "60 and over"  # no French one
    assert tree["annotations"][0]["text"] == "De mémoire"
    assert [c["name"] for c in geo["codes"]] == ["France", "Namibie"]
    assert body["data"]["dataflows"][0]["structure"] == str(Urn("datastructure", STRUCTURE.reference))


def test_json_takes_maps_along():
    body = json.loads(b"".join(structure_json.write(HEADER, [EXAMPLES["structuremap"]])))
    assert [m["id"] for m in body["data"]["structureMaps"]] == ["SM_CRIME"]
