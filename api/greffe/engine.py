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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from greffe.errors import EngineFailed
from greffe.settings import EngineSettings

Connection = duckdb.DuckDBPyConnection
Overflow = (duckdb.OutOfRangeException, duckdb.ConversionException)  # a number that exact arithmetic cannot hold
_FAILED = (duckdb.FatalException, duckdb.InternalException)  # a fault of DuckDB's own: its database answers no more
Cell = object  # what DuckDB hands back: narrowed with `text`, `integer` or `decimal` of greffe.arrow by the reader


@contextmanager
def opened(settings: EngineSettings, spill: Path, allowed: Sequence[Path]) -> Iterator[Connection]:
    """A safe connection: files only below `allowed` and its own spill folder; closed and cleaned afterwards.

    Raises EngineFailed when the engine itself fails, or has neither memory nor room to spill: each connection has a
    database of its own, so that the next one is sound.
    """
    spill.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=spill, prefix="duckdb-") as folder:
        connection = duckdb.connect(":memory:")
        try:
            connection.execute(f"SET memory_limit = '{int(settings.memory_mb)}MB'")
            connection.execute(f"SET threads = {int(settings.threads)}")
            connection.execute(f"SET max_temp_directory_size = '{int(settings.spill_mb)}MB'")
            connection.execute("SET temp_directory = $1", [folder])
            connection.execute("SET autoinstall_known_extensions = false")
            connection.execute("SET autoload_known_extensions = false")
            connection.execute("SET enable_progress_bar = false")
            connection.execute("SET allowed_directories = $1", [[f"{p.resolve()}/" for p in allowed] + [folder + "/"]])
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            yield connection
        except (*_FAILED, duckdb.OutOfMemoryException) as error:
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
