"""What several constraints leave together: one place for figures, structure answers and schemas (ML21-14)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from greffe.model.structures import DataConstraint


def allowed(regions: Iterable[Mapping[str, Collection[str]]]) -> dict[str, frozenset[str]]:
    """Component id → codes that every region naming it has. A component that a region names without values is not
    restricted by it; one that none restricts is not in the answer."""
    found: dict[str, frozenset[str]] = {}
    for region in regions:
        for id_, codes in region.items():
            if codes:
                found[id_] = found[id_].intersection(codes) if id_ in found else frozenset(codes)
    return found


def restricting(constraints: Iterable[DataConstraint]) -> dict[str, frozenset[str]]:
    """The same of constraints: those that say what is there restrict nothing."""
    return allowed(c.values for c in constraints if c.role == "Allowed")
