"""Constraints in a structure message: one region of allowed values, or of what is there, and what it hangs on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from greffe.catalogue import artefact_output as out
from greffe.catalogue.artefact_output import Json
from greffe.catalogue.artefact_parts import head, urn_of
from greffe.catalogue.tree import Node
from greffe.model.artefacts import Maintainable
from greffe.model.metadata import MetadataConstraint
from greffe.model.references import Urn
from greffe.model.structures import DataConstraint

KINDS: Final = ("dataconstraint", "metadataconstraint")
# Kind of constraint → kind of what it hangs on → name of the list of URNs.
ATTACHMENTS: Final[dict[str, dict[str, str]]] = {
    "dataconstraint": {
        "datastructure": "dataStructures",
        "dataflow": "dataflows",
        "provisionagreement": "provisionAgreements",
    },
    "metadataconstraint": {
        "metadatastructure": "metadataStructures",
        "metadataflow": "metadataflows",
        "metadataprovisionagreement": "metadataProvisionAgreements",
    },
}


def read(kind: str, node: Node) -> Maintainable:
    """A constraint on data or on metadata: one region that is included, and an inclusive range of periods."""
    if kind == "metadataconstraint":
        return _metadata_constraint(node)
    top = head(node, "constraintAttachment", "cubeRegions")
    values: dict[str, tuple[str, ...]] = {}
    time_range: tuple[str, str] | None = None
    for key in _keys(node, "cubeRegions", "keyValues"):
        _included(key.only(("id", "include", "values", "timeRange"), ("id",)))
        if "timeRange" in key:
            time_range = _time_range(key.child("timeRange"))
        else:
            values[key.child("id").text()] = tuple(_value(v) for v in key.entries("values"))
    attachments = tuple(_attachments(kind, node.child("constraintAttachment")))
    return DataConstraint(**top, attachments=attachments, values=values, time_range=time_range)


def _metadata_constraint(node: Node) -> MetadataConstraint:
    top = head(node, "constraintAttachment", "metadataTargetRegions")
    values = {
        key.child("id").text(): tuple(_value(v) for v in key.entries("values"))
        for key in _keys(node, "metadataTargetRegions", "components")
        if _included(key.only(("id", "include", "values"), ("id",)))
    }
    attachments = tuple(_attachments("metadataconstraint", node.child("constraintAttachment")))
    return MetadataConstraint(**top, attachments=attachments, values=values)


def _keys(node: Node, regions: str, keys: str) -> Iterator[Node]:
    """The entries of the one region."""
    for region in node.entries(regions):
        if region.path.endswith("[1]"):
            raise region.wrong("One region is expected here.")
        _included(region.only(("include", keys), (keys,)))
        yield from region.entries(keys)


def _value(node: Node) -> str:
    """A value of a region: the code, or an object that holds it (which is what pysdmx reads)."""
    if isinstance(node.value, str):
        return node.text()
    return node.only(("value",), ("value",)).child("value").text()


def _attachments(kind: str, node: Node) -> Iterator[Urn]:
    if node.value is None:
        return
    lists = ATTACHMENTS[kind]
    node.only(lists.values())
    if len(node.fields()) != 1:
        raise node.wrong(f"One of {', '.join(lists.values())} is expected here.")
    for attached, key in lists.items():
        yield from (urn_of(one, attached) for one in node.entries(key))


def _included(node: Node) -> Node:
    if "include" in node and not node.true("include"):
        raise node.child("include").wrong("Only regions and values that are included are read here.")
    return node


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


def said(artefact: Maintainable) -> Json:
    """What is allowed, on what."""
    if isinstance(artefact, DataConstraint) and not artefact.stub:
        region = cube_region(artefact)
        return _attached(artefact, artefact.attachments) | ({"cubeRegions": [region]} if region else {})
    if isinstance(artefact, MetadataConstraint) and not artefact.stub:
        keys = [key_value(id_, values) for id_, values in artefact.values.items()]
        regions = [{"include": True, "components": keys}] if keys else []
        return _attached(artefact, artefact.attachments) | out.listed("metadataTargetRegions", regions)
    return {}


def availability_said(constraint: DataConstraint) -> Json:
    """What is there, as an AvailabilityConstraint: no identity, one attachment, one region, counts."""
    if len(constraint.attachments) > 1:
        raise out.unsayable(constraint, "what is there hangs on one thing")
    found: Json = dict(out.annotated(constraint.annotations))
    for key, urns in _attached(constraint, constraint.attachments).items():
        if isinstance(urns, dict):
            found[key] = {many.removesuffix("s"): one for many, (one,) in urns.items()}
    region = cube_region(constraint)
    if region:
        found["cubeRegion"] = region
    counts = {"seriesCount": constraint.series_count, "obsCount": constraint.obs_count}
    return found | {key: count for key, count in counts.items() if count is not None}


def _attached(artefact: Maintainable, attachments: Sequence[Urn]) -> Json:
    lists = ATTACHMENTS[artefact.kind]
    kinds = sorted({urn.kind for urn in attachments})
    if len(kinds) > 1 or (kinds and kinds[0] not in lists):
        raise out.unsayable(artefact, f"it hangs on {' and '.join(kinds)}")
    return {"constraintAttachment": {lists[kinds[0]]: [str(urn) for urn in attachments]}} if kinds else {}


def cube_region(constraint: DataConstraint) -> Json:
    """The region with its values and its range of periods; nothing when it says nothing."""
    keys: list[Mapping[str, object]] = [key_value(id_, codes) for id_, codes in constraint.values.items()]
    if constraint.time_range is not None and any(constraint.time_range):
        keys.append({"id": "TIME_PERIOD", "include": True, "timeRange": _time_range_said(constraint.time_range)})
    return {"include": True, "keyValues": keys} if keys else {}


def key_value(id_: str, codes: Sequence[str]) -> Json:
    """A component and its values."""
    return {"id": id_, "include": True, **out.listed("values", [{"value": code} for code in codes])}


def _time_range_said(bounds: tuple[str, str]) -> Json:
    """Both bounds are inclusive; one that is '' is open."""
    first, last = ({"period": bound, "isInclusive": True} if bound else None for bound in bounds)
    if first and last:
        return {"startPeriod": first, "endPeriod": last}
    return {"afterPeriod": first} if first else {"beforePeriod": last}
