"""Representation maps back into their CSV files (D15), byte for byte what `representation_files` reads."""

from __future__ import annotations

from collections.abc import Iterable

from greffe.catalogue.representation_files import COLUMNS
from greffe.model.maps import MapRow, RepresentationMap, SourceValue

_QUOTED = frozenset(',"\r\n')


def dump_representation(table: RepresentationMap) -> bytes:
    """UTF-8, comma, one LF a row, quotes only where a cell needs them; columns are those of `columns_of`."""
    columns = columns_of(table)
    lines = [_line(columns)]
    for row in table.rows:
        cells = cells_of(table, row)
        lines.append(_line(cells[column] for column in columns))
    return "".join(lines).encode()


def columns_of(table: RepresentationMap) -> tuple[str, ...]:
    """`source:COMPONENT` …, `target:COMPONENT` …, then those that every map has."""
    return (*(f"source:{s}" for s in table.sources), *(f"target:{t}" for t in table.targets), *COLUMNS)


def cells_of(table: RepresentationMap, row: MapRow) -> dict[str, str]:
    """The cells of a row by column."""
    cells = {f"source:{id_}": source.value for id_, source in zip(table.sources, row.sources, strict=True)}
    cells |= {f"target:{id_}": target for id_, target in zip(table.targets, row.targets, strict=True)}
    return cells | {
        "row_id": row.row_id,
        "match": match_of(row.sources),
        "kind": row.kind,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "confidence": row.confidence,
        "reason": row.reason,
        "reference": row.reference,
    }


def match_of(sources: Iterable[SourceValue]) -> str:
    """How the source columns are compared: one word when it is the same for all, else one for each joined by |."""
    words = [f"substring:{s.start}-{s.end}" if s.match == "substring" else s.match for s in sources]
    return words[0] if len(set(words)) == 1 else "|".join(words)


def _line(cells: Iterable[str]) -> str:
    """csv.writer leaves a lone CR bare, which every reader takes for the end of a row."""
    return ",".join(f'"{c.replace(chr(34), chr(34) * 2)}"' if _QUOTED & set(c) else c for c in cells) + "\n"
