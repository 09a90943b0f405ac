"""Representation maps as their CSV files (D15): what `representation_files` reads, byte for byte."""

from __future__ import annotations

import csv
import io

from greffe.catalogue.representation_files import COLUMNS
from greffe.model.maps import MapRow, RepresentationMap, SourceValue


def write_representation(table: RepresentationMap) -> bytes:
    """The file: UTF-8, commas, quotes where they are needed, line feeds; rows in their order."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*(f"source:{s}" for s in table.sources), *(f"target:{t}" for t in table.targets), *COLUMNS])
    for row in table.rows:
        writer.writerow([*(s.value for s in row.sources), *row.targets, *_decision(row)])
    return stream.getvalue().encode()


def _decision(row: MapRow) -> list[str]:
    """The cells of COLUMNS, in their order."""
    found = {
        "row_id": row.row_id,
        "match": _match(row.sources),
        "kind": row.kind,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "confidence": row.confidence,
        "reason": row.reason,
        "reference": row.reference,
    }
    return [found[column] for column in COLUMNS]


def _match(sources: tuple[SourceValue, ...]) -> str:
    """One word when all columns match alike, else one for each."""
    words = [f"substring:{s.start}-{s.end}" if s.match == "substring" else s.match for s in sources]
    return words[0] if len(set(words)) == 1 else "|".join(words)
