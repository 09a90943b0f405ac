"""Pieces of SQL that rules share: exact rounding of a quotient of whole numbers, limits, where a series breaks."""

from __future__ import annotations

from fractions import Fraction

from greffe.catalogue.policies.breaks import Break
from greffe.engine import quoted
from greffe.validation.facts import Facts, literals


def rounded(numerator: str, denominator: str) -> str:
    """SQL: numerator / denominator as a whole number, half away from zero; NULL when the denominator is 0.

    Both are whole numbers (HUGEINT) and the denominator is positive; `//` divides whole numbers exactly (D17).
    """
    n, d = f"({numerator})", f"nullif({denominator}, 0)"
    return f"(sign({n}) * ((2 * abs({n}) + {d}) // (2 * {d})))"


def ratio(facts: Facts, numerator: str, denominator: str) -> str:
    """SQL: numerator / denominator in units of `v`, rounded to two decimals, or to those of `v` where it has fewer."""
    shown = 10 ** min(facts.decimals, 2)
    return f"({rounded(f'{numerator} * {shown}', denominator)} * {facts.scale // shown})"


def above(amount: str, limit: Fraction, of: str = "") -> str:
    """SQL: amount > limit × of, in whole numbers; without `of`, amount > limit."""
    return _held(amount, ">", limit, of)


def below(amount: str, limit: Fraction, of: str = "") -> str:
    """SQL: amount < limit × of, in whole numbers; without `of`, amount < limit."""
    return _held(amount, "<", limit, of)


def at_least(amount: str, limit: Fraction, of: str = "") -> str:
    """SQL: amount >= limit × of, in whole numbers; without `of`, amount >= limit."""
    return _held(amount, ">=", limit, of)


def _held(amount: str, word: str, limit: Fraction, of: str) -> str:
    left = amount if limit.denominator == 1 else f"({amount}) * {limit.denominator}"
    right = str(limit.numerator) if not of else of if limit.numerator == 1 else f"{limit.numerator} * ({of})"
    return f"{left} {word} {right}"


def breaks_here(one: Break, alias: str = "") -> str:
    """SQL condition: the observation is the first of its series after a declared break."""
    prefix = f"{alias}." if alias else ""
    cells = (("TIME_PERIOD", one.periods), *one.cells.items())
    return " AND ".join(f"CAST({prefix}{quoted(c)} AS VARCHAR) IN ({literals(codes)})" for c, codes in cells)
