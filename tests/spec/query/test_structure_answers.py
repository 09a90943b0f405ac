"""Structure queries answered from a catalogue of one of every kind: what matches, single items, what is not there."""

import io
from dataclasses import replace

import pytest
import sdmx
from asking import ask, catalogue_of, names
from blocks import HEADER
from every_kind import ALL, AREAS, REPORT
from pysdmx.io import read_sdmx

from greffe.errors import NotFound
from greffe.formats import structure_json, structure_ml
from greffe.query.resources import STRUCTURES, V1_KINDS

SECOND = replace(AREAS, reference=replace(AREAS.reference, version="1.1.0"))
DRAFT = replace(AREAS, reference=replace(AREAS.reference, version="2.0.0-draft"))
FOREIGN = replace(AREAS, reference=replace(AREAS.reference, agency="ESTAT"))
VERSIONS = catalogue_of(AREAS, SECOND, DRAFT, FOREIGN)


@pytest.mark.parametrize(
    ("address", "found"),
    [
        pytest.param("v1 dataflow", "DF_CRIME DF_OLD", marks=pytest.mark.item("R1-STR-12")),
        pytest.param("v1 codelist/SSER/CL_AREA+CL_FREQ", "CL_AREA CL_FREQ", marks=pytest.mark.item("R1-STR-32")),
        pytest.param("v1 hierarchicalcodelist", "H_AREAS", marks=pytest.mark.item("R1-STR-06")),
        pytest.param(
            "v1 organisationscheme",
            "SDMX:AGENCIES DATA_CONSUMERS ESTAT:DATA_PROVIDERS DATA_PROVIDERS UNITS",
            marks=pytest.mark.item("R1-STR-07"),
        ),
        pytest.param("v1 agencyscheme/SDMX/AGENCIES/1.0", "SDMX:AGENCIES", marks=pytest.mark.item("R1-STR-08")),
        pytest.param("v1 dataconsumerscheme", "DATA_CONSUMERS", marks=pytest.mark.item("R1-STR-10")),
        pytest.param(
            "v1 structureset",
            "CM_SUBJECTS CM_OLD OM_PROVIDERS TM_CTS SM_CRIME RM_AREA",
            marks=pytest.mark.item("R1-STR-16"),
        ),
        pytest.param("v1 contentconstraint", "CC_CRIME", marks=pytest.mark.item("R1-STR-19")),
        pytest.param("v1 allowedconstraint", "CC_CRIME", marks=pytest.mark.item("R1-STR-21")),
        pytest.param("v1 namealiasscheme", "VTL_ALIASES", marks=pytest.mark.item("R1-STR-28")),
        pytest.param("v1 vtlmappingscheme", "VTL_ALIASES", marks=pytest.mark.item("R1-STR-28")),
        ("v1 codelist/all/CL_AREA/1.0", "CL_AREA"),  # D9: 1.0 finds 1.0.0
        ("v2 dataflow/*/*/+", "DF_CRIME DF_OLD"),
        ("v2 dataproviderscheme/ESTAT,SSER", "ESTAT:DATA_PROVIDERS DATA_PROVIDERS"),
        pytest.param("v2 codelist/SSER/CL_AREA,CL_NONE/1.0.0,7.0.0", "CL_AREA", marks=pytest.mark.item("HTTP-16")),
        pytest.param("v1 codelist/SSER+NOBODY/CL_AREA+CL_NONE", "CL_AREA", marks=pytest.mark.item("HTTP-16")),
    ],
)
def test_what_is_named_is_found(address, found):
    """What is named is found by kind, agency, id and version; an unknown name beside known ones is passed over."""
    assert names(ask(address)) == found.split()


@pytest.mark.item("R1-STR-29", "R2-STR-03", "R2-STR-07")
def test_everything_comes_at_once():
    """`structure` on 1.5 and nothing or `*` on 2.x give every artefact of every kind that the generation knows."""
    assert {a.kind for a in ask("v1 structure")} == {*V1_KINDS, "representationmap"}  # a part of a structure set
    assert names(ask("v2 ")) == names(ask("v2 *")) == names(sorted(ALL, key=lambda a: (a.kind, a.reference)))
    assert {a.kind for a in ask("v2 ")} == set(STRUCTURES)
    assert REPORT not in ask("v2 ")


@pytest.mark.parametrize(
    ("address", "versions"),
    [
        ("v1 codelist/SSER/CL_AREA", ["1.1.0"]),  # no drafts on 1.5
        ("v1 codelist/SSER/CL_AREA/latest", ["1.1.0"]),
        ("v1 codelist/SSER/CL_AREA/all", ["1.0.0", "1.1.0"]),
        ("v1 codelist/SSER/CL_AREA/1.0+1.1.0", ["1.0.0", "1.1.0"]),
        ("v1 codelist/all/CL_AREA", ["1.0.0", "1.1.0"]),  # of each agency
        ("v2 codelist/SSER/CL_AREA", ["2.0.0-draft"]),
        ("v2 codelist/SSER/CL_AREA/+", ["1.1.0"]),
        ("v2 codelist/SSER/CL_AREA/1.0.+", ["1.0.0"]),
        ("v2 codelist/SSER/CL_AREA/1.0.+,2~.0.0", ["1.0.0", "2.0.0-draft"]),
        ("v2 codelist/SSER/CL_AREA/*", ["1.0.0", "1.1.0", "2.0.0-draft"]),
    ],
)
@pytest.mark.item("R1-STR-31", "R2-VER-05")
def test_versions_are_found_for_each_artefact(address, versions):
    """The latest version is taken for each agency and id; `latest` of 1.5 is never a draft."""
    assert [a.reference.version for a in ask(address, VERSIONS)] == versions


@pytest.mark.parametrize(
    ("address", "items"),
    [
        ("v1 codelist/SSER/CL_AREA/latest/FR", ["FR"]),
        ("v1 codelist/SSER/CL_FREQ/latest/A+M", ["A", "M"]),
        ("v1 codelist/SSER/CL_AREA/latest/75", ["75"]),
        ("v2 categoryscheme/SSER/SUBJECTS/~/CRIM", ["CRIM"]),
        ("v2 categoryscheme/SSER/SUBJECTS/~/CRIM.PRISON", ["CRIM", "PRISON"]),
        ("v1 categoryscheme/SSER/SUBJECTS/latest/CRIM.PRISON.ENTRIES+CIVIL", ["CRIM", "PRISON", "ENTRIES", "CIVIL"]),
        ("v1 categoryscheme/SSER/SUBJECTS/latest/PRISON", ["CRIM", "PRISON"]),  # its own id will do
        ("v2 reportingtaxonomy/SSER/CTS/~/PART1.TABLE11", ["PART1", "TABLE11"]),
        ("v2 valuelist/SSER/VL_AGE/~/60%20%26%20over", ["60 & over"]),
        ("v1 codelist/SSER/CL_AREA/latest/FR.FR1.75", ["FR", "FR1", "75"]),
        ("v2 conceptscheme/SSER/CS_MAIN/~/PHONE", ["PHONE"]),
        ("v1 organisationunitscheme/SSER/UNITS/latest/PENAL", ["PENAL"]),
        ("v1 transformationscheme/SSER/VTL_CHECKS/latest/C2", ["C2"]),
        ("v2 codelist/SSER/CL_EXTENDED/~/N_EU_FR", ["N_EU_FR"]),
        pytest.param("v1 codelist/SSER/CL_AREA/latest/FR+XX", ["FR"], marks=pytest.mark.item("HTTP-16")),
        pytest.param("v2 agencyscheme/*/*/~/SSER,XX", ["SSER"], marks=pytest.mark.item("HTTP-16")),
    ],
)
@pytest.mark.item("R1-STR-41", "R1-STR-42", "R1-STR-44", "R2-STR-10", "R2-STR-11")
def test_items_come_in_their_scheme(address, items):
    """An item comes in its scheme, marked partial, without children; a nested id brings the items above it, a flat one of
    a code list, concept scheme or organisation scheme does not."""
    (found,) = ask(address)
    assert [i.id for i in found.items] == items
    assert found.partial


@pytest.mark.item("R1-STR-41", "R2-STR-11", "ML21-07")
def test_a_code_without_its_parent_is_read_by_sdmx1_and_pysdmx():
    """sdmx1 and pysdmx read a partial code list in which the parent of a code is not."""
    found = ask("v1 codelist/SSER/CL_AREA/latest/75")
    body = b"".join(structure_ml.write(HEADER, found))
    assert list(sdmx.read_sdmx(io.BytesIO(body)).codelist["CL_AREA"].items) == ["75"]
    assert [c.id for c in read_sdmx(body.decode()).get_codelists()[0].items] == ["75"]
    body = b"".join(structure_json.write(HEADER, found, version="2.0.0"))
    assert [c.id for c in read_sdmx(body.decode()).get_codelists()[0].items] == ["75"]


@pytest.mark.item("R1-STR-40")
def test_the_item_of_a_hierarchical_code_list_is_its_hierarchy():
    """The item of a hierarchical code list of 1.5 is the hierarchy in it, which has the same id, and comes whole."""
    assert ask("v1 hierarchicalcodelist/SSER/H_AREAS/latest/H_AREAS") == ask("v1 hierarchicalcodelist/SSER/H_AREAS")
    with pytest.raises(NotFound) as error:
        ask("v1 hierarchicalcodelist/SSER/H_AREAS/latest/H_AREA")
    assert error.value.nearest == ("H_AREAS",)


@pytest.mark.item("R1-STR-43")
def test_all_items_are_no_partial_scheme():
    """`all` items are the whole scheme, which is not partial."""
    assert ask("v1 codelist/SSER/CL_AREA/latest/all") == [AREAS]


def test_only_schemes_that_have_the_item_are_answered():
    assert names(ask("v1 codelist/all/all/latest/A")) == ["CL_EXTENDED", "CL_FREQ", "CL_STATUS"]


@pytest.mark.parametrize(
    ("address", "near", "says"),
    [
        ("v1 codelist/SSER/CL_AERA", "CL_AREA", "There is no codelist CL_AERA."),
        ("v1 codelist/ESTAT/CL_AREA", "", "Codelist CL_AREA exists with agency SSER and version 1.0.0, not with agency ESTAT."),
        ("v1 codelist/SSER/CL_AREA/9.0", "", "Codelist CL_AREA exists with agency SSER and version 1.0.0, not with version 9.0."),
        ("v1 codelist/SSER/CL_AREA/1.0.0.0", "",
         "Codelist CL_AREA exists with agency SSER and version 1.0.0, not with version 1.0.0.0."),
        ("v2 agencyscheme/*/*/+", "", "There is no agencyscheme with version +."),  # 1.0: not stable (R2-VER-07)
        ("v2 codelist/SERS", "SSER", "There is no codelist with agency SERS."),
        ("v1 organisationscheme/all/AGENCY", "AGENCIES",
         "There is no agencyscheme or dataproviderscheme or dataconsumerscheme or organisationunitscheme AGENCY."),
        ("v1 structure/SSER/DF_CRIMES", "DF_CRIME", "There is no artefact DF_CRIMES."),
        ("v2 */SSER/DF_CRIMES", "DF_CRIME", "There is no artefact DF_CRIMES."),
        ("v1 codelist/SSER/CL_AREA/latest/XX", "", "'XX' is no item of SSER:CL_AREA(1.0.0)."),
        ("v1 codelist/SSER/CL_FREQ/latest/AA", "A", "'AA' is no item of SSER:CL_FREQ(2.1.0)."),
        ("v2 categoryscheme/SSER/SUBJECTS/*/CRIM.PRISONS", "PRISON", "'CRIM.PRISONS' is no item of SSER:SUBJECTS(1.0.0)."),
        ("v2 categoryscheme/SSER/SUBJECTS/*/CIVIL.PRISON", "PRISON", "'CIVIL.PRISON' is no item of SSER:SUBJECTS(1.0.0)."),
        ("v1 codelist/all/CL_AREA+CL_FREQ/latest/XX", "", "'XX' is no item of the 2 schemes that match."),
    ],
)  # fmt: skip
@pytest.mark.item("R1-ERR-04", "R2-ERR-02")
def test_what_is_not_there_is_not_found(address, near, says):
    """An empty structure result is 404 in both generations, with what does not fit and the nearest known names."""
    with pytest.raises(NotFound) as error:
        ask(address)
    assert error.value.nearest[:1] == ((near,) if near else ())
    assert error.value.message == says


@pytest.mark.item("R1-STR-20")
def test_actual_constraints_are_not_kept():
    """404: actual constraints are made by an availability query, and the answer says where to ask."""
    with pytest.raises(NotFound) as error:
        ask("v1 actualconstraint/SSER/CC_CRIME")
    assert "availableconstraint" in error.value.hint


def test_a_kind_of_which_there_is_nothing_is_not_found():
    with pytest.raises(NotFound, match=r"There is no process\."):
        ask("v2 process", catalogue_of(AREAS))
