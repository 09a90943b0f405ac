"""Structure queries answered from a small catalogue: one artefact of every kind (R1-STR, R2-STR)."""

from dataclasses import replace

import pytest
from artefacts import CONSTRAINT, EVERY_KIND, TREE
from blocks import DATAFLOW, GEO

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import NotFound
from greffe.model.maps import ComponentMap, MapRow, RepresentationMap, SourceValue, StructureMap
from greffe.model.references import Reference
from greffe.query.answer import structures
from greffe.query.parameters import path_parts
from greffe.query.rest_v1 import parse_structure as v1
from greffe.query.rest_v2 import parse_structure as v2

TABLE = RepresentationMap(
    Reference("SSER", "GEO_TO_GEO"), "geo.csv", ("geo",), ("geo",), (MapRow("r1", (SourceValue("FR"),), ("FR",)),)
)
MAP = StructureMap(
    Reference("SSER", "MAP_CRIME"), "crime.yaml", {"en": "Crime"}, DATAFLOW.reference, DATAFLOW.reference, "SSER",
    "mirror", {}, (ComponentMap(("geo",), ("geo",), TABLE),), {}, (),
)  # fmt: skip
CATALOGUE = Catalogue({(a.kind, a.reference): a for a in EVERY_KIND}, {MAP.reference: MAP}, (), "c")
DESCENDANTS = "codelist CL_FREQ, codelist CL_GEO, codelist CL_OBS_STATUS, conceptscheme CS_MAIN, datastructure CRIME"


def ask(address, catalogue=CATALOGUE):
    """`v1 dataflow/SSER?…`."""
    dialect, _, address = address.partition(" ")
    path, _, query = address.partition("?")
    return structures({"v1": v1, "v2": v2}[dialect](path_parts(path), query), catalogue)


def names(answer):
    return [f"{a.kind} {a.reference.id}" for a in answer.artefacts]


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("v1 dataflow", "dataflow CRIME"),
        ("v1 codelist/SSER/CL_GEO+CL_TREE", "codelist CL_GEO, codelist CL_TREE"),  # R1-STR-32
        ("v1 organisationscheme", "agencyscheme AGENCIES, dataproviderscheme DATA_PROVIDERS"),  # R1-STR-07
        ("v1 agencyscheme/SDMX/AGENCIES/1.0", "agencyscheme AGENCIES"),
        ("v1 codelist/all/CL_GEO/1.0", "codelist CL_GEO"),  # D9: 1.0 finds 1.0.0
        ("v1 allowedconstraint", "dataconstraint CC_CRIME"),
        ("v2 dataflow/*/*/+", "dataflow CRIME"),
        ("v2 codelist/SSER/CL_GEO,CL_NONE", "codelist CL_GEO"),
        ("v1 dataflow/SSER/CRIME?references=children", "dataflow CRIME, datastructure CRIME"),  # R1-STR-63
        ("v1 dataflow/SSER/CRIME?references=descendants", f"dataflow CRIME, {DESCENDANTS}"),  # R1-STR-64
        (  # R1-STR-61, 68
            "v1 dataflow/SSER/CRIME?references=parents",
            "dataflow CRIME, categorisation CAT_CRIME, dataconstraint CC_CRIME, provisionagreement PA_CRIME",
        ),
        (  # R1-STR-62
            "v1 dataflow/SSER/CRIME?references=parentsandsiblings",
            "dataflow CRIME, categorisation CAT_CRIME, categoryscheme SUBJECTS, dataconstraint CC_CRIME, "
            "dataproviderscheme DATA_PROVIDERS, provisionagreement PA_CRIME",
        ),
        (  # R1-STR-65
            "v1 dataflow/SSER/CRIME?references=all",
            "dataflow CRIME, categorisation CAT_CRIME, categoryscheme SUBJECTS, codelist CL_FREQ, codelist CL_GEO, "
            "codelist CL_OBS_STATUS, conceptscheme CS_MAIN, dataconstraint CC_CRIME, "
            "dataproviderscheme DATA_PROVIDERS, datastructure CRIME, provisionagreement PA_CRIME",
        ),
        ("v1 codelist/SSER/CL_GEO?references=dataflow", "codelist CL_GEO, dataflow CRIME"),  # R1-STR-66, upwards
        ("v1 dataflow/SSER/CRIME?references=conceptscheme", "dataflow CRIME, conceptscheme CS_MAIN"),  # downwards
        ("v1 dataflow/SSER/CRIME?references=process", "dataflow CRIME"),
        ("v1 datastructure?references=children", f"datastructure CRIME, {DESCENDANTS}".removesuffix(", datastructure CRIME")),
        (  # R2-STR-30: users of users
            "v2 datastructure?references=ancestors",
            "datastructure CRIME, categorisation CAT_CRIME, dataconstraint CC_CRIME, dataflow CRIME, "
            "provisionagreement PA_CRIME",
        ),
        ("v2 codelist/SSER/CL_TREE?references=children", "codelist CL_TREE, agencyscheme AGENCIES"),  # R2-STR-32
        ("v2 dataflow?references=codelist,conceptscheme", "dataflow CRIME, codelist CL_FREQ, codelist CL_GEO, "
         "codelist CL_OBS_STATUS, conceptscheme CS_MAIN"),
    ],
)  # fmt: skip
def test_artefacts_and_their_neighbours_are_found(address, found):
    assert names(ask(address)) == found.split(", ")


def test_every_kind_and_the_maps_come_at_once():
    """R2-STR-07; maps are no words of 1.5."""
    assert len(ask("v2 ").artefacts) == len(EVERY_KIND) == len(ask("v1 structure").artefacts)
    assert ask("v2 ").maps == [MAP]
    assert ask("v2 ").representation_maps == [TABLE]
    assert ask("v1 structure").maps == []
    assert ask("v1 dataflow?references=all").maps == []


def test_maps_have_neighbours_too():
    """R2-STR-32."""
    found = ask("v2 structuremap?references=children")
    assert (found.maps, found.representation_maps) == ([MAP], [TABLE])
    assert names(found) == ["agencyscheme AGENCIES", "dataflow CRIME"]
    found = ask("v2 representationmap?references=children")
    assert (found.maps, found.representation_maps) == ([], [TABLE])
    assert names(found) == ["agencyscheme AGENCIES", "codelist CL_GEO"]
    assert ask("v2 dataflow?references=parents").maps == [MAP]


def test_an_item_comes_with_its_ancestors():
    """R1-STR-41, 42, R2-STR-11: children are not included."""
    for address, items in (
        ("v1 codelist/SSER/CL_TREE/latest/T", ["T"]),
        ("v1 codelist/SSER/CL_TREE/latest/Y_GE60", ["T", "Y_GE60"]),
        ("v2 categoryscheme/SSER/SUBJECTS/~/CRIM.PRISON", ["CRIM", "PRISON"]),
        ("v1 codelist/SSER/CL_GEO/latest/FR+XX", ["FR"]),
        ("v1 codelist/all/all/latest/FR", ["FR"]),
    ):
        found = ask(address).artefacts
        assert [[i.id for i in a.items] for a in found] == [items]
        assert found[0].partial is (len(items) < 2)


def test_all_items_are_no_partial_scheme():
    assert ask("v1 codelist/SSER/CL_TREE/latest/all").artefacts == [TREE]


@pytest.mark.parametrize(
    ("detail", "matched", "referenced"),
    [
        ("full", "whole", "whole"),
        ("allstubs", "stub", "stub"),
        ("allcompletestubs", "complete", "complete"),
        ("referencestubs", "whole", "stub"),
        ("referencecompletestubs", "whole", "complete"),
    ],
)
def test_detail_says_how_much(detail, matched, referenced):
    """R1-STR-50 to 55: a stub has identification and names, a complete one descriptions and annotations as well."""

    def form(artefact):
        if not artefact.stub:
            return "whole" if getattr(artefact, "items", 1) else "empty"
        assert not getattr(artefact, "items", ()) and not getattr(artefact, "dimensions", ())
        assert artefact.names
        return "complete" if artefact.annotations else "stub"

    noted = replace(CATALOGUE, artefacts={
        k: replace(a, annotations=TREE.annotations, descriptions=TREE.descriptions) for k, a in CATALOGUE.artefacts.items()
    })  # fmt: skip
    found = ask(f"v1 datastructure?references=children&detail={detail}", noted).artefacts
    assert form(found[0]) == matched
    assert {form(a) for a in found[1:]} == {referenced}
    assert all((a.annotations == ()) == (a.descriptions == {}) for a in found)


def test_a_dataflow_stub_still_names_its_structure():
    """pysdmx lists dataflows with allcompletestubs and reads their structure."""
    assert ask("v2 dataflow?detail=allcompletestubs").artefacts[0].structure == DATAFLOW.structure


def narrowed(address, **values):
    constraint = replace(CONSTRAINT, values={k: tuple(v.split()) for k, v in values.items()})
    artefacts = {**CATALOGUE.artefacts, ("dataconstraint", constraint.reference): constraint}
    found = ask(address, replace(CATALOGUE, artefacts=artefacts)).artefacts
    return {a.reference.id: [i.id for i in a.items] for a in found if getattr(a, "partial", False)}


def test_referenced_lists_are_limited_to_what_is_used():
    """R1-STR-53, R2-STR-33: code lists by the constraints of the flow, concepts by the structure, and so on."""
    address = "v1 dataflow/SSER/CRIME?references=all&detail=referencepartial"
    assert narrowed(address, geo="FR") == {"CL_GEO": ["FR"]}
    assert narrowed(address, geo="FR NA") == {}
    assert narrowed(address) == {}


def test_a_list_that_was_asked_for_itself_stays_whole():
    assert narrowed("v1 codelist/SSER/CL_GEO?references=all&detail=referencepartial", geo="FR") == {}


def test_concepts_providers_and_categories_are_limited_too():
    extra = {
        key: replace(a, items=(*a.items, replace(a.items[0], id="UNUSED", parent="")))
        for key, a in CATALOGUE.artefacts.items()
        if key[0] in ("conceptscheme", "dataproviderscheme", "categoryscheme", "agencyscheme")
    }
    catalogue = replace(CATALOGUE, artefacts={**CATALOGUE.artefacts, **extra})
    found = ask("v2 dataflow?references=all&detail=referencepartial", catalogue).artefacts
    limited = {a.kind: a for a in found if a.partial}
    assert set(limited) == {"conceptscheme", "dataproviderscheme", "categoryscheme", "agencyscheme"}
    assert not any(a.item("UNUSED") for a in limited.values())
    assert [i.id for i in limited["categoryscheme"].items] == ["CRIM", "PRISON"]


@pytest.mark.parametrize(
    ("address", "near", "says"),
    [
        ("v1 codelist/SSER/CL_GOE", ("CL_GEO",), "There is no codelist CL_GOE."),
        ("v1 codelist/ESTAT/CL_GEO", (), "Codelist CL_GEO exists with agency SSER and version 1.0.0, not with agency ESTAT."),
        ("v1 codelist/SSER/CL_GEO/9.0", (), "Codelist CL_GEO exists with agency SSER and version 1.0.0, not with version 9.0."),
        ("v2 agencyscheme/*/*/+", (), "There is no agencyscheme with version +."),  # 1.0: not stable (R2-VER-07)
        ("v2 codelist/SERS", ("SSER",), "There is no codelist with agency SERS."),
        ("v1 actualconstraint", (), "There is no actual dataconstraint."),
        ("v1 organisationscheme/all/AGENCY", ("AGENCIES",), "There is no agencyscheme or dataproviderscheme AGENCY."),
        ("v1 codelist/SSER/CL_GEO/latest/XX", (), "'XX' is no item of SSER:CL_GEO(1.0.0)."),
        ("v1 codelist/SSER/CL_GEO/latest/FRA", ("FR",), "'FRA' is no item of SSER:CL_GEO(1.0.0)."),
        ("v2 categoryscheme/*/*/*/CRIM.PRISONS", ("PRISON",), "'CRIM.PRISONS' is no item of SSER:SUBJECTS(1.0.0)."),
        ("v1 codelist/all/CL_GEO+CL_FREQ/latest/XX", (), "'XX' is no item of the 2 schemes that match."),
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(address, near, says):
    """R1-ERR-04: an empty structure result is 404."""
    with pytest.raises(NotFound) as error:
        ask(address)
    assert error.value.nearest[:1] == near
    assert error.value.message == says


def test_the_latest_version_is_taken_for_each_id():
    newer = replace(GEO, reference=replace(GEO.reference, version="1.1.0"))
    catalogue = replace(CATALOGUE, artefacts={**CATALOGUE.artefacts, ("codelist", newer.reference): newer})
    for address, versions in (
        ("v1 codelist/SSER/CL_GEO", ["1.1.0"]),
        ("v1 codelist/SSER/CL_GEO/all", ["1.0.0", "1.1.0"]),
        ("v1 codelist/SSER/CL_GEO/1.0", ["1.0.0"]),
        ("v2 codelist/SSER/CL_GEO/1.0.+", ["1.0.0"]),
        ("v2 codelist/SSER/CL_GEO/1.0.0+", ["1.0.0"]),
        ("v2 codelist/SSER/CL_GEO/1.0+.0", ["1.1.0"]),
    ):
        assert [a.reference.version for a in ask(address, catalogue).artefacts] == versions
