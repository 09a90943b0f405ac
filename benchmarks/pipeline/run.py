"""Ingest + map + validate 5 M rows, against DuckDB reading the same CSV with one group-by: one command, one run.

    python benchmarks/pipeline/run.py [--rows 5000000] [--rounds 2] [--flow ESTAT_CRIM_JUST_SEX] [--keep FOLDER]

Both sides run in processes of their own, in turn; the best of the rounds counts. Peak memory is the process's (ru_maxrss).
Bound: at most 5 times DuckDB for the same exact sums (aim 3); the sum of doubles is shown beside it.
Memory is bounded by the engine's limit (1 GB) plus what Python and Arrow hold.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PEER = """
import sys, duckdb
connection = duckdb.connect()
connection.execute("SET threads = 2")
rows = connection.execute(
    f"SELECT indicateur, sexe, age, periode, sum({sys.argv[2]}) FROM read_csv($1, quote='\\"', all_varchar=true) "
    "GROUP BY ALL", [sys.argv[1]]).fetchall()
print(len(rows))
"""
# The same sums: exact, as ours are, and as binary floating point, which is quicker and which no figure of ours goes through.
PEERS = {"exact decimals": "TRY_CAST(valeur AS DECIMAL(38,2))", "doubles": "TRY_CAST(valeur AS DOUBLE)"}

OURS = """
import json, sys, time
from datetime import UTC, datetime
from pathlib import Path
from greffe.app import compose
from greffe.ingest.extract import ReadOptions
from greffe.release.intake import Handover, take_in
from greffe.release.lifecycle import dataflow_named, make_draft
from greffe.release.people import HOUSE
from greffe.settings import read_settings
home, flow, *files = sys.argv[1:]
parts = compose(read_settings(home=Path(home)))
spent = {}
def take(path, dataflow, origin):
    handover = Handover("benchmark", "benchmark", origin, datetime.now(UTC), dataflow)
    taken = take_in(parts, HOUSE, Path(path), handover, ReadOptions(), lambda stage, done: None)
    assert taken.record.accepted, taken.report.counts
take(files[1], "INT_POPULATION", "real")
started = time.perf_counter()
take(files[0], "INT_JUSTICE", "synthetic")
spent["ingest"] = time.perf_counter() - started
draft = make_draft(parts, HOUSE, dataflow_named(parts, flow), lambda stage: None)
spent["total"] = time.perf_counter() - started
print(json.dumps({**spent, "observations": draft.observations, "errors": len(draft.errors)}))
"""


def measured(code: str, *arguments: str) -> tuple[float, int, str]:
    """Wall seconds, peak resident MB, and what the process printed last."""
    wrapper = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run([sys.executable, '-c', *sys.argv[1:]], capture_output=True, text=True)\n"
        "sys.stderr.write(done.stderr)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\nprint(done.stdout.strip())\n"
        "sys.exit(done.returncode)"
    )
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", wrapper, code, *arguments], capture_output=True, text=True, cwd=ROOT, check=False
    )
    if done.returncode:
        sys.exit(done.stderr)
    memory, *printed = done.stdout.splitlines()
    return time.perf_counter() - started, int(memory) // 1024, printed[-1]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=5_000_000)
    options.add_argument("--rounds", type=int, default=2)
    options.add_argument("--flow", default="ESTAT_CRIM_JUST_SEX")
    options.add_argument("--keep", type=Path, help="folder for the sample file, kept and used again")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        sample = folder / f"sample-{chosen.rows}.csv"
        if not sample.exists():
            generator = [sys.executable, str(ROOT / "samples/make_microseries.py"), "--rows", str(chosen.rows)]
            subprocess.run([*generator, "--error-rate", "0", "--out", str(sample)], check=True)
        population = str(ROOT / "samples/published/population.csv")
        peers: dict[str, list[tuple[float, int]]] = {name: [] for name in PEERS}
        ours: list[tuple[float, float, int]] = []
        for number in range(chosen.rounds):
            for name, value in PEERS.items():
                seconds, memory, _ = measured(PEER, str(sample), value)
                peers[name].append((seconds, memory))
            home = str(Path(temporary) / f"home-{number}")
            _, memory, printed = measured(OURS, home, chosen.flow, str(sample), population)
            told = json.loads(printed)
            ours.append((told["total"], told["ingest"], memory))
            subprocess.run(["rm", "-rf", home], check=True)
        best, ours_best = {name: min(found) for name, found in peers.items()}, min(ours)
        size = sample.stat().st_size / 1e6
        with sample.open("rb") as lines:
            rows = sum(chunk.count(b"\n") for chunk in iter(lambda: lines.read(1 << 24), b"")) - 1
        print(f"{rows:,} rows, {size:,.0f} MB of CSV, flow {chosen.flow}, best of {chosen.rounds}")
        print("| work | seconds | M rows/s | peak MB |\n|---|---|---|---|")
        for name, (seconds, memory) in best.items():
            print(
                f"| DuckDB: read the CSV, one group-by, {name} | {seconds:.1f} | {rows / seconds / 1e6:.2f} | {memory} |"
            )
        print(
            f"| Greffe: ingest (checks, kept original, Parquet) | {ours_best[1]:.1f} | {rows / ours_best[1] / 1e6:.2f} | |"
        )
        print(
            f"| Greffe: ingest + map + validate | {ours_best[0]:.1f} | {rows / ours_best[0] / 1e6:.2f} | {ours_best[2]} |"
        )
        exact, double = (ours_best[0] / best[name][0] for name in PEERS)
        print(f"ratio {exact:.1f} to the exact sum (bound 5, aim 3): {'within' if exact <= 5 else 'OVER'} the bound")
        print(f"ratio {double:.1f} to the sum of doubles")
        print(f"(this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB)")


if __name__ == "__main__":
    main()
