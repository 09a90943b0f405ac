"""How much of each artefact is answered (R1-STR-50 to 55, R2-STR-20 to 26, 33)."""

from dataclasses import fields, replace

import pytest
from asking import EVERY_KIND, ask, catalogue_of, name, names
from every_kind import (
    AGREEMENT,
    ALL,
    ALLOWED,
    AREAS,
    CATEGORISATION,
    EXAMPLES,
    EXTENDED,
    HIERARCHY,
    METADATA_CONSTRAINT,
    NOTES,
    OLD_DATAFLOW,
    OLD_PROVIDERS,
    ORGANISATION_MAP,
    REPRESENTATION_MAP,
    STRUCTURE,
)

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import NotFound
from greffe.model.artefacts import Item
from greffe.model.mappings import ItemMap, MappedValue, ValueMapping
from greffe.model.references import Reference
from greffe.model.structures import Codelist

# What a stub keeps besides identification and names: links without which the thing says nothing, and what schemas want.
KEPT = {
    "dataflow": {"structure"},
    "provisionagreement": {"dataflow", "provider"},
    "categorisation": {"source", "target"},
    "dataconstraint": {"role", "attachments"},
    "metadataconstraint": {"attachments"},
    "metadataflow": {"structure", "targets"},
    "metadataprovisionagreement": {"metadataflow", "provider", "targets"},
    "hierarchy": {"codes"},  # one, without what is below
    "hierarchyassociation": {"hierarchy", "linked", "context"},
    "structuremap": {"source", "target"},
    "representationmap": {"sources", "targets"},
    "conceptschememap": {"source", "target"},
    "categoryschememap": {"source", "target"},
    "organisationschememap": {"source", "target"},
    "reportingtaxonomymap": {"source", "target"},
    "transformationscheme": {"vtl_version"},
    "rulesetscheme": {"vtl_version"},
    "userdefinedoperatorscheme": {"vtl_version"},
    "customtypescheme": {"vtl_version"},
    "namepersonalisationscheme": {"vtl_version"},
}
# `structures` of a structure map is no part of what is said.
IDENTITY = {"reference", "names", "stub", "valid_from", "valid_to"}
NOTED = Catalogue(
    {k: replace(a, annotations=NOTES, descriptions={"en": "Described"}) for k, a in EVERY_KIND.artefacts.items()},
    {}, (), "c",
)  # fmt: skip


def filled(artefact):
    """Names of the fields that hold something."""
    return {f.name for f in fields(artefact) if f.compare and getattr(artefact, f.name)}


@pytest.mark.item("R1-STR-51", "R1-STR-54", "R2-STR-21", "R2-STR-23")
@pytest.mark.parametrize("kind", EXAMPLES)
def test_stubs_have_identification_and_names(kind):
    """`allstubs` gives identification and name of every kind, `allcompletestubs` descriptions and annotations as well."""
    reference = EXAMPLES[kind].reference
    address = f"v2 {kind}/{reference.agency}/{reference.id}?detail="
    wanted = {f for f in IDENTITY | KEPT.get(kind, set()) if f == "stub" or getattr(EXAMPLES[kind], f)}
    (bare,), (complete,) = ask(f"{address}allstubs", NOTED), ask(f"{address}allcompletestubs", NOTED)
    assert filled(bare) == wanted
    assert filled(complete) == wanted | {"descriptions", "annotations"}
    assert bare.names == EXAMPLES[kind].names
    assert complete.annotations == NOTES


@pytest.mark.parametrize(
    ("detail", "matched", "referenced"),
    [
        pytest.param("full", "whole", "whole", marks=pytest.mark.item("R1-STR-50", "R2-STR-20")),
        pytest.param("allstubs", "stub", "stub", marks=pytest.mark.item("R1-STR-51", "R2-STR-21")),
        pytest.param("allcompletestubs", "complete", "complete", marks=pytest.mark.item("R1-STR-54", "R2-STR-23")),
        pytest.param("referencestubs", "whole", "stub", marks=pytest.mark.item("R1-STR-52", "R2-STR-22")),
        pytest.param("referencecompletestubs", "whole", "complete", marks=pytest.mark.item("R1-STR-55", "R2-STR-24")),
    ],
)
@pytest.mark.parametrize("address", ["v1 datastructure", "v2 datastructure", "v1 dataflow", "v2 hierarchy"])
def test_detail_says_how_much(address, detail, matched, referenced):
    """`detail` says whether what was asked for and what comes along is whole, a stub, or a complete stub."""
    found = ask(f"{address}?references=all&detail={detail}", NOTED)
    asked = {a.urn for a in ask(address, NOTED)}

    def form(artefact):
        return "whole" if not artefact.stub else "complete" if artefact.annotations else "stub"

    assert {form(a) for a in found if a.urn in asked} == {matched}
    assert {form(a) for a in found if a.urn not in asked} == {referenced}


def test_a_structure_set_that_is_a_stub_brings_no_representation_map():
    assert names(ask("v1 structureset/SSER/SM_CRIME?detail=allstubs")) == ["SM_CRIME"]
    found = ask("v1 structureset/SSER/SM_CRIME?detail=referencestubs&references=children")
    assert [name(a) for a in found if a.kind == "representationmap" and a.stub] == ["RM_AREA"]


@pytest.mark.item("R2-STR-20")
def test_an_extended_list_is_whole_with_full():
    """`full` gives an extended code list with the codes that it takes over and without its extensions."""
    for address in ("v1 codelist/SSER/CL_EXTENDED", "v2 codelist/SSER/CL_EXTENDED?references=descendants"):
        found = ask(address)[0]
        assert [i.id for i in found.items] == ["W", "N_EU_FR", "A"]
        assert (found.extensions, found.inherited) == ((), frozenset())


@pytest.mark.item("R2-STR-26")
def test_an_extended_list_has_its_own_codes_with_raw():
    """`raw` gives an extended code list with its extensions and its own codes; the lists come along with references."""
    found = ask("v2 codelist/SSER/CL_EXTENDED?detail=raw&references=children")
    assert [i.id for i in found[0].items] == ["W"]
    assert found[0].extensions == EXTENDED.extensions
    assert names(found) == ["CL_EXTENDED", "SDMX:AGENCIES", "CL_FREQ", "CL_NUTS"]
    assert ask("v2 codelist/SSER/CL_EXTENDED?detail=raw") == found[:1]


@pytest.mark.item("R2-STR-20", "R2-STR-26")
def test_inherited_lists_come_with_what_uses_the_extended_one_only_with_raw():
    """A structure that uses an extended list brings the lists that it takes over with `raw`, not with `full`."""
    coded = replace(STRUCTURE.dimensions[1].representation, enumeration=EXTENDED.urn)
    using = replace(STRUCTURE, dimensions=(replace(STRUCTURE.dimensions[1], representation=coded),))
    catalogue = catalogue_of(using, *(a for a in ALL if a.kind == "codelist"))
    assert names(ask("v2 datastructure?references=descendants", catalogue)) == ["CRIME", "CL_EXTENDED", "CL_STATUS"]
    assert names(ask("v2 datastructure?references=descendants&detail=raw", catalogue)) == [
        "CRIME", "CL_EXTENDED", "CL_FREQ", "CL_NUTS", "CL_STATUS",
    ]  # fmt: skip


def partial(address, *changed, without=()):
    """Id → items of the schemes that are narrowed, in a catalogue with some artefacts changed or left out."""
    artefacts = {(a.kind, a.reference): a for a in ALL if a not in without}
    catalogue = Catalogue(artefacts | {(a.kind, a.reference): a for a in changed}, {}, (), "c")
    found = ask(f"{address}{'&' if '?' in address else '?'}detail=referencepartial", catalogue)
    return {name(a): " ".join(i.id for i in a.items) for a in found if getattr(a, "partial", False)}


OF_STRUCTURE = {"CS_MAIN": "FREQ AREA TIME_PERIOD OBS_VALUE OBS_STATUS UNIT COMMENT DECIMALS"}


@pytest.mark.item("R1-STR-53", "R2-STR-25", "R2-STR-33")
def test_lists_are_limited_by_the_constraints_of_a_flow():
    """With `referencepartial` code lists are limited to what constraints on the flow allow, concepts to what is used."""
    found = {"CL_AREA": "FR FR1 75", "CL_FREQ": "A", "CL_STATUS": "A"} | OF_STRUCTURE
    del found["CL_AREA"]  # all of them: 75 comes with its parents
    for dialect in ("v1", "v2"):
        assert partial(f"{dialect} dataflow/SSER/DF_CRIME?references=descendants") == found
    narrower = replace(ALLOWED, values={"geo": ("FR1",)})
    assert partial("v1 dataflow/SSER/DF_CRIME?references=descendants", narrower) == OF_STRUCTURE | {"CL_AREA": "FR FR1"}
    assert partial("v1 dataflow/SSER/DF_CRIME?references=descendants", without=(ALLOWED,)) == OF_STRUCTURE


@pytest.mark.item("R1-STR-53", "R2-STR-33")
@pytest.mark.parametrize(
    ("attached", "found"),
    [
        ((STRUCTURE.urn,), "A"),  # the structure and the flow, both
        ((AGREEMENT.urn,), "A"),  # the one agreement
        ((OLD_DATAFLOW.urn,), None),
    ],
)
def test_constraints_hold_together(attached, found):
    """A code is allowed when the structure, the flow, and some agreement on it allow it."""
    on_flow = replace(ALLOWED, values={})
    second = replace(ALLOWED, reference=Reference("SSER", "CC_2"), attachments=attached, values={"freq": ("A",)})
    assert partial("v1 dataflow/SSER/DF_CRIME?references=descendants", on_flow, second).get("CL_FREQ") == found
    both = replace(ALLOWED, values={"freq": ("M",)})
    none = partial("v1 dataflow/SSER/DF_CRIME?references=descendants", both, second).get("CL_FREQ")
    assert none == ("" if found else "M")


@pytest.mark.item("R1-STR-53", "R2-STR-25")
def test_a_component_that_is_named_without_values_is_free():
    """A component that a constraint names without values keeps its whole list, as a schema says it."""
    for values in ({"freq": (), "geo": ("FR",)}, {"geo": ("FR",)}):
        found = partial("v1 dataflow/SSER/DF_CRIME?references=descendants", replace(ALLOWED, values=values))
        assert found == OF_STRUCTURE | {"CL_AREA": "FR"}
    named = dict.fromkeys(METADATA_CONSTRAINT.values, ())
    address = "v2 metadataflow?references=metadataconstraint,metadatastructure,codelist"
    assert "CL_AREA" not in partial(address, replace(METADATA_CONSTRAINT, values=named))


@pytest.mark.item("R1-STR-53")
def test_a_flow_that_is_free_frees_the_list():
    """A code list is limited only when every flow of the answer that uses it is limited."""
    address = "v1 datastructure/SSER/CRIME?references=all"
    assert "CL_FREQ" not in partial(address)  # DF_OLD is free
    assert partial(address, without=(OLD_DATAFLOW,))["CL_FREQ"] == "A"
    assert "CL_FREQ" not in partial("v1 datastructure/SSER/CRIME?references=children")  # no flow, so no constraint


@pytest.mark.item("R2-STR-33")
def test_every_level_is_limited():
    """Agencies, categories, providers and concepts are limited to what the whole message names, at any level."""
    found = partial("v2 dataflow/SSER/DF_CRIME?references=all", without=(OLD_DATAFLOW,))
    assert found["DATA_PROVIDERS"] == "SSMSI"
    assert found["SUBJECTS"] == "CRIM PRISON ENTRIES"
    assert found["CL_FREQ"] == "A"
    assert "SDMX:AGENCIES" not in found  # SSER is all there is
    agencies = next(a for a in ALL if a.kind == "agencyscheme")
    more = replace(agencies, items=(*agencies.items, Item("ESTAT", {"en": "Eurostat"})))
    assert partial("v2 dataflow/SSER/DF_CRIME?references=all", more)["SDMX:AGENCIES"] == "SSER"
    assert "SDMX:AGENCIES" not in partial("v2 organisationschememap?references=all", more)  # both maintain something


@pytest.mark.item("R2-STR-33")
def test_only_what_names_codes_limits_and_frees_a_list():
    """A code list comes with the codes of constraints, hierarchies, maps and categorisations: reports, aliases and
    associations, which name it as a whole, do not widen it."""
    address = "v2 dataflow/SSER/DF_CRIME?references=all"
    narrower = replace(ALLOWED, values={"geo": ("FR",)})
    without = (OLD_DATAFLOW, REPRESENTATION_MAP)
    assert partial(address, narrower, without=without)["CL_AREA"] == "FR FR1"  # FR1 is in the hierarchy
    assert partial(address, narrower, without=(*without, HIERARCHY))["CL_AREA"] == "FR"
    whole = replace(CATEGORISATION, source=AREAS.urn)
    other = replace(whole, reference=Reference("SSER", "CAT_AREAS"))
    found = partial("v2 categorisation/SSER/CAT_AREAS?references=children", other)
    assert found == {"SUBJECTS": "CRIM PRISON ENTRIES"}


@pytest.mark.item("R2-STR-33")
@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("v2 hierarchy/SSER/H_AREAS?references=children", {"CL_AREA": "FR FR1", "CL_NUTS": "EU_FR10"}),
        ("v2 categorisation?references=children", {"SUBJECTS": "CRIM PRISON ENTRIES"}),
        ("v2 representationmap/SSER/RM_AREA?references=children", {"CL_AREA": "FR FR1"}),
        ("v2 representationmap/SSER/RM_RICH?references=children", {}),  # a place in a code may mean any
        ("v2 conceptschememap?references=children", {"CS_MAIN": "FREQ AREA"}),
        ("v2 categoryschememap?references=children", {"SUBJECTS": "CRIM PRISON"}),
        ("v2 organisationschememap?references=children", {"DATA_PROVIDERS": "DAP"}),
        ("v2 reportingtaxonomymap?references=children", {"CTS": "PART1 TABLE11"}),
        ("v2 metadatastructure?references=children", {"CS_MAIN": "AREA CONTACT QUALITY PHONE"}),
        ("v2 metadataflow?references=metadataconstraint,metadatastructure,codelist", {"CL_AREA": "FR FR1"}),
        ("v2 vtlmappingscheme?references=children", {"CS_MAIN": "AREA"}),  # CL_AREA as a whole
        ("v2 process?references=children", {}),
        ("v2 valuelist?references=parents", {}),
    ],
)
def test_what_is_referred_to_by_other_kinds_is_limited(address, found):
    """Hierarchies, maps, metadata structures and constraints limit schemes to the items that they name."""
    assert partial(address) == found


def test_a_pattern_means_any_code():
    rows = (ValueMapping((MappedValue("F.*", regex=True),), ("EU_FR",)),)
    found = partial("v2 representationmap/SSER/RM_AREA?references=children", replace(REPRESENTATION_MAP, rows=rows))
    assert found == {"CL_NUTS": "EU_FR"}


@pytest.mark.item("R2-STR-33")
def test_a_pattern_in_an_item_map_means_any_item():
    """A pattern in a map of items leaves its source scheme whole; the target is limited to the items that it names."""
    more = replace(OLD_PROVIDERS, items=(*OLD_PROVIDERS.items, Item("FR_DAP", {"en": "Prisons"})))
    patterns = replace(ORGANISATION_MAP, items=(ItemMap("FR_D.*", "DAP", regex=True),))
    assert partial("v2 organisationschememap?references=children", patterns, more) == {"DATA_PROVIDERS": "DAP"}
    named = replace(ORGANISATION_MAP, items=(ItemMap("FR_DAP", "DAP"),))
    assert partial("v2 organisationschememap?references=children", named, more) == {
        "DATA_PROVIDERS": "DAP", "ESTAT:DATA_PROVIDERS": "FR_DAP",
    }  # fmt: skip


@pytest.mark.item("R2-STR-26", "R2-ERR-02")
def test_a_code_that_is_taken_over_is_not_there_with_raw():
    """404: with `raw` a list has its own codes alone, and the refusal of a code that it takes over says so."""
    with pytest.raises(NotFound) as error:
        ask("v2 codelist/SSER/CL_EXTENDED/~/N_EU_FR?detail=raw")
    assert "own codes alone" in error.value.hint
    assert "N_EU_FR" not in error.value.nearest


@pytest.mark.item("R1-STR-53")
def test_what_was_asked_for_itself_stays_whole():
    """What was asked for itself is never narrowed by `referencepartial`."""
    assert "CL_FREQ" not in partial("v1 codelist/SSER/CL_FREQ?references=all", without=(OLD_DATAFLOW,))


def test_a_scheme_that_nothing_names_stays_whole():
    """A taxonomy comes as the user of a flow: nothing names its categories."""
    assert "CTS" not in partial("v1 dataflow/SSER/DF_CRIME?references=reportingtaxonomy")


def test_circles_end():
    """Two codes that are each other's parents come together, and the answer ends."""
    circle = Codelist(
        Reference("SSER", "CL_CIRCLE"), {"en": "Circle"},
        items=(Item("A", {"en": "A"}, parent="B"), Item("B", {"en": "B"}, parent="A"), Item("C", {"en": "C"})),
    )  # fmt: skip
    (found,) = ask("v1 codelist/SSER/CL_CIRCLE/latest/B.A", catalogue_of(circle))
    assert [i.id for i in found.items] == ["A", "B"]


def test_headings_without_constraint_leave_the_list_whole():
    free = replace(METADATA_CONSTRAINT, values={})
    address = "v2 metadataflow?references=metadataconstraint,metadatastructure,codelist"
    assert "CL_AREA" not in partial(address, free)
