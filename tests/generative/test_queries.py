"""One question, two dialects: pysdmx writes the address, both parsers read the same question out of it."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pysdmx.api.qb import data as qb_data
from pysdmx.api.qb.util import ApiVersion

from greffe.errors import GreffeError
from greffe.query import rest_v1, rest_v2
from greffe.query.parameters import path_parts
from greffe.query.queries import DataQuery

V1 = [v for v in ApiVersion if v.name.startswith("V1_")]
V2 = [v for v in ApiVersion if v.name.startswith("V2_")]
ids = st.from_regex(r"[A-Za-z0-9_@$\-]{1,8}", fullmatch=True).filter(lambda i: i.lower() not in ("all", "latest"))
agency_ids = st.from_regex(r"[A-Za-z][A-Za-z0-9_\-]{0,5}(\.[A-Za-z][A-Za-z0-9_\-]{0,5})?", fullmatch=True).filter(
    lambda a: a.lower() not in ("all", "latest")
)
version_texts = st.from_regex(r"[1-9]\.[0-9](\.[0-9])?", fullmatch=True)
slots = st.frozensets(ids, max_size=3)
keys = st.lists(slots, min_size=1, max_size=4).map(tuple).filter(lambda k: k != (frozenset(),))  # "" is no path part


def parts_of(address, root):
    path, _, query = address.partition("?")
    assert path.startswith(root)
    return path_parts(path.removeprefix(root)), query


def key_of_1_5(key):
    return ".".join("+".join(sorted(slot)) for slot in key)


def keys_of_2_x(key):
    """`A+M..FR` is `A.*.FR,M.*.FR`: one whole key for each choice of codes."""
    return ",".join(".".join(choice) for choice in product(*(sorted(slot) or ["*"] for slot in key)))


@given(
    agency=st.none() | agency_ids, id_=ids, version=st.none() | version_texts, key=st.none() | keys,
    first=st.none() | st.integers(1, 999), last=st.none() | st.integers(1, 999),
    detail=st.sampled_from(["full", "dataonly", "serieskeysonly", "nodata"]),
    one=st.sampled_from(V1), two=st.sampled_from(V2), short=st.booleans(),
)  # fmt: skip
def test_data_queries_of_pysdmx_are_the_same_question(agency, id_, version, key, first, last, detail, one, two, short):
    attributes = "dsd" if detail in ("full", "nodata") else "none"
    measures = "all" if detail in ("full", "dataonly") else "none"
    dialect_of = {
        "context": qb_data.DataContext.DATAFLOW,
        "agency_id": agency or "*",
        "resource_id": id_,
        "version": version or "~",
        "first_n_obs": first,
        "last_n_obs": last,
        "attributes": attributes,
        "measures": measures,
    }
    # pysdmx writes serieskeysonly for attributes=series; the standard says it of none (R2-DATA-22).
    of_1_5 = dialect_of | ({"attributes": "series"} if detail == "serieskeysonly" else {})
    address_1 = qb_data.DataQuery(**of_1_5, key=key_of_1_5(key) if key else "*").get_url(one, short)
    assert ("detail=" not in address_1) if short and detail == "full" else f"detail={detail}" in address_1
    address_2 = qb_data.DataQuery(**dialect_of, key=keys_of_2_x(key) if key else "*").get_url(two, short)
    question = rest_v1.parse_data(*parts_of(address_1, "/data"))
    assert question == rest_v2.parse_data(*parts_of(address_2, "/data"))
    assert question == DataQuery(
        agencies=(agency,) if agency else (),
        ids=(id_,),
        versions=(version or "~",),
        keys=(key,) if key else (),
        first=first,
        last=last,
        attributes=(attributes,),
        measures=(measures,),
    )


parsers = [rest_v1.parse_data, rest_v1.parse_structure, rest_v2.parse_data, rest_v2.parse_structure]
pieces = [*"aA1.+,*~:=[]%/&- é\x00", "%2B", "%ff", "all", "2020", "c[", "detail=", "ge:", "?"]
noise = st.lists(st.sampled_from(pieces), max_size=20).map("".join)


@pytest.mark.parametrize("parse", parsers)
@given(path=noise, query=noise)
def test_whatever_is_asked_is_answered_or_refused(parse, path, query):
    """HTTP-18: never a failure of ours."""
    try:
        parse(path_parts(path), query)
    except GreffeError as error:
        assert error.http in (400, 404, 501)
