"""Published values under the names of policy, at their reference dates, and exact arithmetic over them.

Every value is an interval: a figure that is published rounded to a unit stands for all values that round to it, half away
from zero; an exact one for itself. Nothing goes through a double.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

from greffe.catalogue.policies.bridge.read import Bridge
from greffe.catalogue.policies.bridge.series import CALENDAR, GIVEN, PublishedSeries
from greffe.model.expressions import CONSTANT, Quotient
from greffe.validation.bridge.routes import Key, routes

_AT: Final = "@"


@dataclass(frozen=True)
class Cell:
    """A published value: where it stands and what it says. `source` names the publication or the release, for people;
    `origin` is real or synthetic."""

    body: str
    dataset: str
    key: str
    period: str
    text: str
    value: Fraction
    flag: str = ""
    note: str = ""
    source: str = ""
    origin: str = "real"


@dataclass(frozen=True)
class Source:
    """A publication or a release of ours. `dated`: the day it was retrieved, or took effect; `url`: as people said it."""

    id: str
    body: str
    dataset: str
    dated: str
    url: str = ""
    origin: str = "real"


@dataclass(frozen=True)
class Operand:
    """A cell under its name, at its reference date. `figure`: what stands for the figure that it is, the same by whatever route
    it comes (routes.py); `same_as`: the other series by which it comes."""

    series: PublishedSeries
    cell: Cell
    reference: str
    figure: Key = ()
    same_as: tuple[str, ...] = ()


@dataclass(frozen=True)
class Interval:
    """`low` ≤ x < `high`, or the one value when they are equal."""

    low: Fraction
    high: Fraction

    def meets(self, other: Interval) -> bool:
        """Whether one value can be both."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        if low < high:
            return True
        # One exact value: the end above belongs to the next rounded value, the end below to this one.
        return low == high and all(i.low == i.high or i.low <= low < i.high for i in (self, other))

    def apart(self, other: Interval) -> Fraction:
        """How far the two lie from each other; nothing when one value can be both or they touch."""
        return max(self.low - other.high, other.low - self.high, Fraction(0))

    def plus(self, other: Interval) -> Interval:
        """All sums."""
        return Interval(self.low + other.low, self.high + other.high)

    def times(self, number: Fraction) -> Interval:
        """All multiples."""
        ends = sorted((self.low * number, self.high * number))
        return Interval(ends[0], ends[1])

    @property
    def width(self) -> Fraction:
        """How far the ends lie apart; nothing for an exact value."""
        return self.high - self.low


@dataclass(frozen=True)
class Computed:
    """A value with its interval and the cells it was made of, above and below the line."""

    value: Fraction
    interval: Interval
    above: tuple[Operand, ...]
    below: tuple[Operand, ...] = ()
    terms: tuple[tuple[Fraction, Operand], ...] = field(default=())  # coefficient and cell, of a linear form

    @property
    def read(self) -> frozenset[Key]:
        """All figures it read, by whatever route."""
        return frozenset(o.figure for o in (*self.above, *self.below))


class Cells:
    """The published values that policy names, by name, code and reference date."""

    def __init__(self, bridge: Bridge, cells: Iterable[Cell]) -> None:
        self.bridge = bridge
        self.series = {s.name: s for s in bridge.series}
        self._by_name: dict[str, dict[tuple[str, str], Operand]] = {name: {} for name in self.series}
        wanted: dict[tuple[str, str], list[PublishedSeries]] = {}
        for one in bridge.series:
            wanted.setdefault((one.body, one.dataset), []).append(one)
        for cell in cells:
            for series in wanted.get((cell.body, cell.dataset), ()):
                self._take(series, cell)
        self._tell_routes()

    def _tell_routes(self) -> None:
        known = {n: {at: o.cell.period for at, o in found.items()} for n, found in self._by_name.items()}
        one_figure = routes(self.bridge.series, self.bridge.figures, known)
        names: dict[Key, list[str]] = {}
        for key, figure in one_figure.items():
            names.setdefault(figure, []).append(key[0])
        for name, found in self._by_name.items():
            for at, operand in found.items():
                figure = one_figure[name, *at]
                others = tuple(n for n in names[figure] if n != name)
                found[at] = replace(operand, figure=figure, same_as=others)

    def _take(self, series: PublishedSeries, cell: Cell) -> None:
        code = series.code_in(cell.key)
        if code is None or not series.holds(cell.period):
            return
        reference = self.reference(series, cell.period)
        if reference:
            self._by_name[series.name].setdefault((code, reference), Operand(series, cell, reference))

    def reference(self, series: PublishedSeries, period: str) -> str:
        """The day or year that a period of a series means; '' when that is not known."""
        if series.date == GIVEN:
            return period
        if series.date.startswith(CALENDAR):
            dated = self.bridge.dates.get(series.date.removeprefix(CALENDAR), {}).get(period)
            return dated.day if dated else ""
        return f"{period}-{series.date}" if len(period) == 4 and period.isdigit() else ""

    def of(self, name: str) -> Mapping[tuple[str, str], Operand]:
        """The values of a published series by (code, reference date)."""
        return self._by_name[name]

    def operand(self, name: str, code: str, reference: str) -> Operand | None:
        """The value that a name in an expression stands for: `UNODC_HELD`, `INSEE_POP@01-01`, `INSEE_POP@2016-01-01`."""
        series, _, at = name.partition(_AT)
        day = f"{reference[:4]}-{at}" if len(at) == len("01-01") else at or reference
        own = self._by_name[series]
        return own.get((code, day)) or own.get(("", day))

    def evaluate(self, expression: Quotient, code: str, reference: str) -> Computed | None:
        """The value of an expression at a date; None when a figure that it reads is not at hand or it divides by zero."""
        above = self._linear(expression.numerator, code, reference)
        if above is None or expression.denominator is None:
            return above
        below = self._linear(expression.denominator, code, reference)
        if below is None or below.interval.low <= 0 <= below.interval.high:
            return None
        ends = [a / b for a in _ends(above.interval) for b in _ends(below.interval)]
        span = Interval(min(ends), max(ends))
        return Computed(above.value / below.value, span, above.above, below.above)

    def _linear(self, form: Mapping[str, Fraction], code: str, reference: str) -> Computed | None:
        total, span = Fraction(0), Interval(Fraction(0), Fraction(0))
        read: list[tuple[Fraction, Operand]] = []
        for name, coefficient in form.items():
            if name == CONSTANT:
                constant = Interval(coefficient, coefficient)
                total, span = total + coefficient, span.plus(constant)
                continue
            operand = self.operand(name, code, reference)
            if operand is None:
                return None
            total += coefficient * operand.cell.value
            span = span.plus(rounded_from(operand).times(coefficient))
            read.append((coefficient, operand))
        return Computed(total, span, tuple(o for _, o in read), terms=tuple(read))


def rounded_from(operand: Operand) -> Interval:
    """The values that a published one may stand for. A value that is no multiple of the declared unit was not rounded to
    it: it stands for itself."""
    value, unit = operand.cell.value, operand.series.rounding
    if unit is None or (value / Fraction(unit)).denominator != 1:
        return Interval(value, value)
    half = Fraction(unit) / 2
    return Interval(value - half, value + half)


def _ends(interval: Interval) -> tuple[Fraction, Fraction]:
    return interval.low, interval.high
