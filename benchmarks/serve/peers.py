"""What others do with as much: pysdmx and sdmx1 write one series and 93,024 observations, DuckDB copies the same rows.

The libraries have no server, so their time is that of writing alone, in process, of a cube of the same shape (that of
benchmarks/write); ours is that of the whole answer over HTTP.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "write"))
import cube
from bounds import Bounds
from writers import pysdmx_writer, sdmx1_writer

from greffe.formats import sdmx_ml

SERIES = 5_472  # of BENCH_100K
# Another's writer → our format that says the same.
PEERS: dict[str, tuple[Callable, str]] = {
    "pysdmx SDMX-CSV 2.0": (partial(pysdmx_writer, format_="csv20"), "sdmx-csv"),
    "pysdmx ML 2.1 specific": (partial(pysdmx_writer, format_="specific"), "structurespecificdata"),
    "pysdmx ML 2.1 generic": (partial(pysdmx_writer, format_="generic"), "genericdata"),
    "pysdmx ML 3.1": (partial(pysdmx_writer, format_="specific31"), "sdmx-ml-3.1"),
    "sdmx1 ML 2.1 specific": (partial(sdmx1_writer, variant=sdmx_ml.SPECIFIC_DATA), "structurespecificdata"),
    "sdmx1 ML 2.1 generic": (partial(sdmx1_writer, variant=sdmx_ml.GENERIC_DATA), "genericdata"),
}


def libraries(ours: dict[tuple[str, str], float], point: float, bounds: Bounds) -> None:
    """`ours`: (flow, format) → seconds of the whole answer; `point`: seconds of one series."""
    bounds.part("Others' writers, in process, for one of our answers over HTTP")
    with tempfile.TemporaryDirectory() as folder:
        cube.make(Path(folder))
        series, observations = cube.read(Path(folder))
        for name, (make, format_) in PEERS.items():
            for count, mine in ((1, point), (SERIES, ours["BENCH_100K", format_])):
                rows = count * len(cube.YEARS)
                deed = make(series.slice(0, count), observations.slice(0, rows), Path(folder) / "out")
                took = min(_timed(deed) for _ in range(5)) if count == 1 else _timed(deed)
                bounds.say(f"{name}: {rows:,} observations", took * 1e3, None, "ms")
                bounds.say(f"{name}: {rows:,} observations, times ours", took / mine, None, "×")


def duckdb_copy(releases: Path, flow: str) -> dict[str, float]:
    """Seconds that DuckDB takes, with all its threads, to copy the rows of a release from memory to a file."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE cube AS SELECT * FROM '{releases / flow / '1' / 'data.parquet'}'")
        for kind, options in (("csv", "FORMAT csv, HEADER"), ("parquet", "FORMAT parquet, COMPRESSION snappy")):
            copy = f"COPY cube TO '{folder}/{kind}' ({options})"
            found[kind] = min(_timed(partial(connection.execute, copy)) for _ in range(2))
    return found


def _timed(deed: Callable[[], object]) -> float:
    start = time.perf_counter()
    deed()
    return time.perf_counter() - start
