"""Exact arithmetic as SQL: whole numbers of 128 bits, and one rounding half away from zero (D17). Never a double."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import lcm

from greffe.mapping.sql import Parameters
from greffe.model.expressions import CONSTANT


def whole(value: str, digits: int) -> str:
    """A DECIMAL(38,digits) times 10^digits, as HUGEINT. The engine raises when it does not fit."""
    return (
        f"CAST({value} * CAST({10**digits} AS DECIMAL({digits + 1},0)) AS HUGEINT)"
        if digits
        else (f"CAST({value} AS HUGEINT)")
    )


def shifted(value: str, decimals: int) -> str:
    """A HUGEINT times 10^-decimals, as DECIMAL(38,decimals). The engine raises when it has more than 38 digits."""
    plain = f"CAST({value} AS DECIMAL(38,0))"
    if not decimals:
        return plain
    unit = "0." + "1".rjust(decimals, "0")
    return f"{plain} * CAST('{unit}' AS DECIMAL({decimals + 1},{decimals}))"


def rounded(numerator: str, denominator: str) -> str:
    """numerator / denominator in HUGEINT, rounded once to a whole number, half away from zero; NULL for x / 0."""
    above, below = f"abs({numerator})", f"abs({denominator})"
    amount = f"((CAST(2 AS HUGEINT) * {above} + {below}) // nullif(CAST(2 AS HUGEINT) * {below}, 0))"
    return f"CASE WHEN ({numerator} < 0) <> ({denominator} < 0) THEN -{amount} ELSE {amount} END"


def linear(
    form: Mapping[str, Fraction], values: Mapping[str, str], one: int, parameters: Parameters
) -> tuple[str, int]:
    """A linear form over HUGEINT columns, times the common denominator of its coefficients, which is returned too.

    `values` gives the column of each name; `one` is what 1 is in them (10^digits), for the constant term.
    """
    common = lcm(*(c.denominator for c in form.values()))
    terms = []
    for name, coefficient in form.items():
        factor = int(coefficient * common) * (one if name == CONSTANT else 1)
        term = parameters.add(factor)
        terms.append(term if name == CONSTANT else f"{term} * {values[name]}")
    return f"({' + '.join(terms)})", common
