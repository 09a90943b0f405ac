"""A million observations, written as SDMX by Greffe, as CSV by DuckDB, and a share of them by pysdmx and sdmx1.

    python benchmarks/write/run.py [--rounds 3] [--check]

Each writer runs in a process of its own, all of them once a round, so that a busy machine is busy for all; the best of
the rounds counts. Time is from the first byte asked to the file closed. Memory is the highest resident set while
writing, and how much of it came on top of what was resident before. `--check`: exit 1 when a bound is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cube
from writers import WRITERS

BASE = "DuckDB COPY csv"
# Ours → libraries that write the same, to be beaten 40 times over; and COPY, to be matched.
RIVALS = {
    "greffe SDMX-CSV 1.0": ["pysdmx SDMX-CSV 1.0"],
    "greffe SDMX-CSV 2.0": ["pysdmx SDMX-CSV 2.0"],
    "greffe SDMX-CSV 2.1": [],
    "greffe ML 2.1 specific": ["pysdmx ML 2.1 specific", "sdmx1 ML 2.1 specific"],
    "greffe ML 2.1 generic": ["pysdmx ML 2.1 generic", "sdmx1 ML 2.1 generic"],
    "greffe ML 3.0": ["pysdmx ML 3.0"],
    "greffe ML 3.1": ["pysdmx ML 3.1"],
    "greffe ML 3.1 flat": [],
    # No other library writes SDMX-JSON data.
    "greffe SDMX-JSON 1.0": [],
    "greffe SDMX-JSON 2.0": [],
    "greffe SDMX-JSON 2.1": [],
    "greffe SDMX-JSON 2.1 flat": [],
}
AS_FAST_AS_COPY, TIMES_FASTER = 1.0, 40.0
# The bound of forty is for structure-specific data; what others write otherwise is printed beside it.
BOUND_TO_RIVALS = "greffe ML 2.1 specific"


def one(name: str, folder: Path) -> dict[str, float]:
    """Run one writer here, in this process."""
    make, count = WRITERS[name]
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
    rows = observations.num_rows
    return {"seconds": seconds, "rows": rows, "bytes": size, "peak": resident("VmHWM"), "before": before}


def resident(which: str) -> float:
    """Megabytes, from /proc (Linux)."""
    line = next(x for x in Path("/proc/self/status").read_text().splitlines() if x.startswith(which))
    return int(line.split()[1]) / 1024


def run(rounds: int, folder: Path) -> dict[str, dict[str, float]]:
    """Best time and highest memory of every writer."""
    best: dict[str, dict[str, float]] = {}
    for number in range(rounds):
        for name in WRITERS:
            print(f"\rround {number + 1} of {rounds}: {name:<28}", end="", file=sys.stderr, flush=True)
            command = [sys.executable, __file__, "--one", name, "--folder", str(folder)]
            found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            known = best.setdefault(name, found)
            known["seconds"] = min(known["seconds"], found["seconds"])
            known["peak"] = max(known["peak"], found["peak"])
    print(file=sys.stderr)
    return best


def table(best: dict[str, dict[str, float]]) -> bool:
    """Print the figures, scaled to a million observations, and the bounds; False when one is missed."""
    per_million = {name: found["seconds"] / found["rows"] * 1e6 for name, found in best.items()}
    print(
        f"{'writer':<26}{'rows':>11}{'s per 1 M':>11}{'M obs/s':>9}{'MB':>7}{'peak MB':>9}{'over idle':>11}{'x COPY':>8}"
    )
    for name, found in best.items():
        seconds = per_million[name]
        print(
            f"{name:<26}{found['rows']:>11,.0f}{seconds:>11.2f}{1 / seconds:>9.3f}{found['bytes'] / 1e6:>7.0f}"
            f"{found['peak']:>9.0f}{found['peak'] - found['before']:>11.0f}{seconds / per_million[BASE]:>8.2f}"
        )
    print("\nFewer rows than a million: measured on that share and scaled, which favours writers that grow faster.")
    good = True
    for name, rivals in RIVALS.items():
        ratio = per_million[name] / per_million[BASE]
        good &= ratio <= AS_FAST_AS_COPY
        print(f"{name}: {ratio:.2f} x the time of COPY (bound {AS_FAST_AS_COPY}) {_verdict(ratio <= AS_FAST_AS_COPY)}")
        for rival in rivals:
            times = per_million[rival] / per_million[name]
            bound = name == BOUND_TO_RIVALS
            good &= times >= TIMES_FASTER or not bound
            said = f"(bound {TIMES_FASTER:.0f}) {_verdict(times >= TIMES_FASTER)}" if bound else ""
            print(f"    {times:.0f} times as fast as {rival} {said}")
    return good


def _verdict(good: bool) -> str:
    return "ok" if good else "MISSED"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--one", choices=WRITERS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(one(asked.one, asked.folder)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        cube.make(Path(folder))
        cpus = len(os.sched_getaffinity(0))
        print(f"{cube.SERIES * len(cube.YEARS):,} observations, {cpus} processors, load {os.getloadavg()[0]:.1f}")
        good = table(run(asked.rounds, Path(folder)))
    return 0 if good or not asked.check else 1


if __name__ == "__main__":
    sys.exit(main())
