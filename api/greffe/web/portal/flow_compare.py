"""Two releases of a dataflow over what its page selects: the values that differ, the largest difference first, and drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from greffe.model.periods import Span, span
from greffe.model.structures import Dataflow
from greffe.release.parts import Parts
from greffe.release.revisions import leading
from greffe.release.vintages import Cell, Comparison, compared
from greffe.store.base import Selection
from greffe.web.comparisons import in_turn
from greffe.web.portal.flow_query import Asked

SHOWN: Final = 50
DRAWN: Final = 15


@dataclass(frozen=True)
class Differences:
    """comparison: from the lower number to the higher. cells: that are selected, the first SHOWN of `count`; drawn: those of
    them with a difference, in the unit of the largest."""

    comparison: Comparison
    cells: Sequence[Cell]
    count: int
    drawn: Sequence[tuple[Cell, Decimal]]


def differences(parts: Parts, flow: Dataflow, asked: Asked, number: int, selection: Selection) -> Differences:
    """What differs between release `number` and the one that it is held against. Raises as `compared`, `listed` and `in_turn` do."""
    older, newer = sorted((number, asked.against))
    found = compared(parts, flow, older, newer)
    codes = {d: frozenset(chosen) for d, chosen in asked.codes.items()}
    with in_turn():
        cells = [
            c
            for c in found.listed()
            if all(c.key.get(d) in chosen for d, chosen in codes.items()) and _within(c.period, selection.spans)
        ]
    _, unit = leading(found.structure)
    changed = [(c, c.difference) for c in cells if c.difference]
    of_unit = [(c, d) for c, d in changed if not unit or c.key[unit] == changed[0][0].key[unit]]
    return Differences(found, cells[:SHOWN], len(cells), of_unit[:DRAWN])


def _within(period: str, spans: Sequence[Span]) -> bool:
    found = span(period)
    return not spans or any(s.first <= found.first and found.last <= s.last for s in spans)
