"""Figures of concepts: what policy makes of published values, one for each period and code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from greffe.catalogue.policies.bridge.concepts import FigureOf, holds_for
from greffe.catalogue.policies.bridge.series import CALENDAR
from greffe.errors import NotFound, nearest
from greffe.validation.bridge.cells import Cells, Computed, Interval


@dataclass(frozen=True)
class Figure:
    """A published figure, or one computed of published ones, with its definition. `period`: as its body labels it;
    `reference`: the day or year it is really of."""

    of: FigureOf
    code: str
    period: str
    reference: str
    computed: Computed

    @property
    def id(self) -> str:
        """`unodc_held@2007`, `estat_rate.ICCS0401@2017`."""
        return f"{self.of.name}{'.' if self.code else ''}{self.code}@{self.period}"

    @property
    def value(self) -> Fraction:
        """Exactly."""
        return self.computed.value

    @property
    def as_published(self) -> str:
        """The digits that were published, less the `.0` that a spreadsheet leaves on whole numbers; '' for a computed
        figure."""
        alone = self.computed.terms
        if len(alone) != 1 or alone[0][0] != 1 or self.computed.below:
            return ""
        return digits(alone[0][1].cell.text)

    @property
    def by_calendar(self) -> bool:
        """Whether its date is looked up: it does not follow from the period."""
        return any(o.series.date.startswith(CALENDAR) for o in self.computed.above)

    @property
    def origin(self) -> str:
        """synthetic as soon as one part is (D13)."""
        parts = (*self.computed.above, *self.computed.below)
        return next((o.cell.origin for o in parts if o.cell.origin != "real"), "real")

    @property
    def sources(self) -> tuple[str, ...]:
        """The publications and releases it was read in."""
        return tuple(dict.fromkeys(o.cell.source for o in (*self.computed.above, *self.computed.below)))

    def with_value(self, value: Fraction) -> Figure:
        """The same figure, had another value been published: its interval moves along."""
        moved = value - self.value
        span = Interval(self.computed.interval.low + moved, self.computed.interval.high + moved)
        return replace(self, computed=replace(self.computed, value=value, interval=span))


def digits(text: str) -> str:
    """A published number less the `.0` of a whole one."""
    return text.removesuffix(".0")


def figures(cells: Cells) -> Mapping[str, Figure]:
    """All figures that can be made of the published values, by id, in the order of policy and period."""
    return {figure.id: figure for of in cells.bridge.figures for figure in _made(cells, of)}


def _made(cells: Cells, of: FigureOf) -> Iterator[Figure]:
    leading = next((n for n in of.expression.names() if "@" not in n), "")
    if not leading:
        return
    lines = [f for f in cells.bridge.figures if f.name == of.name]
    for (code, reference), operand in sorted(cells.of(leading).items()):
        period = operand.cell.period
        if not holds_for(lines, of, code, period):
            continue
        computed = cells.evaluate(of.expression, code, reference)
        if computed is not None:
            yield Figure(of, code, period, reference, computed)


def figure_named(known: Mapping[str, Figure], id_: str) -> Figure:
    """A figure by its id. Raises NotFound with the nearest."""
    if id_ not in known:
        raise NotFound(f"There is no figure {id_!r}.", nearest=nearest(id_, known), hint="greffe bridge --figures")
    return known[id_]
