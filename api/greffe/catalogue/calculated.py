"""What calculations of a map say of its cells where they add up: linear formulas, and periods made of shorter ones.

A quotient, a mean that is rounded, a rounded form give no equation: `relations` lets such a cell follow what it is made of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import lcm
from typing import Final, TypeAlias

from greffe.linear.system import Equation
from greffe.model.expressions import CONSTANT, parse
from greffe.model.maps import Calculation
from greffe.model.periods import PATTERNS, Span, span

Key: TypeAlias = tuple[str, ...]
MONTHS: Final = {"M": 1, "Q": 3, "T": 4, "S": 6, "A": 12}  # of a period, by the letter of its notation

ENDS: Final = ("first", "last")


@dataclass(frozen=True)
class Linear:
    """`result` = sum of `factor` × cell over `terms` (code of `component`, factor): whole numbers, the result's own first.
    `where`: the codes that operands have in components that the result has others of."""

    name: str
    component: str
    terms: tuple[tuple[str, int], ...]
    factor: int
    result: Mapping[str, str]
    where: Mapping[str, str]


@dataclass(frozen=True)
class Longer:
    """A period that is the sum, the mean, the first or the last of shorter ones (`method`)."""

    name: str
    short: str
    long: str
    method: str
    result: Mapping[str, str]
    where: Mapping[str, frozenset[str]]


def operands(one: Calculation) -> tuple[str, ...]:
    """The codes that a formula reads."""
    return parse(one.expression).names()


def linear_of(one: Calculation) -> Linear | None:
    """The equation of a formula; None for a quotient, one with a constant, and one whose operands are not told by the
    result alone."""
    if one.kind != "formula":
        return None
    form = parse(one.expression)
    others = {c: one.where.get(c, ()) for c in one.set if c != one.over}
    if form.denominator is not None or form.numerator.get(CONSTANT) or one.over not in one.set:
        return None
    if any(len(codes) > 1 for codes in others.values()):
        return None
    factor = lcm(*(c.denominator for c in form.numerator.values()))
    terms = tuple((code, int(c * factor)) for code, c in form.numerator.items() if code != CONSTANT and c)
    return Linear(one.id, one.over, terms, factor, one.set, {c: codes[0] for c, codes in others.items() if codes})


def longer_of(one: Calculation) -> Longer | None:
    """The periods of a calendar calculation."""
    if one.kind != "calendar":
        return None
    where = {c: frozenset(codes) for c, codes in one.where.items()}
    return Longer(one.id, one.from_, one.to, one.method, one.set, where)


class Calculated:
    """Instances of such relations among cells. `at`: place of each dimension in a key; `values`: None unknown."""

    def __init__(
        self, at: Mapping[str, int], number: Mapping[Key, int], keys: Sequence[Key], values: Sequence[int | None]
    ) -> None:
        self.at, self.number, self.keys, self.values = at, number, keys, values

    def linear(self, one: Linear) -> Iterator[Equation]:
        """One equation for each cell that the formula makes, where all operands are there and it holds."""
        if any(c not in self.at for c in (one.component, *one.result)):
            return
        for n, key in enumerate(self.keys):
            if any(key[self.at[c]] != code for c, code in one.result.items()):
                continue
            terms = [(n, -one.factor)]
            for code, factor in one.terms:
                found = list(key)
                for c, other in {**one.where, one.component: code}.items():
                    found[self.at[c]] = other
                operand = self.number.get(tuple(found))
                if operand is None:
                    break
                terms.append((operand, factor))
            else:
                yield from self._holds(_total_first(terms), one.name)

    def longer(self, one: Longer) -> Iterator[Equation]:
        """One equation for each longer period whose shorter ones are all there, where it holds; at least their sum where
        some lack."""
        for n, parts, complete in self.periods(one):
            times = len(parts) if one.method == "mean" else 1
            if complete or one.method == "sum":
                yield from self._holds([(n, times), *((p, -1) for p in parts)], one.name, loose=not complete)

    def rounded(self, one: Longer) -> Iterator[tuple[int, int]]:
        """Pairs (cell, other) of a mean that does not say its sum exactly: each quarter is hidden with it, and it with each."""
        if one.method == "mean":
            for n, parts, complete in self.periods(one):
                exact = complete and list(self._holds([(n, len(parts)), *((p, -1) for p in parts)], one.name))
                for part in () if exact else parts:
                    yield n, part
                    yield part, n

    def periods(self, one: Longer) -> Iterator[tuple[int, list[int], bool]]:
        """Each longer period with the shorter ones that lie in it, and whether these are all."""
        short: dict[Key, list[tuple[Span, int]]] = {}
        long: list[tuple[Key, Span, int]] = []
        apart = [self.at[c] for c in (*one.result, *one.where) if c in self.at]
        for n, key in enumerate(self.keys):
            rest = tuple(code for place, code in enumerate(key[:-1]) if place not in apart)
            if re.fullmatch(PATTERNS[one.short], key[-1]) and self._meets(key, one.where):
                short.setdefault(rest, []).append((span(key[-1]), n))
            elif re.fullmatch(PATTERNS[one.long], key[-1]) and all(
                key[self.at[c]] == code for c, code in one.result.items() if c in self.at
            ):
                long.append((rest, span(key[-1]), n))
        for rest, whole, n in long:
            inside = [(s, p) for s, p in short.get(rest, ()) if whole.first <= s.first and s.last <= whole.last]
            parts = [
                p
                for s, p in inside
                if one.method not in ENDS or (s.first == whole.first if one.method == "first" else s.last == whole.last)
            ]
            if parts:
                yield n, parts, one.method in ENDS or len(parts) == MONTHS[one.long] // MONTHS[one.short]

    def _meets(self, key: Key, where: Mapping[str, frozenset[str]]) -> bool:
        return all(key[self.at[c]] in codes for c, codes in where.items() if c in self.at and codes)

    def _holds(self, terms: Sequence[tuple[int, int]], name: str, *, loose: bool = False) -> Iterator[Equation]:
        values = [(self.values[n], factor) for n, factor in terms]
        known = [value * factor for value, factor in values if value is not None]
        if len(known) < len(values) or (sum(known) >= 0 if loose else sum(known) == 0):
            yield Equation(tuple(terms), loose, name)


def _total_first(terms: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where one operand is what the result and all others add up to (`A - B`), it stands first, as totals do."""
    above = [term for term in terms[1:] if term[1] > 0]
    if len(above) == 1 and len(terms) > 2:
        return [above[0], *(term for term in terms if term != above[0])]
    return [(n, -factor) for n, factor in terms]
