"""Constraints in SDMX-ML: what is allowed, what is there, and what reports may say (ML21-14, ML3-05, R1-AVL, R2-AVL)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from lxml import etree

from greffe.formats.structure_ml_pen import Cannot, Pen
from greffe.model.artefacts import Annotation
from greffe.model.metadata import MetadataConstraint
from greffe.model.references import Urn
from greffe.model.structures import DataConstraint

_DATA: Final = {
    "datastructure": "DataStructure",
    "dataflow": "Dataflow",
    "provisionagreement": "ProvisionAgreement",
    "dataproviderscheme": "DataProvider",
}
_METADATA: Final = {
    "metadatastructure": "MetadataStructure",
    "metadataflow": "Metadataflow",
    "metadataprovisionagreement": "MetadataProvisionAgreement",
    "metadataproviderscheme": "MetadataProvider",
}
# One of these alone: all else may be several of a kind.
_SINGLE: Final = ("dataproviderscheme", "metadataproviderscheme")


def constraint(pen: Pen, element: etree._Element, found: DataConstraint) -> None:
    """What it hangs on (of one kind), and its one region. A component without values restricts nothing.

    The time span of what is there is the range of its time dimension (R1-AVL-08), never a ReferencePeriod, at which
    sdmx1 2.28 stops.
    """
    _attached(pen, element, found.attachments, _DATA)
    if found.stub:
        return
    if any(found.values.values()) or found.time_range:
        _region(pen, element, found)


def availability(pen: Pen, element: etree._Element, found: DataConstraint) -> None:
    """The AvailabilityConstraint of 3.1: it has no identity, hangs on one artefact, has one region, and its counts."""
    if len(found.attachments) != 1 or found.attachments[0].kind not in (
        "datastructure",
        "dataflow",
        "provisionagreement",
    ):
        raise Cannot("it must hang on one structure, dataflow or agreement")
    for name, count in (("seriesCount", found.series_count), ("obsCount", found.obs_count)):
        if count is not None:
            element.set(name, str(count))
    _attached(pen, element, found.attachments, _DATA)
    _region(pen, element, found)


def metrics(pen: Pen, found: DataConstraint) -> tuple[Annotation, ...]:
    """The counts of what is there as annotations, which is how they are said before 3.1 (R1-AVL-07, R2-AVL-08)."""
    counts = (("series_count", found.series_count), ("obs_count", found.obs_count))
    if pen.version == "3.1":
        return ()
    return tuple(Annotation("sdmx_metrics", str(count), id=id_) for id_, count in counts if count is not None)


def metadata_constraint(pen: Pen, element: etree._Element, found: MetadataConstraint) -> None:
    """What it hangs on, and the values of attributes by their dotted ids."""
    _attached(pen, element, found.attachments, _METADATA)
    if found.stub or not any(found.values.values()):
        return
    region = pen.child(element, "MetadataTargetRegion", {"include": "true"})
    _values(pen, region, "Component", found.values)


def _attached(pen: Pen, element: etree._Element, attachments: Sequence[Urn], names: Mapping[str, str]) -> None:
    kinds = sorted({urn.kind for urn in attachments})
    if len(kinds) > 1 or any(kind not in names for kind in kinds):
        raise Cannot(f"it hangs on {' and '.join(kinds)}")
    if kinds and kinds[0] in _SINGLE and len(attachments) > 1:
        raise Cannot(f"it hangs on several {kinds[0]}s")
    if kinds:
        attachment = pen.child(element, "ConstraintAttachment")
        for urn in attachments:
            pen.refer(pen.child(attachment, names[urn.kind]), urn)


def _region(pen: Pen, element: etree._Element, found: DataConstraint) -> None:
    """Dimensions as KeyValue, time with them; after those what is known to be none, by the structure in the message."""
    beside = _beside(pen, found)
    region = pen.child(element, "CubeRegion", {"include": "true"})
    _values(pen, region, "KeyValue", {id_: codes for id_, codes in found.values.items() if id_ not in beside})
    if found.time_range is not None and any(found.time_range):
        _time_range(pen, _member(pen, region, "KeyValue", "TIME_PERIOD"), *found.time_range)
    name = "Attribute" if pen.old else "Component"
    _values(pen, region, name, {id_: codes for id_, codes in found.values.items() if id_ in beside})


def _beside(pen: Pen, found: DataConstraint) -> frozenset[str]:
    structures = (pen.structure_of(urn) for urn in found.attachments)
    return frozenset(c.id for s in structures if s is not None for c in (*s.attributes, *s.measures))


def _values(pen: Pen, region: etree._Element, name: str, values: Mapping[str, Sequence[str]]) -> None:
    for id_, codes in values.items():
        if codes:
            member = _member(pen, region, name, id_)
            for code in codes:
                _inside(pen, member, "Value", text=code)


def _member(pen: Pen, region: etree._Element, name: str, id_: str) -> etree._Element:
    return _inside(pen, region, name, {"id": id_})


def _inside(
    pen: Pen, parent: etree._Element, name: str, attributes: dict[str, str] | None = None, text: str = ""
) -> etree._Element:
    """What is inside a region is of the common namespace in 2.1, of the structure namespace in 3.x."""
    return (pen.common if pen.old else pen.child)(parent, name, attributes, text)


def _time_range(pen: Pen, key: etree._Element, first: str, last: str) -> None:
    """Bounds are inclusive; one that is '' is open."""
    parent = _inside(pen, key, "TimeRange")
    names = ("StartPeriod", "EndPeriod") if first and last else ("AfterPeriod", "BeforePeriod")
    for name, period in zip(names, (first, last), strict=True):
        if period:
            _inside(pen, parent, name, {"isInclusive": "true"}, period)
