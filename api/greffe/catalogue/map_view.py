"""A structure map together with its two structures and their code lists, for the checks at load time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.faults import Faults
from greffe.catalogue.patterns import matched
from greffe.errors import BadDefinition, BadQuery, NotFound, nearest
from greffe.model.maps import MapRow, SourceValue, StructureMap
from greffe.model.periods import span
from greffe.model.references import Reference
from greffe.model.structures import Component, Dataflow, DataStructure

TIME = "TIME_PERIOD"
INDICATOR = "INDICATEUR"


@dataclass(frozen=True)
class Side:
    """One structure of a map: its components, and the codes of those that are coded (None: any value)."""

    dataflow: Dataflow
    structure: DataStructure
    lists: dict[str, tuple[Reference, frozenset[str]]] = field(repr=False)

    def codes(self, id_: str) -> frozenset[str] | None:
        """The codes of a component, or None when it is not coded."""
        return self.lists[id_][1] if id_ in self.lists else None

    def component(self, id_: str) -> Component | None:
        """The component of that id."""
        return self.structure.component(id_)

    def widened(self, working: Mapping[str, tuple[str, ...]]) -> Side:
        """The same with the codes of working cells, which calculations read and nobody is sent."""
        wider = {id_: (list_, codes | set(working.get(id_, ()))) for id_, (list_, codes) in self.lists.items()}
        return replace(self, lists=wider)


def side_of(catalogue: Catalogue, reference: Reference) -> Side:
    """The side of a dataflow. Raises NotFound."""
    dataflow = catalogue.get(Dataflow, reference)
    structure = catalogue.structure(dataflow)
    lists = {
        id_: (list_.reference, frozenset(i.id for i in list_.items))
        for id_, list_ in catalogue.codelists(structure).items()
    }
    return Side(dataflow, structure, lists)


@dataclass
class WorkedOut:
    """What the checks of a map ask again and again: the values of a source component; of a table (by its identity) and an
    indicator the rows that match, each with the targets that it can make (`reach.rows_of`)."""

    values: dict[str, tuple[str, ...] | None] = field(default_factory=dict)
    rows: dict[tuple[int, str], tuple[tuple[MapRow, frozenset[tuple[str, ...]]], ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class MapView:
    """What the checks ask. Every refusal names the map's file."""

    catalogue: Catalogue
    map: StructureMap
    source: Side
    target: Side
    faults: Faults = field(default_factory=Faults, repr=False, compare=False)  # gathered by the checks
    worked_out: WorkedOut = field(default_factory=WorkedOut, repr=False, compare=False)

    @classmethod
    def of(cls, catalogue: Catalogue, map_: StructureMap) -> MapView:
        """Raises BadDefinition when a dataflow or its structure does not exist."""
        try:
            target = side_of(catalogue, map_.target).widened(map_.working)
            return cls(catalogue, map_, side_of(catalogue, map_.source), target)
        except NotFound as error:
            raise BadDefinition(error.message, file=map_.file, nearest=error.nearest) from error

    def wrong(self, message: str, at: str = "", *, hint: str = "", near: Iterable[str] = ()) -> BadDefinition:
        """The error about a place of the map's YAML file, e.g. `$.select.SEXE`."""
        return BadDefinition(message, file=self.map.file, parameter=at, hint=hint, nearest=near)

    def known(self, side: Side, id_: str, at: str) -> Component:
        """The component of that id. Raises BadDefinition with the nearest."""
        found = side.component(id_)
        if found is None:
            ids = [c.id for c in side.structure.components]
            raise self.wrong(f"{id_!r} is not a component of {side.structure.reference}.", at, near=nearest(id_, ids))
        return found

    def code(self, side: Side, id_: str, code: str, at: str) -> None:
        """Refuses a code that is not in the component's list, and a TIME_PERIOD that is no period."""
        message, near = misfit(side, id_, code)
        if message:
            raise self.wrong(message, at, near=near)

    def values(self, component: str) -> tuple[str, ...] | None:
        """The values that selected source rows can have in a component, or None when any."""
        if component in self.map.select:
            return self.map.select[component]
        known = self.worked_out.values
        if component not in known:
            codes = self.source.codes(component)
            known[component] = None if codes is None else tuple(sorted(codes))
        return known[component]


def misfit(side: Side, id_: str, code: str) -> tuple[str, tuple[str, ...]]:
    """Why a value cannot stand in a component, with the nearest that can; ('', ()) when it can."""
    if id_ == TIME:
        try:
            span(code)
        except BadQuery as error:
            return error.message, ()
    codes = side.codes(id_)
    if codes is None or code in codes:
        return "", ()
    return f"{code!r} is not in {side.lists[id_][0]}, the list of {id_}.", nearest(code, codes)


def matching(source: SourceValue, values: Iterable[str] | None) -> tuple[str, ...] | None:
    """Those of the values that a source value of a row matches; None when it cannot be told (any value, a pattern)."""
    if source.match == "exact":
        return (source.value,) if values is None or source.value in values else ()
    if values is None:
        return None
    return _matching(source, frozenset(values))


@lru_cache(maxsize=20_000)
def _matching(source: SourceValue, values: frozenset[str]) -> tuple[str, ...]:
    """Remembered: the checks of a map ask the same of its patterns and lists thousands of times."""
    if source.match == "regex":
        return tuple(v for v in sorted(values) if matched(source.value, v))
    return tuple(v for v in sorted(values) if v[source.start - 1 : source.end] == source.value)


def filled(row: MapRow, values: Sequence[str]) -> tuple[str, ...]:
    """The targets of a row for source values that it matches: `\\1` is the first group of the whole row (SM-14)."""
    patterns = [(s.value, v) for s, v in zip(row.sources, values, strict=True) if s.match == "regex"]
    if not patterns:
        return row.targets
    groups = [g or "" for pattern, value in patterns if (m := matched(pattern, value)) for g in m.groups()]
    return tuple(re.sub(r"\\(\d{1,2})", lambda m: groups[int(m[1]) - 1], target) for target in row.targets)
