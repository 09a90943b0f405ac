"""Questionnaires, quality reports, rules in VTL and the journey of `sdmx/`: that they say what the service does."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from shipped_catalogue import shipped_catalogue

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.policies.read import Policies
from greffe.model.mappings import (
    CategorySchemeMap,
    ConceptSchemeMap,
    ItemMap,
    OrganisationSchemeMap,
    ReportingTaxonomyMap,
)
from greffe.model.metadata import MetadataSet, MetadataStructure, ReportedAttribute
from greffe.model.references import Reference, Urn
from greffe.model.reporting import Process, ReportingCategory, ReportingTaxonomy
from greffe.model.structures import Codelist, ConceptScheme, DataConsumerScheme, OrganisationUnitScheme, ValueList
from greffe.model.transformations import (
    CustomTypeScheme,
    Ruleset,
    RulesetScheme,
    Transformation,
    TransformationScheme,
    UserDefinedOperator,
    UserDefinedOperatorScheme,
    VtlMapping,
    VtlMappingScheme,
)
from greffe.validation.run import RULES

ROOT = Path(__file__).parents[3]


@cache
def catalogue() -> Catalogue:
    return shipped_catalogue()


def one(cls, id_, version="1.0.0"):
    return catalogue().get(cls, Reference("SSER", id_, version))


# Questionnaires


def test_the_questionnaire_of_the_united_nations():
    items = one(ReportingTaxonomy, "UN_CTS").items
    parents = Counter(i.parent for i in items)
    assert parents == {
        "": 6, "POLICE": 5, "PROSECUTION": 1, "COURTS": 5, "RESOURCES": 1, "PRISONS": 10, "VICTIMISATION": 1,
    }  # fmt: skip
    answered = {i.id: i.flows[0].reference.id for i in items if isinstance(i, ReportingCategory) and i.flows}
    assert answered == dict.fromkeys((i.id for i in items if i.parent == "PRISONS"), "UNODC_CTS_PRISONS") | {
        "PERSONS_PROSECUTED": "UNODC_CTS_PROSECUTION",
        "PERSONS_BROUGHT": "UNODC_CTS_COURTS",
        "PERSONS_CONVICTED": "UNODC_CTS_CONVICTED",
        "CONVICTED_ACTS": "UNODC_CTS_CONVICTED",
        "HOMICIDE_CONVICTED": "UNODC_CTS_CONVICTED",
        "PERSONNEL": "UNODC_CTS_PERSONNEL",
    }


def test_the_questionnaire_of_cepej():
    items = one(ReportingTaxonomy, "CEPEJ_QUESTIONNAIRE").items
    parents = {i.id: i.parent for i in items}
    assert len(items) == 12 + 74  # sections; questions and lines
    assert sum(not i.parent for i in items) == 12
    assert (parents["Q107_L3_1_4"], parents["Q107_L3_1"], parents["Q107_L3"], parents["Q107"]) == (
        "Q107_L3_1", "Q107_L3", "Q107", "PROSECUTION",
    )  # fmt: skip
    answered = {i.id: i.flows[0].reference.id for i in items if isinstance(i, ReportingCategory) and i.flows}
    assert answered == {"Q91": "CEPEJ_Q91", "Q107": "CEPEJ_PROSECUTION", "Q107_1": "CEPEJ_PROSECUTION"} | dict.fromkeys(
        ("Q94", "Q97", "Q98", "Q99", "Q100", "Q101"), "CEPEJ_CASES"
    ) | dict.fromkeys(("Q46", "Q49", "Q52", "Q55", "Q146", "Q170", "Q192"), "CEPEJ_PROFESSIONALS") | dict.fromkeys(
        ("Q6", "Q12_1", "Q15_1", "Q20", "Q20_1", "Q102"), "CEPEJ_RESOURCES"
    )


def pairs(items: tuple[ItemMap, ...]) -> list[tuple[str, str]]:
    return [(i.source, i.target) for i in items]


def test_maps_between_schemes():
    sections = one(ReportingTaxonomyMap, "UN_CTS_TO_CEPEJ").items
    assert pairs(sections) == [("PROSECUTION", "PROSECUTION"), ("COURTS", "CASES"), ("RESOURCES", "PROFESSIONALS")]
    assert {a.title for i in sections for a in i.annotations} == {"overlap"}  # none of them asks for equal figures
    houses = one(OrganisationSchemeMap, "FORMER_HOUSES_TO_HOUSES")
    assert pairs(houses.items) == [("SDSE", "SSER"), ("DAP_EX3", "SSER")]
    subjects = pairs(one(CategorySchemeMap, "SUBJECTS_TO_ESTAT_THEMES").items)
    assert ("PRISONS.PRISON_STOCKS.PRISON_CAPACITY", "crim.crim_pris.crim_pris_cap") in subjects
    assert ("CRIMINAL.OFFENCES.OFFENCES_CATEGORY", "crim.crim_off.crim_off_cat") in subjects


def test_the_map_of_concepts_names_maps_that_fill_them():
    """MAP names a structure map that has the source component, and the target component among its targets."""
    for item in one(ConceptSchemeMap, "INTERNAL_TO_ESTAT_CONCEPTS").items:
        named = next(a.title for a in item.annotations if a.type == "MAP")
        components = catalogue().maps[Reference("SSER", named)].components
        assert any(item.source in c.sources and item.target in c.targets for c in components), (item, named)


def test_who_takes_the_figures_and_who_makes_them():
    consumers = [i.id for i in one(DataConsumerScheme, "DATA_CONSUMERS", "1.0").items]
    assert consumers == ["ESTAT", "UNODC", "CEPEJ", "COE_SPACE", "OBSERVATORIES"]
    parents = {i.id: i.parent for i in one(OrganisationUnitScheme, "HOUSES", "1.0").items}
    assert (parents["SSER"], parents["SG"], parents["CJN"], parents["SSMSI"]) == ("SG", "MJ", "DACG", "MI")


def test_spellings_that_are_no_ids():
    marks = {i.id: i.annotation("STATUS") for i in one(ValueList, "MISSING_MARKS").items}
    assert (marks[":"], marks["NA"], marks["NAP"]) == ("O", "L", "M")
    table = next(
        t for m in catalogue().maps.values() for t in m.representation_maps if t.reference.id.endswith("TO_OBS_STATUS")
    )
    mapped = {row.sources[0].value: row.targets[0] for row in table.rows}
    assert (marks["NC"], marks["SO"]) == (mapped["NC"], mapped["SO"])
    spellings = {i.id: i.annotation("CODE") for i in one(ValueList, "SOURCE_SPELLINGS").items}
    assert spellings["60+"] == "CL_AGE_INT.Y_GE60"
    assert spellings["Rate per 100,000 population"] == "UNODC_UNIT.RT_100K"
    assert spellings["Q91-L2.1"] == "CEPEJ_QUESTION.Q91_L2_1"
    assert not [s for s in spellings if re.fullmatch(r"[A-Za-z0-9_@$\-]+", s)]


# Quality reports

REPORTS = (
    "QUALITY_ESTAT_CRIM_OFF_CAT",
    "QUALITY_ESTAT_CRIM_PRIS_CAP",
    "QUALITY_UNODC_PRISONS",
    "QUALITY_CEPEJ_STAT",
)


def said(attributes: tuple[ReportedAttribute, ...]) -> Iterator[ReportedAttribute]:
    for attribute in attributes:
        yield attribute
        yield from said(attribute.children)


@pytest.mark.parametrize("id_", REPORTS)
def test_a_report_answers_every_heading_that_must_be_answered(id_):
    report = one(MetadataSet, id_)
    assert [t.reference.id for t in report.targets] == [id_.removeprefix("QUALITY_")]
    answered = {a.id for a in said(report.attributes) if a.values}
    headings = [h for top in one(MetadataStructure, "QUALITY_REPORT").attributes for h in top.walk()]
    assert {h.id for h in headings if h.least and not h.presentational} <= answered
    assert len(answered) >= 25


@pytest.mark.parametrize("id_", REPORTS)
def test_a_report_names_marks_and_spellings_of_the_lists(id_):
    values = {a.id: a.values for a in said(one(MetadataSet, id_).attributes)}
    assert set(values["MISSING_MARK"]) <= {i.id for i in one(ValueList, "MISSING_MARKS").items}
    assert set(values.get("SOURCE_SPELLING", ())) <= {i.id for i in one(ValueList, "SOURCE_SPELLINGS").items}


def test_headings_are_concepts_of_the_same_name():
    concepts = {i.id: i.parent for i in one(ConceptScheme, "QUALITY_CONCEPTS").items}
    headings = [h for top in one(MetadataStructure, "QUALITY_REPORT").attributes for h in top.walk()]
    assert [h.id for h in headings] == [h.concept.item for h in headings] == list(concepts)
    assert {h.id for h in headings if h.presentational} == set(concepts.values()) - {""}


def test_the_report_names_the_categories_without_a_french_figure():
    text = next(a.values[0] for a in said(one(MetadataSet, REPORTS[0]).attributes) if a.id == "COMPLETENESS")
    map_ = catalogue().maps[Reference("SSER", "MAP_ESTAT_CRIM_OFF_CAT")]
    missing = {one.cells["iccs"] for one in map_.not_provided}
    assert len(missing) == 7
    for language in ("en", "fr"):
        assert set(re.findall(r"ICCS\d+", text[language])) == missing


def test_the_list_says_the_first_year_of_what_is_published():
    """23 categories; the 16 with a French figure say the year of the first, the seven of the report say none."""
    items = one(Codelist, "ESTAT_ICCS").items
    asked = {i.id: i.annotation("FIRST_FRENCH_YEAR") for i in items if i.annotation("IN_CRIM_OFF_CAT") == "1"}
    with (ROOT / "samples/published/publications/estat_crim_off_cat.csv").open(encoding="utf-8") as stream:
        rows = [r for r in csv.DictReader(stream) if r["OBS_VALUE"] and r["unit"] == "NR"]
    first = {c: min(r["TIME_PERIOD"] for r in rows if r["iccs"] == c) for c in {r["iccs"] for r in rows}}
    assert Counter(first.values()) == {"2008": 11, "2016": 5}
    assert len(asked) == 23
    assert {c: year for c, year in asked.items() if year} == first
    map_ = catalogue().maps[Reference("SSER", "MAP_ESTAT_CRIM_OFF_CAT")]
    assert {c for c, year in asked.items() if not year} == {n.cells["iccs"] for n in map_.not_provided}


# Rules in VTL


def test_rulesets_are_rules_of_the_service():
    """A ruleset bears the id, the sentences and the severity of the rule that it says."""
    rules = {r.name: r for r in RULES}
    found = [i for i in one(RulesetScheme, "VTL_RULES").items if i.annotation("RULE")]
    assert len(found) == 11
    for item in found:
        rule = rules[item.annotation("RULE")]
        assert item.id == rule.id.replace("-", "_")
        assert dict(item.names) == dict(rule.said(Policies().limits))
        assert isinstance(item, Ruleset)
        assert item.definition.startswith(f"define {item.type} ruleset {rule.name} ({item.scope} ")
        assert item.definition.endswith(f"end {item.type} ruleset;")
        assert set(re.findall(r'errorcode "([^"]*)"', item.definition)) == {rule.id}
        assert set(re.findall(r'errorlevel "([^"]*)"', item.definition)) == {str(rule.severity)}


def test_numbers_of_rulesets_are_the_thresholds_that_are_shipped():
    """A ruleset kept as a file has no second home of a threshold that could differ; those in force are in VTL_RULES_<flow>."""
    limits: dict[str, set[Decimal]] = {}
    for (rule, _), value in Policies().limits.items():
        limits.setdefault(rule, set()).add(value)
    held = [
        i
        for i in one(RulesetScheme, "VTL_RULES").items
        if i.id.replace("_", "-") in ("QR-RAT-04", "QR-RAT-05", "QR-RAT-06")
    ]
    assert len(held) == 3
    for item in held:
        assert isinstance(item, Ruleset)
        told = item.definition.partition("then")[2].partition("errorcode")[0]
        assert {Decimal(n) for n in re.findall(r"[0-9.]+", told)} == limits[item.id.replace("_", "-")]


def test_calculations_are_those_of_the_maps():
    """Each map with calculations has a scheme; CALCULATION names the map and the calculation, in their order."""
    for map_ in catalogue().maps.values():
        found = [
            (i.id, i.annotation("CALCULATION").split())
            for s in catalogue().all(TransformationScheme)
            if s.reference.id == f"VTL_{map_.reference.id}"
            for i in s.items
            if isinstance(i, Transformation) and i.persistent
        ]
        assert found == [(c.id, [map_.reference.id, c.id]) for c in map_.calculations]


def test_sums_are_of_counts():
    """Rates do not add up: whatever sums over a flow with units takes its counts."""
    items = one(TransformationScheme, "VTL_CHECKS").items
    summed = {
        i.id: re.findall(r"hierarchy\((\w+)(.*?),", i.expression)[0]
        for i in items
        if isinstance(i, Transformation) and "hierarchy(" in i.expression
    }
    assert set(summed) == {"CHECK_QR_SUM_01", "CHECK_QR_SUM_04", "CHECK_QR_SUM_10"}
    assert summed.pop("CHECK_QR_SUM_10") == ("cepej_q91", "")  # has no unit: its lines are counts of cases
    assert {filter_ for _, filter_ in summed.values()} == {' [filter unit = "NR"]'}


def test_what_transformations_use_is_defined():
    """Every word before a bracket, and every operand, is an alias, an earlier result, an operator or a ruleset."""
    aliases = {i.alias: i.mapped for i in one(VtlMappingScheme, "VTL_ALIASES").items if isinstance(i, VtlMapping)}
    assert aliases["crim_off_cat"] == Urn("dataflow", Reference("SSER", "ESTAT_CRIM_OFF_CAT"))
    operators = {
        re.findall(r"define operator (\w+)", i.definition)[0]
        for i in one(UserDefinedOperatorScheme, "VTL_OPERATORS").items
        if isinstance(i, UserDefinedOperator)
    }
    rulesets = {
        re.findall(r"ruleset (\w+) \(", i.definition)[0]
        for i in one(RulesetScheme, "VTL_RULES").items
        if isinstance(i, Ruleset)
    }
    words = {
        "hierarchy", "check_datapoint", "check_hierarchy", "check", "abs", "rule", "non_null", "partial_zero", "dataset",
        "computed", "invalid", "errorcode", "errorlevel", "sub", "calc", "filter", "identifier", "measure",
    }  # fmt: skip
    results: set[str] = set()
    for item in one(TransformationScheme, "VTL_CHECKS").items:
        assert isinstance(item, Transformation)
        bare = re.sub(r'"[^"]*"', "", item.expression)
        used = set(re.findall(r"\b[a-z][a-z0-9_]*\b", bare))
        components = {"unit", "sex", "age", "leg_stat"}
        assert used <= set(aliases) | operators | rulesets | words | results | components, item.id
        results.add(item.result)


def test_numbers_are_decimals():
    types = {t.scalar_type: t.data_type for t in one(CustomTypeScheme, "VTL_TYPES").items}
    assert types == {
        "number": "Decimal", "integer": "Integer", "string": "String", "boolean": "Boolean",
        "time_period": "ObservationalTimePeriod",
    }  # fmt: skip


# The journey


def test_the_journey_goes_from_ingest_to_transmission():
    steps = one(Process, "JOURNEY").steps
    assert [s.id for s in steps] == [
        "INGEST", "MAP", "PROTECT", "VALIDATE", "APPROVE", "RELEASE", "SERVE", "TRANSMIT",
    ]  # fmt: skip
    ways = {s.id: [t.target for t in s.transitions] for s in steps}
    assert ways == {
        "INGEST": ["MAP"], "MAP": ["PROTECT"], "PROTECT": ["VALIDATE"], "VALIDATE": ["APPROVE", "INGEST"],
        "APPROVE": ["RELEASE"], "RELEASE": ["SERVE", "TRANSMIT"], "SERVE": ["INGEST"], "TRANSMIT": [],
    }  # fmt: skip
    assert all(t.conditions for s in steps for t in s.transitions)
    goes = [(i.object.reference.id, o.object.reference.id) for s in steps[:2] for i in s.inputs for o in s.outputs]
    assert goes == [
        ("SSER_INT_JUSTICE", "INT_JUSTICE"), ("DAP_INT_JUSTICE", "INT_JUSTICE"), ("INT_JUSTICE_ALLOWED", "INT_JUSTICE"),
        ("INT_JUSTICE", "UNODC_CTS_PRISONS"),
    ]  # fmt: skip
    map_ = next(a.title for a in steps[1].annotations if a.type == "MAP")
    assert catalogue().maps[Reference("SSER", map_)].target == Reference("SSER", "UNODC_CTS_PRISONS")
    reported = {t.reference.id for report in catalogue().all(MetadataSet) for t in report.targets}
    assert reported == {id_.removeprefix("QUALITY_") for id_ in REPORTS}
    shown = "UNODC_CTS_PRISONS" in reported
    assert ("has none yet" in steps[6].descriptions["en"]) is not shown
