"""The published schemas judge our structures in SDMX-JSON 2.1, 2.0 and 1.0: every kind, whole and as a stub."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from blocks import HEADER
from every_kind import (
    ACTUAL,
    ALL,
    ALLOWED,
    AREAS,
    CATEGORISATION,
    DATAFLOW,
    EXAMPLES,
    EXTENDED,
    HIERARCHY,
    REPRESENTATION_MAP,
    STRUCTURE,
    STRUCTURE_MAP,
    TRANSFORMATIONS,
    UNITS,
)  # fmt: skip
from judges import json_errors

from greffe.errors import NotAcceptable
from greffe.formats.structure_json import write
from greffe.formats.structure_json_1 import COLLECTIONS_1
from greffe.model.artefacts import Maintainable

VERSIONS = ("2.1.0", "2.0.0", "1.0.0")
EVERY = (*(a for a in ALL if a is not EXTENDED), ACTUAL)
# What 1.0 needs beside a map of structures to name its components.
BESIDE = {"structuremap": (STRUCTURE, DATAFLOW, *(a for a in ALL if a.reference.id == "DF_OLD"))}
WORDLESS = sorted(kind for kind in EXAMPLES if kind not in COLLECTIONS_1)


def message(*artefacts: Maintainable, version: str = "2.1.0", language: str = "en", asked: int | None = None) -> bytes:
    return b"".join(write(HEADER, artefacts, language, version=version, asked=asked))


def said(*artefacts: Maintainable, version: str = "2.1.0", language: str = "en") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(message(*artefacts, version=version, language=language))["data"]
    return found


@pytest.mark.item("J-01", "J-02", "J-03", "J-11")
@pytest.mark.parametrize(
    ("version", "artefact"),
    [(v, a) for v in VERSIONS for a in EVERY if v != "1.0.0" or a.kind in COLLECTIONS_1],
    ids=lambda one: one if isinstance(one, str) else f"{one.kind} {one.reference.id}",
)
def test_every_kind_is_valid_whole_and_as_a_stub(version: str, artefact: Maintainable):
    """Structures of every kind are valid in SDMX-JSON 2.1, 2.0 and 1.0, whole and as stubs."""
    beside = BESIDE.get(artefact.kind, ())
    for one in (artefact, replace(artefact, stub=True)):
        assert json_errors(message(one, *beside, version=version), version[:3]) == []


@pytest.mark.item("J-11")
@pytest.mark.parametrize("version", VERSIONS)
def test_all_kinds_are_valid_in_one_message(version: str):
    """A message of all kinds is valid in each version of SDMX-JSON."""
    assert json_errors(message(*ALL, ACTUAL, version=version, language="fr", asked=1), version[:3]) == []


@pytest.mark.item("J-11")
@pytest.mark.parametrize("kind", WORDLESS)
def test_a_kind_without_a_word_in_1_0_is_refused(kind: str):
    """406: a kind that SDMX-JSON 1.0 has no word for is refused with the version that has."""
    with pytest.raises(NotAcceptable, match=rf"{kind} .*SDMX-JSON 1\.0.*format=jsonstructure-2\.1"):
        message(EXAMPLES[kind], version="1.0.0")


@pytest.mark.item("J-11")
def test_a_neighbour_without_a_word_in_1_0_is_a_link():
    """What comes along and has no word in SDMX-JSON 1.0 is named by a link in `meta`."""
    body = json.loads(message(DATAFLOW, TRANSFORMATIONS, version="1.0.0", asked=1))
    assert list(body["data"]) == ["dataflows"]
    assert body["meta"]["links"] == [
        {"rel": "related", "urn": str(TRANSFORMATIONS.urn), "title": "Not said in SDMX-JSON 1.0"}
    ]
    with pytest.raises(NotAcceptable):  # not as the second of two that were asked for
        message(DATAFLOW, TRANSFORMATIONS, version="1.0.0", asked=2)


@pytest.mark.item("J-01", "J-02")
def test_the_top_of_a_message_names_the_schema_of_its_version():
    """`$schema` stands at the top in 2.1, and `meta.schema` in all versions."""
    for version, part in (("2.1.0", "/2.1/"), ("2.0.0", "/2.0.0/"), ("1.0.0", "/1.0/")):
        body = json.loads(message(AREAS, version=version))
        assert part in body["meta"]["schema"]
        assert ("$schema" in body) == (version == "2.1.0")


@pytest.mark.item("J-03")
@pytest.mark.parametrize("version", VERSIONS)
def test_names_are_in_the_language_asked_and_in_all(version: str):
    """`name` is in the language asked for, `names` in every language, annotations likewise."""
    (found,) = said(AREAS, version=version, language="fr")["codelists"]
    assert (found["name"], found["names"]["en"]) == ("Areas « bis »", "Areas & <more>")
    assert found["codes"][1]["description"] == "Region"  # there is no French one
    assert found["annotations"][0]["text"] == "De mémoire"


@pytest.mark.item("R2-AVL-08", "J-11")
def test_what_is_there_in_each_version():
    """What is there is an availability constraint in 2.1, a data constraint in 2.0 and a content constraint in 1.0."""
    (now,) = said(ACTUAL)["availabilityConstraints"]
    assert (now["seriesCount"], now["obsCount"]) == (2, 16)
    (before,) = said(ACTUAL, version="2.0.0")["dataConstraints"]
    (first,) = said(ACTUAL, version="1.0.0")["contentConstraints"]
    assert (before["role"], first["type"]) == ("Actual", "Actual")
    counts = [
        {"id": "series_count", "title": "2", "type": "sdmx_metrics"},
        {"id": "obs_count", "title": "16", "type": "sdmx_metrics"},
    ]
    assert before["annotations"] == first["annotations"] == counts
    assert first["referencePeriod"] == {"startTime": "2016-01-01T00:00:00Z", "endTime": "2023-12-31T23:59:59Z"}
    assert first["cubeRegions"][0]["keyValues"][0] == {"id": "freq", "values": ["A"]}


def test_attributes_in_a_constraint_stand_apart_when_the_message_tells_which_they_are():
    flow, structure = DATAFLOW, STRUCTURE
    (now,) = said(ALLOWED, flow, structure)["dataConstraints"]
    assert [k["id"] for k in now["cubeRegions"][0]["components"]] == ["OBS_STATUS"]
    assert [k["id"] for k in now["cubeRegions"][0]["keyValues"]] == ["geo", "freq", "TIME_PERIOD"]
    (first,) = said(ALLOWED, flow, structure, version="1.0.0")["contentConstraints"]
    assert first["cubeRegions"][0]["attributes"] == [{"id": "OBS_STATUS", "values": ["A"]}]


@pytest.mark.item("J-11")
def test_a_structure_in_1_0_has_positions_a_primary_measure_and_text_types():
    """1.0: positions from 0, `assignmentStatus`, `textFormat`, one primary measure; stable versions are final."""
    (found,) = said(STRUCTURE, version="1.0.0")["dataStructures"]
    parts = found["dataStructureComponents"]
    dimensions = [*parts["dimensionList"]["dimensions"], *parts["dimensionList"]["timeDimensions"]]
    assert [(d["id"], d["position"], d["type"]) for d in dimensions] == [
        ("freq", 0, "Dimension"), ("geo", 1, "Dimension"), ("TIME_PERIOD", 2, "TimeDimension"),
    ]  # fmt: skip
    measure = parts["measureList"]["primaryMeasure"]
    assert measure["localRepresentation"] == {"textFormat": {"textType": "Decimal", "decimals": 2}}
    attributes = parts["attributeList"]["attributes"]
    assert [(a["id"], a["assignmentStatus"], a["attributeRelationship"]) for a in attributes] == [
        ("OBS_STATUS", "Mandatory", {"primaryMeasure": "OBS_VALUE"}),
        ("UNIT", "Conditional", {"dimensions": ["geo"]}),
        ("DECIMALS", "Conditional", {"dimensions": ["freq", "geo"]}),
        ("COMMENT", "Conditional", {"none": {}}),
    ]
    assert found["isFinal"] and "groups" not in parts
    assert not said(UNITS, version="1.0.0")["organisationUnitSchemes"][0]["isFinal"]


@pytest.mark.item("J-11")
def test_a_hierarchy_in_1_0_is_a_hierarchical_code_list():
    """1.0: one hierarchical code list for each hierarchy, under its id, with the lists that it includes."""
    (found,) = said(HIERARCHY, version="1.0.0")["hierarchicalCodelists"]
    assert found["id"] == "H_AREAS"
    assert found["includedCodelists"] == {
        "CL_AREA": "urn:sdmx:org.sdmx.infomodel.codelist.Codelist=SSER:CL_AREA(1.0.0)",
        "CL_NUTS": "urn:sdmx:org.sdmx.infomodel.codelist.Codelist=SSER:CL_NUTS(1.0.0)",
    }
    (inner,) = found["hierarchies"]
    assert (inner["id"], inner["leveled"], inner["level"]["id"]) == ("H_AREAS", True, "COUNTRY")
    (top,) = inner["hierarchicalCodes"]
    assert top["level"] == "urn:sdmx:org.sdmx.infomodel.codelist.Level=SSER:H_AREAS(1.0.0).H_AREAS.COUNTRY"
    assert top["hierarchicalCodes"][0]["code"] == "urn:sdmx:org.sdmx.infomodel.codelist.Code=SSER:CL_AREA(1.0.0).FR1"


@pytest.mark.item("J-11")
def test_a_map_in_1_0_is_a_structure_set():
    """1.0: one structure set for each map, under its id; lists that are mapped code by code are inside."""
    body = said(STRUCTURE_MAP, REPRESENTATION_MAP, *BESIDE["structuremap"], version="1.0.0")
    assert "representationMaps" not in body
    (found,) = body["structureSets"]
    (inner,), (codes,) = found["structureMaps"], found["codelistMaps"]
    prefix = "urn:sdmx:org.sdmx.infomodel"
    assert inner["componentMaps"] == [
        {
            "source": f"{prefix}.datastructure.Dimension=SSER:CRIME(1.0.0).freq",
            "target": f"{prefix}.datastructure.Dimension=SSER:CRIME(1.0.0).freq",
        },
        {
            "source": f"{prefix}.datastructure.Dimension=SSER:CRIME(1.0.0).geo",
            "target": f"{prefix}.datastructure.Dimension=SSER:CRIME(1.0.0).geo",
            "representationMapping": {"codelistMap": f"{prefix}.mapping.CodelistMap=SSER:SM_CRIME(1.0.0).RM_AREA"},
        },
    ]
    assert inner["annotations"] == [{"id": "UNIT", "title": "PERS", "type": "FIXED_VALUE"}]
    assert codes["codeMaps"][1] == {
        "source": f"{prefix}.codelist.Code=SSER:CL_AREA(1.0.0).FR1",
        "target": f"{prefix}.codelist.Code=SSER:CL_NUTS(1.0.0).EU_FR10",
    }


def test_a_map_in_1_0_that_is_not_in_the_message_is_named():
    known = replace(STRUCTURE_MAP, structures=(STRUCTURE, STRUCTURE))
    (found,) = said(known, version="1.0.0")["structureSets"]
    assert found["structureMaps"][0]["componentMaps"][1]["annotations"] == [
        {"title": str(REPRESENTATION_MAP.urn), "type": "REPRESENTATION_MAP"}
    ]
    with pytest.raises(NotAcceptable, match="references=descendants"):
        message(STRUCTURE_MAP, version="1.0.0")


def test_references_in_1_0_have_the_classes_of_2_1():
    (found,) = said(replace(CATEGORISATION, source=ALLOWED.urn), version="1.0.0")["categorisations"]
    assert found["source"] == "urn:sdmx:org.sdmx.infomodel.registry.ContentConstraint=SSER:CC_CRIME(1.0.0)"
    (units,) = said(UNITS, version="1.0.0")["organisationUnitSchemes"]
    assert (
        units["organisationUnits"][1]["parent"]
        == "urn:sdmx:org.sdmx.infomodel.base.OrganisationUnit=SSER:UNITS(1.0).HEAD"
    )
    (process,) = said(EXAMPLES["process"], version="1.0.0")["processes"]
    (transition,) = process["processSteps"][0]["transitions"]
    assert transition["targetStep"] == "urn:sdmx:org.sdmx.infomodel.process.ProcessStep=SSER:JOURNEY(1.0.0).PUBLISH"


def test_an_extended_list_in_1_0_has_all_its_codes():
    (found,) = said(EXTENDED, version="1.0.0")["codelists"]
    assert [c["id"] for c in found["codes"]] == ["W", "N_EU_FR", "A"]
    with pytest.raises(NotAcceptable, match="extended by others"):
        message(replace(EXTENDED, inherited=frozenset()), version="1.0.0")


@pytest.mark.parametrize(
    ("artefact", "says"),
    [
        (replace(STRUCTURE, measures=(replace(STRUCTURE.measures[0], id="AMOUNT"),)), "one measure, OBS_VALUE"),
        (replace(AREAS, reference=replace(AREAS.reference, version="1.0.0-draft")), "version with an extension"),
        (replace(EXAMPLES["conceptschememap"], items=()), "maps no item"),
        (replace(ALLOWED, attachments=(AREAS.urn,)), "hangs on codelist"),
    ],
)
def test_what_1_0_cannot_say_is_refused(artefact: Maintainable, says: str):
    with pytest.raises(NotAcceptable, match=says):
        message(artefact, version="1.0.0")
