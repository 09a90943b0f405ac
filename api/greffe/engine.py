"""The only opener of DuckDB, with safe settings (D21).

A connection is in memory, spills into one folder of its own, may read and write only below the folders it is given,
loads no extension and cannot be reconfigured. Steps build relations on the connection they are handed; they never open
one. A relation runs again for each consumer: materialise what more than one step reads as a temporary table.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from greffe.settings import EngineSettings

Connection = duckdb.DuckDBPyConnection
Overflow = (duckdb.OutOfRangeException, duckdb.ConversionException)  # a number that exact arithmetic cannot hold
Cell = object  # what DuckDB hands back: narrowed with `text`, `integer` or `decimal` of greffe.arrow by the reader


@contextmanager
def opened(settings: EngineSettings, spill: Path, allowed: Sequence[Path]) -> Iterator[Connection]:
    """A safe connection: files only below `allowed` and its own spill folder; closed and cleaned afterwards."""
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
        finally:
            connection.close()


def quoted(name: str) -> str:
    """A column or table name as an SQL identifier; only names of our own making or of a DSD come here."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_@$\-:]*", name):
        raise ValueError(f"not an identifier: {name!r}")
    return f'"{name}"'
