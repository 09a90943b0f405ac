"""Targets that a recipient does not take: the constraints of its dataflow leave them out, whatever the types say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.map_view import side_of
from greffe.mapping.exchange.sets import users_of
from greffe.model.maps import RepresentationMap
from greffe.model.structures import Dataflow


@dataclass(frozen=True)
class Outside:
    """A code of a target column that a constraint does not allow; `provenance` says how sure that constraint is. Its figures are
    errors (QR-COD-01), and nothing with errors is released."""

    component: str
    code: str
    constraint: str
    provenance: str
    dataflow: str

    def text(self) -> str:
        """The constraint does not allow it."""
        return f"{self.constraint} ({self.provenance}) does not allow {self.code}."


def outside(catalogue: Catalogue, table: RepresentationMap, targets: Sequence[str]) -> tuple[Outside, ...]:
    """What of those targets the constraints of the dataflows do not allow that the table leads to."""
    found: dict[Outside, None] = {}
    for map_ in users_of(catalogue, table):
        flow = catalogue.get(Dataflow, map_.target)
        lists = side_of(catalogue, map_.target)
        for constraint in catalogue.constraints(flow):
            for component, code in zip(table.targets, targets, strict=False):
                codes = constraint.values.get(component, ()) if constraint.role == "Allowed" else ()
                if code in (lists.codes(component) or ()) and codes and code not in codes:
                    told = constraint.annotation("PROVENANCE") or "unverified"
                    found[Outside(component, code, constraint.reference.id, told, flow.reference.id)] = None
    return tuple(found)
