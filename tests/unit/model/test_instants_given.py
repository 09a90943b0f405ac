"""Instants as people write them (D3)."""

import pytest

from greffe.errors import BadQuery
from greffe.model.instants import given, written


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-24T09:00:00Z", "2026-11-24T09:00:00.000000Z"),
        ("2026-11-24T09:00:00+01:00", "2026-11-24T08:00:00.000000Z"),
        ("2026-11-24T09:00:00.5-05:00", "2026-11-24T14:00:00.500000Z"),
        ("2026-11-24T09:00", "2026-11-24T08:00:00.000000Z"),  # Europe/Paris, winter
        ("2026-07-01T00:00:00", "2026-06-30T22:00:00.000000Z"),  # summer
        ("2026-07-01", "2026-06-30T22:00:00.000000Z"),
        ("2026-11-24T24:00:00Z", "2026-11-25T00:00:00.000000Z"),  # the end of a day
        ("2026-10-25T02:30:00", "2026-10-25T01:30:00.000000Z"),  # twice there: the later
    ],
)
def test_an_instant_without_offset_is_of_paris(text, moment):
    assert written(given(text, "asOf")) == moment


@pytest.mark.parametrize(
    "text",
    [
        "2026-W48-2",
        "20261124T194200Z",
        "2026-11-24T24:00:01Z",
        "2026-11-24 09:00",
        "",
        "now",
        "2026-13-01",
        "2026-03-29T02:30:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-01:00",
    ],
)
def test_what_is_no_instant_is_refused_by_name(text):
    """2026-03-29T02:30 does not exist in Paris; the last two lie outside the calendar."""
    with pytest.raises(BadQuery) as error:
        given(text, "asOf")
    assert error.value.parameter == "asOf"
