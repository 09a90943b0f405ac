"""Structure addresses of REST 2.x and the questions that they ask (R2-GEN, R2-STR)."""

from datetime import UTC, datetime

import pytest

from greffe.errors import BadQuery
from greffe.query.parameters import path_parts
from greffe.query.queries import StructureQuery
from greffe.query.rest_v2 import parse_structure

# The enumeration `artefactType` of the OpenAPI description of 2.2.2.
TYPES = [
    "datastructure",
    "metadatastructure",
    "dataflow",
    "metadataflow",
    "provisionagreement",
    "metadataprovisionagreement",
    "process",
    "categorisation",
    "dataconstraint",
    "metadataconstraint",
    "conceptscheme",
    "codelist",
    "valuelist",
    "categoryscheme",
    "reportingtaxonomy",
    "hierarchy",
    "hierarchyassociation",
    "agencyscheme",
    "dataproviderscheme",
    "metadataproviderscheme",
    "dataconsumerscheme",
    "organisationunitscheme",
    "transformationscheme",
    "rulesetscheme",
    "userdefinedoperatorscheme",
    "customtypescheme",
    "namepersonalisationscheme",
    "vtlmappingscheme",
    "structuremap",
    "representationmap",
    "conceptschememap",
    "categoryschememap",
    "organisationschememap",
    "reportingtaxonomymap",
]
WITH_ITEMS = [
    "conceptscheme",
    "codelist",
    "valuelist",
    "categoryscheme",
    "agencyscheme",
    "dataproviderscheme",
    "metadataproviderscheme",
    "dataconsumerscheme",
    "organisationunitscheme",
    "reportingtaxonomy",
    "transformationscheme",
    "rulesetscheme",
    "userdefinedoperatorscheme",
    "customtypescheme",
    "namepersonalisationscheme",
    "vtlmappingscheme",
]


def structure(address):
    path, _, query = address.partition("?")
    return parse_structure(path_parts(path), query)


@pytest.mark.item("R2-STR-01")
@pytest.mark.parametrize("kind", TYPES)
def test_every_artefact_type_can_be_asked_for(kind):
    """Every artefact type of 2.x is asked for by its name, and may be named by `references`."""
    assert structure(kind) == StructureQuery((kind,))
    assert structure(f"codelist?references={kind}").references == (kind,)


@pytest.mark.item("R2-STR-02", "R2-STR-06", "R2-STR-31")
@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("organisationscheme", "agencyscheme"),
        ("hierarchicalcodelist", "hierarchy"),
        ("structureset", "structuremap"),
        ("contentconstraint", "dataconstraint"),
        ("actualconstraint", "dataconstraint"),
        ("allowedconstraint", "dataconstraint"),
        ("attachmentconstraint", "dataconstraint"),
        ("namealiasscheme", "vtlmappingscheme"),
        ("codelists", "codelist"),
        ("Codelist", "codelist"),
        ("nothing", None),
        ("metadataset", None),  # metadata/metadataset/…
    ],
)
def test_what_is_no_artefact_type_is_refused(word, near):
    """A word of 1.5 that is gone, or of nobody, is no artefact type (400), and what to ask for instead is said."""
    for address in (word, f"codelist?references={word}"):
        with pytest.raises(BadQuery) as error:
            structure(address)
        assert near is None or near in error.value.nearest


@pytest.mark.item("R2-STR-03", "R2-STR-07", "R2-GEN-01", "R2-GEN-02", "R2-GEN-03")
@pytest.mark.parametrize(
    "address", ["", "/", "*", "*/*", "*/*/*", "*/*/*/~", "all", "all/all/all", "*/ALL/*/latest", "*?references=none"]
)
def test_everything_is_asked_for_with_a_star_or_with_nothing(address):
    """Nothing, or `*` for each part, asks for the latest version of everything; `all` and `latest` are understood."""
    assert structure(address) == StructureQuery()


@pytest.mark.item("R2-STR-04", "R2-STR-05", "R2-GEN-01")
@pytest.mark.parametrize(
    ("address", "question"),
    [
        ("dataflow/A,B.C/X,Y/1.0.0,2.0.0", StructureQuery(("dataflow",), ("A", "B.C"), ("X", "Y"), ("1.0.0", "2.0.0"))),
        ("dataflow/A%2CB/X", StructureQuery(("dataflow",), ("A", "B"), ("X",))),
        ("dataflow/A,*/X,*", StructureQuery(("dataflow",))),
        ("dataflow/*/*/+", StructureQuery(("dataflow",), versions=("+",))),  # sdmx1
        ("dataflow/*/*/%2B", StructureQuery(("dataflow",), versions=("+",))),
        ("dataflow/*/*/1~.2.0,1.2.0+", StructureQuery(("dataflow",), versions=("1~.2.0", "1.2.0+"))),
        ("dataflow/*/*/1.0.0,*", StructureQuery(("dataflow",), versions=("*",))),
        ("codelist/SSER/X/~/A,B", StructureQuery(("codelist",), ("SSER",), ("X",), items=("A", "B"))),
        ("agencyscheme/SDMX/", StructureQuery(("agencyscheme",), ("SDMX",))),
    ],
)
def test_lists_are_joined_with_commas(address, question):
    """Lists of agencies (nested with dots), ids, versions and items are joined with commas."""
    assert structure(address) == question


@pytest.mark.item("R2-STR-10")
@pytest.mark.parametrize("kind", WITH_ITEMS)
def test_items_can_be_asked_for(kind):
    """A sixth part names items of every item scheme and of value lists."""
    assert structure(f"{kind}/SSER/X/~/A.B1,C").items == ("A.B1", "C")


@pytest.mark.item("R2-STR-10")
def test_a_value_of_a_value_list_may_hold_any_characters():
    """Values of a value list may hold any characters but the comma, percent-encoded."""
    assert structure("valuelist/SSER/X/~/60%20%26%20over,%3C13%2F2").items == ("60 & over", "<13/2")
    with pytest.raises(BadQuery):
        structure("codelist/SSER/X/~/60%20%26%20over")


@pytest.mark.item("R2-STR-10")
def test_items_of_any_scheme():
    """`*` before items means any item scheme, as the standard's OpenAPI document has it."""
    assert set(structure("*/SSER/*/~/item").kinds) == set(WITH_ITEMS)


@pytest.mark.item("R2-STR-12")
@pytest.mark.parametrize("kind", sorted({*TYPES} - {*WITH_ITEMS}))
def test_what_is_no_item_scheme_has_no_items(kind):
    """An item of anything else is refused (400)."""
    with pytest.raises(BadQuery) as error:
        structure(f"{kind}/SSER/X/~/item")
    assert error.value.parameter == "itemID"


DETAILS = [
    "full",
    "allstubs",
    "referencestubs",
    "referencepartial",
    "allcompletestubs",
    "referencecompletestubs",
    "raw",
]


@pytest.mark.item(*(f"R2-STR-2{n}" for n in range(7)))
@pytest.mark.parametrize("detail", DETAILS)
def test_detail_is_one_of_seven_words(detail):
    """`detail` is one of the seven words of 2.x, `full` by default."""
    assert structure(f"dataflow?detail={detail}") == StructureQuery(("dataflow",), detail=detail)


@pytest.mark.item("R2-STR-30")
@pytest.mark.parametrize(
    ("asked", "references"),
    [
        ("ancestors", ("ancestors",)),
        ("codelist,children", ("codelist", "children")),
        ("none,none", ("none",)),
        ("parents,ancestors,parentsandsiblings,descendants,all", None),
    ],
)
def test_references_may_be_a_list(asked, references):
    """`references` is a list of directions and artefact types."""
    assert structure(f"dataflow?references={asked}").references == (references or tuple(asked.split(",")))


@pytest.mark.item("R2-STR-40")
@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-01-01T00:00:00Z", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-01-01T00:00:00+01:00", datetime(2025, 12, 31, 23, tzinfo=UTC)),
        ("2026-01-01T00:00:00%2B01:00", datetime(2025, 12, 31, 23, tzinfo=UTC)),
        ("2026-01-01T00:00:00", datetime(2025, 12, 31, 23, tzinfo=UTC)),  # Europe/Paris
    ],
)
def test_as_of_is_a_moment(written, moment):
    """`asOf` is an xs:dateTime; without offset it is the time of Paris."""
    assert structure(f"dataflow?asOf={written}") == StructureQuery(("dataflow",), as_of=moment)


@pytest.mark.item("R2-STR-27", "R2-STR-31", "R2-STR-40")
@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        ("dataflow?references=everything", "references"),
        ("dataflow?references=children,", "references"),
        ("dataflow?references=*", "references"),
        ("dataflow?detail=some", "detail"),
        ("dataflow?asOf=yesterday", "asOf"),
        ("dataflow?asOf=2026-02-30T00:00:00Z", "asOf"),
        ("dataflow?asOf=", "asOf"),
        ("dataflow/SSER/X/1.+.3", "version"),
        ("dataflow/SSER/X/1.0.0,", "version"),
        ("dataflow/SSER/X+Y", "id"),
        ("dataflow/SSER,/X", "agency"),
        ("dataflow/SSER/X/~/A/B", "path"),
        ("codelist/SSER/X/~/A,", "item"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(address, parameter):
    """Whatever cannot be read is refused (400) with the name of the part or parameter."""
    with pytest.raises(BadQuery) as error:
        structure(address)
    assert error.value.parameter in (parameter, "itemID")
