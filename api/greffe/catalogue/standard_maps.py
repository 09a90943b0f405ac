"""Our structure maps and representation maps as artefacts in the standard's form (SM-01 to SM-17).

What the standard knows is said in its words: components, fixed values, rows with patterns and validity. What it does
not know (which rows are read, types, calculations, what is left out, and of a row its id, kind and reason) stands in
annotations, so that nothing is lost in silence; the figures of a map are never made from this form.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from fractions import Fraction
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.vtl_schemes import transformation_scheme
from greffe.errors import NotFound
from greffe.model.artefacts import Annotation, Maintainable
from greffe.model.mappings import (
    ComponentMapping,
    DatePatternMapping,
    EpochMapping,
    FixedMapping,
    FrequencyFormat,
    MappedValue,
    StandardRepresentationMap,
    StandardStructureMap,
    ValueMapping,
)
from greffe.model.maps import Correspondence, MapRow, RepresentationMap, SourceValue, StructureMap, TimeRule
from greffe.model.references import Reference, Urn
from greffe.model.structures import Dataflow, DataStructure


def with_maps(catalogue: Catalogue) -> Catalogue:
    """The coherent catalogue with our maps among its artefacts, and the structures behind the ends of all maps."""
    artefacts = {**catalogue.artefacts, **{(m.kind, m.reference): m for m in standard_maps(catalogue)}}
    for key, found in artefacts.items():
        if isinstance(found, StandardStructureMap):
            artefacts[key] = replace(found, structures=_structures(catalogue, found))
    return replace(catalogue, artefacts=artefacts)


def _structures(catalogue: Catalogue, map_: StandardStructureMap) -> tuple[DataStructure, DataStructure] | None:
    """None for maps between structures of metadata."""
    ends = [_structure_of(catalogue, urn) for urn in (map_.source, map_.target)]
    return (ends[0], ends[1]) if ends[0] is not None and ends[1] is not None else None


def _structure_of(catalogue: Catalogue, urn: Urn | None) -> DataStructure | None:
    if urn is None or urn.kind not in ("dataflow", "datastructure"):
        return None
    if urn.kind == "datastructure":
        return catalogue.get(DataStructure, urn.reference)
    return _structure(catalogue, urn.reference)


def standard_maps(catalogue: Catalogue) -> Iterator[Maintainable]:
    """Every map of a coherent catalogue with the VTL of its calculations, then each representation map once. Raises
    NotFound."""
    tables: dict[Reference, Maintainable] = {
        reference: _standard_correspondence(one) for reference, one in catalogue.correspondences.items()
    }
    for map_ in catalogue.maps.values():
        yield standard_structure_map(map_)
        scheme = transformation_scheme(map_)
        if scheme is not None:
            yield scheme
        for table in map_.representation_maps:
            if table.reference not in tables:
                tables[table.reference] = standard_representation_map(table, map_, catalogue)
    yield from tables.values()


def standard_structure_map(map_: StructureMap) -> StandardStructureMap:
    """Components and fixed values; source and target are dataflows."""
    return StandardStructureMap(
        map_.reference,
        map_.names,
        annotations=tuple(_said_of_map(map_)),
        source=Urn("dataflow", map_.source),
        target=Urn("dataflow", map_.target),
        components=tuple(
            ComponentMapping(c.sources, c.targets, Urn("representationmap", c.map.reference) if c.map else None)
            for c in map_.components
        ),
        fixed=(
            *(FixedMapping(id_, (code,)) for id_, code in map_.fixed.items()),
            *(FixedMapping(id_, (code,), of_source=True) for id_, code in map_.fixed_source.items()),
        ),
        epochs=tuple(_epoch(map_, rule) for rule in map_.times if rule.kind == "epoch"),
        date_patterns=tuple(_date_pattern(map_, rule) for rule in map_.times if rule.kind == "date-pattern"),
        frequency_formats=tuple(
            FrequencyFormat(f"{_FORMAT}{frequency}", frequency, pattern)
            for frequency, pattern in map_.frequency_formats.items()
        ),
    )


_FORMAT: Final = "FORMAT_"  # before a frequency: the id of its format


def _epoch(map_: StructureMap, rule: TimeRule) -> EpochMapping:
    return EpochMapping(*_read_and_written(map_, rule), base=rule.base, unit=rule.unit)


def _date_pattern(map_: StructureMap, rule: TimeRule) -> DatePatternMapping:
    return DatePatternMapping(*_read_and_written(map_, rule), pattern=rule.pattern, locale=rule.locale)


def _read_and_written(
    map_: StructureMap, rule: TimeRule
) -> tuple[str, tuple[tuple[str, str], ...], str, str, tuple[str, ...], str]:
    """What rules of both kinds say: id, components, frequency or the dimension that has it, formats, day that stands for
    the period."""
    pairs = ((rule.source, rule.target),)
    return rule.id, pairs, rule.frequency, rule.frequency_dimension, _formats(map_, rule), rule.resolve


def _formats(map_: StructureMap, rule: TimeRule) -> tuple[str, ...]:
    """Formats that a rule may need, where the data give the frequency."""
    return tuple(f"{_FORMAT}{f}" for f in map_.frequency_formats) if rule.frequency_dimension else ()


def standard_representation_map(
    table: RepresentationMap, map_: StructureMap, catalogue: Catalogue
) -> StandardRepresentationMap:
    """Rows in their order; `map_` is a structure map that uses the table and so tells its code lists."""
    source, target = (_structure(catalogue, flow) for flow in (map_.source, map_.target))
    return StandardRepresentationMap(
        table.reference,
        table.names or {"en": f"{', '.join(table.sources)} to {', '.join(table.targets)}"},
        annotations=(Annotation("FILE", table.file),),
        sources=tuple(_column(source, id_) for id_ in table.sources),
        targets=tuple(_column(target, id_) for id_ in table.targets),
        rows=tuple(_row(row) for row in table.rows),
    )


def _standard_correspondence(one: Correspondence) -> StandardRepresentationMap:
    """Its columns are code lists by name; what only we say is in annotations."""
    said = {
        "FILE": one.table.file,
        "PROVENANCE": one.provenance,
        "EDITION": one.edition,
        "RECEIVED": one.received,
        "RECEIVED_FILE": one.received_file,
        "SHA256": one.sha256,
    }
    return StandardRepresentationMap(
        one.reference,
        one.table.names,
        one.descriptions,
        tuple(Annotation(type_, title) for type_, title in said.items() if title),
        sources=tuple(Urn("codelist", list_) for list_ in one.sources),
        targets=tuple(Urn("codelist", list_) for list_ in one.targets),
        rows=tuple(_flagged(row) for row in one.table.rows),
    )


def _flagged(row: MapRow) -> ValueMapping:
    """A row whose source is wider than its target says the status of what is made by it: definition differs."""
    found = _row(row)
    flag = (Annotation("OBS_STATUS", "D"),) if row.kind == "broader" else ()
    return replace(found, annotations=(*found.annotations, *flag))


def _structure(catalogue: Catalogue, flow: Reference) -> DataStructure:
    return catalogue.structure(catalogue.get(Dataflow, flow))


def _column(structure: DataStructure, id_: str) -> Urn | str:
    """A column is a code list or a data type, in the order of the component map (SM-03)."""
    component = structure.component(id_)
    if component is None:
        raise NotFound(f"{structure.reference} has no component {id_}.")
    return component.representation.enumeration or component.representation.text_type


def _row(row: MapRow) -> ValueMapping:
    """A row; one without target has empty target values, and its kind and reason say why: the schemas want at least one
    value where there are any, and pysdmx wants the key."""
    said = {
        "ROW_ID": row.row_id,
        "KIND": row.kind,
        "CONFIDENCE": row.confidence,
        "REASON": row.reason,
        "REFERENCE": row.reference,
    }
    return ValueMapping(
        tuple(_source(source) for source in row.sources),
        row.targets,
        f"{row.valid_from}T00:00:00Z" if row.valid_from else "",
        f"{row.valid_to}T23:59:59Z" if row.valid_to else "",
        tuple(Annotation(type_, title) for type_, title in said.items() if title),
    )


def _source(source: SourceValue) -> MappedValue:
    if source.match == "substring":
        return MappedValue(source.value, start=source.start, end=source.end)
    return MappedValue(source.value, regex=source.match == "regex")


def _said_of_map(map_: StructureMap) -> Iterator[Annotation]:
    """What only we say of a map, each as JSON text; what is empty is not said."""
    yield Annotation("FILE", map_.file)
    if map_.provider:
        yield Annotation("PROVIDER", map_.provider)
    yield Annotation("SCOPE", map_.scope)
    for id_, codes in map_.select.items():
        yield Annotation("SELECT", json.dumps(list(codes), ensure_ascii=False), id=id_)
    for type_ in map_.types:
        yield Annotation("CELL_TYPE", _text(type_))
    if map_.aggregate is not None:
        yield Annotation("AGGREGATE", _text(map_.aggregate))
    if len({rule.kind for rule in map_.times}) > 1:
        yield Annotation("TIME_ORDER", json.dumps([rule.id for rule in map_.times]))
    for calculation in map_.calculations:
        yield Annotation("CALCULATION", _text(calculation), id=calculation.id)
    for id_, codes in map_.working.items():
        yield Annotation("WORKING", json.dumps(list(codes), ensure_ascii=False), id=id_)
    for left_out in map_.not_provided:
        yield Annotation("NOT_PROVIDED", _text(left_out))


def _text(value: object) -> str:
    return json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: object) -> object:
    """Values of the model as JSON; references in their short form, what is empty or as usual left out."""
    if isinstance(value, Reference):
        return str(value)
    if is_dataclass(value):
        pairs = {
            f.name.rstrip("_"): getattr(value, f.name) for f in fields(value) if getattr(value, f.name) != f.default
        }
        return {name: _plain(one) for name, one in pairs.items() if one not in ("", None, {}, ())}
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value
