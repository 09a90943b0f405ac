"""Structure maps and representation maps as objects of an SDMX-JSON 2.1 structure message (SM-01 to SM-17).

What the standard knows is said in its words: components, fixed values, rows with patterns and validity. What it does
not know (which rows are read, types, calculations, what is left out, and of a row its id, kind and reason) stands in
annotations, so that nothing is lost in silence; the figures of a map are never made from this form.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from greffe.catalogue.artefact_output import annotated, best
from greffe.catalogue.catalogue import Catalogue
from greffe.errors import NotFound
from greffe.model.maps import ComponentMap, MapRow, RepresentationMap, SourceValue, StructureMap
from greffe.model.references import Reference
from greffe.model.structures import Annotation, Dataflow, DataStructure


def structure_map_to_json(map_: StructureMap) -> dict[str, object]:
    """The object of `data.structureMaps[]`. A map without components is a stub and keeps source and target."""
    found: dict[str, object] = {
        **_head(map_.reference, map_.names),
        **annotated(_said_of_map(map_)),
        "source": map_.source.urn("dataflow"),
        "target": map_.target.urn("dataflow"),
    }
    if not map_.components:
        return found | {"isExternalReference": True}
    found["componentMaps"] = [_component_map(component) for component in map_.components]
    if map_.fixed:
        found["fixedValueMaps"] = [{"target": id_, "values": [code]} for id_, code in map_.fixed.items()]
    return found


def representation_map_to_json(
    table: RepresentationMap, map_: StructureMap, catalogue: Catalogue, *, stub: bool = False
) -> dict[str, object]:
    """The object of `data.representationMaps[]`; `map_` is a structure map that uses it and so tells its code lists."""
    source, target = (_structure(catalogue, flow) for flow in (map_.source, map_.target))
    names = table.names or {"en": f"{', '.join(table.sources)} to {', '.join(table.targets)}"}
    found: dict[str, object] = {
        **_head(table.reference, names),
        **annotated([Annotation("FILE", table.file)]),
        "source": [_column(source, id_) for id_ in table.sources],
        "target": [_column(target, id_) for id_ in table.targets],
    }
    if stub:
        found["isExternalReference"] = True
    elif table.rows:
        found["representationMappings"] = [_mapping(row) for row in table.rows]
    return found


def _head(reference: Reference, names: Mapping[str, str]) -> dict[str, object]:
    return {
        "id": reference.id,
        "agencyID": reference.agency,
        "version": reference.version,
        "name": best(names),
        "names": dict(names),
    }


def _component_map(component: ComponentMap) -> dict[str, object]:
    found: dict[str, object] = {"source": list(component.sources), "target": list(component.targets)}
    if component.map is not None:
        found["representationMap"] = component.map.reference.urn("representationmap")
    return found


def _structure(catalogue: Catalogue, flow: Reference) -> DataStructure:
    return catalogue.structure(catalogue.get(Dataflow, flow))


def _column(structure: DataStructure, id_: str) -> dict[str, object]:
    """A column is a code list or a data type, in the order of the component map (SM-03)."""
    component = structure.component(id_)
    if component is None:
        raise NotFound(f"{structure.reference} has no component {id_}.")
    if component.representation.enumeration is not None:
        return {"codelist": str(component.representation.enumeration)}
    return {"dataType": component.representation.text_type}


def _mapping(row: MapRow) -> dict[str, object]:
    """A row; one without target has empty target values, and its kind and reason say why."""
    found: dict[str, object] = {
        "sourceValues": [_source(source) for source in row.sources],
        "targetValues": list(row.targets),
    }
    if row.valid_from:
        found["validFrom"] = f"{row.valid_from}T00:00:00Z"
    if row.valid_to:
        found["validTo"] = f"{row.valid_to}T23:59:59Z"
    said = {
        "ROW_ID": row.row_id,
        "KIND": row.kind,
        "CONFIDENCE": row.confidence,
        "REASON": row.reason,
        "REFERENCE": row.reference,
    }
    return found | annotated(Annotation(type_, title) for type_, title in said.items() if title)


def _source(source: SourceValue) -> dict[str, object]:
    found: dict[str, object] = {"value": source.value}
    if source.match == "regex":
        found["isRegEx"] = True
    elif source.match == "substring":
        found |= {"startIndex": source.start, "endIndex": source.end}
    return found


def _said_of_map(map_: StructureMap) -> Iterator[Annotation]:
    """What only we say of a map, each as JSON text; what is empty is not said."""
    if map_.provider:
        yield Annotation("PROVIDER", map_.provider)
    yield Annotation("SCOPE", map_.scope)
    for id_, codes in map_.select.items():
        yield Annotation("SELECT", json.dumps(list(codes), ensure_ascii=False), id=id_)
    for type_ in map_.types:
        yield Annotation("CELL_TYPE", _text(type_))
    if map_.aggregate is not None:
        yield Annotation("AGGREGATE", _text(map_.aggregate))
    for calculation in map_.calculations:
        yield Annotation("CALCULATION", _text(calculation), id=calculation.id)
    for left_out in map_.not_provided:
        yield Annotation("NOT_PROVIDED", _text(left_out))


def _text(value: object) -> str:
    return json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: object) -> object:
    """Values of the model as JSON; references in their short form, what is empty left out."""
    if isinstance(value, Reference):
        return str(value)
    if is_dataclass(value):
        pairs = {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
        return {name: one for name, one in pairs.items() if one not in ("", None, {}, [])}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value
