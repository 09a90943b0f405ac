"""Maps in the standard's form, with our annotations, as the files of `mappings/` that they were (see standard_maps).

The form of exchange keeps everything but the comments of a YAML file. A map without our annotations is another house's:
it says neither which rows it reads nor what it counts, and stays an artefact.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import yaml

from greffe.catalogue.correspondences import correspondence_files, stands_alone
from greffe.catalogue.map_files import AGENCY
from greffe.catalogue.representation_dump import dump_representation
from greffe.catalogue.tree import read_json
from greffe.errors import BadDefinition
from greffe.model.artefacts import Annotation, Maintainable
from greffe.model.mappings import (
    DateMapping,
    DatePatternMapping,
    EpochMapping,
    MappedValue,
    StandardRepresentationMap,
    StandardStructureMap,
    ValueMapping,
)
from greffe.model.maps import Correspondence, MapRow, RepresentationMap, SourceValue
from greffe.model.references import Urn

Document = dict[str, object]
_OURS: Final = "SCOPE"  # what every map of ours says, and no other
_SECTIONS: Final = {"CELL_TYPE": "types", "CALCULATION": "calculations", "NOT_PROVIDED": "not_provided"}
_FOLDER: Final = "mappings/"


def is_ours(map_: StandardStructureMap) -> bool:
    """Whether the map is of our agency and says all that a map of `mappings/` must say."""
    return map_.reference.agency == AGENCY and any(a.type == _OURS for a in map_.annotations)


def map_files(artefacts: Sequence[Maintainable], file: str) -> dict[str, bytes]:
    """The files of every map of ours among the artefacts of a message, by path below the root.

    Raises BadDefinition for a map whose tables are not in the message, and for rows or annotations that no file of ours
    can hold.
    """
    tables = {a.urn: a for a in artefacts if isinstance(a, StandardRepresentationMap)}
    found: dict[str, bytes] = {}
    for table in tables.values():
        path = _single(table.annotations).get("FILE", "")
        if stands_alone(path):
            found |= _correspondence(table, _path(table, ".csv", file), file)
    for map_ in artefacts:
        if isinstance(map_, StandardStructureMap) and is_ours(map_):
            found |= _files(map_, tables, file)
    return found


def _files(map_: StandardStructureMap, tables: Mapping[Urn, StandardRepresentationMap], file: str) -> dict[str, bytes]:
    path = _path(map_, ".yaml", file)
    found: dict[str, bytes] = {}
    components: list[Document] = []
    for component in map_.components:
        one: Document = {"source": list(component.sources), "target": list(component.targets)}
        if component.map is not None:
            if component.map not in tables:
                raise BadDefinition(f"{map_.reference} uses {component.map.reference}, which is not here.", file=file)
            table = tables[component.map]
            place = _path(table, ".csv", file)
            one["map"] = posixpath.relpath(place, posixpath.dirname(path))
            if not stands_alone(place):
                found[place] = dump_representation(_table(table, component.sources, component.targets, place, file))
        components.append(one)
    return {path: _yaml(_document(map_, components, file)), **found}


def _correspondence(table: StandardRepresentationMap, path: str, file: str) -> dict[str, bytes]:
    """Its two files; its columns are called as their code lists."""
    sources = tuple(c.reference for c in table.sources if isinstance(c, Urn))
    targets = tuple(c.reference for c in table.targets if isinstance(c, Urn))
    said = _single(table.annotations)
    rows = _table(table, tuple(r.id for r in sources), tuple(r.id for r in targets), path, file)
    return correspondence_files(
        Correspondence(
            f"{path.removesuffix('.csv')}.yaml", replace(rows, names=table.names), sources, targets, table.descriptions,
            *(said.get(type_, "") for type_ in ("PROVENANCE", "EDITION", "RECEIVED", "RECEIVED_FILE", "SHA256")),
        )
    )  # fmt: skip


def _document(map_: StandardStructureMap, components: list[Document], file: str) -> Document:
    if map_.source is None or map_.target is None:
        raise BadDefinition(f"{map_.reference} has no source or no target.", file=file)
    said = _single(map_.annotations)
    found: Document = {
        "id": map_.reference.id,
        "version": map_.reference.version,
        "names": dict(map_.names),
        "source": str(map_.source.reference),
        "target": str(map_.target.reference),
        "provider": said.get("PROVIDER", ""),
        "scope": said[_OURS],
        "select": {a.id: _json(a, file) for a in map_.annotations if a.type == "SELECT"},
        "components": components,
    }
    for key, of_source in (("fixed", False), ("fixed_source", True)):
        constants = {f.component: f.values[0] for f in map_.fixed if f.values and f.of_source == of_source}
        found |= {key: constants} if constants else {}
    found |= _dates(map_)
    working = {a.id: _json(a, file) for a in map_.annotations if a.type == "WORKING"}
    found |= {"working": working} if working else {}
    sections: dict[str, list[object]] = {"types": []}
    for annotation in map_.annotations:
        if annotation.type in _SECTIONS:
            sections.setdefault(_SECTIONS[annotation.type], []).append(_section(annotation, file))
    found["types"] = sections.pop("types")
    for annotation in map_.annotations:
        if annotation.type == "AGGREGATE":
            found["aggregate"] = _json(annotation, file)
    return found | sections


def _dates(map_: StandardStructureMap) -> Document:
    """Time rules in the order of the file they were in, and the formats of periods (SM-30 to SM-33)."""
    rules = {one.id: one for one in (*map_.date_patterns, *map_.epochs)}
    order = next((_json(a, map_.reference.id) for a in map_.annotations if a.type == "TIME_ORDER"), list(rules))
    names = [str(n) for n in order if str(n) in rules] if isinstance(order, list) else list(rules)
    found: Document = (
        {"times": [_time(rules[n], *pair) for n in names for pair in rules[n].components]} if rules else {}
    )
    formats = {one.frequency: one.pattern for one in map_.frequency_formats}
    return found | ({"frequency_formats": formats} if formats else {})


def _time(rule: DateMapping, source: str, target: str) -> Document:
    found: Document = {"id": rule.id, "source": source, "target": target}
    if isinstance(rule, EpochMapping):
        found |= {"kind": "epoch", "base": rule.base, "unit": rule.unit}
    elif isinstance(rule, DatePatternMapping):
        found |= {"kind": "date-pattern", "pattern": rule.pattern, "locale": rule.locale}
    found |= {"resolve": rule.resolve} if rule.resolve else {}
    key = "frequency_dimension" if rule.frequency_dimension else "frequency"
    return found | {key: rule.frequency_dimension or rule.frequency}


def _section(annotation: Annotation, file: str) -> object:
    """An entry of the YAML file; what is required there and was as usual, and so not said, is said again."""
    found = _json(annotation, file)
    if isinstance(found, dict) and annotation.type != "CALCULATION":
        return {"cells": {}, **found}
    if isinstance(found, dict) and found.get("kind") in ("rate", "convert"):
        return {"factor": 1, **found}
    return found


def _json(annotation: Annotation, file: str) -> object:
    return read_json(annotation.title.encode(), f"{file}, annotation {annotation.type}").value


def _single(annotations: Iterable[Annotation]) -> dict[str, str]:
    return {a.type: a.title for a in annotations}


def _path(artefact: Maintainable, suffix: str, file: str) -> str:
    path = _single(artefact.annotations).get("FILE", "")
    if not path.startswith(_FOLDER) or not path.endswith(suffix) or ".." in path.split("/"):
        raise BadDefinition(
            f"{artefact.kind} {artefact.reference} names no file of {_FOLDER} (annotation FILE, found {path!r}).",
            file=file,
        )
    return path


def _table(
    table: StandardRepresentationMap, sources: tuple[str, ...], targets: tuple[str, ...], path: str, file: str
) -> RepresentationMap:
    rows = tuple(_row(table, row, len(targets), file) for row in table.rows)
    return RepresentationMap(table.reference, path, sources, targets, rows)


def _row(table: StandardRepresentationMap, row: ValueMapping, width: int, file: str) -> MapRow:
    said = _single(row.annotations)
    if "ROW_ID" not in said:
        shown = ", ".join(source.value for source in row.sources)
        raise BadDefinition(f"The row {shown} of {table.reference} has no id (annotation ROW_ID).", file=file)
    return MapRow(
        said["ROW_ID"],
        tuple(_source(source) for source in row.sources),
        (*row.targets, *("" for _ in range(width - len(row.targets)))),
        said.get("KIND", ""),
        row.valid_from[:10],
        row.valid_to[:10],
        said.get("CONFIDENCE", ""),
        said.get("REASON", ""),
        said.get("REFERENCE", ""),
    )


def _source(source: MappedValue) -> SourceValue:
    if source.regex:
        return SourceValue(source.value, "regex")
    if source.start or source.end:
        return SourceValue(source.value, "substring", source.start, source.end)
    return SourceValue(source.value)


def _yaml(document: Document) -> bytes:
    text: str = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
    return text.encode()
