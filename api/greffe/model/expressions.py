"""Expressions of declared calculations: a quotient of two linear forms over codes, read exactly (D17).

`100 * RES / IN`, `365 * P1 / RES`, `IN - RES`, `(M + F) / 2`, `1 - "60-74" / TOTAL`. A name is a code of the dimension
the calculation runs over; a code that is no Python name is put in quotes. Numbers are integers or decimals, read from
their text, never through a double. Anything else is refused with its place.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from greffe.errors import BadDefinition
from greffe.model.references import ID

CONSTANT: Final = ""  # name under which a linear form holds its constant term
LONGEST_NUMBER: Final = 36  # characters of a coefficient
LONGEST: Final = 300  # characters; bounds the depth of the tree as well


@dataclass(frozen=True)
class Quotient:
    """numerator / denominator; each maps a code to its coefficient, `CONSTANT` to the constant term.

    `denominator` is None for a linear expression, which is exact as it stands.
    """

    numerator: dict[str, Fraction]
    denominator: dict[str, Fraction] | None = None

    def names(self) -> tuple[str, ...]:
        """The codes it reads, each once, in order of appearance: those above the line first."""
        forms = (self.numerator, self.denominator or {})
        return tuple(dict.fromkeys(name for form in forms for name in form if name != CONSTANT))

    @property
    def whole(self) -> bool:
        """A linear form with whole coefficients: its result has no more decimals than its operands."""
        return self.denominator is None and all(c.denominator == 1 for c in self.numerator.values())


def parse(text: str) -> Quotient:
    """Read an expression. Raises BadDefinition with the place of what cannot be read."""
    if len(text) > LONGEST:
        raise BadDefinition(f"An expression has at most {LONGEST} characters, this one {len(text)}.")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError) as error:
        place = f" at character {error.offset}" if isinstance(error, SyntaxError) and error.offset else ""
        raise BadDefinition(f"The expression {text!r} cannot be read{place}.", hint=_HINT) from error
    found = _Reader(text.strip()).read(tree.body)
    if not found.names():
        raise BadDefinition(f"The expression {text!r} names no code.", hint=_HINT)
    if found.denominator is not None and not any(found.denominator.values()):
        raise BadDefinition(f"The expression {text!r} always divides by zero.")
    return found


_HINT: Final = (
    'Use + - * / with codes and decimal numbers, e.g. "100 * RES / IN"; put a code such as "60-74" in quotes.'
)


class _Reader:
    """Walks the tree of one text; knows the text to read numbers from and to name places."""

    def __init__(self, text: str) -> None:
        self.text = text

    def read(self, node: ast.expr) -> Quotient:
        """The quotient that a node stands for."""
        if isinstance(node, ast.Name):
            return self._name(node, node.id)
        if isinstance(node, ast.Constant):
            return self._constant(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            sign = Fraction(-1 if isinstance(node.op, ast.USub) else 1)
            inner = self.read(node.operand)
            return Quotient(_times(inner.numerator, sign), inner.denominator)
        if isinstance(node, ast.BinOp):
            left, right = self.read(node.left), self.read(node.right)
            if isinstance(node.op, ast.Add):
                return self._add(node, left, right)
            if isinstance(node.op, ast.Sub):
                return self._add(node, left, Quotient(_times(right.numerator, Fraction(-1)), right.denominator))
            if isinstance(node.op, ast.Mult):
                return self._multiply(node, left, right)
            if isinstance(node.op, ast.Div):
                return self._divide(node, left, right)
        raise self._refused(node, "is not one of + - * /, a code or a number")

    def _name(self, node: ast.expr, name: str) -> Quotient:
        if not re.fullmatch(ID, name):
            raise self._refused(node, "is not a code")
        return Quotient({name: Fraction(1)})

    def _constant(self, node: ast.Constant) -> Quotient:
        if isinstance(node.value, str):
            return self._name(node, node.value)
        digits = ast.get_source_segment(self.text, node) or ""
        if not re.fullmatch(r"\d+(?:\.\d+)?", digits):
            raise self._refused(node, "is not a decimal number")
        if len(digits) > LONGEST_NUMBER:
            raise self._refused(node, f"has more than {LONGEST_NUMBER} characters")
        return Quotient({CONSTANT: Fraction(digits)})

    def _add(self, node: ast.expr, left: Quotient, right: Quotient) -> Quotient:
        if left.denominator == right.denominator:
            return Quotient(_plus(left.numerator, right.numerator), left.denominator)
        whole, part = (left, right) if left.denominator is None else (right, left)
        number = _number(whole)
        if number is None or part.denominator is None:
            raise self._refused(node, "adds two quotients with different denominators")
        return Quotient(_plus(_times(part.denominator, number), part.numerator), part.denominator)

    def _multiply(self, node: ast.expr, left: Quotient, right: Quotient) -> Quotient:
        number, other = _number(left), right
        if number is None:
            number, other = _number(right), left
        if number is None:
            raise self._refused(node, "multiplies two codes: each side of the quotient must be linear")
        return Quotient(_times(other.numerator, number), other.denominator)

    def _divide(self, node: ast.expr, left: Quotient, right: Quotient) -> Quotient:
        number = _number(right)
        if number == 0:
            raise self._refused(node, "divides by zero")
        if number is not None:
            return Quotient(_times(left.numerator, 1 / number), left.denominator)
        if left.denominator is not None or right.denominator is not None:
            raise self._refused(node, "divides twice: write one quotient")
        return Quotient(left.numerator, right.numerator)

    def _refused(self, node: ast.expr, why: str) -> BadDefinition:
        piece = ast.get_source_segment(self.text, node) or self.text
        place = f"{piece!r} at character {node.col_offset + 1}"
        return BadDefinition(f"In the expression {self.text!r}, {place} {why}.", hint=_HINT)


def _number(form: Quotient) -> Fraction | None:
    """The value of a form without codes, else None."""
    if form.denominator is None and set(form.numerator) <= {CONSTANT}:
        return form.numerator.get(CONSTANT, Fraction(0))
    return None


def _times(form: Mapping[str, Fraction], number: Fraction) -> dict[str, Fraction]:
    return {name: coefficient * number for name, coefficient in form.items()}


def _plus(left: Mapping[str, Fraction], right: Mapping[str, Fraction]) -> dict[str, Fraction]:
    names: Iterable[str] = dict.fromkeys((*left, *right))
    return {name: left.get(name, Fraction(0)) + right.get(name, Fraction(0)) for name in names}
