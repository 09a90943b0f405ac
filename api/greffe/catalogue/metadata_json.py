"""Metadata sets as SDMX-JSON 2.1 metadata messages, the form of the files in `sdmx/<agency>/metadataset/`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from greffe.catalogue import artefact_output as out
from greffe.catalogue.artefact_output import Json
from greffe.catalogue.artefact_parts import head, maybe, notes
from greffe.catalogue.tree import Node
from greffe.model.metadata import MetadataSet, ReportedAttribute, Value

METADATA_SCHEMA: Final = "https://json.sdmx.org/2.1/sdmx-json-metadata-schema.json"
METADATA_COLLECTION: Final = "metadataSets"


def read_metadata_set(node: Node) -> MetadataSet:
    """The report at that place. Raises BadDefinition with file and JSON path."""
    known = ("metadataflow", "metadataProvisionAgreement", "targets", "attributes", "reportingBegin", "reportingEnd")
    top = head(node, *known, needed=("targets", "attributes"))
    if ("metadataflow" in node) == ("metadataProvisionAgreement" in node):
        raise node.wrong("Either metadataflow or metadataProvisionAgreement is expected here.")
    return MetadataSet(
        **top,
        metadataflow=maybe(node, "metadataflow", "metadataflow"),
        agreement=maybe(node, "metadataProvisionAgreement", "metadataprovisionagreement"),
        targets=tuple(one.urn() for one in node.entries("targets")),
        attributes=_attributes(node),
        reporting_begin=node.text_or("reportingBegin"),
        reporting_end=node.text_or("reportingEnd"),
    )


def _attributes(node: Node) -> tuple[ReportedAttribute, ...]:
    """What stands under the headings. A further value is an entry of the same id with nothing but its value."""
    found: list[ReportedAttribute] = []
    for one in node.entries("attributes"):
        one.only(("id", "value", "attributes", "annotations"), ("id",))
        values = (_value(one.child("value")),) if "value" in one else ()
        read = ReportedAttribute(one.child("id").identifier(), values, _attributes(one), notes(one))
        last = found[-1] if found else None
        more = last is not None and last.id == read.id and last.values and values
        if last is not None and more and not read.children and not read.annotations:
            found[-1] = ReportedAttribute(last.id, last.values + values, last.children, last.annotations)
        else:
            found.append(read)
    return tuple(found)


def _value(node: Node) -> Value:
    return node.texts() if isinstance(node.value, dict) and node.value else node.text()


def metadata_set_to_json(report: MetadataSet) -> Json:
    """The object of `data.metadataSets[]`. Raises BadDefinition for a report without targets or attributes, which the
    schema wants even of a stub."""
    if not report.targets or not report.attributes:
        raise out.unsayable(report, "a report has targets and attributes")
    found = out.head(report) | out.linked(metadataflow=report.metadataflow, metadataProvisionAgreement=report.agreement)
    bounds = {"reportingBegin": report.reporting_begin, "reportingEnd": report.reporting_end}
    found |= {key: text for key, text in bounds.items() if text}
    found["targets"] = [str(urn) for urn in report.targets]
    return found | attributes_to_json(report.attributes)


def attributes_to_json(attributes: tuple[ReportedAttribute, ...]) -> Json:
    """`attributes`, an entry a value; the first one holds what stands below and the annotations."""
    return out.listed("attributes", [entry for one in attributes for entry in _entries(one)])


def _entries(attribute: ReportedAttribute) -> Iterator[Json]:
    first: Json = {"id": attribute.id, **out.annotated(attribute.annotations)}
    if attribute.values:
        first["value"] = _value_said(attribute.values[0])
    yield first | attributes_to_json(attribute.children)
    yield from ({"id": attribute.id, "value": _value_said(value)} for value in attribute.values[1:])


def _value_said(value: Value) -> object:
    return dict(value) if isinstance(value, Mapping) else value
