"""What a recipient has published, read back and put before the same rules as our own figures."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from greffe.arrow import pa
from greffe.errors import BadInput, BadQuery, nearest
from greffe.formats.published.lines import MISSING, NUMBER, Lines
from greffe.formats.published.read import ENVELOPE, read_lines
from greffe.formats.published.tsv import FLAG
from greffe.model.findings import Finding
from greffe.model.references import parse_reference
from greffe.model.structures import Dataflow, DataStructure
from greffe.release.lifecycle import dataflow_named
from greffe.release.parts import Parts
from greffe.release.published import file_content
from greffe.release.sources import Feed, Inputs, denominators, feed_of, load_sources
from greffe.validation.run import Context, run

TABLE = "published"


def check_publication(parts: Parts, path: Path, dataflow: str = "") -> tuple[Dataflow, tuple[Finding, ...]]:
    """Read what a recipient published of a mirror dataflow (SDMX-CSV, SDMX-ML, SDMX-JSON, TSV) and run the rules on it.
    Nothing is kept. Flags of TSV are not read: they are Eurostat's own letters.

    The population is that of the accepted extracts. Raises BadInput naming file, row and column.
    """
    _, lines, _ = read_lines(file_content(path), path.name)
    flow = dataflow_named(parts, dataflow) if dataflow else _named_in(parts, lines)
    catalogue = parts.catalogue()
    structure = catalogue.structure(flow)
    table = _table(lines, structure)
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


def _named_in(parts: Parts, lines: Lines) -> Dataflow:
    for column in ("DATAFLOW", "STRUCTURE_ID"):
        if column in lines.header:
            return parts.catalogue().get(Dataflow, parse_reference(lines.rows[0][1][lines.header.index(column)]))
    raise BadQuery(
        f"{lines.name} names no dataflow.", parameter="--dataflow", hint="Say which, e.g. ESTAT_CRIM_OFF_CAT."
    )


def _table(lines: Lines, structure: DataStructure) -> pa.Table:
    """The working table of the rules: dimensions, TIME_PERIOD, OBS_VALUE decimal, OBS_TEXT, attributes."""
    known, header, path = [c.id for c in structure.components], lines.header, lines.name
    for name in header:
        if name not in known and name not in (*ENVELOPE, FLAG):
            raise BadInput(f"Unknown column {name!r}.", file=path, row=1, column=name, nearest=nearest(name, known))
    for needed in (*structure.dimension_ids, "TIME_PERIOD", "OBS_VALUE"):
        if header.count(needed) != 1:
            raise BadInput("The column must be there once.", file=path, row=1, column=needed)
    values: list[Decimal | None] = []
    texts: list[str | None] = []
    at = header.index("OBS_VALUE")
    for number, row in lines.rows:
        cell = row[at]
        if cell in MISSING:
            values.append(None)
            texts.append(None)
            continue
        if not NUMBER.fullmatch(cell):
            raise BadInput(f"{cell!r} is no plain decimal number.", file=path, row=number, column="OBS_VALUE")
        values.append(Decimal(cell))
        texts.append(cell)
    scale = max([structure.decimals, *(-int(v.as_tuple().exponent) for v in values if v is not None)])
    arrays: dict[str, pa.Array[pa.Scalar[pa.DataType]]] = {}
    for name in (*structure.dimension_ids, "TIME_PERIOD", *(a.id for a in structure.attributes)):
        place = header.index(name) if name in header else None
        cells = [None if place is None else row[place] or None for _, row in lines.rows]
        arrays[name] = pa.array(cells, pa.string())
    arrays["OBS_VALUE"] = pa.array(values, pa.decimal128(38, scale))
    arrays["OBS_TEXT"] = pa.array(texts, pa.string())
    return pa.table(arrays)
