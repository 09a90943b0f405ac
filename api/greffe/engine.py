"""The only opener of DuckDB, with safe settings (D21).

A connection is in memory, spills into one folder of its own, may read and write only below the folders it is given,
loads no extension and cannot be reconfigured. Steps build relations on the connection they are handed; they never open
one. A relation runs again for each consumer: materialise what more than one step reads as a temporary table.
No window without a partition, `count(*) OVER ()`: on few rows and several threads DuckDB 1.5 fails on it now and then, and
its database is lost (duckdb/duckdb#22352, #25713); count in a subquery.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from greffe.errors import BadDefinition, EngineFailed
from greffe.settings import EngineSettings

Connection = duckdb.DuckDBPyConnection
Overflow = (duckdb.OutOfRangeException, duckdb.ConversionException)  # a number that exact arithmetic cannot hold
_FAILED = (duckdb.FatalException, duckdb.InternalException)  # a fault of DuckDB's own: its database answers no more
Cell = object  # what DuckDB hands back: narrowed with `text`, `integer` or `decimal` of greffe.arrow by the reader


@contextmanager
def opened(settings: EngineSettings, spill: Path, allowed: Sequence[Path]) -> Iterator[Connection]:
    """A safe connection: files only below `allowed` and its own spill folder; closed and cleaned afterwards.

    Raises EngineFailed when the engine itself fails, has neither memory nor room to spill, or a file does not let it: each connection has a
    database of its own, so that the next one is sound.
    """
    spill.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=spill, prefix="duckdb-") as folder:
        # No parameters: with the first one DuckDB imports pandas, which is 50 MB that nothing here needs.
        folders = [*(f"{p.resolve()}/" for p in allowed), f"{folder}/"]
        connection = duckdb.connect(":memory:")
        try:
            connection.execute(f"SET memory_limit = '{int(settings.memory_mb)}MB'")
            connection.execute(f"SET threads = {int(settings.threads)}")
            connection.execute(f"SET max_temp_directory_size = '{int(settings.spill_mb)}MB'")
            connection.execute(f"SET temp_directory = {literal(folder)}")
            connection.execute("SET autoinstall_known_extensions = false")
            connection.execute("SET autoload_known_extensions = false")
            connection.execute("SET enable_progress_bar = false")
            connection.execute(f"SET allowed_directories = [{', '.join(map(literal, folders))}]")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            yield connection
        except (*_FAILED, duckdb.OutOfMemoryException, duckdb.IOException) as error:
            raise _failed(error) from error
        finally:
            connection.close()


def knows_pattern(connection: Connection, pattern: str) -> bool:
    """Whether it is a regular expression of the engine's: those have no look-around and no back-reference."""
    try:
        connection.execute("SELECT regexp_full_match('', $1)", [pattern]).fetchall()
    except duckdb.InvalidInputException:
        return False
    return True


def _failed(error: duckdb.Error) -> EngineFailed:
    """What the caller is told: one line, and what to do."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return EngineFailed(
            "The engine has no more memory, or no more room to spill.",
            hint="Give it more with GREFFE_MEMORY_MB, or free the disk, and run it again.",
        )
    said = next(iter(str(error).splitlines()), "")[:200]  # below it stands DuckDB's own stack
    if isinstance(error, duckdb.IOException):
        return EngineFailed(
            f"The engine cannot read or write a file: {said}",
            hint="greffe doctor says what is wrong with the disk; then run it again.",
        )
    return EngineFailed(
        f"The engine (DuckDB {duckdb.__version__}) failed in itself, and this step was stopped: {said}",
        hint="Run it again: a new engine is opened for it.",
    )


def is_name(name: str) -> bool:
    """Whether a column of a foreign file may be one of a table here."""
    return re.fullmatch(r"[A-Za-z_][A-Za-z0-9_@$\-:]*", name) is not None


def quoted(name: str) -> str:
    """A column or table name as an SQL identifier; only names of our own making or of a DSD come here."""
    if not is_name(name):
        raise ValueError(f"not an identifier: {name!r}")
    return f'"{name}"'


@contextmanager
def lake(catalogue: str, data: str, extensions: Path, secret: Mapping[str, str]) -> Iterator[Connection]:
    """A connection on which a DuckLake catalogue is attached as `lake`. It may read and write outside, so nothing but our own
    statements runs on it: never one of a request.

    catalogue: `postgres:postgresql://…` or a file; data: where DuckLake would put files of its own; extensions: a folder with
    those of this version of DuckDB; secret: options of a bucket (KEY_ID, SECRET, …), none for files. Raises BadDefinition
    when an extension is not there or the catalogue cannot be opened.
    """
    connection = duckdb.connect(":memory:", config={"extension_directory": str(extensions)})
    try:
        connection.execute("SET autoinstall_known_extensions = false")
        for name in (
            "ducklake",
            *(["postgres_scanner"] if catalogue.startswith("postgres:") else []),
            *(["httpfs"] if secret else []),
        ):
            connection.execute(f"LOAD {name}")
        if secret:
            options = ", ".join(f"{key} {literal(value)}" for key, value in secret.items())
            connection.execute(f"CREATE SECRET (TYPE s3, {options})")
        connection.execute(f"ATTACH {literal('ducklake:' + catalogue)} AS lake (DATA_PATH {literal(data)})")
        yield connection
    except (duckdb.IOException, duckdb.HTTPException, duckdb.CatalogException, duckdb.BinderException) as error:
        said = next(iter(str(error).splitlines()), "")[:200]
        raise BadDefinition(f"The catalogue of the lake cannot be used: {said}") from error
    finally:
        connection.close()


def literal(text: str) -> str:
    """A text as an SQL literal, where no parameter is taken: options of ATTACH and CREATE SECRET."""
    return "'" + text.replace("'", "''") + "'"


def build() -> str:
    """The version of DuckDB and the machine that it was built for: the folder in which it looks for extensions."""
    with duckdb.connect(":memory:") as connection:
        version, machine = (connection.execute(f"PRAGMA {name}").fetchall()[0][0] for name in ("version", "platform"))
    return f"{version}/{machine}"
