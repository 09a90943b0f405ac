"""Pieces of SQL that rules share: exact rounding of a quotient of whole numbers."""

from __future__ import annotations


def rounded(numerator: str, denominator: str) -> str:
    """SQL: numerator / denominator as a whole number, half away from zero; NULL when the denominator is 0.

    Both are whole numbers (HUGEINT) and the denominator is positive; `//` divides whole numbers exactly (D17).
    """
    n, d = f"({numerator})", f"nullif({denominator}, 0)"
    return f"(sign({n}) * ((2 * abs({n}) + {d}) // (2 * {d})))"
