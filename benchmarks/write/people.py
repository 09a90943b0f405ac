"""A million observations in the formats for people's tools, by Greffe and by what writes the same otherwise.

    python benchmarks/write/people.py [--rounds 3] [--large] [--check]

Measured as run.py measures; the tables have the same columns, labels included. openpyxl gets a share of the rows.
`--large` adds eight million observations, for their memory. `--check`: exit 1 when a bound is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import cube
import pyarrow as pa
from run import resident
from writers import Deed, flat

from greffe.formats import json_stat, parquet, plain_csv, xlsx
from greffe.formats.ahead import ahead
from greffe.formats.parameters import Parameters
from greffe.model.dataset import DataMessage, SeriesBlock

CODED = [*cube.DIMENSIONS, "OBS_STATUS", "CONF_STATUS"]
MEGABYTES = 128  # over idle, for what streams


def _message(series: pa.Table, observations: pa.Table, times: int) -> DataMessage:
    """The cube, so many times over, each time with other areas."""
    found = cube.message(series, observations)
    (dataset,) = found.datasets

    def blocks() -> Iterator[SeriesBlock]:
        for number in range(times):
            for block in cube.blocks(series, observations):
                yield block if not number else replace(block, series=_elsewhere(block.series, number))

    (measure,) = dataset.structure.measures
    measure = replace(measure, representation=replace(measure.representation, decimals=2))
    structure = replace(dataset.structure, measures=(measure,))
    return replace(found, datasets=(replace(dataset, structure=structure, blocks=blocks(), origin="synthetic"),))


def _elsewhere(series: pa.Table, number: int) -> pa.Table:
    geo = series.column("geo").combine_chunks()
    renamed = pa.DictionaryArray.from_arrays(
        geo.indices, pa.array([f"{number}{c}" for c in geo.dictionary.to_pylist()])
    )
    return series.set_column(series.column_names.index("geo"), "geo", renamed)


def greffe(series: pa.Table, observations: pa.Table, out: Path, write: Callable, times: int = 1) -> Deed:
    def deed() -> None:
        with out.open("wb") as file:
            for chunk in ahead(write(_message(series, observations, times), Parameters(labels="both"))):
                file.write(chunk)

    return deed


def _table(series: pa.Table, observations: pa.Table, labels: bool) -> pa.Table:
    """One row an observation, with the columns of ours; the cube's labels are its codes."""
    found = flat(series, observations).drop_columns(["DATAFLOW"])
    columns = {}
    for name in ("DATA_ORIGIN", *(n for n in found.column_names if n != "DATA_ORIGIN")):
        columns[name] = found.column(name)
        if labels and name in CODED:
            columns[f"{name}_label"] = found.column(name)
    return pa.table(columns)


def duckdb_copy(series: pa.Table, observations: pa.Table, out: Path, format_: str) -> Deed:
    import duckdb

    connection = duckdb.connect()
    table = _table(series, observations, labels=format_ == "csv")
    connection.register("flat", table)
    value = "CAST(OBS_VALUE AS DECIMAL(38,2))" if format_ == "parquet" else "OBS_VALUE"
    connection.execute(f"CREATE TABLE cube AS SELECT * REPLACE ({value} AS OBS_VALUE) FROM flat")
    connection.unregister("flat")
    options = "FORMAT csv, HEADER" if format_ == "csv" else "FORMAT parquet, COMPRESSION snappy"
    return lambda: connection.execute(f"COPY cube TO '{out}' ({options})")


def openpyxl_writer(series: pa.Table, observations: pa.Table, out: Path) -> Deed:
    import openpyxl

    table = _table(series, observations, labels=True)
    place = table.column_names.index("OBS_VALUE")

    def deed() -> None:
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("data")
        sheet.append(table.column_names)
        for batch in table.to_batches(max_chunksize=10_000):
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                cells = list(row)
                cells[place] = None if cells[place] is None else float(cells[place])
                sheet.append(cells)
        book.save(out)

    return deed


# Name → writer, the number of series that it gets, how often over.
WRITERS: dict[str, tuple[Callable[[pa.Table, pa.Table, Path], Deed], int, int]] = {
    "DuckDB COPY csv": (partial(duckdb_copy, format_="csv"), cube.SERIES, 1),
    "greffe plain CSV": (partial(greffe, write=plain_csv.write), cube.SERIES, 1),
    "DuckDB COPY parquet": (partial(duckdb_copy, format_="parquet"), cube.SERIES, 1),
    "greffe Parquet": (partial(greffe, write=parquet.write), cube.SERIES, 1),
    "greffe JSON-stat": (partial(greffe, write=json_stat.write), cube.SERIES, 1),
    "openpyxl write-only": (openpyxl_writer, 3_000, 1),
    "greffe XLSX": (partial(greffe, write=xlsx.write), cube.SERIES, 1),
}
LARGE = {
    f"{name}, 8 M": (partial(greffe, write=write, times=8), cube.SERIES, 8)
    for name, write in (
        ("greffe plain CSV", plain_csv.write),
        ("greffe Parquet", parquet.write),
        ("greffe JSON-stat", json_stat.write),
    )
}
# Ours, another's, and how many times the other's time ours may take.
BOUNDS = (
    ("greffe plain CSV", "DuckDB COPY csv", 1.0),
    ("greffe Parquet", "DuckDB COPY parquet", 2.0),
    ("greffe XLSX", "openpyxl write-only", 0.2),
)


def one(name: str, folder: Path) -> dict[str, float]:
    """Run one writer here, in this process."""
    make, count, times = (WRITERS | LARGE)[name]
    series, observations = cube.read(folder)
    series, observations = series.slice(0, count), observations.slice(0, count * len(cube.YEARS))
    with tempfile.TemporaryDirectory(dir=folder) as out:
        target = Path(out) / "out"
        deed = make(series, observations, target)
        Path("/proc/self/clear_refs").write_text("5")  # starts the high-water mark anew
        before = resident("VmRSS")
        start = time.perf_counter()
        deed()
        seconds = time.perf_counter() - start
        size = target.stat().st_size
    rows = observations.num_rows * times
    return {"seconds": seconds, "rows": rows, "bytes": size, "peak": resident("VmHWM"), "before": before}


def run(rounds: int, folder: Path, large: bool) -> dict[str, dict[str, float]]:
    """Best time and highest memory of every writer."""
    best: dict[str, dict[str, float]] = {}
    for number in range(rounds):
        for name in WRITERS | (LARGE if large else {}):
            print(f"\rround {number + 1} of {rounds}: {name:<28}", end="", file=sys.stderr, flush=True)
            command = [sys.executable, __file__, "--one", name, "--folder", str(folder)]
            found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
            known = best.setdefault(name, found)
            known["seconds"] = min(known["seconds"], found["seconds"])
            known["peak"] = max(known["peak"], found["peak"])
    print(file=sys.stderr)
    return best


def table(best: dict[str, dict[str, float]]) -> bool:
    """Print the figures, scaled to a million observations, and the bounds; False when one is missed."""
    per_million = {name: found["seconds"] / found["rows"] * 1e6 for name, found in best.items()}
    print(f"{'writer':<26}{'rows':>11}{'s per 1 M':>11}{'MB':>7}{'peak MB':>9}{'over idle':>11}")
    good = True
    for name, found in best.items():
        over = found["peak"] - found["before"]
        print(
            f"{name:<26}{found['rows']:>11,.0f}{per_million[name]:>11.2f}{found['bytes'] / 1e6:>7.0f}"
            f"{found['peak']:>9.0f}{over:>11.0f}"
        )
    for name, other, bound in BOUNDS:
        ratio = per_million[name] / per_million[other]
        good &= ratio <= bound
        print(f"{name}: {ratio:.2f} x the time of {other} (bound {bound}) {'ok' if ratio <= bound else 'MISSED'}")
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--one", choices=WRITERS | LARGE, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(one(asked.one, asked.folder)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        cube.make(Path(folder))
        print(f"{cube.SERIES * len(cube.YEARS):,} observations, {len(os.sched_getaffinity(0))} processors, ", end="")
        print(f"load {os.getloadavg()[0]:.1f}")
        good = table(run(asked.rounds, Path(folder), asked.large))
    return 0 if good or not asked.check else 1


if __name__ == "__main__":
    sys.exit(main())
