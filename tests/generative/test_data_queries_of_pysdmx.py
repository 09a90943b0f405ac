"""What pysdmx writes of the parameters of 2.2 (moments, history, order, windows, filters) is read as it was meant."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from pysdmx.api.dc.query import NumberFilter, Operator, TextFilter
from pysdmx.api.qb import data as qb_data
from pysdmx.api.qb.util import ApiVersion

from greffe.query.parameters import path_parts
from greffe.query.queries import DataQuery, Sorting
from greffe.query.rest_v1 import parse_data as parse_v1
from greffe.query.rest_v2 import parse_data as parse_v2

ids = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,7}", fullmatch=True).filter(lambda i: i.lower() not in ("all", "latest"))
moments = st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1)).map(lambda d: d.replace(microsecond=0, tzinfo=UTC))
sorts = st.lists(st.tuples(ids, st.booleans()), max_size=3, unique_by=lambda one: one[0])


def parsed(parse, address):
    path, _, query = address.partition("?")
    return parse(path_parts(path.removeprefix("/data")), query)


@given(
    id_=ids, two_moments=st.lists(moments, min_size=2, max_size=2).map(sorted), history=st.booleans(), sort=sorts,
    offset=st.integers(0, 999), limit=st.none() | st.integers(1, 999), dimension=st.none() | ids, short=st.booleans(),
)  # fmt: skip
def test_parameters_of_2_2(id_, two_moments, history, sort, offset, limit, dimension, short):
    after, as_of = two_moments
    address = qb_data.DataQuery(
        context=qb_data.DataContext.DATAFLOW, resource_id=id_, version="~", updated_after=after, as_of=as_of,
        include_history=history, offset=offset, limit=limit, obs_dimension=dimension,
        sort=[qb_data.SortBy(c, "desc" if d else "asc") for c, d in sort],
    ).get_url(ApiVersion.V2_2_0, short)  # fmt: skip
    assert parsed(parse_v2, address) == DataQuery(
        ids=(id_,), updated_after=after, as_of=as_of, history=history, offset=offset, limit=limit,
        dimension_at_observation=dimension or "TIME_PERIOD", sort=tuple(Sorting(c, d) for c, d in sort),
    )  # fmt: skip


@given(id_=ids, after=moments, history=st.booleans(), dimension=st.none() | ids, short=st.booleans())
def test_parameters_of_1_5(id_, after, history, dimension, short):
    address = qb_data.DataQuery(
        context=qb_data.DataContext.DATAFLOW, resource_id=id_, version="~", updated_after=after,
        include_history=history, obs_dimension=dimension,
    ).get_url(ApiVersion.V1_5_0, short)  # fmt: skip
    assert parsed(parse_v1, address) == DataQuery(
        ids=(id_,), updated_after=after, history=history, dimension_at_observation=dimension or "TIME_PERIOD"
    )


@given(component=ids, number=st.integers(-99, 99), word=ids, short=st.booleans())
def test_filters(component, number, word, short):
    for one, operator, value in (
        (NumberFilter(component, Operator.GREATER_THAN_OR_EQUAL, number), "ge", str(number)),
        (TextFilter(component, Operator.LIKE, f"%{word}%"), "co", word),
        (TextFilter(component, Operator.LIKE, f"{word}%"), "sw", word),
        (TextFilter(component, Operator.LIKE, f"%{word}"), "ew", word),
        (TextFilter(component, Operator.NOT_EQUALS, word), "ne", word),
    ):
        address = qb_data.DataQuery(
            context=qb_data.DataContext.DATAFLOW, resource_id="X", version="~", components=one
        ).get_url(ApiVersion.V2_2_0, short)
        (found,) = parsed(parse_v2, address).filters
        assert [(found.component, c.operator, c.value) for (c,) in found.alternatives] == [(component, operator, value)]
