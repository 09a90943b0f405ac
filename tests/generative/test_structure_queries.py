"""Structure queries that pysdmx writes, in every version of the REST API, are the questions that it was told."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pysdmx.api.qb import structure as qb
from pysdmx.api.qb.util import ApiVersion
from pysdmx.errors import Invalid

from greffe.errors import BadQuery, NotFound, Unsupported
from greffe.query import resources, rest_v1, rest_v2
from greffe.query.parameters import path_parts
from greffe.query.queries import StructureQuery

V1 = [v for v in ApiVersion if v.name.startswith("V1_")]
V2 = [v for v in ApiVersion if v.name.startswith("V2_")]
KEYWORDS = ("all", "latest")
ids = st.from_regex(r"[A-Za-z0-9_@$\-]{1,8}", fullmatch=True).filter(lambda i: i.lower() not in KEYWORDS)
agency_ids = st.from_regex(r"[A-Za-z][A-Za-z0-9_\-]{0,5}(\.[A-Za-z][A-Za-z0-9_\-]{0,5})?", fullmatch=True).filter(
    lambda a: a.lower() not in KEYWORDS
)
exact = st.from_regex(r"[1-9]\.[0-9](\.[0-9])?", fullmatch=True)
patterns = exact | st.sampled_from(["+", "~", "1.2.+", "1+.0.0", "2.~", "1~.2.0", "*.0", "1.0*", "0.9.0-rc.1"])
moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(
    lambda d: d.replace(microsecond=0, tzinfo=timezone(timedelta(hours=d.hour % 5 - 2)))
)
# What a word of 1.5 means that is not the word of its kind (sdmx-formats: structures of 2.1).
MEANS = {
    "hierarchicalcodelist": ("hierarchy",),
    "organisationscheme": ("agencyscheme", "dataproviderscheme", "dataconsumerscheme", "organisationunitscheme"),
    "structureset": (
        "structuremap", "conceptschememap", "categoryschememap", "organisationschememap", "reportingtaxonomymap",
    ),
    "contentconstraint": ("dataconstraint",),
    "allowedconstraint": ("dataconstraint",),
    "actualconstraint": ("dataconstraint",),
    "namealiasscheme": ("vtlmappingscheme",),
    "*": resources.V1_KINDS,
}  # fmt: skip
ROLES = {"allowedconstraint": "Allowed", "actualconstraint": "Actual"}


def read(address, version):
    """What our parser makes of the address."""
    path, _, query = address.partition("?")
    if version in V1:
        return rest_v1.parse_structure(path_parts(path), query)
    assert path.startswith("/structure")
    return rest_v2.parse_structure(path_parts(path.removeprefix("/structure")), query)


def asked(word, version):
    """Kinds and role of a type."""
    if version in V2:
        return {"kinds": () if word == "*" else (word,)}
    return {"kinds": MEANS.get(word, (word,)), "role": ROLES.get(word, "")}


@pytest.mark.item("R1-STR-29", "R2-STR-01", "R1-STR-30", "R2-GEN-02")
@pytest.mark.parametrize("version", [*V1, *V2])
def test_every_type_in_every_version(version):
    """Every type that pysdmx can ask for, in every version from 1.0.0 to 2.2.2, long or short, is read as that type."""
    for type_, short in product(qb.StructureType, (True, False)):
        try:
            address = qb.StructureQuery(type_).get_url(version, short)
        except Invalid:  # no such type in that version
            continue
        if type_.value == "attachmentconstraint":
            with pytest.raises(Unsupported):
                read(address, version)
            continue
        assert read(address, version) == StructureQuery(**asked(type_.value, version))


@pytest.mark.item("R1-STR-66", "R2-STR-30")
@pytest.mark.parametrize("version", [*V1, *V2])
def test_every_reference_in_every_version(version):
    """Every value of `references` that pysdmx can write is read, in every version."""
    for reference in qb.StructureReference:
        word = reference.value
        try:
            address = qb.StructureQuery(qb.StructureType.DATAFLOW, references=reference).get_url(version)
        except Invalid:
            continue
        nothing = word in ("attachmentconstraint", "actualconstraint")
        expected = (word,) if version in V2 or nothing else MEANS.get(word, (word,))
        assert read(address, version).references == expected


BOTH = sorted(kind for kind in resources.V2 if resources.V1.get(kind) == (kind,))


VTL = (  # came with 1.5, where pysdmx calls the last one otherwise
    "transformationscheme", "rulesetscheme", "userdefinedoperatorscheme", "customtypescheme",
    "namepersonalisationscheme", "vtlmappingscheme",
)  # fmt: skip


def several(one, version):
    """Lists came with 1.3."""
    return st.lists(one, max_size=2 if version >= ApiVersion.V1_3_0 else 1)


def told(values, nothing):
    """As pysdmx wants it: one value is no list."""
    return nothing if not values else values[0] if len(values) == 1 else values


@given(data=st.data(), version=st.sampled_from([*V1, *V2]), kind=st.sampled_from(BOTH), short=st.booleans())
@pytest.mark.item("R1-STR-32", "R1-STR-33", "R1-STR-44", "R2-STR-04", "R2-STR-05", "R2-STR-40", "R2-VER-05")
def test_structure_queries_of_pysdmx_are_what_was_asked(data, version, kind, short):
    """Any structure query that pysdmx writes, in any version, is read as the question that it was told."""
    draw = data.draw
    new = version in V2
    if not new and kind in VTL:
        kind, version = "codelist", ApiVersion.V1_5_0
    agency, id_ = draw(several(agency_ids, version)), draw(several(ids, version))
    wanted = draw(several(patterns if new else exact | st.sampled_from(["*", "~"]), version))
    with_items = kind in resources.V2_WITH_ITEMS and version >= ApiVersion.V1_1_0
    items = draw(several(ids, version)) if with_items else []
    details = resources.V2_DETAILS if new else resources.V1_DETAILS
    detail = draw(st.sampled_from(details if version >= ApiVersion.V1_3_0 else ["full", "allstubs", "referencestubs"]))
    reference = draw(st.sampled_from(resources.V2_REFERENCES if new else resources.V1_REFERENCES))
    as_of = draw(st.none() | moments) if version >= ApiVersion.V2_2_0 else None
    written = qb.StructureQuery(
        qb.StructureType(kind), told(agency, "*"), told(id_, "*"), told(wanted, "~"), told(items, "*"),
        qb.StructureDetail(detail), qb.StructureReference(reference), as_of,
    ).get_url(version, short)  # fmt: skip
    assert read(written, version) == StructureQuery(
        kinds=(kind,),
        agencies=tuple(dict.fromkeys(agency)),
        ids=tuple(dict.fromkeys(id_)),
        versions=("*",) if "*" in wanted else tuple(dict.fromkeys(wanted)) or ("~",),
        items=tuple(dict.fromkeys(items)),
        references=(reference,),
        detail=detail,
        as_of=as_of and as_of.astimezone(UTC),
    )


@given(
    kind=st.sampled_from(BOTH), agency=st.lists(agency_ids, max_size=2), id_=st.lists(ids, max_size=2),
    version=st.lists(exact, max_size=2), items=st.lists(ids, max_size=2),
    detail=st.sampled_from(resources.V1_DETAILS),
    references=st.sampled_from([*resources.V1_REFERENCES, *BOTH]),
    two=st.sampled_from(V2), short=st.booleans(),
)  # fmt: skip
@example("dataflow", ["A"], [], [], [], "full", "none", ApiVersion.V2_0_0, True)
def test_both_generations_read_the_same_question(kind, agency, id_, version, items, detail, references, two, short):
    """One question, written by pysdmx for 1.5 and for 2.x, is read as the same question."""
    items = items if kind in resources.V2_WITH_ITEMS else []
    asked_ = qb.StructureQuery(
        qb.StructureType(kind), agency or "*", id_ or "*", version or "~", items or "*",
        qb.StructureDetail(detail), qb.StructureReference(references),
    )  # fmt: skip
    one = ApiVersion.V1_5_0
    if kind == "vtlmappingscheme" or references == "vtlmappingscheme":  # pysdmx knows its other name on 1.5
        return
    assert read(asked_.get_url(one, short), one) == read(asked_.get_url(two, short), two)


@pytest.mark.item("R1-STR-34", "R2-VER-06")
@given(part=st.text("0123456789.+~*-ab,%", max_size=12))
def test_a_version_is_read_or_refused(part):
    """HTTP-18: whatever stands for a version is read or refused, never a failure."""
    for parse in (rest_v1.parse_structure, rest_v2.parse_structure):
        try:
            assert parse(("codelist", "SSER", "X", part), "").versions
        except (BadQuery, NotFound) as error:
            assert error.http in (400, 404)
