"""What the amount or factor of a step may be: published figures, and never a number in their clothes.

`19190 * X / X` and `U - U + 12209` read a published series and are numbers all the same. The expression is looked at as
what it comes to, two linear forms, not as it is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from greffe.model.expressions import CONSTANT, Quotient

# Multipliers that only change the unit: per cent, per thousand, per 100,000 inhabitants, and back.
UNITS: Final = (1, 100, 1_000, 100_000)
_ALLOWED: Final = frozenset(s * f for u in UNITS for s in (1, -1) for f in (Fraction(u), Fraction(1, u)))
Form = Mapping[str, Fraction]


def number_in(read: Quotient, *, factor: bool) -> str:
    """What in an expression does not follow from published figures, in a sentence; '' when all does.

    `factor`: the expression multiplies. It may be one more or less than a figure (`1 - X / Y`, `1 + RATE / 100`)."""
    above, below = read.numerator, read.denominator or {}
    for form in (above, below):
        for name, coefficient in form.items():
            if name != CONSTANT and coefficient == 0:
                return f"{name} is taken off itself, or counted no times: it says nothing."
    for name in (n for n in above if n != CONSTANT):
        if _alike(name, above, below, factor=factor):
            return f"{name} is divided by itself: what is left is a number."
    constant = above.get(CONSTANT, Fraction(0))
    if below.get(CONSTANT) or (constant and not (factor and not below and abs(constant) == 1)):
        return "It adds a number: a step is made of published figures only."
    odd = [c for form in (above, below) for name, c in form.items() if name != CONSTANT and c not in _ALLOWED]
    if odd:
        units = ", ".join(str(u) for u in UNITS)
        return f"It multiplies by {odd[0]}: only a unit may be multiplied or divided by ({units})."
    return ""


def _alike(name: str, above: Form, below: Form, *, factor: bool) -> bool:
    """Whether a series above the line also stands below it so that a number comes of it. A factor may set one date of a
    series over another, and hold `X / Y + 1`."""
    if not factor:
        return name.partition("@")[0] in {n.partition("@")[0] for n in below}
    if name not in below:
        return False
    ratio = above[name] / below[name] if below[name] else Fraction(0)
    whole = all(above.get(n, Fraction(0)) == ratio * below.get(n, Fraction(0)) for n in {*above, *below})
    return whole or (abs(ratio) != 1 and len(below) == 1)
