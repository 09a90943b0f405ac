"""What a recipient has published, read back and put before the same rules as our own figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from greffe.arrow import column, pa
from greffe.catalogue.policies.bridge.layouts import Layout
from greffe.engine import Connection
from greffe.errors import BadInput, BadQuery, nearest
from greffe.formats.published.lines import NUMBER, Lines, Row
from greffe.formats.published.tsv import FLAG
from greffe.model.findings import Finding
from greffe.model.references import parse_reference
from greffe.model.structures import Dataflow, DataStructure
from greffe.release.checked_file import Cells, laid_out, read_laid_out
from greffe.release.lifecycle import dataflow_named
from greffe.release.parts import Parts
from greffe.release.sources import Feed, Inputs, denominators, feed_of, load_sources
from greffe.validation.run import Context, run
from greffe.validation.structural.data import structural
from greffe.validation.structural.sides import ours

TABLE, CHECKED = "published", "checked_published"


def check_publication(parts: Parts, path: Path, dataflow: str = "") -> tuple[Dataflow, tuple[Finding, ...]]:
    """Read what a recipient published of a mirror dataflow (SDMX-CSV, SDMX-ML, SDMX-JSON, TSV, or a CSV that a layout of
    policy describes; gzip too) and put it before its structure, then before the rules. Nothing is kept. Flags of TSV are not
    read: they are Eurostat's own letters.

    The population is that of the accepted extracts. Raises BadInput naming file, row and column.
    """
    catalogue = parts.catalogue()
    flow = dataflow_named(parts, dataflow) if dataflow else None
    structure = catalogue.structure(flow) if flow else None
    lists = catalogue.codelists(structure) if structure else {}
    file, layout = read_laid_out(path, catalogue.policies.bridge.layouts, structure, lists)
    if flow is not None and structure is not None and layout is not None and not layout.fits(structure.dimension_ids):
        raise _laid_out_as(parts, f"{path.name} is no table of {flow.reference.id}.", layout)
    if flow is None or structure is None:
        flow = _named_in(parts, file.lines, layout)
        structure = catalogue.structure(flow)
    file = file.labels_off(structure)
    lines = _held(file.lines, structure)
    with parts.connection(modest=True) as connection:
        checked = file.loaded(connection, CHECKED, blank=("OBS_VALUE",))
        columns = tuple(c for c in checked.columns if c != FLAG)
        found = structural(replace(checked, columns=columns), ours(catalogue, flow), published=True)
        _table(connection, lines, structure)
        population = _population(parts)
        name = ""
        if population is not None:
            name = load_sources(connection, Inputs(parts.extracts, population)).main
        return flow, (*found, *run(connection, Context(catalogue, flow, structure, "published", TABLE, name, "")))


def _population(parts: Parts) -> Feed | None:
    catalogue = parts.catalogue()
    wanted = {flow for m in catalogue.maps.values() for flow in denominators(m)}
    records = [e for e in parts.ledger().accepted if e.dataflow in wanted and e.origin == "real"]
    if not records:
        return None
    flow = records[0].dataflow
    return feed_of(catalogue, flow, [r for r in records if r.dataflow == flow])


def _named_in(parts: Parts, lines: Lines, layout: Layout | None) -> Dataflow:
    """The dataflow that a table names in a column of its envelope."""
    if layout is not None:
        raise _laid_out_as(parts, f"{lines.name} names no dataflow.", layout)
    for name in ("DATAFLOW", "STRUCTURE_ID"):
        first = next(iter(lines.rows), None)
        if name in lines.header and first is not None:
            return parts.catalogue().get(Dataflow, parse_reference(first[1][lines.header.index(name)]))
    raise BadQuery(
        f"{lines.name} names no dataflow.", parameter="--dataflow", hint="Say which, e.g. ESTAT_CRIM_OFF_CAT."
    )


def _laid_out_as(parts: Parts, message: str, layout: Layout) -> BadQuery:
    """The refusal of a table whose dataflow is not said, or is another: with those that have its components."""
    catalogue = parts.catalogue()
    flows = [f for f in catalogue.dataflows(("mirror",)) if layout.fits(catalogue.structure(f).dimension_ids)]
    hint = f"It is laid out as {layout.body} does: {', '.join(f.reference.id for f in flows)}."
    return BadQuery(message, parameter="--dataflow", hint=hint)


def _held(lines: Lines, structure: DataStructure) -> Lines:
    """The same, when it has what makes a table of figures. Raises BadInput."""
    for needed in (*structure.dimension_ids, "TIME_PERIOD", "OBS_VALUE"):
        if needed not in lines.header:
            near = nearest(needed, lines.header)
            raise BadInput("The column must be there.", file=lines.name, row=1, column=needed, nearest=near)
    if not len(lines.rows):
        raise BadInput("The file has no observation.", file=lines.name)
    return lines


def _table(connection: Connection, lines: Lines, structure: DataStructure) -> None:
    """The working table of the rules: dimensions, TIME_PERIOD, OBS_VALUE decimal, OBS_TEXT, attributes. What is no number
    or no code was told of the structure; a value that is none is missing here. Raises BadInput."""
    header, at = lines.header, lines.header.index("OBS_VALUE")
    numbers = (row[at] for _, row in lines.rows if NUMBER.fullmatch(row[at]))
    scale = max(structure.decimals, max((len(n.partition(".")[2]) for n in numbers), default=0))
    names = (*structure.dimension_ids, "TIME_PERIOD", *(a.id for a in structure.attributes))
    places = [(name, header.index(name) if name in header else None) for name in names]

    def cells(rows: Sequence[Row]) -> Cells:
        for name, place in places:
            yield name, column([None if place is None else row[place] or None for _, row in rows])
        texts = [row[at] if NUMBER.fullmatch(row[at]) else None for _, row in rows]
        digits = [t if t is None or t.isascii() else str(Decimal(t)) for t in texts]
        yield "OBS_VALUE", column(digits, pa.decimal128(38, scale))
        yield "OBS_TEXT", column(texts)

    try:
        laid_out(connection, TABLE, lines, cells)
    except ValueError as error:
        raise BadInput("A number has more than 38 digits.", file=lines.name, column="OBS_VALUE") from error
