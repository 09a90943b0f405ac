"""What a declared calculation reads and makes, worked out from its declaration alone (D17)."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from greffe.model.expressions import Quotient, parse
from greffe.model.maps import Calculation, Cells, StructureMap

MONTHS: Final = {"A": 12, "S": 6, "T": 4, "Q": 3, "M": 1}  # of one period in each notation


def quotient(calculation: Calculation) -> Quotient:
    """What is computed over the codes of its dimension; of a calendar, over the places of its periods ("1" to "12")."""
    if calculation.kind == "total":
        return Quotient({part: Fraction(1) for part in calculation.parts})
    if calculation.kind == "complement":
        return Quotient({calculation.whole: Fraction(1), **{part: Fraction(-1) for part in calculation.parts}})
    if calculation.kind == "split":
        return Quotient({calculation.whole: Fraction(1)})
    if calculation.kind == "calendar":
        return _periods(calculation)
    return parse(calculation.expression)


def _periods(calculation: Calculation) -> Quotient:
    count = MONTHS[calculation.to] // MONTHS[calculation.from_]
    if calculation.method in ("first", "last"):
        return Quotient({"1" if calculation.method == "first" else str(count): Fraction(1)})
    share = Fraction(1, count) if calculation.method == "mean" else Fraction(1)
    return Quotient({str(place): share for place in range(1, count + 1)})


def read(calculation: Calculation) -> tuple[str, ...]:
    """The codes of dimension `over` that it reads, each once; of a calendar, the places of its periods; else none."""
    return quotient(calculation).names() if calculation.over or calculation.kind == "calendar" else ()


def adds(calculation: Calculation) -> bool:
    """It adds and subtracts things over a dimension, so they must be of one kind."""
    return bool(calculation.over) and quotient(calculation).denominator is None


def made(calculation: Calculation) -> tuple[Cells, ...]:
    """The codes that its results have, one set of codes for each result of one operand."""
    if calculation.kind == "split":
        return tuple({**calculation.set, calculation.over: code} for code in calculation.weights)
    return (calculation.set,)


def settled(map_: StructureMap) -> dict[str, str]:
    """Target components that every observation of a map has the same of: fixed, or copied from one selected code."""
    copied = {
        rule.targets[0]: map_.select[rule.sources[0]][0]
        for rule in map_.components
        if rule.map is None and len(map_.select.get(rule.sources[0], ())) == 1
    }
    return {**copied, **map_.fixed}
