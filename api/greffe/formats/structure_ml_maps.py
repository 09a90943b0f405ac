"""Maps in SDMX-ML 3.x: between structures, representations and item schemes (SM-01 to SM-17)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lxml import etree

from greffe.formats.structure_ml_pen import Cannot, Pen, required
from greffe.model.mappings import (
    DateMapping,
    ItemSchemeMap,
    MappedValue,
    StandardRepresentationMap,
    StandardStructureMap,
)
from greffe.model.references import Urn

_FLAG: Final = {"isRegEx": "true"}


def structure_map(pen: Pen, element: etree._Element, found: StandardStructureMap) -> None:
    """Source and target are required, in a stub too; then dates, components and fixed values (SM-02).

    The schemas want dates before components, whatever the standard's text says."""
    _ends(pen, element, found.source, found.target)
    if found.stub:
        return
    for epoch in found.epochs:
        said = {"basePeriod": epoch.base, "epochPeriod": epoch.unit}
        _dates(pen, pen.child(element, "EpochMap", _part(pen, found, "EpochMap", epoch) | said), epoch)
    for dates in found.date_patterns:
        said = {"sourcePattern": dates.pattern, "locale": dates.locale}
        _dates(pen, pen.child(element, "DatePatternMap", _part(pen, found, "DatePatternMap", dates) | said), dates)
    for format_ in found.frequency_formats:
        name = "FrequencyFormatMapping"
        one = pen.child(element, name, _identity(pen, found, name, format_.id))
        pen.annotated(one, format_.annotations)
        pen.child(one, "FrequencyId", text=format_.frequency)
        pen.child(one, "DatePattern", text=format_.pattern)
    for mapping in found.components:
        one = pen.child(element, "ComponentMap")
        pen.annotated(one, mapping.annotations)
        for source in mapping.sources:
            pen.child(one, "Source", text=source)
        for target in mapping.targets:
            pen.child(one, "Target", text=target)
        if mapping.map is not None:
            pen.refer(pen.child(one, "RepresentationMap"), mapping.map)
    for fixed in found.fixed:
        one = pen.child(element, "FixedValueMap")
        pen.annotated(one, fixed.annotations)
        pen.child(one, "Source" if fixed.of_source else "Target", text=fixed.component)
        for value in fixed.values:
            pen.child(one, "Value", text=value)


def _identity(pen: Pen, found: StandardStructureMap, name: str, id_: str) -> dict[str, str]:
    """A part of a map has an id and a URN of its own (SM-05)."""
    return {"id": id_, "urn": pen.inner_urn(found, "structuremapping", name, id_)}


def _part(pen: Pen, found: StandardStructureMap, name: str, dates: DateMapping) -> dict[str, str]:
    resolve = {"resolvePeriod": dates.resolve} if dates.resolve else {}
    return _identity(pen, found, name, dates.id) | resolve


def _dates(pen: Pen, element: etree._Element, dates: DateMapping) -> None:
    """Pairs of components, then where the frequency comes from."""
    pen.annotated(element, dates.annotations)
    for source, target in dates.components:
        pen.child(element, "Source", text=source)
        pen.child(element, "Target", text=target)
    if dates.frequency_dimension:
        pen.child(element, "FrequencyDimension", text=dates.frequency_dimension)
        for format_ in dates.formats:
            pen.child(element, "MappedFrequencies", text=format_)
    else:
        pen.child(element, "TargetFrequencyID", text=dates.frequency)


def representation_map(pen: Pen, element: etree._Element, found: StandardRepresentationMap) -> None:
    """Columns, required in a stub too, then rows in order."""
    if not (found.sources and found.targets):
        raise Cannot("it has no source or no target")
    _columns(pen, element, "Source", found.sources)
    _columns(pen, element, "Target", found.targets)
    if found.stub:
        return
    for row in found.rows:
        one = pen.child(element, "RepresentationMapping", _days(row.valid_from, row.valid_to))
        pen.annotated(one, row.annotations)
        for source in row.sources:
            _source(pen, one, source)
        for target in row.targets:
            pen.child(one, "TargetValue", text=target)


def item_map(pen: Pen, element: etree._Element, found: ItemSchemeMap) -> None:
    """Both schemes, required in a stub too, then items in order."""
    _ends(pen, element, found.source, found.target)
    if found.stub:
        return
    for item in found.items:
        one = pen.child(element, "ItemMap", _days(item.valid_from, item.valid_to))
        pen.annotated(one, item.annotations)
        _source(pen, one, MappedValue(item.source, item.regex))
        if item.target:
            pen.child(one, "TargetValue", text=item.target)


def _ends(pen: Pen, element: etree._Element, source: Urn | None, target: Urn | None) -> None:
    pen.refer(pen.child(element, "Source"), required(source, "source"))
    pen.refer(pen.child(element, "Target"), required(target, "target"))


def _columns(pen: Pen, element: etree._Element, side: str, columns: Iterable[Urn | str]) -> None:
    for column in columns:
        if isinstance(column, Urn):
            pen.refer(pen.child(element, f"{side}Codelist"), column)
        else:
            pen.child(element, f"{side}DataType", text=column)


def _source(pen: Pen, element: etree._Element, found: MappedValue) -> None:
    attributes = dict(_FLAG) if found.regex else {}
    if found.start:
        attributes["startIndex"] = str(found.start)
    if found.end:
        attributes["endIndex"] = str(found.end)
    pen.child(element, "SourceValue", attributes, found.value)


def _days(valid_from: str, valid_to: str) -> dict[str, str]:
    """Validity of a row: days, where the model may have dateTimes."""
    bounds = {"validFrom": valid_from[:10], "validTo": valid_to[:10]}
    return {name: day for name, day in bounds.items() if day}
