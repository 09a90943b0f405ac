"""Two releases of a dataflow compared: what came, what went, what changed, with the exact difference (D17).

It is the store's own difference, asked both ways: rows of the newer that the older lacks or has otherwise, and the reverse.
A cell that is confidential in either shows its marker alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import cached_property
from typing import Final, TypeAlias

from greffe.arrow import text, texts
from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadQuery, NotFound, Refused, TooLarge
from greffe.model.dataset import SeriesBlock
from greffe.model.releases import Release
from greffe.model.structures import Dataflow, DataStructure
from greffe.release.manifest import made_from
from greffe.release.parts import Parts
from greffe.store.base import Change, Observations, Selection

ADDED, GONE, CHANGED = "added", "gone", "changed"
MOST: Final = 100_000  # cells that are listed; they are held in memory
PERCENT_DECIMALS: Final = 4
VALUE, TIME, CONF = "OBS_VALUE", "TIME_PERIOD", "CONF_STATUS"
_FREE: Final = ("", "F")
_WIDE: Final = Context(prec=80, rounding=ROUND_HALF_UP)  # enough for any two values of 38 digits
_STEP: Final = Decimal(1).scaleb(-PERCENT_DECIMALS)

Place: TypeAlias = tuple[str, ...]  # codes in the order of the dimensions, then the period


@dataclass(frozen=True)
class Figure:
    """A value as it was released (None = missing) and its attributes, those that are there."""

    value: str | None
    attributes: Mapping[str, str]

    @cached_property
    def number(self) -> Decimal | None:
        """The value as a number; None when it is missing or none."""
        try:
            found = None if self.value is None else Decimal(self.value)
        except InvalidOperation:
            return None
        return found if found is not None and found.is_finite() else None

    @property
    def confidential(self) -> bool:
        """Whether it may not be shown."""
        return self.attributes.get(CONF, "") not in _FREE


@dataclass(frozen=True)
class Cell:
    """What became of one observation. `before` is None of an added one, `after` of one that is gone; of a confidential one
    both say nothing but CONF_STATUS."""

    key: Mapping[str, str]
    period: str
    before: Figure | None
    after: Figure | None

    @property
    def how(self) -> str:
        """added | gone | changed."""
        return ADDED if self.before is None else GONE if self.after is None else CHANGED

    @property
    def confidential(self) -> bool:
        """Whether its figures are left out."""
        return any(f is not None and f.confidential for f in (self.before, self.after))

    @cached_property
    def difference(self) -> Decimal | None:
        """After less before, exact; None where one of them is no number."""
        if self.before is None or self.after is None:
            return None
        old, new = self.before.number, self.after.number
        if old is None or new is None:
            return None
        return _WIDE.subtract(new, old)

    @property
    def percent(self) -> Decimal | None:
        """The difference in percent of what was before, rounded once, half away from zero; None of nothing."""
        difference, old = self.difference, self.before.number if self.before else None
        return None if difference is None or not old else percent_of(difference, abs(old))

    @property
    def attributes(self) -> Mapping[str, tuple[str, str]]:
        """Attributes that differ, before and after; '' = absent."""
        old, new = (f.attributes if f else {} for f in (self.before, self.after))
        return {n: (old.get(n, ""), new.get(n, "")) for n in sorted({*old, *new}) if old.get(n) != new.get(n)}


@dataclass(frozen=True)
class Comparison:
    """Two releases of a dataflow, and what one has otherwise than the other."""

    older: Release
    newer: Release
    dataflow: Dataflow
    structure: DataStructure
    catalogue: Catalogue
    observations: Observations

    def cells(self) -> Iterator[Cell]:
        """By key and period, read as they are asked for: memory stays flat."""
        old = figures(self._changed(self.older, self.newer), self.structure)
        new = figures(self._changed(self.newer, self.older), self.structure)
        names = self.structure.dimension_ids
        for place, before, after in _both(old, new):
            yield _shown(Cell(dict(zip(names, place, strict=False)), place[-1], before, after))

    @cached_property
    def counts(self) -> tuple[int, int, int]:
        """How many observations were added, are gone, changed: by the store, whatever their number."""
        if self.older == self.newer:
            return 0, 0, 0
        gone = _rows(self.observations.changed(Change(self.newer.name, self.older.name, gone=True), Selection()))
        changed = _rows(self._changed(self.older, self.newer)) - gone
        return _rows(self._changed(self.newer, self.older)) - changed, gone, changed

    def listed(self) -> list[Cell]:
        """The largest difference first, then what has none, by key and period. Raises TooLarge above MOST."""
        if sum(self.counts) > MOST:
            raise TooLarge(
                f"{sum(self.counts):,} observations differ; at most {MOST:,} are listed.",
                hint=f"Take both releases, {self.older} and {self.newer}, as Parquet (asOf).",
            )
        return sorted(self.cells(), key=lambda c: abs(c.difference or Decimal()), reverse=True)

    def _changed(self, one: Release, other: Release) -> Iterator[SeriesBlock]:
        if one == other:
            return iter(())
        return self.observations.changed(Change(one.name, other.name), Selection())


def _rows(blocks: Iterator[SeriesBlock]) -> int:
    return sum(block.observations.num_rows for block in blocks)


def percent_of(part: Decimal, whole: Decimal) -> Decimal:
    """In percent, rounded once, half away from zero."""
    return _WIDE.quantize(_WIDE.divide(_WIDE.multiply(part, Decimal(100)), whole), _STEP)


def compared(parts: Parts, flow: Dataflow, older: int = 0, newer: int = 0) -> Comparison:
    """Two releases that everybody may read; without numbers the current one and the one before it.

    Raises NotFound for one that is not there, waits for its moment (which nobody is told) or was withdrawn, Refused where
    the dimensions differ, BadQuery where the first is the later one. A release does not differ from itself.
    """
    number = newer or _last(parts, flow, 0)
    after = readable(parts, flow, number, "to")
    before = readable(parts, flow, older or _last(parts, flow, number), "from")
    if before.number > after.number:
        raise BadQuery(
            f"{before} is later than {after}: differences would be read backwards.",
            parameter="from",
            hint=f"from={after.number}&to={before.number}",
        )
    structures = [structure_of(parts, r) for r in (before, after)]
    if structures[0][1].dimension_ids != structures[1][1].dimension_ids:
        raise Refused(f"{before} and {after} have other dimensions: no observation of one is one of the other.")
    catalogue, structure = structures[1]
    return Comparison(before, after, flow, structure, catalogue, parts.observations)


def readable(parts: Parts, flow: Dataflow, number: int, parameter: str = "") -> Release:
    """A release that everybody may read, by its number. Raises NotFound with the nearest ones."""
    now = parts.clock()
    releases = parts.ledger().releases_of(flow.reference)
    there = [r for r in releases if r.readable(now)]
    found = next((r for r in releases if r.number == number and r.came_out(now)), None)
    if found in there and found is not None:
        return found
    near = [str(r) for r in sorted(there, key=lambda r: (abs(r.number - number), r.number))[:3]]
    name = f"{flow.reference.id}#{number}"
    message = f"{name} has been withdrawn." if found is not None else f"There is no release {name}."
    hint = "" if near else "Nothing of it is released."
    raise NotFound(message, parameter=parameter, nearest=near, hint=hint)


def _last(parts: Parts, flow: Dataflow, below: int) -> int:
    """The number of the last readable release, of those with a lower number when one is given."""
    now = parts.clock()
    found = [r.number for r in parts.ledger().releases_of(flow.reference) if r.readable(now)]
    lower = [n for n in found if not below or n < below]
    if not lower:
        what = f"before {flow.reference.id}#{below}" if below else f"of {flow.reference.id}"
        raise NotFound(f"Nothing {what} is released: there is nothing to compare with.")
    return max(lower)


def structure_of(parts: Parts, release: Release) -> tuple[Catalogue, DataStructure]:
    """The catalogue that a release was made with, and its structure."""
    catalogue = parts.catalogue(str(made_from(parts, release).get("catalogue_checksum", "")))
    return catalogue, catalogue.structure(catalogue.get(Dataflow, release.dataflow))


def figures(blocks: Iterator[SeriesBlock], structure: DataStructure) -> Iterator[tuple[Place, Figure]]:
    """Each observation of those blocks with its place; attributes of its series and its own together."""
    dimensions = structure.dimension_ids
    for block in blocks:
        rows = _columns(block)
        at = 0
        for series, count in zip(block.series.to_pylist(), block.counts.to_pylist(), strict=True):
            key = tuple(text(series[d]) for d in dimensions)
            high = {n: text(v) for n, v in series.items() if n not in dimensions and v is not None}
            end = at + (count or 0)
            for period, value, attributes in rows[at:end]:
                yield (*key, period), Figure(value, {**high, **attributes} if attributes else high)
            at = end


def _columns(block: SeriesBlock) -> list[tuple[str, str | None, dict[str, str]]]:
    """Period, value and attributes of each observation of a block, column by column."""
    table = block.observations
    names = [n for n in table.column_names if n not in (TIME, VALUE)]
    columns = [texts(table.column(n)) for n in names]
    attributes = [
        {n: v for n, v in zip(names, row, strict=True) if v is not None} for row in zip(*columns, strict=True)
    ] or [{} for _ in range(table.num_rows)]
    periods = [period or "" for period in texts(table.column(TIME))]
    return list(zip(periods, texts(table.column(VALUE)), attributes, strict=True))


def _both(
    old: Iterator[tuple[Place, Figure]], new: Iterator[tuple[Place, Figure]]
) -> Iterator[tuple[Place, Figure | None, Figure | None]]:
    """Two sorted runs as one."""
    left, right = next(old, None), next(new, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left[0] < right[0]):
            assert left is not None
            yield left[0], left[1], None
            left = next(old, None)
        elif left is None or right[0] < left[0]:
            yield right[0], None, right[1]
            right = next(new, None)
        else:
            yield left[0], left[1], right[1]
            left, right = next(old, None), next(new, None)


def _shown(cell: Cell) -> Cell:
    """What is confidential in either release says so and nothing else, in both: the difference would tell it."""
    if not cell.confidential:
        return cell

    def marker(figure: Figure | None) -> Figure | None:
        if figure is None:
            return None
        return Figure(None, {CONF: figure.attributes[CONF]} if CONF in figure.attributes else {})

    return Cell(cell.key, cell.period, marker(cell.before), marker(cell.after))
