"""The lineage of a whole release: made again from the kept inputs in one pass, compared with what was published, and
written as a table of published and internal observations. For staff: it holds internal values (D20)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from greffe.arrow import integer, pa, pq, text
from greffe.engine import Connection, quoted
from greffe.errors import Broken
from greffe.mapping.apply import apply_to
from greffe.mapping.group import CONF
from greffe.mapping.lineage import Lineage, lineage, table_of
from greffe.mapping.relation import Cells
from greffe.mapping.resolve import TIME, let_go, plan, resolve
from greffe.mapping.sql import Parameters, condition
from greffe.mapping.status import FREE, STATUS
from greffe.release.confidential import apart_of
from greffe.release.made import Made
from greffe.release.manifest import table
from greffe.release.parts import Parts
from greffe.release.private import private
from greffe.release.sources import Sources, load_sources

TABLE: Final = "made_again"
RELEASED: Final = "released"
HIDDEN: Final = "released_apart"
ORIGIN_OF_DATA: Final = "DATA_ORIGIN"  # set after the mapping, from the extracts
WITHHELD: Final = "Q"
MOST_TOLD: Final = 20
BATCH: Final = 50_000  # rows that are written at a time

NOTICE: Final = "For staff only: this file holds internal observations that were never published."


@dataclass(frozen=True)
class Again:
    """A release made again on a connection: tables TABLE (with its working cells) and RELEASED, and the lineage."""

    connection: Connection
    made: Made
    sources: Sources
    lineage: Lineage

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that name an observation."""
        return (*self.made.structure.dimension_ids, TIME)


@dataclass(frozen=True)
class Difference:
    """An observation that does not come out as it was published. `column`: OBS_VALUE, an attribute, or '' when one of the
    two is not there."""

    key: Mapping[str, str]
    period: str
    column: str
    released: str | None
    made: str | None


@dataclass(frozen=True)
class Written:
    """What was written: how many published observations, and rows (see mapping.lineage.table_of)."""

    release: str
    observations: int
    rows: int


@contextmanager
def again(parts: Parts, made: Made) -> Iterator[Again]:
    """Make a whole release again. Raises Broken for kept files that are not what was written."""
    with parts.connection() as connection:
        yield made_again(connection, parts, made, load_sources(connection, made.inputs), {})


def made_again(connection: Connection, parts: Parts, made: Made, sources: Sources, only: Cells) -> Again:
    """Make a release again on a connection with its sources: whole, or the target cells `only`."""
    resolved = resolve(connection, plan(made.map, made.catalogue), sources.main, TABLE)
    try:
        apply_to(connection, resolved, sources.populations, TABLE, only)
    finally:
        let_go(connection, resolved)
    found = lineage(connection, resolved, sources.populations, TABLE)
    path = parts.observations.file(made.release.name, "data.parquet")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {RELEASED} AS SELECT * FROM read_parquet($1)", [str(path)])
    apart = apart_of(parts, made.release)
    hidden = "SELECT * FROM read_parquet($1)" if apart else f"SELECT * FROM {RELEASED} LIMIT 0"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {HIDDEN} AS {hidden}", [str(apart)] if apart else [])
    return Again(connection, made, sources, found)


def differences(
    connection: Connection, found: Lineage, released: str, origin: str, most: int = 1_000, hidden: str = ""
) -> tuple[Difference, ...]:
    """Where what was made again is not what was published in the table `released` of figures of that origin: value to the
    last digit, status, comment, every attribute. In one pass; at most `most` observations are told. `hidden`: a table of
    values that were kept apart; where one of them was made again, what was published instead is no difference."""
    plan_ = found.resolved.plan
    keys = [quoted(k) for k in (*plan_.target.dimension_ids, TIME)]
    withheld = f"(t.{CONF} <> '{FREE}' AND t.OBS_VALUE IS NOT NULL)"
    parameters = Parameters()
    wanted = {"OBS_VALUE": f"CASE WHEN {withheld} THEN NULL ELSE t.OBS_TEXT END"}
    wanted |= {a.id: f"t.{quoted(a.id)}" for a in plan_.target.attributes}
    wanted[STATUS] = f"CASE WHEN {withheld} THEN '{WITHHELD}' ELSE t.{STATUS} END"
    if ORIGIN_OF_DATA in wanted:
        wanted[ORIGIN_OF_DATA] = parameters.add(origin)
    pairs = [(f"p.{quoted(column)}", made) for column, made in wanted.items()]
    working = [f"NOT ({condition(parameters, {c: codes})})" for c, codes in plan_.map.working.items()]
    differ = " OR ".join(f"{one} IS DISTINCT FROM {other}" for one, other in pairs)
    if hidden:
        same = " AND ".join(f"h.{k} = t.{k}" for k in keys)
        differ = (
            f"(({differ}) AND NOT EXISTS (SELECT 1 FROM {quoted(hidden)} h WHERE {same} AND h.OBS_VALUE = t.OBS_TEXT))"
        )
    rows = connection.execute(
        f"SELECT {', '.join(f'coalesce(p.{k}, t.{k})' for k in keys)}, p.{TIME} IS NULL OR t.{TIME} IS NULL, "
        f"{', '.join(f'{one}, {other}' for one, other in pairs)} FROM {quoted(released)} p FULL JOIN "
        f"(SELECT * FROM {quoted(found.table)} WHERE {' AND '.join(working) or 'TRUE'}) t "
        f"ON {' AND '.join(f'p.{k} = t.{k}' for k in keys)} "
        f"WHERE p.{TIME} IS NULL OR t.{TIME} IS NULL OR {differ} ORDER BY ALL LIMIT {int(most)}",
        parameters.values,
    ).fetchall()
    return tuple(d for row in rows for d in _differing(plan_.target.dimension_ids, tuple(wanted), row))


def _differing(dims: tuple[str, ...], columns: tuple[str, ...], row: tuple[object, ...]) -> Iterator[Difference]:
    key, (period, absent, *pairs) = row[: len(dims)], row[len(dims) :]
    for number, column in enumerate(columns):
        released, made = (None if v is None else text(v) for v in pairs[2 * number : 2 * number + 2])
        if absent or released != made:
            named = "" if absent else column
            yield Difference(dict(zip(dims, map(text, key), strict=True)), text(period), named, released, made)
        if absent:
            return


def write_lineage(parts: Parts, made: Made, out: Path, progress: Callable[[str], None]) -> Written:
    """Write the lineage of a release as Parquet: a row per published and internal observation, in the order of keys.

    Raises Broken, and writes nothing, when what is made again is not what was published; Refused when the file cannot be
    written.
    """
    progress("making the release again")
    with again(parts, made) as found:
        progress("comparing")
        connection = found.connection
        wrong = differences(connection, found.lineage, RELEASED, made.inputs.origin, hidden=HIDDEN)
        if wrong:
            first = "; ".join(_told(d) for d in wrong[:3])
            raise Broken(f"{made.release} made again is not what was published: {first}.")
        progress("writing")
        parameters = Parameters()
        query = table_of(found.connection, found.lineage, RELEASED, parameters)
        reader = found.connection.execute(query, parameters.used(query)).to_arrow_reader(BATCH)
        count = write_whole(reader, out, _metadata(found))
        observations = found.connection.execute(f"SELECT count(*) FROM {RELEASED}").fetchone()
    return Written(str(made.release), integer(observations[0]) if observations else 0, count)


def _told(one: Difference) -> str:
    return f"{'.'.join(one.key.values())} {one.period} {one.column or 'observation'} {one.released} and {one.made}"


def _metadata(found: Again) -> dict[str, str]:
    made = found.made
    return {
        "greffe.notice": NOTICE,
        "greffe.release": str(made.release),
        "greffe.dataflow": str(made.dataflow.reference),
        "greffe.origin": made.release.origin,
        "greffe.map": str(made.map.reference),
        "greffe.map_checksum": made.map.checksum,
        "greffe.catalogue_checksum": made.catalogue.checksum,
        "greffe.extracts": json.dumps(dict(table(made.manifest, "extracts"))),
    }


def write_whole(reader: pa.RecordBatchReader, out: Path, metadata: Mapping[str, str]) -> int:
    """Whole or not at all, and for the eyes of its owner only; the number of rows."""
    schema = reader.schema.with_metadata({k.encode(): v.encode() for k, v in metadata.items()})
    count = 0
    with private(out) as work, work.open("wb") as file, pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch.replace_schema_metadata(schema.metadata))
            count += batch.num_rows
    return count
