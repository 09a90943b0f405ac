"""A representation map as SSSOM TSV 1.1: commented YAML, then one mapping a line. What SSSOM has no place for stands in
extension slots that the file declares, so that `sssom_reading` gives back the very same map."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import yaml

from greffe.catalogue.representation_dump import cells_of
from greffe.mapping.exchange.sets import Column, MappingSet, Signed
from greffe.mapping.exchange.sssom_words import (
    COLUMNS,
    CONFIDENCE,
    CURATED,
    LICENCE,
    NO_TERM,
    PREDICATES,
    ROW_SLOTS,
    SET_SLOTS,
    curie_map,
    entity,
    origin,
    urn_of,
)
from greffe.model.maps import MapRow

_QUOTED: Final = frozenset('"\t\r\n')


def write_sssom(base: MappingSet) -> bytes:
    """UTF-8, tab, LF. Rows in the order of the map; `priority` keeps it when a program sorts them."""
    head = yaml.safe_dump(_metadata(base), allow_unicode=True, sort_keys=False, width=10_000)
    lines = [f"# {line}" for line in head.splitlines()]
    lines.append("\t".join(COLUMNS))
    for number, row in enumerate(base.table.rows, 1):
        cells = _cells(base, row, number)
        lines.append("\t".join(_quoted(cells[c]) for c in COLUMNS))
    return ("\n".join(lines) + "\n").encode()


def _metadata(base: MappingSet) -> dict[str, object]:
    said: dict[str, object] = {
        "sssom_version": "1.1",
        "mapping_set_id": urn_of(base),
        "mapping_set_version": base.table.reference.version,
        "mapping_set_title": base.names.get("en", base.table.reference.id),
        "mapping_set_description": base.names.get("fr", base.table.file),
        "license": LICENCE,
    }
    for side, slot in (("source", "subject_source"), ("target", "object_source")):
        said[slot], said[f"{slot}_version"] = origin(base, side)
    said |= {
        "file": base.table.file,
        "source_columns": "|".join(base.table.sources),
        "target_columns": "|".join(base.table.targets),
        "checksum": base.checksum,
        "curie_map": curie_map(base),
        "extension_definitions": [
            {"slot_name": name, "property": f"greffe:{name}", "type_hint": hint}
            for name, hint in (SET_SLOTS | ROW_SLOTS).items()
        ],
    }
    return said


def _cells(base: MappingSet, row: MapRow, number: int) -> Mapping[str, str]:
    cells = cells_of(base.table, row)
    signed = base.signed.get(row.row_id, Signed())
    sources = [c for c in base.columns if c.side == "source"]
    targets = [c for c in base.columns if c.side == "target"]
    values = [s.value for s in row.sources]
    own = {name: cells[name] for name in ("row_id", "kind", "match", "valid_from", "valid_to", "reference")}
    return own | {
        "subject_id": entity("source", sources, values),
        "subject_label": _label(sources, values),
        "predicate_id": PREDICATES[row.kind],
        "object_id": entity("target", targets, row.targets) if row.has_target else NO_TERM,
        "object_label": _label(targets, row.targets) if row.has_target else "",
        "mapping_justification": CURATED,
        "author_id": people((signed.author,) if signed.author else ()),
        "reviewer_id": people(signed.reviewers),
        "mapping_date": signed.since,
        "confidence": CONFIDENCE[row.confidence],
        "comment": row.reason,
        "priority": str(number),
        "confidence_word": row.confidence,
        "status": signed.status,
        "review_comments": json.dumps(signed.comments, ensure_ascii=False) if signed.comments else "",
    }


def people(names: Iterable[str]) -> str:
    """Names as ids of people, joined by | as SSSOM joins several values."""
    return "|".join(entity("person", (), (name,)) for name in names)


def _label(columns: Sequence[Column], values: Sequence[str]) -> str:
    """English names of the codes, joined by a semicolon: for people, not read back."""
    names = [(c.codes or {}).get(v, {}) for c, v in zip(columns, values, strict=True)]
    return "; ".join(n.get("en") or n.get("fr") or v for n, v in zip(names, values, strict=True) if n or v)


def _quoted(cell: str) -> str:
    return f'"{cell.replace(chr(34), chr(34) * 2)}"' if _QUOTED & set(cell) else cell
