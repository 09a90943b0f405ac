"""Targets that a recipient does not take: the constraints of its dataflow leave them out, whatever the types say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.map_view import side_of
from greffe.errors import BadQuery
from greffe.french import ours
from greffe.mapping.exchange.sets import users_of
from greffe.model.maps import RepresentationMap
from greffe.model.structures import DataConstraint, Dataflow
from greffe.release.review.reasons import added


@dataclass(frozen=True)
class Outside:
    """A code of a target column that a constraint does not allow; `provenance` says how sure that constraint is. Its figures are
    errors (QR-COD-01), and nothing with errors is released."""

    component: str
    code: str
    constraint: str
    provenance: str
    dataflow: str
    file: str = ""

    def text(self) -> str:
        """The constraint does not allow it."""
        return f"{self.constraint} ({self.provenance}) does not allow {self.code}."


def claimed(found: Sequence[Outside], cells: Mapping[str, str], claim: bool) -> Mapping[str, str]:
    """The cells of a decision on a target of which that is outside: the reason says so too. Raises BadQuery where nobody claims
    that the recipient takes it all the same, or gives no reason of their own."""
    if not found:
        return cells
    told, reason = " ".join(f"{one.text()} Taken all the same." for one in found), cells.get("reason", "").strip()
    if told in reason or ours(told, "fr") in reason:
        return cells
    if not claim:
        raise BadQuery(
            found[0].text(),
            parameter="outside",
            hint="Say that the recipient takes it all the same, or choose another target.",
        )
    return {**cells, "reason": added(reason, told)}


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
                    found[
                        Outside(
                            component,
                            code,
                            constraint.reference.id,
                            told,
                            flow.reference.id,
                            _file(catalogue, constraint),
                        )
                    ] = None
    return tuple(found)


def _file(catalogue: Catalogue, constraint: DataConstraint) -> str:
    """The file that holds a constraint, '' where it has none of its own."""
    end = f"/{constraint.kind}/{constraint.reference.id}.json"
    return next((path for path in catalogue.files if path.startswith("sdmx/") and path.endswith(end)), "")
