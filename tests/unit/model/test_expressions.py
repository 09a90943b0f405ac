"""Expressions are read exactly, and what is not a quotient of linear forms is refused with its place."""

from fractions import Fraction as F

import pytest

from greffe.errors import BadDefinition
from greffe.model.expressions import CONSTANT, parse


@pytest.mark.parametrize(
    ("text", "numerator", "denominator"),
    [
        ("100 * RES / IN", {"RES": F(100)}, {"IN": F(1)}),
        ("365 * P1 / RES", {"P1": F(365)}, {"RES": F(1)}),
        ("IN - RES", {"IN": F(1), "RES": F(-1)}, None),
        ("0.1 * A + 0.2 * B", {"A": F(1, 10), "B": F(1, 5)}, None),
        ("(A + B) / 2", {"A": F(1, 2), "B": F(1, 2)}, None),
        ("100 * (A - B) / (A + B)", {"A": F(100), "B": F(-100)}, {"A": F(1), "B": F(1)}),
        ("1 - A / B", {"B": F(1), "A": F(-1)}, {"B": F(1)}),
        ("A / C + B / C", {"A": F(1), "B": F(1)}, {"C": F(1)}),
        ('"60-74" / T', {"60-74": F(1)}, {"T": F(1)}),
        ("-A + 5", {"A": F(-1), CONSTANT: F(5)}, None),
        ("A / B / 4", {"A": F(1, 4)}, {"B": F(1)}),
        ("3 * (A / B)", {"A": F(3)}, {"B": F(1)}),
        ("100 * A / 2 / B", {"A": F(50)}, {"B": F(1)}),
    ],
)
def test_what_is_read(text, numerator, denominator):
    found = parse(text)
    assert found.numerator == numerator
    assert found.denominator == denominator


def test_names_come_once_in_order():
    assert parse("100 * (A - B) / (A + C + 5)").names() == ("A", "B", "C")


def test_a_long_decimal_keeps_every_digit():
    assert parse("0.1000000000000000000000000001 * A").numerator["A"] == F(10**27 + 1, 10**28)


@pytest.mark.parametrize(("text", "whole"), [("A - B", True), ("A / B", False), ("A / 2", False), ("4 * A / 2", True)])
def test_whole_forms_need_no_rounding(text, whole):
    assert parse(text).whole is whole


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A * B", "'A * B' at character 1 multiplies"),
        ("A / B / C", "divides twice"),
        ("A / B + A / C", "different denominators"),
        ("A + B / C", "different denominators"),
        ("A ** 2", "at character 1 is not one of"),
        ("1 + f(A)", "'f(A)' at character 5"),
        ("A / 0", "divides by zero"),
        ("A / (B - B)", "always divides by zero"),
        ("1e3 * A", "'1e3' at character 1 is not a decimal number"),
        ("1_000 * A", "not a decimal number"),
        ("True * A", "not a decimal number"),
        ("100 * ", "cannot be read"),
        ("A; B", "cannot be read"),
        ("5", "names no code"),
        ("é / A", "is not a code"),
        ("A" * 301, "at most 300"),
        ("((((((" * 30 + "A" + "))))))" * 30, "at most 300"),
        ("(" * 140 + "A" + ")" * 140, "A"),
    ],
)
def test_what_is_refused(text, said):
    if said == "A":  # deep, but plain
        assert parse(text).names() == ("A",)
        return
    with pytest.raises(BadDefinition, match=None) as error:
        parse(text)
    assert said in str(error.value)
