"""What data structures and constraints may not say in a file, each with the JSON path of the refusal."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from every_kind import (
    ALLOWED,
    AREAS,
    DATAFLOW,
    EXAMPLES,
    METADATA_AGREEMENT,
    METADATAFLOW,
    REPORT,
    REPRESENTATION_MAP,
    STRUCTURE,
    STRUCTURE_MAP,
)  # fmt: skip
from kind_files import loaded

from greffe.catalogue.artefact_json import dump_file, from_json, read_message, to_json
from greffe.errors import BadDefinition, BadQuery
from greffe.model.artefacts import Maintainable
from greffe.model.mappings import StandardStructureMap
from greffe.model.metadata import MetadataSet
from greffe.model.references import parse_urn
from greffe.model.structures import DataConstraint

Change = Callable[[Any], object]
COMPONENTS = ".dataStructureComponents"
CASES: dict[str, tuple[Maintainable, Change, str, str]] = {
    "a component twice": (
        STRUCTURE, lambda a: a["dataStructureComponents"]["dimensionList"]["dimensions"][1].update(id="freq"), "",
        "'freq' stands twice",
    ),
    "an attribute of no dimension": (
        STRUCTURE,
        lambda a: a["dataStructureComponents"]["attributeList"]["attributes"][1].update(
            attributeRelationship={"dimensions": ["area"]}
        ),
        "", "hangs on 'area', which is not a dimension",
    ),
    "an attribute of two levels": (
        STRUCTURE,
        lambda a: a["dataStructureComponents"]["attributeList"]["attributes"][0].update(
            attributeRelationship={"observation": {}, "dataflow": {}}
        ),
        f"{COMPONENTS}.attributeList.attributes[0].attributeRelationship", "One of dataflow, dimensions, observation",
    ),
    "an enumeration and a format": (
        STRUCTURE,
        lambda a: a["dataStructureComponents"]["dimensionList"]["dimensions"][0]["localRepresentation"].update(
            format={"dataType": "String"}
        ),
        f"{COMPONENTS}.dimensionList.dimensions[0].localRepresentation", "Either enumeration or format",
    ),
    "two regions": (ALLOWED, lambda a: a["cubeRegions"].append({"keyValues": []}), ".cubeRegions[1]", "One region"),
    "a region that is left out": (
        ALLOWED, lambda a: a["cubeRegions"][0].update(include=False), ".cubeRegions[0].include", "that are included",
    ),
    "attachments of two kinds": (
        ALLOWED, lambda a: a["constraintAttachment"].update(dataStructures=[str(STRUCTURE.urn)]),
        ".constraintAttachment", "One of dataStructures, dataflows, provisionAgreements",
    ),
    "a range with three bounds": (
        ALLOWED, lambda a: a["cubeRegions"][0]["keyValues"][3]["timeRange"].update(afterPeriod={"period": "2016"}),
        ".cubeRegions[0].keyValues[3].timeRange", "Either startPeriod and endPeriod",
    ),
    "a bound that is left out": (
        ALLOWED,
        lambda a: a["cubeRegions"][0]["keyValues"][3]["timeRange"]["startPeriod"].update(isInclusive=False),
        ".cubeRegions[0].keyValues[3].timeRange.startPeriod", "Only inclusive bounds",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_structure_or_constraint_that_is_not_understood_is_refused_with_its_path(case: str):
    artefact, change, path, says = CASES[case]
    body = json.loads(dump_file(artefact))
    ((name, (one,)),) = body["data"].items()
    change(one)
    with pytest.raises(BadDefinition) as caught:
        read_message(json.dumps(body).encode(), "sdmx/x.json")
    assert caught.value.parameter == f"$.data.{name}[0]{path}"
    assert says in caught.value.text()


def test_a_value_of_a_region_may_stand_by_itself():
    body: Any = to_json(ALLOWED)
    body["cubeRegions"][0]["keyValues"][0]["values"] = ["FR", "75"]
    assert from_json("dataconstraint", body) == ALLOWED


def test_a_kind_that_does_not_exist_has_a_nearest():
    with pytest.raises(BadDefinition, match="Nearest: hierarchy"):
        from_json("hierarchie", {})
    with pytest.raises(BadDefinition, match="is no structure"):
        to_json(REPORT)


def test_a_stub_of_a_constraint_keeps_no_values():
    found = from_json("dataconstraint", to_json(replace(ALLOWED, stub=True)))
    assert isinstance(found, DataConstraint)
    assert (found.stub, found.values, found.time_range) == (True, {}, None)


def test_a_report_under_an_agreement_is_about_what_the_agreement_says():
    """A report under an agreement is checked against the structure and the targets behind the agreement."""
    agreed = replace(REPORT, metadataflow=None, agreement=METADATA_AGREEMENT.urn)
    assert loaded(agreed).get(MetadataSet, REPORT.reference) == agreed
    loaded(agreed, replace(METADATA_AGREEMENT, targets=()))  # its flow says it then
    with pytest.raises(BadDefinition, match="are not about"):
        loaded(replace(agreed, targets=(AREAS.urn,)))
    with pytest.raises(BadDefinition, match="are not about"):
        loaded(replace(agreed, targets=(AREAS.urn,)), replace(METADATA_AGREEMENT, targets=()))


def test_a_map_may_be_between_structures_of_data_or_of_metadata():
    between = replace(STRUCTURE_MAP, source=STRUCTURE.urn, target=STRUCTURE.urn)
    assert loaded(between).get(StandardStructureMap, between.reference).structures == (STRUCTURE, STRUCTURE)
    of_reports = replace(STRUCTURE_MAP, source=METADATAFLOW.urn, target=METADATAFLOW.urn)
    assert loaded(of_reports).get(StandardStructureMap, of_reports.reference).structures is None


def test_values_of_a_data_type_are_not_looked_up():
    loaded(EXAMPLES["structuremap"], replace(REPRESENTATION_MAP, sources=("String",)))
    loaded(DATAFLOW)


@pytest.mark.item("ML3-02")
@pytest.mark.parametrize("version", ["1.0+.0", "1.0.0+", "*", "~"])
def test_a_reference_to_a_range_of_versions_is_refused(version: str) -> None:
    """Refused: a reference names one version; one that may mean several (`1.0+.0`) is told so."""
    with pytest.raises(BadQuery, match="names one"):
        parse_urn(f"urn:sdmx:org.sdmx.infomodel.codelist.Codelist=SSER:CL_AREA({version})")
