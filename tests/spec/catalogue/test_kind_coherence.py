"""What does not fit together is refused on loading: each kind with one thing wrong, and what the message says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from every_kind import (
    ALIASES,
    ALL,
    AREAS,
    ASSOCIATION,
    CATEGORISATION,
    CATEGORY_MAP,
    CONCEPT_MAP,
    CONCEPTS,
    EXTENDED,
    HIERARCHY,
    METADATA_CONSTRAINT,
    METADATAFLOW,
    OLD_DATAFLOW,
    PROCESS,
    QUESTIONNAIRE,
    REPORT,
    REPORT_STRUCTURE,
    REPRESENTATION_MAP,
    STRUCTURE,
    STRUCTURE_MAP,
    SUBJECTS,
    TAXONOMY_MAP,
    TRANSFORMATIONS,
)  # fmt: skip
from kind_files import loaded, path

from greffe.errors import BadDefinition
from greffe.model.artefacts import Item, Maintainable
from greffe.model.mappings import (
    ComponentMapping,
    FixedMapping,
    ItemMap,
    MappedValue,
    StandardStructureMap,
    ValueMapping,
)
from greffe.model.metadata import ReportedAttribute
from greffe.model.references import Reference, Urn
from greffe.model.reporting import ReportingCategory
from greffe.model.structures import Codelist, CodelistExtension


def test_every_kind_loads_together():
    catalogue = loaded()
    assert len(catalogue.artefacts) == len(ALL) + 1
    assert catalogue.get(Codelist, EXTENDED.reference) == EXTENDED
    map_ = catalogue.get(StandardStructureMap, STRUCTURE_MAP.reference)
    assert map_.structures == (STRUCTURE, STRUCTURE)


TOP = HIERARCHY.codes[0]


def tree(**changes: object) -> Maintainable:
    """The hierarchy with its first region changed."""
    region = replace(TOP.children[0], **changes)
    return replace(HIERARCHY, codes=(replace(TOP, children=(region, *TOP.children[1:])),))


def report(*attributes: ReportedAttribute) -> Maintainable:
    return replace(REPORT, attributes=attributes)


CONTACT, QUALITY = REPORT.attributes
WRONG: dict[str, tuple[Maintainable, str, str]] = {
    "a code that is not in its list": (
        tree(code=Urn("codelist", AREAS.reference, "FR2")), "'FR2' is not in codelist SSER:CL_AREA", "FR",
    ),
    "a list that is not there": (
        tree(code=Urn("codelist", Reference("SSER", "CL_AREAS"), "FR1")), "no codelist SSER:CL_AREAS(1.0.0)",
        "SSER:CL_AREA(1.0.0)",
    ),
    "a place twice": (tree(id="FR10", valid_from="", valid_to=""), "FR.FR10 stands twice", ""),
    "a place that ends before it begins": (
        replace(HIERARCHY, codes=(replace(TOP, valid_from="2020-01-01", valid_to="2019-12-31", children=()),)),
        "FR is valid from 2020-01-01 to 2019-12-31, and what it is below from ever to ever", "",
    ),
    "a place that outlives what it is below": (
        replace(HIERARCHY, codes=(replace(TOP, valid_to="2015-12-31"),)),
        "FR.FR10 is valid from 2016-01-01 to 2015-12-31, and what it is below from ever to 2015-12-31", "",
    ),
    "a place that is older than what it is below": (
        replace(HIERARCHY, codes=(replace(TOP, valid_from="1980-01-01"),)), "FR.FR1 is valid from 1976-05-10", "",
    ),
    "a level that does not go down": (tree(level="COUNTRY"), "level COUNTRY, which is not below COUNTRY", ""),
    "an association with no hierarchy": (
        replace(ASSOCIATION, hierarchy=Urn("hierarchy", Reference("SSER", "H_AREA"))), "no hierarchy SSER:H_AREA",
        "SSER:H_AREAS(1.0.0)",
    ),
    "a category by its id instead of its path": (
        replace(CATEGORISATION, target=Urn("categoryscheme", SUBJECTS.reference, "ENTRIES")),
        "'ENTRIES' is not in categoryscheme", "CRIM.PRISON.ENTRIES",
    ),
    "an item of a map that is not there": (
        replace(CONCEPT_MAP, items=(ItemMap("PERIODICTY", "FREQ"),)), "'PERIODICTY' is not in SSER:CS_OLD",
        "PERIODICITY",
    ),
    "a target of a map that is not there": (
        replace(CATEGORY_MAP, items=(ItemMap("JAIL", "PRISON"),)), "'PRISON' is not in SSER:SUBJECTS", "CRIM.PRISON",
    ),
    "a reporting category that is not there": (
        replace(TAXONOMY_MAP, items=(ItemMap("A1", "PART1.TABLE13"),)), "'PART1.TABLE13' is not in SSER:CTS",
        "PART1.TABLE12",
    ),
    "a flow of a questionnaire that is not there": (
        replace(QUESTIONNAIRE, items=(
            ReportingCategory("PART1", {"en": "x"}, flows=(Urn("dataflow", Reference("SSER", "DF_CRIM")),)),
            *(i for i in QUESTIONNAIRE.items if i.id != "PART1"),
        )),
        "no dataflow SSER:DF_CRIM(1.0.0)", "SSER:DF_CRIME(1.0.0)",
    ),
    "a transition to no step": (
        replace(PROCESS, steps=PROCESS.steps[:1]), "transition T1 of COLLECT: 'PUBLISH' is not in SSER:JOURNEY", "",
    ),
    "an input that is not there": (
        replace(PROCESS, steps=(replace(PROCESS.steps[1], inputs=(replace(
            PROCESS.steps[1].inputs[0], object=Urn("dataflow", Reference("SSER", "DF_CRIMES"))),)),)),
        "no dataflow SSER:DF_CRIMES(1.0.0)", "SSER:DF_CRIME(1.0.0)",
    ),
    "an alias twice": (
        replace(ALIASES, items=(*ALIASES.items, replace(ALIASES.items[0], id="M4"))), "alias 'crime' stands twice", "",
    ),
    "rules that are not there": (
        replace(TRANSFORMATIONS, ruleset_schemes=(Urn("rulesetscheme", Reference("SSER", "VTL_RULE")),)),
        "no rulesetscheme SSER:VTL_RULE(1.0.0)", "SSER:VTL_RULES(1.0.0)",
    ),
    "a component of a map that is not there": (
        replace(STRUCTURE_MAP, components=(ComponentMapping(("frequency",), ("freq",)),)),
        "'frequency' is not in urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=SSER:DF_OLD(1.0.0)", "freq",
    ),
    "a fixed component that is not there": (
        replace(STRUCTURE_MAP, fixed=(FixedMapping("UNITS", ("X",)),)), "fixed component: 'UNITS' is not in", "UNIT",
    ),
    "a map with a column too few": (
        replace(STRUCTURE_MAP, components=(ComponentMapping(("geo", "freq"), ("geo",), REPRESENTATION_MAP.urn),)),
        "has 1 source and 1 target columns, and maps geo, freq to geo", "",
    ),
    "a source value that is not in its list": (
        replace(REPRESENTATION_MAP, rows=(ValueMapping((MappedValue("FR3"),), ("EU_FR",)),)), "source value: 'FR3'",
        "FR",
    ),
    "a target value that is not in its list": (
        replace(REPRESENTATION_MAP, rows=(ValueMapping((MappedValue("FR"),), ("EU_F",)),)), "target value: 'EU_F'",
        "EU_FR",
    ),
    "a heading of a constraint that is not there": (
        replace(METADATA_CONSTRAINT, values={"CONTACT.AREAS": ("FR",)}), "CONTACT.AREAS is not a heading",
        "CONTACT.AREA",
    ),
    "a value of a constraint that is not in its list": (
        replace(METADATA_CONSTRAINT, values={"CONTACT.AREA": ("FR3",)}), "'FR3' is not in SSER:CL_AREA(1.0.0)", "FR",
    ),
    "a concept of a heading that is not there": (
        replace(REPORT_STRUCTURE, attributes=(
            replace(REPORT_STRUCTURE.attributes[0], concept=Urn("conceptscheme", CONCEPTS.reference, "CONTACTS")),
            *REPORT_STRUCTURE.attributes[1:],
        )),
        "'CONTACTS' is not in conceptscheme", "CONTACT",
    ),
    "a heading of a report that is not there": (
        report(replace(CONTACT, id="CONTACTS"), QUALITY), "CONTACTS is not a heading of SSER:MSD_QUALITY", "CONTACT",
    ),
    "a value under a heading that only holds others": (
        report(replace(CONTACT, values=("x",)), QUALITY), "CONTACT only holds others", "",
    ),
    "a heading that must stand": (report(CONTACT), "QUALITY stands 0 times, and may from 1 to 1", ""),
    "a heading that stands too often": (
        report(CONTACT, replace(QUALITY, values=("a", "b"))), "QUALITY stands 2 times", "",
    ),
    "a nested heading that must stand": (
        report(replace(CONTACT, children=CONTACT.children[1:]), QUALITY),
        "CONTACT.PHONE stands 0 times, and may from 1 to any number", "",
    ),
    "a code of a report that is not in its list": (
        report(replace(CONTACT, children=(CONTACT.children[0], ReportedAttribute("AREA", ("FR9",)))), QUALITY),
        "'FR9' is not in SSER:CL_AREA(1.0.0), the list of CONTACT.AREA", "FR",
    ),
    "a report about what it may not be about": (
        replace(REPORT, targets=(STRUCTURE.urn,)), "Reports of SSER:MDF_QUALITY(1.0.0) are not about urn", "",
    ),
    "a report about what is not there": (
        replace(REPORT, targets=(Urn("dataflow", Reference("SSER", "DF_CRIM")),)), "no dataflow SSER:DF_CRIM",
        "SSER:DF_CRIME(1.0.0)",
    ),
    "a structure of reports that is not there": (
        replace(METADATAFLOW, structure=Urn("metadatastructure", Reference("SSER", "MSD"))),
        "no metadatastructure SSER:MSD(1.0.0)", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_leads_nowhere_is_refused_with_the_nearest(case: str):
    artefact, says, near = WRONG[case]
    with pytest.raises(BadDefinition) as caught:
        loaded(artefact)
    assert caught.value.file == path(artefact)
    assert says in caught.value.text()
    assert near in ("", *caught.value.nearest)


def test_a_pattern_of_a_map_is_not_looked_up():
    loaded(replace(CONCEPT_MAP, items=(ItemMap("PERIOD.*", "FREQ", regex=True),)))


def test_a_report_may_be_about_a_flow_that_a_pattern_names():
    loaded(replace(REPORT, targets=(OLD_DATAFLOW.urn,)))


def extended(*extensions: CodelistExtension, items: tuple[Item, ...] = ()) -> Codelist:
    return replace(EXTENDED, items=items, extensions=extensions, inherited=frozenset())


def codes(list_: Codelist, *others: Maintainable) -> list[tuple[str, str]]:
    found = loaded(list_, *others).get(Codelist, list_.reference)
    assert found.inherited == {i.id for i in found.items} - {i.id for i in list_.items}
    return [(i.id, i.parent) for i in found.items]


def item(id_: str, name: str = "own", parent: str = "") -> Item:
    return Item(id_, {"en": name}, parent=parent)


EXTENSIONS: dict[str, tuple[Callable[[], Codelist], list[tuple[str, str]]]] = {
    "all codes, with their parents": (
        lambda: extended(CodelistExtension(AREAS.urn)), [("FR", ""), ("FR1", "FR"), ("75", "FR1")],
    ),
    "a prefix is that of parents too": (
        lambda: extended(CodelistExtension(AREAS.urn, "X_")), [("X_FR", ""), ("X_FR1", "X_FR"), ("X_75", "X_FR1")],
    ),
    "own codes come first, and may be below inherited ones": (
        lambda: extended(CodelistExtension(AREAS.urn, members=("FR",)), items=(item("FR2", parent="FR"),)),
        [("FR2", "FR"), ("FR", "")],
    ),
    "a parent that is left behind is none": (
        lambda: extended(CodelistExtension(AREAS.urn, members=("75", "FR"))), [("FR", ""), ("75", "")],
    ),
    "a wildcard": (lambda: extended(CodelistExtension(AREAS.urn, members=("FR%",))), [("FR", ""), ("FR1", "FR")]),
    "all but some": (
        lambda: extended(CodelistExtension(AREAS.urn, members=("FR%",), exclusive=True)), [("75", "")],
    ),
    "an own code is not overridden": (
        lambda: extended(CodelistExtension(AREAS.urn, members=("FR",)), items=(item("FR"),)), [("FR", "")],
    ),
}  # fmt: skip


@pytest.mark.item("ML3-07")
@pytest.mark.parametrize("case", EXTENSIONS)
def test_a_list_takes_over_codes(case: str):
    """An extended code list has its own codes, then those it takes over: all, some, all but some, with a prefix."""
    make, found = EXTENSIONS[case]
    assert codes(make()) == found


def test_a_later_extension_overrides_an_earlier_one():
    other = Codelist(Reference("SSER", "CL_OTHER"), {"en": "x"}, items=(item("FR", "later"),))
    list_ = extended(CodelistExtension(AREAS.urn, members=("FR",)), CodelistExtension(other.urn))
    found = loaded(list_, other).get(Codelist, list_.reference)
    assert [(i.id, i.names["en"]) for i in found.items] == [("FR", "later")]


def test_what_is_extended_may_be_extended_itself():
    other = replace(extended(CodelistExtension(AREAS.urn, "A_", ("75",))), reference=Reference("SSER", "CL_OTHER"))
    assert codes(extended(CodelistExtension(other.urn, "B_")), other) == [("B_A_75", "")]


@pytest.mark.parametrize(
    ("list_", "says"),
    [
        (extended(CodelistExtension(EXTENDED.urn)), "extends itself"),
        (extended(CodelistExtension(Urn("codelist", Reference("SSER", "CL_AREAS")))), "Nearest: SSER:CL_AREA(1.0.0)"),
        (extended(CodelistExtension(AREAS.urn, members=("FR4",))), "'FR4' selects no code of SSER:CL_AREA(1.0.0)"),
        (extended(CodelistExtension(AREAS.urn, members=("X%",))), "'X%' selects no code"),
        (extended(CodelistExtension(AREAS.urn, "X_"), items=(item("A", parent="FR"),)), "parent 'FR' of 'A'"),
    ],
)
def test_an_extension_that_selects_nothing_is_refused(list_: Codelist, says: str):
    with pytest.raises(BadDefinition) as caught:
        loaded(list_)
    assert caught.value.file == path(list_)
    assert says in caught.value.text()
