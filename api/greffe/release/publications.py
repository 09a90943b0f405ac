"""What a recipient has published, read back and put before the same rules as our own figures."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from pathlib import Path

from greffe.arrow import pa
from greffe.errors import BadInput, BadQuery, nearest
from greffe.model.findings import Finding
from greffe.model.references import parse_reference
from greffe.model.structures import Dataflow, DataStructure
from greffe.release.lifecycle import dataflow_named
from greffe.release.parts import Parts
from greffe.release.sources import Feed, Inputs, denominators, feed_of, load_sources
from greffe.validation.run import Context, run

TABLE = "published"
LIMIT = 5_000_000  # rows of one publication; it is held in memory
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_ENVELOPE = ("DATAFLOW", "STRUCTURE", "STRUCTURE_ID", "ACTION")


def check_publication(parts: Parts, path: Path, dataflow: str = "") -> tuple[Dataflow, tuple[Finding, ...]]:
    """Read SDMX-CSV (1.0 or 2.0) of a mirror dataflow and run the rules on it. Nothing is kept.

    The population is that of the accepted extracts. Raises BadInput naming file, row and column.
    """
    header, rows = _read(path)
    flow = dataflow_named(parts, dataflow) if dataflow else _named_in(parts, path, header, rows)
    catalogue = parts.catalogue()
    structure = catalogue.structure(flow)
    table = _table(path, header, rows, structure)
    with parts.connection() as connection:
        connection.register("published_arrow", table)
        connection.execute(f"CREATE TEMP TABLE {TABLE} AS SELECT * FROM published_arrow")
        population = _population(parts)
        name = ""
        if population is not None:
            name = load_sources(connection, Inputs(parts.settings.extracts, population)).main
        return flow, run(connection, Context(catalogue, flow, structure, "published", TABLE, name, ""))


def _population(parts: Parts) -> Feed | None:
    catalogue = parts.catalogue()
    wanted = {flow for m in catalogue.maps.values() for flow in denominators(m)}
    records = [e for e in parts.ledger().accepted if e.dataflow in wanted and e.origin == "real"]
    if not records:
        return None
    flow = records[0].dataflow
    return feed_of(catalogue, flow, [r for r in records if r.dataflow == flow])


def _read(path: Path) -> tuple[list[str], list[list[str]]]:
    if not path.is_file():
        raise BadInput("There is no such file.", file=str(path))
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            lines = list(csv.reader(stream, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"This is not UTF-8 CSV: {error}.", file=str(path)) from error
    if len(lines) < 2:
        raise BadInput("The file has no observation.", file=str(path))
    if len(lines) > LIMIT:
        raise BadInput(f"More than {LIMIT} rows.", file=str(path))
    return lines[0], lines[1:]


def _named_in(parts: Parts, path: Path, header: list[str], rows: list[list[str]]) -> Dataflow:
    for column in ("DATAFLOW", "STRUCTURE_ID"):
        if column in header:
            return parts.catalogue().get(Dataflow, parse_reference(rows[0][header.index(column)]))
    raise BadQuery(
        f"{path.name} names no dataflow.", parameter="--dataflow", hint="Say which, e.g. ESTAT_CRIM_OFF_CAT."
    )


def _table(path: Path, header: list[str], rows: list[list[str]], structure: DataStructure) -> pa.Table:
    """The working table of the rules: dimensions, TIME_PERIOD, OBS_VALUE decimal, OBS_TEXT, attributes."""
    known = [c.id for c in structure.components]
    for name in header:
        if name not in known and name not in _ENVELOPE:
            raise BadInput(
                f"Unknown column {name!r}.", file=str(path), row=1, column=name, nearest=nearest(name, known)
            )
    for needed in (*structure.dimension_ids, "TIME_PERIOD", "OBS_VALUE"):
        if header.count(needed) != 1:
            raise BadInput("The column must be there once.", file=str(path), row=1, column=needed)
    values: list[Decimal | None] = []
    texts: list[str | None] = []
    at = header.index("OBS_VALUE")
    for number, row in enumerate(rows, 2):
        if len(row) != len(header):
            raise BadInput(f"{len(row)} fields where the header has {len(header)}.", file=str(path), row=number)
        cell = row[at]
        if cell in ("", "NaN"):
            values.append(None)
            texts.append(None)
            continue
        if not _NUMBER.fullmatch(cell):
            raise BadInput(f"{cell!r} is no plain decimal number.", file=str(path), row=number, column="OBS_VALUE")
        values.append(Decimal(cell))
        texts.append(cell)
    scale = max([structure.decimals, *(-int(v.as_tuple().exponent) for v in values if v is not None)])
    arrays: dict[str, pa.Array[pa.Scalar[pa.DataType]]] = {}
    for name in (*structure.dimension_ids, "TIME_PERIOD", *(a.id for a in structure.attributes)):
        cells = [row[header.index(name)] or None for row in rows] if name in header else [None] * len(rows)
        arrays[name] = pa.array(cells, pa.string())
    arrays["OBS_VALUE"] = pa.array(values, pa.decimal128(38, scale))
    arrays["OBS_TEXT"] = pa.array(texts, pa.string())
    return pa.table(arrays)
