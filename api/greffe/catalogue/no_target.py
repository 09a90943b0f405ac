"""Internal indicators that lead to no recipient: each with its reason, in `mappings/no_target.csv`, or it is a gap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.faults import Faults
from greffe.catalogue.map_view import INDICATOR
from greffe.catalogue.representation_files import read_decisions
from greffe.errors import BadDefinition, nearest
from greffe.model.maps import MapRow
from greffe.model.structures import Dataflow

NO_TARGET: Final = "mappings/no_target.csv"


def read_no_target(content: bytes, file: str) -> tuple[MapRow, ...]:
    """One row an indicator, with the columns of a representation map but no target. Raises BadDefinition."""
    sources, rows = read_decisions(content, file)
    if sources != (INDICATOR,):
        raise BadDefinition(f"One column source:{INDICATOR} is expected, found {', '.join(sources)}.", file=file, row=1)
    seen: dict[str, int] = {}
    for row in rows:
        indicator = row.sources[0].value
        if row.sources[0].match != "exact":
            raise BadDefinition("An indicator is named, not matched.", file=file, row=row.line, column="match")
        if indicator in seen:
            message = f"{indicator} stands in line {seen[indicator]} already."
            raise BadDefinition(message, file=file, row=row.line, column=f"source:{INDICATOR}")
        seen[indicator] = row.line
    return rows


def check_no_target(catalogue: Catalogue) -> None:
    """Raises BadDefinition for an indicator that does not exist, and for one that a map reads all the same."""
    known, readers, faults = _indicators(catalogue), _readers(catalogue), Faults()
    for row in catalogue.no_target:
        indicator = row.sources[0].value
        if indicator not in known:
            message, near = f"{indicator!r} is not an internal indicator.", nearest(indicator, known)
        elif indicator in readers:
            message, near = f"{indicator} has no target here, and {readers[indicator]} reads it.", ()
        else:
            continue
        with faults:
            raise BadDefinition(message, file=NO_TARGET, row=row.line, column=f"source:{INDICATOR}", nearest=near)
    faults.refuse()


def unexplained(catalogue: Catalogue) -> tuple[str, ...]:
    """Indicators of the dataflows that maps read, which no map reads and no row of `no_target.csv` explains: an error
    of coverage. Sorted."""
    explained = {row.sources[0].value for row in catalogue.no_target}
    return tuple(sorted(_indicators(catalogue) - _readers(catalogue).keys() - explained))


def _indicators(catalogue: Catalogue) -> frozenset[str]:
    found: set[str] = set()
    for source in {map_.source for map_ in catalogue.maps.values()}:
        structure = catalogue.structure(catalogue.get(Dataflow, source))
        list_ = catalogue.codelists(structure).get(INDICATOR)
        found |= {item.id for item in list_.items} if list_ else set()
    return frozenset(found)


def _readers(catalogue: Catalogue) -> Mapping[str, str]:
    """Indicator → the file of a map that selects it, or divides by it."""
    found: dict[str, str] = {}
    for map_ in catalogue.maps.values():
        selects = [map_.select, *(c.population.select for c in map_.calculations if c.population is not None)]
        found |= {code: map_.file for select in selects for code in select.get(INDICATOR, ())}
    return found
