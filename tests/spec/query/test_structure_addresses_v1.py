"""Structure addresses of REST 1.5 and the questions that they ask (R1-STR)."""

import pytest

from greffe.errors import BadQuery, NotFound, Unsupported
from greffe.query.parameters import path_parts
from greffe.query.queries import StructureQuery
from greffe.query.rest_v1 import parse_structure

ITEMS = {
    "datastructure": "01", "metadatastructure": "02", "categoryscheme": "03", "conceptscheme": "04", "codelist": "05",
    "agencyscheme": "08", "dataproviderscheme": "09", "dataconsumerscheme": "10", "organisationunitscheme": "11",
    "dataflow": "12", "metadataflow": "13", "reportingtaxonomy": "14", "provisionagreement": "15", "process": "17",
    "categorisation": "18", "transformationscheme": "23", "rulesetscheme": "24", "userdefinedoperatorscheme": "25",
    "customtypescheme": "26", "namepersonalisationscheme": "27", "vtlmappingscheme": "28",
}  # fmt: skip
MAPS = ("structuremap", "conceptschememap", "categoryschememap", "organisationschememap", "reportingtaxonomymap")
ORGANISATIONS = ("agencyscheme", "dataproviderscheme", "dataconsumerscheme", "organisationunitscheme")


def structure(address):
    path, _, query = address.partition("?")
    return parse_structure(path_parts(path), query)


def codelists(**asked):
    return StructureQuery(("codelist",), **asked)


@pytest.mark.item(*(f"R1-STR-{number}" for number in ITEMS.values()))
@pytest.mark.parametrize("resource", ITEMS)
def test_a_resource_asks_for_its_kind(resource):
    """Every resource of 1.5 with a name of its own is asked for by that name."""
    assert structure(resource) == StructureQuery((resource,))


@pytest.mark.parametrize(
    ("resource", "kinds", "role"),
    [
        pytest.param("hierarchicalcodelist", ("hierarchy",), "", marks=pytest.mark.item("R1-STR-06")),
        pytest.param("organisationscheme", ORGANISATIONS, "", marks=pytest.mark.item("R1-STR-07")),
        pytest.param("structureset", MAPS, "", marks=pytest.mark.item("R1-STR-16")),
        pytest.param("contentconstraint", ("dataconstraint",), "", marks=pytest.mark.item("R1-STR-19")),
        pytest.param("actualconstraint", ("dataconstraint",), "Actual", marks=pytest.mark.item("R1-STR-20")),
        pytest.param("allowedconstraint", ("dataconstraint",), "Allowed", marks=pytest.mark.item("R1-STR-21")),
        pytest.param("namealiasscheme", ("vtlmappingscheme",), "", marks=pytest.mark.item("R1-STR-28")),
    ],
)
def test_a_word_of_1_5_that_is_gone_from_2_x_asks_for_what_took_its_place(resource, kinds, role):
    """Resources whose kind is called otherwise since 3.0 ask for those kinds."""
    assert structure(resource) == StructureQuery(kinds, role=role)


@pytest.mark.item("R1-STR-22")
def test_attachment_constraints_are_not_offered():
    """501: attachment constraints, as nothing is attached to keys and 2.x has dropped them."""
    with pytest.raises(Unsupported) as error:
        structure("attachmentconstraint/SSER")
    assert "allowedconstraint" in error.value.hint


@pytest.mark.item("R1-STR-29")
def test_structure_is_every_kind_that_the_dialect_can_name():
    """`structure` asks for every kind that 1.5 can name, and for none that came with 3.0."""
    kinds = structure("structure").kinds
    assert set(kinds) == {*ITEMS, "hierarchy", "dataconstraint", *MAPS}
    assert len(kinds) == len(set(kinds)) == 28


@pytest.mark.parametrize(
    ("address", "question"),
    [
        ("codelist", codelists()),
        ("codelist/all", codelists()),
        ("codelist/all/all", codelists()),
        ("codelist/all/all/latest", codelists()),
        ("codelist/all/all/latest/all", codelists()),
        ("codelist/SSER", codelists(agencies=("SSER",))),
        ("codelist/SSER/X", codelists(agencies=("SSER",), ids=("X",))),
        ("codelist/SSER/X/1.0", codelists(agencies=("SSER",), ids=("X",), versions=("1.0",))),
        ("codelist/all/X/all", codelists(ids=("X",), versions=("*",))),
    ],
)
@pytest.mark.item("R1-STR-30", "R1-STR-31")
def test_parts_left_out_mean_all_and_latest(address, question):
    """Path parts may be left out from the right: agency and id are then `all`, the version `latest`."""
    assert structure(address) == question


@pytest.mark.parametrize(
    ("address", "question"),
    [
        (
            "dataflow/A+B/X+Y/1.0+latest",
            StructureQuery(("dataflow",), ("A", "B"), ("X", "Y"), ("1.0", "~")),
        ),
        ("dataflow/A%2BB/X", StructureQuery(("dataflow",), ("A", "B"), ("X",))),
        ("dataflow/A+all/X/1.0+all", StructureQuery(("dataflow",), (), ("X",), ("*",))),
        ("codelist/SSER/X/latest/A%2BB+A", codelists(agencies=("SSER",), ids=("X",), items=("A", "B"))),
    ],
)
@pytest.mark.item("R1-STR-32", "R1-STR-44")
def test_several_values_are_joined_with_plus(address, question):
    """Several agencies, ids, versions and items are joined with `+`, raw or as %2B."""
    assert structure(address) == question


@pytest.mark.item("R1-STR-33")
def test_an_agency_may_be_nested():
    """An agency may be nested with dots."""
    assert structure("dataflow/SDMX.SUB.UNIT/X").agencies == ("SDMX.SUB.UNIT",)


@pytest.mark.item("R1-STR-34")
@pytest.mark.parametrize("version", ["one", "1.0-draft", "1..0", "1.", "*", "~", "1.0+", "9" * 5000])
def test_a_version_is_digits_with_dots(version):
    """A version that is neither digits with dots nor a keyword is a syntax error (400)."""
    with pytest.raises(BadQuery) as error:
        structure(f"codelist/SSER/X/{version}")
    assert error.value.parameter == "version"


@pytest.mark.item("R1-STR-35")
@pytest.mark.parametrize("address", ["codelist/", "codelist/all/", "codelist/all/all/latest/all/"])
def test_a_slash_at_the_end_means_nothing(address):
    """A slash at the end of an address means nothing."""
    assert structure(address) == codelists()


@pytest.mark.parametrize(
    ("address", "question"),
    [
        ("codelist/ALL/CL_SEX", codelists(ids=("CL_SEX",))),  # opensdmx
        ("codelist/all/CL_SEX/LATEST", codelists(ids=("CL_SEX",))),
        ("dataflow/SSER/latest", StructureQuery(("dataflow",), ("SSER",))),  # pandaSDMX
    ],
)
def test_spellings_of_clients_are_understood(address, question):
    assert structure(address) == question


ITEM_SCHEMES = [
    "categoryscheme", "conceptscheme", "codelist", "hierarchicalcodelist", "organisationscheme", "agencyscheme",
    "dataproviderscheme", "dataconsumerscheme", "organisationunitscheme", "reportingtaxonomy", "transformationscheme",
    "rulesetscheme", "userdefinedoperatorscheme", "customtypescheme", "namepersonalisationscheme", "vtlmappingscheme",
    "namealiasscheme",
]  # fmt: skip


@pytest.mark.item("R1-STR-40", "R1-STR-42")
@pytest.mark.parametrize("resource", ITEM_SCHEMES)
def test_items_can_be_asked_for_of_every_item_scheme(resource):
    """A fifth path part names items, nested ones with dots, of every item scheme and of hierarchical code lists."""
    assert structure(f"{resource}/SSER/X/latest/A.B1").items == ("A.B1",)


@pytest.mark.item("R1-STR-43")
def test_all_items_are_asked_for_with_all():
    """`all` as the item is every item."""
    assert structure("codelist/SSER/X/latest/all") == structure("codelist/SSER/X/latest")


@pytest.mark.item("R1-STR-45")
@pytest.mark.parametrize("resource", ["dataflow", "structureset", "contentconstraint", "structure", "process"])
def test_what_is_no_item_scheme_has_no_items(resource):
    """An item of anything else is a path that does not exist (404)."""
    with pytest.raises(NotFound):
        structure(f"{resource}/SSER/X/1.0/item")


DETAILS = ["full", "allstubs", "referencestubs", "referencepartial", "allcompletestubs", "referencecompletestubs"]


@pytest.mark.item(*(f"R1-STR-5{n}" for n in range(6)))
@pytest.mark.parametrize("detail", DETAILS)
def test_detail_is_one_of_six_words(detail):
    """`detail` is one of the six words of 1.5, `full` by default."""
    assert structure(f"codelist?detail={detail}") == codelists(detail=detail)
    assert structure("codelist").detail == "full"


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        *((word, (word,)) for word in ("none", "parents", "parentsandsiblings", "children", "descendants", "all")),
        pytest.param("datastructure", ("datastructure",), marks=pytest.mark.item("R1-STR-66")),
        ("organisationscheme", ORGANISATIONS),
        ("structureset", MAPS),
        ("hierarchicalcodelist", ("hierarchy",)),
        ("contentconstraint", ("dataconstraint",)),
        ("allowedconstraint", ("dataconstraint",)),
        ("namealiasscheme", ("vtlmappingscheme",)),
        ("actualconstraint", ("actualconstraint",)),  # understood: there are none
        ("attachmentconstraint", ("attachmentconstraint",)),
    ],
)
@pytest.mark.item("R1-STR-66")
def test_references_may_name_a_resource(asked, kinds):
    """`references` takes one word for a direction, or the name of a resource in either direction."""
    assert structure(f"codelist?references={asked}") == codelists(references=kinds)


@pytest.mark.item("R1-STR-56", "R1-STR-67")
@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("detail=some", "detail"),
        ("detail=raw", "detail"),
        ("references=everything", "references"),
        ("references=ancestors", "references"),
        ("references=valuelist", "references"),
        ("references=codelist,dataflow", "references"),
        ("startPeriod=2020", "startPeriod"),
        ("asOf=2026-01-01T00:00:00Z", "asOf"),
    ],
)
def test_values_of_2_x_and_of_nobody_are_refused(query, parameter):
    """A value that 1.5 does not know, and one that came with 2.x, is refused (400) with the nearest known ones."""
    with pytest.raises(BadQuery) as error:
        structure(f"codelist?{query}")
    assert error.value.parameter == parameter


@pytest.mark.parametrize(
    ("address", "error", "near"),
    [
        ("codelists", NotFound, "codelist"),
        ("", NotFound, None),
        ("valuelist", NotFound, "codelist"),
        ("metadatset", NotFound, None),
        ("codelist/SSER/X/1.0/A/more", BadQuery, None),
        ("codelist/SS ER", BadQuery, None),
        ("codelist/SSER/*", BadQuery, None),
    ],
)
def test_what_is_no_structure_query_is_refused(address, error, near):
    with pytest.raises(error) as caught:
        structure(address)
    assert near is None or near in caught.value.nearest
