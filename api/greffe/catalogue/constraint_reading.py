"""Data constraints in a structure message: one region of allowed values, and what it hangs on."""

from __future__ import annotations

from collections.abc import Iterator

from greffe.catalogue.artefact_parts import MAINTAINED, descriptions, names, notes, reference, stub, urn_of
from greffe.catalogue.artefact_writing import ATTACHMENTS
from greffe.catalogue.tree import Node
from greffe.model.references import Urn
from greffe.model.structures import DataConstraint


def constraint(kind: str, node: Node) -> DataConstraint:
    """A data constraint: one region that is included, and an inclusive range of periods."""
    node.only((*MAINTAINED, "constraintAttachment", "cubeRegions"), ("id", "agencyID"))
    values: dict[str, tuple[str, ...]] = {}
    time_range: tuple[str, str] | None = None
    for region in node.entries("cubeRegions"):
        if region.path.endswith("[1]"):
            raise region.wrong("One region is expected here.")
        _included(region.only(("include", "keyValues"), ("keyValues",)))
        for key in region.entries("keyValues"):
            _included(key.only(("id", "include", "values", "timeRange"), ("id",)))
            if "timeRange" in key:
                time_range = _time_range(key.child("timeRange"))
            else:
                values[key.child("id").text()] = tuple(_value(v) for v in key.entries("values"))
    return DataConstraint(
        reference(node),
        names(node),
        descriptions(node),
        notes(node),
        stub=stub(node),
        attachments=tuple(_attachments(node.child("constraintAttachment"))),
        values=values,
        time_range=time_range,
    )


def _value(node: Node) -> str:
    """A value of a region: the code, or an object that holds it (which is what pysdmx reads)."""
    if isinstance(node.value, str):
        return node.text()
    return node.only(("value",), ("value",)).child("value").text()


def _attachments(node: Node) -> Iterator[Urn]:
    if node.value is None:
        return
    node.only(ATTACHMENTS.values())
    if len(node.fields()) != 1:
        raise node.wrong(f"One of {', '.join(ATTACHMENTS.values())} is expected here.")
    for kind, key in ATTACHMENTS.items():
        yield from (urn_of(one, kind) for one in node.entries(key))


def _included(node: Node) -> None:
    if "include" in node and not node.true("include"):
        raise node.child("include").wrong("Only regions and values that are included are read here.")


def _time_range(node: Node) -> tuple[str, str]:
    known = ("startPeriod", "endPeriod", "afterPeriod", "beforePeriod")
    node.only(known)
    if set(node.fields()) not in ({"startPeriod", "endPeriod"}, {"afterPeriod"}, {"beforePeriod"}):
        raise node.wrong("Either startPeriod and endPeriod, or afterPeriod, or beforePeriod is expected here.")
    return _bound(node, "startPeriod", "afterPeriod"), _bound(node, "endPeriod", "beforePeriod")


def _bound(node: Node, *keys: str) -> str:
    for key in keys:
        if key in node:
            one = node.child(key).only(("period", "isInclusive"), ("period",))
            if "isInclusive" in one and not one.true("isInclusive"):
                raise one.wrong("Only inclusive bounds are read here.")
            return one.child("period").text()
    return ""
