"""Calculations in words, with the numbers they were made of: "975 / 64007193 × 100000, rounded to 2"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from greffe.mapping.population import Denominator
from greffe.model.maps import Calculation
from greffe.model.trace import Trace

# Kind of calculation → what it is called in English and in French.
CALCULATIONS: Final[Mapping[str, tuple[str, str]]] = {
    "total": ("total of parts", "total de parties"),
    "complement": ("the whole less parts", "le tout moins des parties"),
    "rate": ("rate on a population", "taux rapporté à une population"),
    "formula": ("formula", "formule"),
    "split": ("share of a whole, estimated", "part d’un tout, estimée"),
    "convert": ("another unit", "autre unité"),
    "calendar": ("longer period", "période plus longue"),
    "lag": ("an earlier observation", "observation antérieure"),
}
TOLD: Final = 12  # parts of a sum that are written out in words
# A code in quotes, or a bare one that does not stand inside a number.
_NAMES: Final = re.compile(r"'([^']*)'|\"([^\"]*)\"|(?<![\w.])([A-Za-z_]\w*)")


def in_words(
    calculation: Calculation, result: Trace, operands: Sequence[Trace], denominator: Denominator | None
) -> str:
    """A calculation with its numbers; `?` stands for what is missing."""
    rounding = "" if calculation.decimals is None else f", rounded to {calculation.decimals}"
    first = (operands[0].text if operands else "") or "?"
    if calculation.kind == "lag":
        return f"{first}, of {operands[0].period}" if operands else ""
    if calculation.kind == "rate":
        below = denominator.observation.text if denominator else ""
        return f"{first} / {below or '?'} × {calculation.factor}{rounding}"
    if calculation.kind == "convert":
        return f"{first} × {number(calculation.factor)}{rounding}"
    if calculation.kind == "split":
        weight = number(calculation.weights[result.key[calculation.over]])
        return f"{first} × {weight}{rounding} by largest remainder"
    if calculation.kind == "calendar":
        return _of_periods(calculation, operands) + rounding
    values = {o.key[calculation.over]: o.text or "?" for o in operands}
    if calculation.kind == "complement":
        return " − ".join(values.get(code, "?") for code in (calculation.whole, *calculation.parts)) + rounding
    if calculation.kind == "total":
        return sum_in_words([values.get(p, "?") for p in calculation.parts]) + rounding
    words = _NAMES.sub(lambda m: values.get(m[1] or m[2] or m[3], "?"), calculation.expression)
    return words.replace("*", "×") + rounding


def _of_periods(calculation: Calculation, operands: Sequence[Trace]) -> str:
    if calculation.method in ("first", "last"):
        return f"{operands[0].text or '?'}, of {operands[0].period}" if operands else ""
    valued = [o for o in operands if o.text] if calculation.least else operands
    added = " + ".join(o.text or "?" for o in valued)
    return f"({added}) / {len(valued)}" if calculation.method == "mean" else added


def number(value: Fraction) -> str:
    """An exact number as a decimal when it is one, else as a fraction."""
    for digits in range(16):
        if (value * 10**digits).denominator == 1:
            whole = str(int(value * 10**digits)).rjust(digits + 1, "0")
            return f"{whole[:-digits]}.{whole[-digits:]}" if digits else whole
    return str(value)


def sum_in_words(texts: Sequence[str]) -> str:
    """The parts of a sum, or how many they are."""
    if len(texts) > TOLD:
        return f"sum of {len(texts)} observations"
    return " + ".join(t or "?" for t in texts)
