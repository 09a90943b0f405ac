"""A comparison of two releases as rows, as CSV and as plain values for JSON; numbers are decimal text, never floats."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from greffe.formats.languages import best
from greffe.model import numbers
from greffe.model.releases import Release, origin_of
from greffe.release.revisions import ByIndicator, Revised, leading, revisions
from greffe.release.vintages import Cell, Comparison


@dataclass(frozen=True)
class Table:
    """A comparison with its cells read: largest difference first, the whole and each indicator counted."""

    comparison: Comparison
    cells: Sequence[Cell]
    whole: Revised
    by_indicator: Sequence[ByIndicator]
    _labels: dict[tuple[str, str, str], str] = field(default_factory=dict, repr=False)

    @property
    def origin(self) -> str:
        """synthetic as soon as one of both is."""
        return origin_of((self.comparison.older, self.comparison.newer))

    def label(self, dimension: str, code: str, lang: str) -> str:
        """The name of a code; the code itself without one."""
        place = dimension, code, lang
        if place not in self._labels:
            self._labels[place] = self._named(*place)
        return self._labels[place]

    def _named(self, dimension: str, code: str, lang: str) -> str:
        component = self.comparison.structure.component(dimension)
        codes = self.comparison.catalogue.codelist(component) if component else None
        item = codes.item(code) if codes else None
        return best(item.names, lang) if item else code


def table_of(comparison: Comparison) -> Table:
    """The comparison, read once. Raises TooLarge where too many observations differ."""
    cells = comparison.listed()
    return Table(comparison, cells, *revisions(cells, comparison.structure))


def plain(number: Decimal | None) -> str | None:
    """A number as text, without an exponent; None stays None."""
    return None if number is None else f"{number:f}"


def _short(number: Decimal | None) -> str | None:
    """A mean as text, without the zeros at the end that rounding leaves; None stays None."""
    return None if number is None else numbers.plain(number)


def cell_of(cell: Cell) -> dict[str, object]:
    """A cell as plain values."""
    sides = {
        name: None if figure is None else {"value": figure.value, "attributes": dict(figure.attributes)}
        for name, figure in (("before", cell.before), ("after", cell.after))
    }
    return {
        "how": cell.how,
        "key": dict(cell.key),
        "period": cell.period,
        **sides,
        "difference": plain(cell.difference),
        "percent": plain(cell.percent),
        "confidential": cell.confidential,
    }


def revised_of(one: Revised) -> dict[str, object]:
    """Counts and means as plain values. Means of all units together say nothing and are left to the indicators."""
    return {
        "added": one.added,
        "gone": one.gone,
        "changed": one.changed,
        "confidential": one.confidential,
        "numbers_revised": one.numbers,
        "upward": one.upward,
        "downward": one.downward,
    }


def indicator_of(one: ByIndicator) -> dict[str, object]:
    """The same of an indicator in a unit, with its means."""
    return {
        "indicator": one.indicator,
        "unit": one.unit,
        **revised_of(one.revised),
        "mean_revision": _short(one.revised.mean),
        "mean_absolute_revision": _short(one.revised.mean_absolute),
        "relative_mean_absolute_revision": _short(one.revised.percent),
    }


def release_of(one: Release) -> dict[str, object]:
    """What everybody may know of a release."""
    return {
        "id": str(one),
        "effective_at": one.effective_at.isoformat(),
        "origin": one.origin,
        "reason": one.notice or one.reason,
        "reason_fr": one.notice_fr,
        "observations": one.observations,
    }


def as_json(table: Table, limit: int, offset: int = 0) -> dict[str, object]:
    """The comparison as plain values, with `limit` cells from the `offset`th on."""
    comparison = table.comparison
    subject, unit = leading(comparison.structure)
    return {
        "dataflow": str(comparison.dataflow.reference),
        "from": release_of(comparison.older),
        "to": release_of(comparison.newer),
        "origin": table.origin,
        "indicator_dimension": subject,
        "unit_dimension": unit,
        "counts": revised_of(table.whole),
        "by_indicator": [indicator_of(one) for one in table.by_indicator],
        "total": len(table.cells),
        "cells": [cell_of(one) for one in table.cells[offset : offset + limit]],
    }


def as_csv(table: Table, lang: str) -> bytes:
    """One row a cell: codes, their labels, values, differences, then each attribute before and after."""
    comparison = table.comparison
    dimensions = comparison.structure.dimension_ids
    attributes = sorted({n for c in table.cells for f in (c.before, c.after) if f for n in f.attributes})
    header = ["HOW", *dimensions, *(f"{d}_label" for d in dimensions), "TIME_PERIOD", "VALUE_BEFORE", "VALUE_AFTER",
              "DIFFERENCE", "PERCENT", *(f"{a}_{w}" for a in attributes for w in ("BEFORE", "AFTER")), "DATA_ORIGIN"]  # fmt: skip
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    for cell in table.cells:
        named = (table.label(d, cell.key[d], lang) for d in dimensions)
        sides: list[Mapping[str, str]] = [f.attributes if f else {} for f in (cell.before, cell.after)]
        values = [f.value if f and f.value is not None else "" for f in (cell.before, cell.after)]
        changes = [plain(cell.difference) or "", plain(cell.percent) or ""]
        told = [side.get(a, "") for a in attributes for side in sides]
        writer.writerow(
            [cell.how, *(cell.key[d] for d in dimensions), *named, cell.period, *values, *changes, *told, table.origin]
        )
    return out.getvalue().encode()
