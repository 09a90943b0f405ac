"""What a rounded figure may stand for, and when two figures may be one."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from greffe.catalogue.policies.bridge.series import PublishedSeries, within
from greffe.validation.bridge.cells import Cell, Interval, Operand, rounded_from
from greffe.validation.bridge.words import exactly, shown


def published(text: str, unit: str = "") -> Interval:
    rounding = Decimal(unit) if unit else None
    series = PublishedSeries("S", "B", "D", "K", "", "", "given", rounding, "", "verified", "r", "")
    return rounded_from(Operand(series, Cell("B", "D", "K", "2020", text, Fraction(text)), "2020"))


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        (published("0.285"), published("0.29", "0.01"), True),  # half away from zero: 0.285 is shown as 0.29
        (published("0.295"), published("0.29", "0.01"), False),  # and 0.295 as 0.30
        (published("119.175"), published("119", "1"), True),
        (published("119.5"), published("119", "1"), False),
        (published("149.40", "0.01"), published("149.40", "0.01"), True),
        (published("149.40", "0.01"), published("149.41", "0.01"), False),
        (published("61076"), published("61076"), True),
        (published("61076"), published("61077"), False),
        (published("558000", "1000"), published("555203"), False),
        # Rounded to the hundred each: 559,400 against 530,200 + 29,300, of which each may be 50 off.
        (published("559400", "100"), published("530200", "100").plus(published("29300", "100")), True),
        (published("559400", "100"), published("530400", "100").plus(published("29300", "100")), False),
        (published("1.237", "0.01"), published("1.236"), False),  # no multiple of its unit: it was not rounded to it
    ],
)
def test_two_figures_that_may_be_one(one: Interval, other: Interval, meet: bool):
    assert one.meets(other) is meet
    assert other.meets(one) is meet


def test_numbers_for_people_and_for_programs():
    """French puts a thin blank and a comma; what is not told whole has ≈; programs get the digits."""
    assert shown(Fraction(61076), "fr") == "61\u202f076"
    assert shown(Fraction(-2016), "en", signed=True) == "−2,016"
    assert shown(Fraction("149.40"), "fr", "149.40") == "149,40"
    assert shown(Fraction(1, 3), "en", signed=True) == "≈\u00a0+0.33"
    assert shown(Fraction(37003, 10_000), "fr") == "≈\u00a03,70"
    assert shown(Fraction(-1, 2733), "en") == "≈\u00a0−0.00037"
    assert (exactly(Fraction("149.40")), exactly(Fraction(1, 3))) == ("149.4", "0.333333333333333")


def test_bounds_of_periods():
    """As far as they are written out: 2007 is within 2007 to 2007, and so is any month of it."""
    assert within("2007", "2007", "2007")
    assert within("2007-10-01", "2007", "2007")
    assert not within("2008", "2007", "2007")
    assert not within("2006", "2007", "")
    assert within("2022", "", "")
