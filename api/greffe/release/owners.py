"""Why cells are empty: what a map says of them, and the houses whose they are (mappings/policies/contributors.csv)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.policies.contributors import Contributor
from greffe.engine import Connection, quoted
from greffe.mapping.sql import Parameters, condition, exists
from greffe.model.maps import NotProvided, StructureMap
from greffe.model.structures import Dataflow


def explained(
    catalogue: Catalogue,
    flow: Dataflow,
    map_: StructureMap,
    houses: Sequence[Contributor],
    seen: tuple[Connection, str],
) -> list[NotProvided]:
    """What the map of a dataflow says of cells that it leaves empty, then what the houses do: the first that meets a cell
    counts. `seen`: the table of observations. Figures of a house of which it holds some are ours to hold: what is empty
    there is a gap, and no row lifts it."""
    known = {c.id for c in catalogue.structure(flow).components}
    said = [n for n in map_.not_provided if set(n.cells) <= known]
    owned = [h for h in houses if h.concerns(flow.reference.id) and set(h.cells) <= known]
    return [*said, *(entry for house in owned if not _held(house, seen) for entry in house.entries())]


def _held(house: Contributor, seen: tuple[Connection, str]) -> bool:
    connection, table = seen
    parameters = Parameters()
    meant = condition(parameters, house.cells)
    return exists(connection, f"SELECT 1 FROM {quoted(table)} WHERE OBS_VALUE IS NOT NULL AND {meant}", parameters)


def owner(houses: Sequence[Contributor], flow: str, cells: Mapping[str, str]) -> Contributor | None:
    """The house whose figures with these codes are; None when no row says so. Of a whole dataflow after those of a part."""
    found = [h for h in houses if h.concerns(flow) and h.holds(cells)]
    return max(found, key=lambda h: len(h.cells), default=None)
