"""The two sides of a comparison of structures: what we hold, and what a recipient sent; and what we use of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.received import Received
from greffe.catalogue.received_regions import Limits
from greffe.errors import BadQuery, nearest
from greffe.model.allowed import allowed, restricting
from greffe.model.maps import StructureMap
from greffe.model.structures import Codelist, Component, DataConstraint, Dataflow, DataStructure
from greffe.validation.structural.limits import expanded, marginal

OURS_ALONE: Final = ("DATA_ORIGIN", "TERRITORY")  # attributes that say something to our readers, and are not sent


@dataclass(frozen=True)
class Side:
    """A structure with the lists and constraints of its components by their ids. Without a structure (lists alone were
    sent) components are those of the other side whose list has that id."""

    structure: DataStructure | None
    lists: Mapping[str, Codelist]
    allowed: Mapping[str, frozenset[str]]
    periods: tuple[tuple[str, str], ...] = ()  # first and last period that constraints allow, inclusive, '' where open
    limits: tuple[Limits, ...] = ()  # constraints that say more than codes and a range
    not_asked: tuple[str, ...] = ()  # attributes that need not be there

    def component(self, id_: str) -> Component | None:
        """The component of that id."""
        return self.structure.component(id_) if self.structure else None

    def codes(self, id_: str) -> frozenset[str] | None:
        """Codes of a component; None where no list is known."""
        list_ = self.lists.get(id_)
        return frozenset(i.id for i in list_.items) if list_ is not None else None


@dataclass(frozen=True)
class Used:
    """What we use of a component's codes: observations by code, and rows of maps that lead to it, by code."""

    observations: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    rows: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    def of(self, component: str, code: str) -> tuple[int, tuple[str, ...]]:
        """Observations with that code, and rows that lead to it."""
        return self.observations.get(component, {}).get(code, 0), self.rows.get(component, {}).get(code, ())


def ours(catalogue: Catalogue, flow: Dataflow) -> Side:
    """What we hold of a dataflow."""
    structure = catalogue.structure(flow)
    constraints = tuple(catalogue.constraints(flow))
    return Side(structure, catalogue.codelists(structure), restricting(constraints), _periods(constraints))


def theirs(received: Received, mine: Side, flow: Dataflow) -> Side:
    """The part of what was received that is about our dataflow. Raises BadQuery when several structures could be meant,
    or none of what was received is about it."""
    structure = _structure(received, flow)
    if structure is not None:
        found = {c.id: received.codelist(c) for c in structure.components}
        lists = {id_: list_ for id_, list_ in found.items() if list_ is not None}
    else:
        lists = {id_: other for id_, list_ in mine.lists.items() if (other := _same_list(received, list_)) is not None}
    wanted = {structure.reference} if structure else set()
    wanted |= {f.reference for f in received.flows if structure and f.structure and f.structure.reference in wanted}
    constraints = [
        c
        for c in received.constraints
        if not wanted or not c.attachments or wanted & {u.reference for u in c.attachments}
    ]
    if structure is None and not lists and not constraints:
        raise BadQuery(
            f"Nothing in {received.file} is about {flow.reference.id}.",
            nearest=nearest(flow.reference.id, [s.reference.id for s in received.structures]),
        )
    every = {**mine.lists, **lists}
    limits = tuple(expanded(c, every) for c in constraints if isinstance(c, Limits) and c.regions)
    regions = [c.values for c in constraints if c.role == "Allowed"] + [marginal(c, every) for c in limits]
    return Side(structure, lists, allowed(regions), _periods(constraints), limits, _not_asked(structure, mine))


def _not_asked(structure: DataStructure | None, mine: Side) -> tuple[str, ...]:
    """What we put beside a recipient's components is in a structure of our own agency, and nobody is sent it. Where a
    structure of theirs has such an attribute they ask for it: it is theirs then, and must be there."""
    if structure is None or mine.structure is None:
        return ()
    return OURS_ALONE if structure.reference.agency == mine.structure.reference.agency else ()


def _periods(constraints: Iterable[DataConstraint]) -> tuple[tuple[str, str], ...]:
    found = (c.time_range for c in constraints if c.role == "Allowed")
    return tuple(r for r in found if r is not None and any(r))


def _structure(received: Received, flow: Dataflow) -> DataStructure | None:
    if len(received.structures) < 2:
        return next(iter(received.structures), None)
    wanted = {flow.reference.id, flow.structure.reference.id if flow.structure else ""}
    found = [s for s in received.structures if s.reference.id in wanted or f"ESTAT_{s.reference.id}" in wanted]
    if len(found) != 1:
        ids = [s.reference.id for s in received.structures]
        raise BadQuery(
            f"{len(ids)} structures are in {received.file}, and {len(found)} of them are called as {flow.reference.id}.",
            nearest=nearest(flow.reference.id, ids),
        )
    return found[0]


def _same_list(received: Received, mine: Codelist) -> Codelist | None:
    """A list of that id; ours have the recipient as a prefix (D7)."""
    ids = {mine.reference.id, mine.reference.id.partition("_")[2]}
    return next((c for r, c in received.lists.items() if r.id in ids or r.id.removeprefix("CL_") in ids), None)


def rows_of(map_: StructureMap) -> dict[str, dict[str, tuple[str, ...]]]:
    """Component → code → the rows, calculations or fixed values of a map that lead to it."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}

    def add(component: str, code: str, what: str) -> None:
        there = found.setdefault(component, {})
        if code:
            there[code] = (*there.get(code, ()), what)

    for component in map_.components:
        if component.map is not None:
            for row in component.map.rows:
                for id_, code in zip(component.map.targets, row.targets, strict=False):
                    add(id_, code, row.row_id)
    for id_, code in map_.fixed.items():
        add(id_, code, "fixed")
    for calculation in map_.calculations:
        for id_, code in calculation.set.items():
            add(id_, code, calculation.id)
    return found
