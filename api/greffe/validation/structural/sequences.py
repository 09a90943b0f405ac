"""Values of a sequence, and periods between two: worked out for each value that is there, exactly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from typing import Final

from greffe.arrow import text
from greffe.catalogue.received_shapes import Shape
from greffe.engine import quoted
from greffe.errors import BadQuery
from greffe.model.periods import span
from greffe.validation.facts import literals
from greffe.validation.structural.checked import Checked, empty

NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


def in_sequence(checked: Checked, id_: str, shape: Shape) -> Iterator[tuple[str, str, str]]:
    """SQL condition of what is outside, and what is expected in English and French. What is no number or no period is told
    by its form."""
    if shape.start_value is not None and shape.interval:
        end = f" to {shape.end_value:f}" if shape.end_value is not None else ""
        every = f"{shape.start_value:f}{end}", f"{shape.interval:f}"
        yield (_outside(checked, id_, lambda v: _number(v, shape)), f"one of the numbers from {every[0]} by {every[1]}",
               f"un des nombres à partir de {every[0].replace(' to ', ' à ')} par pas de {every[1]}")  # fmt: skip
    if shape.start_time or shape.end_time:
        first, last = shape.start_time or "…", shape.end_time or "…"
        stepped = any(shape.step)
        yield (_outside(checked, id_, lambda v: _period(v, shape)),
               f"a period from {first} to {last}{' in their steps' if stepped else ''}",
               f"une période de {first} à {last}{' à leur pas' if stepped else ''}")  # fmt: skip


def _outside(checked: Checked, id_: str, inside: Callable[[str], bool]) -> str:
    rows = checked.rows(f"SELECT DISTINCT {quoted(id_)} FROM {{t}} WHERE NOT ({empty(id_)})")
    wrong = [cell for cell in (text(row[0]) for row in rows) if not inside(cell)]
    return f"{quoted(id_)} IN ({literals(tuple(wrong))})" if wrong else "FALSE"


def _number(cell: str, shape: Shape) -> bool:
    if not NUMBER.fullmatch(cell) or shape.start_value is None or not shape.interval:
        return True
    value, start = Fraction(cell), Fraction(shape.start_value)
    within = value >= start and (shape.end_value is None or value <= Fraction(shape.end_value))
    return within and ((value - start) / Fraction(shape.interval)).denominator == 1


def _period(cell: str, shape: Shape) -> bool:
    try:
        here = span(cell)
    except BadQuery:
        return True
    first = span(shape.start_time) if shape.start_time else None
    if first is not None and here.first < first.first:
        return False
    if shape.end_time and here.last > span(shape.end_time).last:
        return False
    return first is None or _on_step(here.first, first.first, shape.step)


def _on_step(day: date, first: date, step: tuple[int, int]) -> bool:
    months, days = step
    if months:
        return day.day == first.day and ((day.year - first.year) * 12 + day.month - first.month) % months == 0
    return not days or (day - first).days % days == 0
