"""After reading: reports and constraints on them say what their metadata structure has headings for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadDefinition, nearest
from greffe.model.metadata import (
    MetadataAttribute,
    MetadataConstraint,
    Metadataflow,
    MetadataProvisionAgreement,
    MetadataSet,
    MetadataStructure,
    ReportedAttribute,
)
from greffe.model.references import Urn
from greffe.model.structures import Codelist


def metadata_structure(catalogue: Catalogue, urn: Urn) -> MetadataStructure:
    """The structure of a metadata structure, flow or agreement. Raises NotFound."""
    if urn.kind == "metadataprovisionagreement":
        agreement = catalogue.get(MetadataProvisionAgreement, urn.reference)
        if agreement.metadataflow is not None:
            return metadata_structure(catalogue, agreement.metadataflow)
    if urn.kind == "metadataflow":
        flow = catalogue.get(Metadataflow, urn.reference)
        if flow.structure is not None:
            return metadata_structure(catalogue, flow.structure)
    return catalogue.get(MetadataStructure, urn.reference)


def check_constraint(catalogue: Catalogue, constraint: MetadataConstraint, file: str) -> None:
    """Its headings and values exist in the structure of everything it hangs on."""
    for urn in constraint.attachments:
        structure = metadata_structure(catalogue, urn)
        headings = _paths(structure.attributes)
        for path, values in constraint.values.items():
            heading = _heading(path, headings, structure, file)
            for value in values:
                _check_code(catalogue, heading, path, value, file)


def check_report(catalogue: Catalogue, report: MetadataSet, file: str) -> None:
    """Headings exist and stand as often as they may, codes are in their lists, and it is about what it may be about."""
    for urn in (u for u in (report.metadataflow, report.agreement) if u is not None):
        structure = metadata_structure(catalogue, urn)
        headings = {one.id: one for one in structure.attributes}
        _check_attributes(catalogue, structure, headings, report.attributes, file)
        patterns = _patterns(catalogue, urn)
        for target in report.targets:
            if patterns and not any(_matches(pattern, str(target)) for pattern in patterns):
                raise BadDefinition(f"Reports of {urn.reference} are not about {target}.", file=file)


def _check_attributes(
    catalogue: Catalogue,
    structure: MetadataStructure,
    headings: Mapping[str, MetadataAttribute],
    found: Iterable[ReportedAttribute],
    file: str,
    above: str = "",
) -> None:
    times: Counter[str] = Counter()
    for one in found:
        path = f"{above}{one.id}"
        heading = _heading(one.id, headings, structure, file, above)
        times[one.id] += max(len(one.values), 1)
        if heading.presentational and one.values:
            raise BadDefinition(f"The heading {path} only holds others: it has no value.", file=file)
        for value in one.values:
            if isinstance(value, str):
                _check_code(catalogue, heading, path, value, file)
        below = {child.id: child for child in heading.children}
        _check_attributes(catalogue, structure, below, one.children, file, f"{path}.")
    for heading in headings.values():
        count = times[heading.id]
        if count < heading.least or (heading.most is not None and count > heading.most):
            most = "any number" if heading.most is None else str(heading.most)
            raise BadDefinition(
                f"{above}{heading.id} stands {count} times, and may from {heading.least} to {most}.", file=file
            )


def _paths(attributes: Iterable[MetadataAttribute], above: str = "") -> dict[str, MetadataAttribute]:
    found: dict[str, MetadataAttribute] = {}
    for one in attributes:
        found[f"{above}{one.id}"] = one
        found |= _paths(one.children, f"{above}{one.id}.")
    return found


def _heading(
    id_: str, headings: Mapping[str, MetadataAttribute], structure: MetadataStructure, file: str, above: str = ""
) -> MetadataAttribute:
    if id_ not in headings:
        raise BadDefinition(
            f"{above}{id_} is not a heading of {structure.reference}.", file=file, nearest=nearest(id_, headings)
        )
    return headings[id_]


def _check_code(catalogue: Catalogue, heading: MetadataAttribute, path: str, value: str, file: str) -> None:
    list_ = heading.representation.enumeration
    if list_ is None or list_.kind != "codelist":
        return
    codes = [item.id for item in catalogue.get(Codelist, list_.reference).items]
    if value not in codes:
        raise BadDefinition(
            f"{value!r} is not in {list_.reference}, the list of {path}.", file=file, nearest=nearest(value, codes)
        )


def _patterns(catalogue: Catalogue, urn: Urn) -> tuple[str, ...]:
    """What reports under that agreement or flow may be about: the agreement says so, or else its flow."""
    if urn.kind == "metadataprovisionagreement":
        agreement = catalogue.get(MetadataProvisionAgreement, urn.reference)
        if agreement.targets or agreement.metadataflow is None:
            return agreement.targets
        return _patterns(catalogue, agreement.metadataflow)
    return catalogue.get(Metadataflow, urn.reference).targets


def _matches(pattern: str, urn: str) -> bool:
    """`*` stands for any part."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), urn) is not None
