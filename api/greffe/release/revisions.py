"""The size of revisions between two releases, by indicator and unit: how many, mean, mean absolute, relative."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

from greffe.model.structures import DataStructure
from greffe.release.vintages import ADDED, CHANGED, GONE, Cell, percent_of

_UNITS: Final = ("unit", "UNIT")
MEAN_DECIMALS: Final = 6
_WIDE: Final = Context(prec=120, rounding=ROUND_HALF_UP)  # sums of many values of 38 digits
_STEP: Final = Decimal(1).scaleb(-MEAN_DECIMALS)


@dataclass
class Revised:
    """Counts, and sums over the observations that are numbers in both releases and whose number changed.

    `before` is the sum of their absolute values before, by which the mean absolute revision is divided for its share.
    """

    added: int = 0
    gone: int = 0
    changed: int = 0
    numbers: int = 0
    confidential: int = 0
    total: Decimal = Decimal()
    absolute: Decimal = Decimal()
    before: Decimal = Decimal()
    upward: int = 0
    downward: int = 0

    def add(self, cell: Cell) -> None:
        """Count a cell."""
        self.added += cell.how == ADDED
        self.gone += cell.how == GONE
        self.changed += cell.how == CHANGED
        self.confidential += cell.confidential
        difference, old = cell.difference, cell.before.number if cell.before else None
        if not difference or old is None:  # the same number, or none: a status that changed
            return
        self.numbers += 1
        self.total = _WIDE.add(self.total, difference)
        self.absolute = _WIDE.add(self.absolute, abs(difference))
        self.before = _WIDE.add(self.before, abs(old))
        self.upward += difference > 0
        self.downward += difference < 0

    @property
    def mean(self) -> Decimal | None:
        """Mean revision (MR): the direction. Exact sums, one rounding."""
        return self._mean(self.total)

    @property
    def mean_absolute(self) -> Decimal | None:
        """Mean absolute revision (MAR): the size."""
        return self._mean(self.absolute)

    @property
    def percent(self) -> Decimal | None:
        """Relative mean absolute revision (RMAR): the absolute revisions in percent of the values before."""
        return percent_of(self.absolute, self.before) if self.before else None

    def _mean(self, sum_: Decimal) -> Decimal | None:
        if not self.numbers:
            return None
        found = _WIDE.divide(sum_, Decimal(self.numbers))
        return found if found == found.to_integral_value() else _WIDE.quantize(found, _STEP)


@dataclass(frozen=True)
class ByIndicator:
    """Revisions of one code of the leading dimension in one unit; `unit` is '' where a structure has no such dimension."""

    indicator: str
    unit: str
    revised: Revised


def leading(structure: DataStructure) -> tuple[str, str]:
    """The dimension that says what is counted (the first after the frequency), and that of the unit ('' = none)."""
    others = [d for d in structure.dimension_ids if d.casefold() != "freq"]
    units = [d for d in others if d in _UNITS]
    subject = next((d for d in others if d not in units), others[0])
    return subject, units[0] if units else ""


def revisions(cells: Iterable[Cell], structure: DataStructure) -> tuple[Revised, tuple[ByIndicator, ...]]:
    """Of all cells together (counts alone mean something where units differ), and by indicator and unit."""
    subject, unit = leading(structure)
    whole, found = Revised(), dict[tuple[str, str], Revised]()
    for cell in cells:
        whole.add(cell)
        found.setdefault((cell.key[subject], cell.key[unit] if unit else ""), Revised()).add(cell)
    return whole, tuple(ByIndicator(*place, one) for place, one in sorted(found.items()))
