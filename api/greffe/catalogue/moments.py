"""Which year a date stands for: the rows of a map from one period to another, and lags, against what its types declare
(D16)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from greffe.catalogue.map_view import TIME, MapView, filled, matching
from greffe.errors import BadDefinition
from greffe.model.maps import Calculation, CellType, MapRow, RepresentationMap

_FIRST: Final = re.compile(r"[0-9]{4}(?:-01(?:-01)?)?")  # a year, its January, its first day
_YEAR: Final = re.compile(r"[0-9]{4}")
_MOVED: Final = {"shift_1jan": -1, "lag_1y": 1}  # the year that a stock at the turn of the year stands for
_YEARS: Final = tuple(str(year) for year in range(1900, 2100))  # what a pattern may read where no period is selected


def check_years(view: MapView) -> None:
    """A period becomes the year in which it lies; a stock at the turn of the year another one where a conversion says so,
    which is then true of every such row of the map (other days of a year are rows of their own, with their reason).

    Raises BadDefinition with file and row.
    """
    kinds = {conversion.kind for type_ in view.map.types for conversion in type_.conversions}
    moves = [kind for kind in _MOVED if kind in kinds]
    for component in view.map.components:
        if component.map is not None and TIME in component.sources and TIME in component.targets:
            _check_rows(view, component.map, moves)


def _check_rows(view: MapView, table: RepresentationMap, moves: list[str]) -> None:
    source = table.sources.index(TIME)
    for number, row in enumerate(table.rows):
        for period, year in _years(view, table, number):
            own = int(period[:4])
            moved = moves if _FIRST.fullmatch(period) else []
            wanted = [f"{own + _MOVED[kind]:04}" for kind in moved] or [f"{own:04}"]
            # Beside the stocks that move, a pattern reads flows, which stay in their year.
            stays = row.sources[source].match != "exact" and year == f"{own:04}"
            if year not in wanted and not stays:
                why = f"{' and '.join(moved)} declared" if moved else "it lies in that year"
                raise BadDefinition(
                    f"{period} stands for {' or '.join(wanted)} ({why}), found {year}.",
                    file=table.file,
                    row=row.line,
                    column=f"target:{TIME}",
                    hint="" if moves else "A stock of 1 January that stands for 31 December declares shift_1jan.",
                )


def _years(view: MapView, table: RepresentationMap, number: int) -> Iterator[tuple[str, str]]:
    """The periods that a row reads, with the year each becomes. Of a pattern, those that the map selects, or plain years
    when it names none, without what earlier rows take; nothing where other columns are patterns too."""
    row, source, target = table.rows[number], table.sources.index(TIME), table.targets.index(TIME)
    if not row.has_target:
        return
    if row.sources[source].match == "exact":
        periods: tuple[str, ...] = (row.sources[source].value,)
    elif any(s.match != "exact" for n, s in enumerate(row.sources) if n != source):
        return
    else:
        asked = view.values(TIME) or _YEARS
        earlier = {
            p for other in table.rows[:number] if _before(other, row, source) for p in _read(other, source, asked)
        }
        periods = tuple(p for p in _read(row, source, asked) if p not in earlier)
    for period in periods:
        values = [period if n == source else s.value for n, s in enumerate(row.sources)]
        year = filled(row, values)[target]
        if _YEAR.fullmatch(year) and _YEAR.match(period):
            yield period, year


def _before(other: MapRow, row: MapRow, source: int) -> bool:
    """An earlier row reads the same values in all other columns, at any time."""
    same = all(a == b for n, (a, b) in enumerate(zip(other.sources, row.sources, strict=True)) if n != source)
    return same and not (other.valid_from or other.valid_to)


def _read(row: MapRow, source: int, periods: tuple[str, ...]) -> tuple[str, ...]:
    return matching(row.sources[source], periods) or ()


def check_lags(view: MapView) -> None:
    """The stock of 31 December opens the next year; any other earlier figure that stands for a present one is declared
    with a status and its reason. Raises BadDefinition."""
    for number, calculation in enumerate(view.map.calculations):
        if calculation.kind != "lag" or (calculation.status and calculation.reason):
            continue
        read = _moments(view, calculation, {})
        made = _moments(view, calculation, calculation.set)
        if calculation.years != 1 or read != ["stock_31dec"] or made != ["stock_1jan"]:
            raise view.wrong(
                f"{calculation.id} takes {' or '.join(read) or 'nothing'} of {calculation.years} year(s) before for "
                f"{' or '.join(made) or 'nothing'}.",
                f"$.calculations[{number}]",
                hint="Only a stock_31dec becomes the stock_1jan of the next year; else give status (E, D) and reason.",
            )


def _moments(view: MapView, calculation: Calculation, changed: Mapping[str, str]) -> list[str]:
    """Of the types that its operands (or, with what is changed, its results) may have."""

    def may_be(type_: CellType) -> bool:
        cells = {**calculation.where, **{id_: (code,) for id_, code in changed.items()}}
        return all(id_ not in cells or code in cells[id_] for id_, code in type_.cells.items())

    return sorted({type_.moment for type_ in view.map.types if may_be(type_)})
