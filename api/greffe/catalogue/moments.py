"""Which year a date stands for: the rows of a map from one period to another, against what its types declare (D16)."""

from __future__ import annotations

import re
from typing import Final

from greffe.catalogue.map_view import TIME, MapView
from greffe.errors import BadDefinition
from greffe.model.maps import RepresentationMap

_FIRST: Final = re.compile(r"[0-9]{4}(?:-01(?:-01)?)?")  # a year, its January, its first day
_YEAR: Final = re.compile(r"[0-9]{4}")
_MOVED: Final = {"shift_1jan": -1, "lag_1y": 1}  # the year that a stock at the turn of the year stands for


def check_years(view: MapView) -> None:
    """A period becomes the year in which it lies; a stock at the turn of the year another one where a conversion says so,
    which is then true of every such row of the map (other days of a year are rows of their own, with their reason).

    Raises BadDefinition with file and row.
    """
    kinds = {conversion.kind for type_ in view.map.types for conversion in type_.conversions}
    moves = [kind for kind in _MOVED if kind in kinds]
    for component in view.map.components:
        if component.map is not None and TIME in component.sources and TIME in component.targets:
            _check_rows(component.map, moves)


def _check_rows(table: RepresentationMap, moves: list[str]) -> None:
    source, target = table.sources.index(TIME), table.targets.index(TIME)
    for row in table.rows:
        value, year = row.sources[source], row.targets[target]
        if not row.has_target or value.match != "exact" or not _YEAR.fullmatch(year):
            continue
        own = int(value.value[:4])
        moved = moves if _FIRST.fullmatch(value.value) else []
        wanted = [f"{own + _MOVED[kind]:04}" for kind in moved] or [f"{own:04}"]
        if year not in wanted:
            why = f"{' and '.join(moved)} declared" if moved else "it lies in that year"
            raise BadDefinition(
                f"{value.value} stands for {' or '.join(wanted)} ({why}), found {year}.",
                file=table.file,
                row=row.line,
                column=f"target:{TIME}",
                hint="" if moves else "A stock of 1 January that stands for 31 December declares shift_1jan.",
            )
