"""The lineage table of a dataflow that is made of five million internal rows: one command, one run.

    python benchmarks/lineage/run.py [--rows 5000000] [--keep FOLDER]

Two maps over the rows of benchmarks/map, each in a process of its own: `sums` brings some thousand rows together in a cell,
`one to one` gives each row its own cell and makes totals of two, so that a row stands in the lineage of two observations.
Measured: making the observations again; then comparing them with what was published and writing their lineage as Parquet,
in order. Memory is the highest resident set of the process; the engine spills what is above its limit.
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
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks/map"))

import cube  # noqa: E402

from greffe.engine import opened  # noqa: E402
from greffe.mapping.apply import apply_to  # noqa: E402
from greffe.mapping.lineage import lineage, table_of  # noqa: E402
from greffe.mapping.resolve import plan, resolve  # noqa: E402
from greffe.mapping.sql import Parameters  # noqa: E402
from greffe.model.maps import Calculation, ComponentMap, StructureMap  # noqa: E402
from greffe.release.lineage import BATCH, differences, write_whole  # noqa: E402
from greffe.settings import EngineSettings  # noqa: E402

WORK = ("sums", "one to one")
# As they would be published: confidential values are empty.
RELEASED = (
    "CREATE TEMP TABLE released AS SELECT * EXCLUDE (OBS_TEXT) REPLACE ("
    "CASE WHEN CONF_STATUS = 'F' THEN OBS_TEXT END AS OBS_VALUE, "
    "CASE WHEN CONF_STATUS <> 'F' AND OBS_VALUE IS NOT NULL THEN 'Q' ELSE OBS_STATUS END AS OBS_STATUS) FROM made"
)


def mapped_by(work: str) -> StructureMap:
    """The map of a kind of work."""
    sums = cube.structure_map(0)
    if work == "sums":
        return sums
    kept = [c for c in sums.components if c.targets[0] not in ("leg", "iccs")]
    copies = [ComponentMap((a,), (b,)) for a, b in (("INDICATEUR", "leg"), ("INFRACTION", "iccs"), ("GEO", "geo"))]
    total = Calculation("total", "total", {}, {"sex": "T"}, over="sex", parts=("M", "F"))
    return replace(sums, components=(*kept, *copies), fixed={}, aggregate=None, calculations=(total,))


def one(work: str, source: Path, folder: Path) -> dict[str, object]:
    """Make it again and write its lineage, in this process."""
    started = time.perf_counter()
    with opened(EngineSettings(), folder / "spill", [folder, source.parent]) as connection:
        connection.execute(f"CREATE TEMP VIEW source_rows AS SELECT 'x1' AS extract, * FROM read_parquet('{source}')")
        resolved = resolve(connection, plan(mapped_by(work), cube.catalogue()), "source_rows", "made")
        apply_to(connection, resolved, {}, "made", {})
        connection.execute(RELEASED)
        again = time.perf_counter()
        found = lineage(connection, resolved, {}, "made")
        if differences(connection, found, "released", "synthetic"):
            sys.exit("What was made is not what was made.")
        parameters = Parameters()
        query = table_of(connection, found, "released", parameters)
        reader = connection.execute(query, parameters.used(query)).to_arrow_reader(BATCH)
        rows = write_whole(reader, folder / "lineage.parquet", {})
        count = connection.execute("SELECT count(*) FROM released").fetchone() or (0,)
    return {
        "again": again - started, "lineage": time.perf_counter() - again, "observations": count[0], "rows": rows,
        "size": (folder / "lineage.parquet").stat().st_size >> 20,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
    }  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=5_000_000)
    options.add_argument("--keep", type=Path, help="folder for the rows, kept and used again")
    options.add_argument("--one", choices=WORK, help=argparse.SUPPRESS)
    options.add_argument("--source", type=Path, help=argparse.SUPPRESS)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        if asked.one:
            print(json.dumps(one(asked.one, asked.source, Path(temporary))))
            return
        folder = asked.keep or Path(temporary)
        source = folder / f"rows-{asked.rows}.parquet"
        if not source.exists():
            with opened(EngineSettings(), Path(temporary) / "spill", [folder]) as connection:
                cube.make(connection, asked.rows, source)
        processors, load = len(os.sched_getaffinity(0)), os.getloadavg()[0]
        print(f"{asked.rows:,} internal rows; {processors} processors, load {load:.1f}\n")
        print("| map | observations | lineage rows | made again, s | lineage, s | file, MB | peak, MB |")
        print("|---|---|---|---|---|---|---|")
        for work in WORK:
            command = [sys.executable, __file__, "--one", work, "--source", str(source)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(done.stderr)
            told = json.loads(done.stdout)
            seconds = f"{told['again']:.1f} | {told['lineage']:.1f}"
            print(
                f"| {work} | {told['observations']:,} | {told['rows']:,} | {seconds} | {told['size']} | {told['peak']:,} |"
            )


if __name__ == "__main__":
    main()
