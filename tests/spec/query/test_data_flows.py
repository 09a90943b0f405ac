"""Several dataflows, structures and agreements in one answer, with both stores."""

import pytest
from people_flows import asking, rows, stores

from greffe.errors import BadQuery, BadSemantics, NotFound, TooLarge


@pytest.fixture(params=["memory", "columnar"])
def ask(request, tmp_path):
    return asking(stores(tmp_path)[request.param], tmp_path)


def told(answer):
    return [(d.dataflow.reference.id, d.context, d.agreement.id if d.agreement else "") for d in answer.datasets]


@pytest.mark.item("R2-DATA-01", "R2-DATA-02", "R2-DATA-03")
@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("dataflow/SSER/PEOPLE,AREAS", [("AREAS", "dataflow", ""), ("PEOPLE", "dataflow", "")]),
        ("dataflow", [("AREAS", "dataflow", ""), ("PEOPLE", "dataflow", "")]),  # neither internal nor unreleased
        ("*", [("AREAS", "dataflow", ""), ("PEOPLE", "dataflow", "")]),
        ("datastructure/SSER/AREAS", [("AREAS", "datastructure", "")]),
        ("datastructure", [("AREAS", "datastructure", ""), ("PEOPLE", "datastructure", "")]),
        (
            "provisionagreement",
            [("AREAS", "provisionagreement", "PA3"), ("PEOPLE", "provisionagreement", "PA1"), ("PEOPLE", "provisionagreement", "PA2")],
        ),
        ("provisionagreement/SSER/PA2,PA3/1.0.0", [("AREAS", "provisionagreement", "PA3"), ("PEOPLE", "provisionagreement", "PA2")]),
        ("*/*/PA2", [("PEOPLE", "provisionagreement", "PA2")]),
        ("dataflow?c[SEX]=M", [("PEOPLE", "dataflow", "")]),  # AREAS has no SEX
        ("dataflow/*/*/*/A.FR.M", [("PEOPLE", "dataflow", "")]),  # nor three dimensions
        ("dataflow/*/*/*/A.DE", [("AREAS", "dataflow", "")]),  # nothing of PEOPLE matches
        ("v1 all,PEOPLE,latest/all/P1", [("PEOPLE", "dataflow", "")]),
    ],
)  # fmt: skip
def test_one_data_set_for_each_flow_or_agreement(ask, address, found):
    """Lists and wildcards give one data set for each dataflow or agreement that matches, and the context is kept"""
    assert told(ask(address)) == found


@pytest.mark.item("R2-DATA-07", "R2-DATA-15")
@pytest.mark.parametrize(
    ("address", "error", "says"),
    [
        ("dataflow/*/*/*/A.FR.M.X", BadQuery, "key: .*slots"),
        ("dataflow?c[SEKS]=M", BadSemantics, r"c\[SEKS\]"),
        ("dataflow?attributes=OBS_STATE", BadSemantics, "attributes"),
        ("dataflow?dimensionAtObservation=SEX", BadSemantics, "AREAS has no dimension 'SEX'"),
        ("dataflow?sort=SEX", BadQuery, "AREAS has no 'SEX' to sort by"),
        ("dataflow/SSER/SECRET", NotFound, "internal"),
        ("dataflow/SSER/UNRELEASED", NotFound, "SSER:UNRELEASED.*released"),
    ],
)
def test_what_no_flow_has_is_an_error(ask, address, error, says):
    """A component that none of several flows has is refused by name; so is an order or a packing that one of them lacks"""
    with pytest.raises(error, match=says):
        ask(address)


def test_attributes_that_one_of_several_flows_has_are_written_there(ask):
    """attributes=OBS_STATUS over several flows is written where it exists"""
    answer = ask("dataflow?attributes=OBS_STATUS")
    assert [d.attributes for d in answer.datasets] == [(), ("OBS_STATUS",)]


@pytest.mark.item("R2-DATA-40", "R2-DATA-41")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("limit=1", "A.DE 2021"),
        ("offset=1&limit=2", "A.FR 2021|A.BE.F 2020"),
        ("offset=3&limit=1", "A.BE.M 2021"),
        ("offset=8", "Q.FR.M 2020-Q4"),
        ("offset=9", ""),
        ("limit=3&sort=OBS_VALUE:desc", "A.FR 2021|A.DE 2021|A.FR.F 2020"),
        ("offset=1&limit=2&attributes=none&measures=none", "A.FR|A.BE.F"),
    ],
)
def test_a_window_goes_over_all_data_sets(ask, query, found):
    """offset and limit count through the data sets of an answer, one after the other"""
    assert rows(ask(f"dataflow?{query}")) == found.split("|") * bool(found)


def test_series_of_all_flows_count_for_the_limit(ask):
    """413: more series over all flows than the service gives in one answer"""
    with pytest.raises(TooLarge):
        ask("dataflow", series_limit=6)
    assert len(told(ask("dataflow/*/*/*/*.FR", series_limit=6))) == 2
