"""Forty maps over ten million rows, against plain DuckDB doing the same by hand: one command, one run.

    python benchmarks/map/run.py [--rows 10000000] [--maps 40] [--rounds 2] [--quick] [--check] [--keep FOLDER]

Both sides read the same Parquet file with the same settings (threads, memory limit), in processes of their own and in
turn; the best of the rounds counts. The peer has its selections, joins, group-by and exact sums written by hand; ours finds
them from the maps and also reports what found no target, looks for keys that two rows claim, and keeps received texts. The
outputs are compared, value by value. Bound: 1.5 times the peer; memory is the highest resident set of the process.
`--quick`: a million rows, eight maps. `--check`: exit 1 when the bound is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cube

from greffe.engine import Connection, opened
from greffe.mapping.apply import apply
from greffe.settings import EngineSettings

BOUND = 1.5
SIDES = ("DuckDB by hand", "greffe")
# What a result is compared by: rows, exact sum, and a hash of every row.
DIGEST = (
    "SELECT count(*), sum(OBS_VALUE), bit_xor(hash(freq, leg, iccs, sex, age, geo, TIME_PERIOD, "
    "CAST(OBS_VALUE AS VARCHAR), OBS_STATUS, CONF_STATUS, TERRITORY)) FROM made"
)


@contextmanager
def connected(folder: Path, source: Path) -> Iterator[Connection]:
    """A connection of ours with the rows as the view `source_rows`, as extracts are read."""
    with opened(EngineSettings(), folder / "spill", [folder, source.parent]) as connection:
        connection.execute(
            f"CREATE TEMP VIEW source_rows AS SELECT 'x1' AS extract, FALSE AS superseded, * FROM read_parquet('{source}')"
        )
        yield connection


def one(side: str, source: Path, maps: int, folder: Path) -> dict[str, object]:
    """Every map on one side, in this process."""
    books, digests, spent = cube.catalogue(), [], 0.0
    with connected(folder, source) as connection:
        for number in range(maps):
            map_ = cube.structure_map(number)
            started = time.perf_counter()
            if side == "greffe":
                apply(connection, map_, books, "source_rows", {}, "made", unique=True)
            else:
                connection.execute(cube.plain_sql(number, "source_rows", "made"))
            spent += time.perf_counter() - started
            digests.append([str(c) for c in connection.execute(DIGEST).fetchone() or ()])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"seconds": spent, "peak": peak, "digests": digests}


def measured(side: str, source: Path, maps: int) -> dict[str, object]:
    """The same in a process of its own."""
    command = [sys.executable, __file__, "--one", side, "--source", str(source), "--maps", str(maps)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    found: dict[str, object] = json.loads(done.stdout)
    return found


def compared(source: Path, maps: int, rounds: int) -> float:
    """Both sides in turn, their figures printed; the ratio of their best times."""
    best: dict[str, dict[str, object]] = {}
    for _ in range(rounds):
        for side in SIDES:
            found = measured(side, source, maps)
            if side not in best or float(str(found["seconds"])) < float(str(best[side]["seconds"])):
                best[side] = found
    print("| work | seconds | peak MB |\n|---|---|---|")
    for side in SIDES:
        print(f"| {side} | {float(str(best[side]['seconds'])):.1f} | {best[side]['peak']} |")
    if best["greffe"]["digests"] != best["DuckDB by hand"]["digests"]:
        sys.exit("The two sides made different results.")
    return float(str(best["greffe"]["seconds"])) / float(str(best["DuckDB by hand"]["seconds"]))


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=10_000_000)
    options.add_argument("--maps", type=int, default=40)
    options.add_argument("--rounds", type=int, default=2)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--check", action="store_true")
    options.add_argument("--keep", type=Path, help="folder for the rows, kept and used again")
    options.add_argument("--one", choices=SIDES, help=argparse.SUPPRESS)
    options.add_argument("--source", type=Path, help=argparse.SUPPRESS)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        if asked.one:
            print(json.dumps(one(asked.one, asked.source, asked.maps, Path(temporary))))
            return 0
        rows, maps = (1_000_000, 8) if asked.quick else (asked.rows, asked.maps)
        folder = asked.keep or Path(temporary)
        source = folder / f"rows-{rows}.parquet"
        if not source.exists():
            with opened(EngineSettings(), Path(temporary) / "spill", [folder]) as connection:
                cube.make(connection, rows, source)
        processors, load = len(os.sched_getaffinity(0)), os.getloadavg()[0]
        print(f"{rows:,} rows, {maps} maps, best of {asked.rounds}; {processors} processors, load {load:.1f}")
        ratio = compared(source, maps, asked.rounds)
    good = ratio <= BOUND
    print(f"\nratio {ratio:.2f} (bound {BOUND}) {'ok' if good else 'MISSED'}; results equal")
    return 0 if good or not asked.check else 1


if __name__ == "__main__":
    sys.exit(main())
