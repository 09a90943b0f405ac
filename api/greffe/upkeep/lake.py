"""The releases as tables of a DuckLake catalogue, where their Parquet lies: for SQL over everything, never for a request.

One schema an agency, one table a dataflow: the rows of its current release; `lake.greffe.releases` says which that is. Each
change is one snapshot, so that the lake can be asked as it was. Nothing is copied: DuckLake is told of the files
(`ducklake_add_data_files`). Only what everybody may read now is told; values kept apart never are.

DuckLake believes that the files are its own: whoever cleans it up (`ducklake_cleanup_old_files`) with the right to write would
remove ours. Who reads it needs read access alone.
"""

from __future__ import annotations

import importlib
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from greffe.arrow import text
from greffe.engine import Connection, build, lake, quoted
from greffe.errors import BadDefinition
from greffe.model.instants import written
from greffe.model.releases import Release
from greffe.release.parts import Parts

EXTENSIONS: Final = ("ducklake", "postgres_scanner", "httpfs")
_OWN: Final = "lake.greffe.releases"
_COLUMNS: Final = (
    "dataflow VARCHAR, release VARCHAR, effective_at VARCHAR, content_hash VARCHAR, origin VARCHAR, file VARCHAR"
)


@dataclass(frozen=True)
class Told:
    """What a lake was told: releases that took the place of others, dataflows that have none any more, those unchanged."""

    told: tuple[str, ...]
    gone: tuple[str, ...]
    unchanged: int


def tell_lake(parts: Parts, catalogue: str, tell: Callable[[str], None] = lambda name: None) -> Told:
    """Bring a catalogue to what can be read now: all of it or nothing for each dataflow. `catalogue`: `postgresql://…` or a file.
    Raises BadDefinition when it cannot be opened, Broken for a release that is not what was written."""
    at = (
        f"postgres:{catalogue}"
        if catalogue.startswith(("postgresql://", "postgres://"))
        else str(Path(catalogue).resolve())
    )
    now = parts.clock()
    ledger = parts.ledger()
    flows = {r.dataflow for r in ledger.releases.values()}
    wanted = {r.dataflow.id: r for r in (ledger.current(flow, now) for flow in flows) if r is not None}
    own = parts.settings.home / "lake"
    secret = _secret(os.environ) if parts.settings.files.startswith("s3://") else {}
    with lake(at, f"{own}/", _laid_out(own / "extensions"), secret) as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS lake.greffe")
        connection.execute(f"CREATE TABLE IF NOT EXISTS {_OWN} ({_COLUMNS})")
        rows = connection.execute(f"SELECT dataflow, release FROM {_OWN}").fetchall()
        held = {text(flow): text(release) for flow, release in rows}
        new = [r for id_, r in sorted(wanted.items()) if held.get(id_) != str(r)]
        gone = sorted(held.keys() - wanted.keys())
        for release in new:
            tell(str(release))
            _replace(connection, parts, release)
        for flow in gone:
            _drop(connection, flow)
    return Told(tuple(map(str, new)), tuple(gone), len(wanted) - len(new))


def _replace(connection: Connection, parts: Parts, release: Release) -> None:
    """One snapshot: the rows of the release instead of those before, with the columns that it has."""
    here = parts.observations.file(release.name, "data.parquet")  # checked against its checksum
    shared = parts.settings.files
    file = f"{shared.rstrip('/')}/releases/{release.name}/data.parquet" if shared else str(here.resolve())
    schema, table = quoted(release.dataflow.agency), quoted(release.dataflow.id)
    connection.execute("BEGIN")
    try:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS lake.{schema}")
        connection.execute(f"DROP TABLE IF EXISTS lake.{schema}.{table}")
        connection.execute(f"CREATE TABLE lake.{schema}.{table} AS SELECT * FROM read_parquet($1) LIMIT 0", [str(here)])
        connection.execute(
            "CALL ducklake_add_data_files('lake', $1, $2, schema => $3)",
            [release.dataflow.id, file, release.dataflow.agency],
        )
        connection.execute(f"DELETE FROM {_OWN} WHERE dataflow = $1", [release.dataflow.id])
        connection.execute(
            f"INSERT INTO {_OWN} VALUES ($1, $2, $3, $4, $5, $6)",
            [
                release.dataflow.id,
                str(release),
                written(release.effective_at),
                release.content_hash,
                release.origin,
                file,
            ],
        )
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _drop(connection: Connection, flow: str) -> None:
    """What was withdrawn and has none before it: the table goes, earlier snapshots of the lake have it still."""
    found = connection.execute(
        "SELECT schema_name FROM duckdb_tables() WHERE database_name = 'lake' AND table_name = $1", [flow]
    ).fetchone()
    connection.execute("BEGIN")
    try:
        if found is not None:
            connection.execute(f"DROP TABLE lake.{quoted(text(found[0]))}.{quoted(flow)}")
        connection.execute(f"DELETE FROM {_OWN} WHERE dataflow = $1", [flow])
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _laid_out(folder: Path) -> Path:
    """The extensions of the extra `lake`, as DuckDB looks for them. Raises BadDefinition when they are not installed."""
    with_version = folder / build()
    with_version.mkdir(parents=True, exist_ok=True)
    for name in EXTENSIONS:
        file = f"{name}.duckdb_extension"
        if (with_version / file).is_file():
            continue
        try:
            package = importlib.import_module(f"duckdb_extension_{name}")
        except ModuleNotFoundError as error:
            raise BadDefinition(
                f"The extension {name} of DuckDB is not installed.", hint="pip install 'greffe[lake,postgresql]'"
            ) from error
        found = next(Path(str(package.__file__)).parent.rglob(file))
        half = with_version / f".{file}.{os.getpid()}"
        shutil.copyfile(found, half)
        half.replace(with_version / file)
    return folder


def _secret(environ: Mapping[str, str]) -> dict[str, str]:
    """How the bucket is reached, from the environment that the service has."""
    endpoint = environ.get("AWS_ENDPOINT_URL", environ.get("AWS_ENDPOINT", ""))
    named = {
        "KEY_ID": "AWS_ACCESS_KEY_ID",
        "SECRET": "AWS_SECRET_ACCESS_KEY",
        "SESSION_TOKEN": "AWS_SESSION_TOKEN",
        "REGION": "AWS_REGION",
    }
    found = {option: environ[name] for option, name in named.items() if environ.get(name)}
    if endpoint:
        scheme, _, host = endpoint.partition("://")
        found |= {
            "ENDPOINT": host.rstrip("/"),
            "URL_STYLE": "path",
            "USE_SSL": "true" if scheme == "https" else "false",
        }
    return found
