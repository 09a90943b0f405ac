"""The running server under the questions that it gets, against the bounds of the design and the limit of this machine.

    python benchmarks/serve/run.py [--check] [--quick]

100 k, 1 M and 8 M observations of one cube are released and served by `greffe serve`, one process. Dumps: first byte
and memory over idle, for each format. One series of 8 M: never asked before (p50, p95), asked before, 304; requests a
second with 8 clients (wrk). A slice of 10 k across series.
`--quick`: 100 k and 1 M only. `--check`: exit 1 when a bound is
missed.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from http.client import HTTPConnection
from pathlib import Path

import store

FORMATS = (
    "sdmx-csv", "sdmx-csv-1.0", "structurespecificdata", "genericdata", "sdmx-ml-3.1", "jsondata", "sdmx-json-1.0",
    "plain-csv", "jsonstat",
)  # fmt: skip
FIRST_BYTE, MEMORY = 0.100, 128.0  # seconds; MB over idle
POINT = (0.006, 0.020)  # p50, p95 of one series
RATES = {"not cached": 400, "cached": 2_500, "304": 3_000}
SLICE = 0.040


class Bounds:
    """What was measured beside what was asked."""

    def __init__(self) -> None:
        self.missed: list[str] = []

    def say(self, what: str, found: float, bound: float, unit: str, *, least: bool = False) -> None:
        good = found >= bound if least else found <= bound
        if not good:
            self.missed.append(what)
        sign = "≥" if least else "≤"
        print(f"  {what:<58}{found:>10,.1f} {unit:<5} bound {sign} {bound:>8,.0f}  {'ok' if good else 'MISSED'}")


def resident(pid: int, which: str) -> float:
    """Megabytes of the server."""
    line = next(x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith(which))
    return int(line.split()[1]) / 1024


def dump(base: str, pid: int, flow: str, name: str) -> tuple[float, float, int, float]:
    """First byte and end in seconds, bytes, MB over idle. An address that was never asked: nothing is kept of it."""
    address = (
        f"{base}/sdmx/v2/data/dataflow/SSER/{flow}/1.0.0?format={name}&c[TIME_PERIOD]=ge:19{random.randint(10, 99)}"
    )
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    idle = resident(pid, "VmRSS")
    start = time.perf_counter()
    size = 0
    with urllib.request.urlopen(address) as answer:
        answer.read(1)
        first = time.perf_counter() - start
        while piece := answer.read(1 << 20):
            size += len(piece)
    return first, time.perf_counter() - start, size, resident(pid, "VmHWM") - idle


def dumps(base: str, pid: int, flows: list[str], bounds: Bounds) -> None:
    for name in FORMATS:
        print(name)
        for flow in flows:
            first, whole, size, memory = dump(base, pid, flow, name)
            shutil.rmtree(Path(os.environ["BENCH_HOME"]) / "var/kept", ignore_errors=True)
            print(f"    {flow:<12}{size / 1e6:>9,.0f} MB in {whole:>6.2f} s")
            bounds.say(f"{flow} first byte", first * 1e3, FIRST_BYTE * 1e3, "ms")
            bounds.say(f"{flow} memory over idle", memory, MEMORY, "MB")


def codes(flow: str) -> dict[str, list[str]]:
    """The codes that occur in a flow, by dimension."""
    found = dict(list(store.CODES.items())[:6])
    return {**found, "geo": found["geo"][: store.GEO[flow]]}


def series(flow: str) -> str:
    return ".".join(random.choice(listed) for listed in codes(flow).values())


def points(base: str, flow: str, bounds: Bounds) -> None:
    """One series, a key that was not asked before, over a connection that is kept open."""
    line = HTTPConnection(base.removeprefix("http://"))
    times = []
    for _ in range(400):
        start = time.perf_counter()
        line.request("GET", f"/sdmx/v2/data/dataflow/SSER/{flow}/1.0.0/{series(flow)}?format=sdmx-csv")
        assert line.getresponse().read().count(b"\n") == 18
        times.append(time.perf_counter() - start)
    times = sorted(times[20:])
    bounds.say(f"one series of {flow}, not cached, p50", statistics.median(times) * 1e3, POINT[0] * 1e3, "ms")
    bounds.say(f"one series of {flow}, not cached, p95", times[int(len(times) * 0.95)] * 1e3, POINT[1] * 1e3, "ms")


def slices(base: str, flow: str, bounds: Bounds) -> None:
    """About 10,000 observations across series: one area (the last dimension) of all the others, one sex."""
    line = HTTPConnection(base.removeprefix("http://"))
    for what, rest in (("one area, last dimension", "A.*.NR.{sex}.*.{geo}"), ("one age", "A.{iccs}.NR.*.{age}.*")):
        times, rows = [], 0
        for _ in range(40):
            key = rest.format(**{id_: random.choice(listed) for id_, listed in codes(flow).items()})
            start = time.perf_counter()
            line.request("GET", f"/sdmx/v2/data/dataflow/SSER/{flow}/1.0.0/{key}?format=sdmx-csv")
            rows = line.getresponse().read().count(b"\n") - 1
            times.append(time.perf_counter() - start)
        bounds.say(f"{what} of {flow}: {rows:,} observations, p50", statistics.median(times) * 1e3, SLICE * 1e3, "ms")


def rate(address: str, script: str = "", headers: tuple[str, ...] = ()) -> float:
    """Requests a second that wrk gets with 8 connections in 5 seconds."""
    command = ["wrk", "-t1", "-c8", "-d5"]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as lua:
        if script:
            lua.write(script)
            lua.flush()
            command += ["-s", lua.name]
        for header in headers:
            command += ["-H", header]
        found = subprocess.run([*command, address], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in found and not headers:
        raise RuntimeError(found)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", found)[1])


def rates(base: str, flow: str, bounds: Bounds) -> None:
    known = {id_: "{" + ",".join(f'"{c}"' for c in listed) + "}" for id_, listed in codes(flow).items()}
    lists = "\n".join(f"local {id_} = {found}" for id_, found in known.items())
    picked = ' .. "." .. '.join(f"{id_}[math.random(#{id_})]" for id_ in known)
    start = f'math.randomseed({random.randint(1, 10**6)})\n{lists}\nrequest = function()\n  return wrk.format("GET", '
    path = f"/sdmx/v2/data/dataflow/SSER/{flow}/1.0.0/"
    script = f'{start}"{path}" .. {picked} .. "?format=sdmx-csv")\nend\n'
    bounds.say("8 clients, one series, not cached", rate(base, script), RATES["not cached"], "/s", least=True)
    address = f"{base}{path}A.ICCS0101.NR.T.Y10.FR101?format=sdmx-csv"
    tag = urllib.request.urlopen(address).headers["ETag"]
    bounds.say("8 clients, the same series, cached", rate(address), RATES["cached"], "/s", least=True)
    again = rate(address, headers=(f"If-None-Match: {tag}",))
    bounds.say("8 clients, the same series, 304", again, RATES["304"], "/s", least=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--quick", action="store_true")
    asked = parser.parse_args()
    if shutil.which("wrk") is None:
        print("wrk is needed: apt-get install wrk", file=sys.stderr)
        return 2
    bounds = Bounds()
    if asked.quick:
        store.GEO.pop("BENCH_8M")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ["BENCH_HOME"] = folder
        print(f"{len(os.sched_getaffinity(0))} processors, load {os.getloadavg()[0]:.1f}")
        store.build(home)
        flows, largest = list(store.GEO), list(store.GEO)[-1]
        with store.served(home) as (base, pid):
            points(base, largest, bounds)
            slices(base, largest, bounds)
            rates(base, largest, bounds)
            dumps(base, pid, flows, bounds)
    print(f"\n{len(bounds.missed)} bounds missed" + "".join(f"\n  {name}" for name in bounds.missed))
    return 1 if bounds.missed and asked.check else 0


if __name__ == "__main__":
    raise SystemExit(main())
