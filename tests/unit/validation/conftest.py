"""The project's own structures, and its sample files as the tables that rules read."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from greffe.catalogue.artefact_json import read_message
from greffe.catalogue.catalogue import Catalogue
from greffe.model.structures import Dataflow
from greffe.validation.run import Context, run

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def shipped() -> Catalogue:
    """The artefacts of `sdmx/`, without the maps."""
    found = {}
    for path in sorted((ROOT / "sdmx").rglob("*.json")):
        for artefact in read_message(path.read_bytes(), path.name):
            found[artefact.kind, artefact.reference] = artefact
    return Catalogue(found, {}, (), "checksum")


@pytest.fixture
def connection():
    with duckdb.connect() as found:
        yield found


@pytest.fixture
def extract(shipped, connection):
    """An extract of ours as internal rows: ids of the structure, `_Z` for empty, no row that a version supersedes."""

    def read(path: Path, flow: str, table: str, without: tuple[int, ...] = ()) -> str:
        structure = shipped.structure(shipped.latest(Dataflow, flow))
        source = f"read_csv('{path}', all_varchar = true, quote = '\"')"
        present = {row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
        columns = ["row_number() OVER () + 1 AS row", "periode AS TIME_PERIOD"]
        columns += [
            f"coalesce({d.column}, '_Z') AS {d.id}" if d.column in present else f"'_Z' AS {d.id}"
            for d in structure.dimensions
        ]
        columns += [f"{a.column} AS {a.id}" for a in structure.attributes if a.column in present]
        columns.append(f"TRY_CAST(valeur AS DECIMAL(38,{structure.decimals})) AS OBS_VALUE")
        key = ", ".join((*structure.dimension_ids, "TIME_PERIOD"))
        refused = ", ".join(map(str, without)) or "0"
        connection.execute(
            f"CREATE TABLE {table} AS SELECT * FROM (SELECT {', '.join(columns)} FROM {source}) "
            f"WHERE row NOT IN ({refused}) "
            f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY CAST(VERSION AS INTEGER) DESC) = 1"
        )
        return table

    return read


@pytest.fixture
def check(shipped, connection):
    """All findings on a table."""

    def run_all(flow: str, stage: str, table: str, population: str = ""):
        dataflow = shipped.latest(Dataflow, flow)
        context = Context(shipped, dataflow, shipped.structure(dataflow), stage, table, population)
        return run(connection, context)

    return run_all
