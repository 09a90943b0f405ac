"""Every kind of artefact as a file: what is written comes back, and what is not understood is refused by its path."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from every_kind import ACTUAL, AGES, ALL, EXAMPLES, EXTENDED, PROCESS, QUESTIONNAIRE, REPORT, RULES, STRUCTURE, UNITS

from greffe.catalogue.artefact_json import dump_file, read_message, to_json
from greffe.errors import BadDefinition
from greffe.model.artefacts import Item, Maintainable
from greffe.model.kinds import CLASSES
from greffe.model.references import Urn
from greffe.model.structures import Representation

WHOLE = [*(a for a in ALL if a is not EXTENDED), REPORT]
Change = Callable[[dict[str, Any]], object]

RULESETS = "urn:sdmx:org.sdmx.infomodel.transformation.RulesetScheme=SSER:RULES(1.0.0)"


@pytest.mark.parametrize("artefact", WHOLE, ids=lambda a: f"{a.kind} {a.reference.id}")
def test_every_kind_comes_back_with_equal_bytes(artefact: Maintainable):
    content = dump_file(artefact)
    (read,) = read_message(content, "x.json")
    assert read == artefact
    assert dump_file(read) == content


def test_there_is_an_example_of_every_kind():
    assert {*EXAMPLES, "metadataset"} == set(CLASSES)


def test_an_extended_list_is_written_with_its_own_codes_and_what_it_extends():
    """A file of an extended code list holds its own codes and its extensions, not the inherited codes."""
    (found,) = json.loads(dump_file(EXTENDED))["data"]["codelists"]
    assert [c["id"] for c in found["codes"]] == ["W"]
    assert found["codelistExtensions"] == [
        {
            "codelist": "urn:sdmx:org.sdmx.infomodel.codelist.Codelist=SSER:CL_NUTS(1.0.0)",
            "prefix": "N_",
            "inclusiveCodeSelection": {"memberValues": ["EU_FR"]},
        },
        {
            "codelist": "urn:sdmx:org.sdmx.infomodel.codelist.Codelist=SSER:CL_FREQ(2.1.0)",
            "exclusiveCodeSelection": {"wildcardedMemberValues": ["M%"]},
        },
    ]
    cleared = to_json(replace(EXTENDED, extensions=(), inherited=frozenset()))
    assert [c["id"] for c in cleared["codes"]] == ["W", "N_EU_FR", "A"]
    assert "codelistExtensions" not in cleared


def test_what_is_there_is_an_availability_constraint_with_counts():
    """What is there is an AvailabilityConstraint in SDMX-JSON 2.1: one attachment, one region, counts."""
    assert to_json(ACTUAL) == {
        "constraintAttachment": {"dataflow": "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=SSER:DF_CRIME(1.0.0)"},
        "cubeRegion": {
            "include": True,
            "keyValues": [
                {"id": "freq", "include": True, "values": [{"value": "A"}]},
                {"id": "geo", "include": True, "values": [{"value": "FR"}]},
                {
                    "id": "TIME_PERIOD",
                    "include": True,
                    "timeRange": {
                        "startPeriod": {"period": "2016-01-01", "isInclusive": True},
                        "endPeriod": {"period": "2023-12-31", "isInclusive": True},
                    },
                },
            ],
        },
        "seriesCount": 2,
        "obsCount": 16,
    }


def test_a_place_in_a_hierarchy_is_valid_for_whole_days():
    body = json.loads(dump_file(EXAMPLES["hierarchy"]))
    (found,) = body["data"]["hierarchies"]
    place = found["hierarchicalCodes"][0]["hierarchicalCodes"][0]
    assert (place["validFrom"], place["validTo"]) == ("1976-05-10T00:00:00Z", "2015-12-31T23:59:59Z")
    assert found["level"]["level"]["id"] == "REGION"


def test_dates_of_validity_are_written_as_moments():
    found = to_json(replace(STRUCTURE, valid_from="2020-01-01", valid_to="2020-12-31"))
    assert (found["validFrom"], found["validTo"]) == ("2020-01-01T00:00:00Z", "2020-12-31T23:59:59Z")


def test_a_report_has_an_entry_for_each_value():
    """A metadata attribute with several values stands several times."""
    (found,) = json.loads(dump_file(REPORT))["data"]["metadataSets"]
    assert found["attributes"][0] == {
        "id": "CONTACT",
        "attributes": [{"id": "PHONE", "value": "1"}, {"id": "PHONE", "value": "2"}, {"id": "AREA", "value": "FR"}],
    }
    assert found["attributes"][1]["value"] == {"en": "<p>Good</p>", "fr": "<p>Bonne</p>"}


REFUSED: dict[str, tuple[str, Change, str, str]] = {
    "a scheme of organisations of another version": (
        "organisationunitscheme", lambda a: a.update(version="1.0.0"), ".version", "have version 1.0 for good",
    ),
    "both selections of an extension": (
        "codelist",
        lambda a: a.update(codelistExtensions=[{
            "codelist": str(EXTENDED.urn),
            "inclusiveCodeSelection": {"memberValues": ["A"]},
            "exclusiveCodeSelection": {"memberValues": ["B"]},
        }]),
        ".codelistExtensions[0]", "Either inclusiveCodeSelection or exclusiveCodeSelection",
    ),
    "a selection of nothing": (
        "codelist",
        lambda a: a.update(
            codelistExtensions=[{"codelist": str(EXTENDED.urn), "inclusiveCodeSelection": {"memberValues": []}}]
        ),
        ".codelistExtensions[0].inclusiveCodeSelection", "At least one code",
    ),
    "a validity that is no moment": (
        "codelist", lambda a: a.update(validFrom="2020-01-01"), ".validFrom", "not a dateTime with a zone",
    ),
    "a place valid from noon": (
        "hierarchy", lambda a: a["hierarchicalCodes"][0].update(validFrom="2020-01-01T12:00:00Z"),
        ".hierarchicalCodes[0].validFrom", "not the bound of a day",
    ),
    "a place valid from no day": (
        "hierarchy", lambda a: a["hierarchicalCodes"][0].update(validFrom="2020-02-30T00:00:00Z"),
        ".hierarchicalCodes[0].validFrom", "not the bound of a day",
    ),
    "a place of a level that is not listed": (
        "hierarchy", lambda a: a["hierarchicalCodes"][0].update(level="CONTRY"), ".hierarchicalCodes[0].level",
        "Nearest: COUNTRY",
    ),
    "levels that are said not to be there": (
        "hierarchy", lambda a: a.update(hasFormalLevels=False), ".hasFormalLevels", "exactly when it lists them",
    ),
    "an association with a code": (
        "hierarchyassociation", lambda a: a.update(linkedHierarchy=str(EXTENDED.urn)), ".linkedHierarchy",
        "The URN of a hierarchy is expected",
    ),
    "a heading twice": (
        "metadatastructure",
        lambda a: a["metadataStructureComponents"]["metadataAttributeList"]["metadataAttributes"][1].update(id="CONTACT"),
        ".metadataStructureComponents.metadataAttributeList", "'CONTACT' stands twice",
    ),
    "a heading that stands never": (
        "metadatastructure",
        lambda a: a["metadataStructureComponents"]["metadataAttributeList"]["metadataAttributes"][1].update(maxOccurs=0),
        ".metadataStructureComponents.metadataAttributeList.metadataAttributes[1].maxOccurs", "at least 1",
    ),
    "a target that is no URN": ("metadataflow", lambda a: a.update(targets=["all"]), ".targets[0]", "not a URN"),
    "values of a metadata constraint that are left out": (
        "metadataconstraint", lambda a: a["metadataTargetRegions"][0]["components"][0].update(include=False),
        ".metadataTargetRegions[0].components[0].include", "Only regions and values that are included",
    ),
    "a reporting category with structures and flows": (
        "reportingtaxonomy",
        lambda a: a["reportingCategories"][0]["reportingCategories"][0].update(structuralMetadata=[str(STRUCTURE.urn)]),
        ".reportingCategories[0].reportingCategories[0]", "Either structuralMetadata or provisioningMetadata",
    ),
    "a step twice": (
        "process", lambda a: a["processSteps"][1].update(id="COLLECT"), "", "'COLLECT' stands twice",
    ),
    "a transition without condition": (
        "process", lambda a: a["processSteps"][0]["transitions"][0].pop("condition"),
        ".processSteps[0].transitions[0]", "'condition' is missing",
    ),
    "a scheme of rulesets named twice": (
        "transformationscheme", lambda a: a.update(rulesetSchemes=[RULESETS, RULESETS]), ".rulesetSchemes[1]", "stands twice",
    ),
    "a ruleset of an unknown type": (
        "rulesetscheme", lambda a: a["rulesets"][0].update(rulesetType="hierarchic"), ".rulesets[0].rulesetType",
        "Nearest: hierarchical",
    ),
    "an alias of two things": (
        "vtlmappingscheme", lambda a: a["vtlMappings"][0].update(codelist=str(EXTENDED.urn)), ".vtlMappings[0]",
        "One of dataflow, codelist, concept",
    ),
    "a VTL version of aliases": (
        "vtlmappingscheme", lambda a: a.update(vtlVersion="2.0"), "", "'vtlVersion' is not known here",
    ),
    "a map of concepts to codes": (
        "conceptschememap", lambda a: a.update(target=str(EXTENDED.urn)), ".target",
        "The URN of a conceptscheme is expected",
    ),
    "an item that is mapped by its middle": (
        "conceptschememap", lambda a: a["itemMaps"][0]["sourceValue"].update(startIndex=2),
        ".itemMaps[0].sourceValue", "mapped whole, or by a pattern",
    ),
    "a row with a value too many": (
        "representationmap", lambda a: a["representationMappings"][0]["targetValues"].append("X"),
        ".representationMappings[0]", "1 source values and 1 target values",
    ),
    "a column that is a list and a type": (
        "representationmap", lambda a: a["source"][0].update(dataType="String"), ".source[0]",
        "Either codelist or dataType",
    ),
    "a fixed value of both sides": (
        "structuremap", lambda a: a["fixedValueMaps"][0].update(source="UNIT"), ".fixedValueMaps[0]",
        "Either source or target",
    ),
    "two rules for one target": (
        "structuremap", lambda a: a["fixedValueMaps"][0].update(target="geo"), "", "Two rules give the target component 'geo'",
    ),
    "several components copied": (
        "structuremap", lambda a: a["componentMaps"][0]["source"].append("geo"), ".componentMaps[0]",
        "Only one component is copied",
    ),
    "a structure mapped to a flow": (
        "structuremap", lambda a: a.update(source=str(STRUCTURE.urn)), "", "both are of one kind",
    ),
    "a date with two frequencies": (
        "structuremap",
        lambda a: a.update(datePatternMaps=[{
            "id": "D", "sourcePattern": "MM/yyyy", "locale": "fr", "targetFrequencyID": "M", "frequencyDimension": "freq",
            "mappedComponents": [{"source": "T", "target": "TIME_PERIOD"}],
        }]),
        ".datePatternMaps[0]", "Either frequencyDimension or targetFrequencyID",
    ),
    "a date of no component": (
        "structuremap",
        lambda a: a.update(datePatternMaps=[{
            "id": "D", "sourcePattern": "MM/yyyy", "locale": "fr", "targetFrequencyID": "M", "mappedComponents": [],
        }]),
        ".datePatternMaps[0].mappedComponents", "At least one pair of components",
    ),
    "a pattern without bounds": (
        "representationmap",
        lambda a: a["representationMappings"][0]["sourceValues"].__setitem__(0, {"value": "(a+)+", "isRegEx": True}),
        ".representationMappings[0].sourceValues[0].value", "its run time cannot be bounded",
    ),
    "a dimension with a value list": (
        "datastructure",
        lambda a: a["dataStructureComponents"]["dimensionList"]["dimensions"][0]["localRepresentation"].update(
            enumeration=str(AGES.urn)
        ),
        ".dataStructureComponents.dimensionList.dimensions[0].localRepresentation.enumeration",
        "The URN of a codelist is expected",
    ),
}  # fmt: skip


@pytest.mark.item("SM-01", "SM-23")
@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_understood_is_refused_with_its_path(case: str):
    """What the standard does not allow (ends of two kinds, two rules for a target) is refused with its place."""
    kind, change, path, says = REFUSED[case]
    body = json.loads(dump_file(EXAMPLES[kind]))
    ((name, (artefact,)),) = body["data"].items()
    change(artefact)
    with pytest.raises(BadDefinition) as caught:
        read_message(json.dumps(body).encode(), "sdmx/x.json")
    assert (caught.value.file, caught.value.parameter) == ("sdmx/x.json", f"$.data.{name}[0]{path}")
    assert says in caught.value.text()


@pytest.mark.parametrize(
    ("change", "path", "says"),
    [
        (lambda r: r.pop("targets"), "", "'targets' is missing"),
        (lambda r: r.pop("metadataflow"), "", "Either metadataflow or metadataProvisionAgreement"),
        (lambda r: r["attributes"][1].update(value=1), ".attributes[1].value", "Put it in quotes"),
        (lambda r: r["attributes"][1].update(value={}), ".attributes[1].value", "A text is expected"),
        (lambda r: r["attributes"][0].update(format={}), ".attributes[0]", "'format' is not known here"),
    ],
)
def test_a_report_that_is_not_understood_is_refused_with_its_path(change: Change, path: str, says: str):
    body = json.loads(dump_file(REPORT))
    change(body["data"]["metadataSets"][0])
    with pytest.raises(BadDefinition) as caught:
        read_message(json.dumps(body).encode(), "sdmx/x.json")
    assert caught.value.parameter == f"$.data.metadataSets[0]{path}"
    assert says in caught.value.text()


@pytest.mark.parametrize(
    ("artefact", "says"),
    [
        (replace(UNITS, reference=replace(UNITS.reference, version="1.0.0")), "version 1.0 for good"),
        (replace(EXAMPLES["agencyscheme"], items=(Item("A", {"en": "A"}, parent="B"),)), "A has a parent"),
        (replace(ACTUAL, attachments=(STRUCTURE.urn, EXTENDED.urn)), "hangs on one thing"),
        (replace(EXAMPLES["metadataconstraint"], attachments=(STRUCTURE.urn,)), "it hangs on datastructure"),
        (replace(RULES, ruleset_schemes=(RULES.urn,)), "it has no rulesetSchemes"),
        (replace(REPORT, targets=()), "has targets and attributes"),
        (replace(EXAMPLES["structuremap"], source=EXTENDED.urn), "it maps a codelist"),
        (replace(PROCESS, steps=(replace(PROCESS.steps[0], computation={}),)), "does not say what it computes"),
        (
            replace(PROCESS, steps=(replace(PROCESS.steps[0], transitions=(replace(
                PROCESS.steps[0].transitions[0], conditions={}),)),)),
            "has no condition",
        ),
        (
            replace(QUESTIONNAIRE, items=(replace(
                QUESTIONNAIRE.items[1], parent="", structures=(STRUCTURE.urn,)),)),
            "both structures and flows",
        ),
        (
            replace(STRUCTURE, dimensions=(replace(STRUCTURE.dimensions[0], representation=Representation(AGES.urn)),)),
            "freq is enumerated by a valuelist",
        ),
        (
            replace(EXAMPLES["vtlmappingscheme"], items=(replace(
                EXAMPLES["vtlmappingscheme"].items[0], mapped=Urn("process", PROCESS.reference)),)),
            "M1 maps urn",
        ),
    ],
)  # fmt: skip
def test_what_the_standard_has_no_word_for_is_not_written(artefact: Maintainable, says: str):
    with pytest.raises(BadDefinition, match=says):
        dump_file(artefact)


def test_an_attribute_may_be_enumerated_by_a_value_list_and_a_value_need_have_no_name():
    listed = replace(STRUCTURE.attributes[3], representation=Representation(AGES.urn))
    for artefact in (
        replace(STRUCTURE, attributes=(listed,)),
        replace(AGES, items=(Item("€", {}), Item("$", {"en": "Dollar"}))),
    ):
        assert read_message(dump_file(artefact), "x.json") == [artefact]


@pytest.mark.item("R2-STR-10", "R2-STR-11", "ML3-06")
def test_a_value_list_is_not_marked_partial() -> None:
    """Some of the values of a list are said as a value list without `isPartial`: the standard has no such word for it."""
    some = replace(AGES, partial=True, items=AGES.items[:1])
    assert "isPartial" not in to_json(some)
    assert to_json(some) == to_json(replace(some, partial=False))
