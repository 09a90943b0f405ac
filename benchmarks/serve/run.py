"""The running server under the questions that it gets, against the bounds of the design, the limit and the peers.

    python benchmarks/serve/run.py [--check] [--quick] [--markdown]

100 k, 1 M and 8 M observations of one cube are released and served by `greffe serve`, one process. One series of 8 M:
never asked before (p50, p95), asked before, 304; requests a second with 8 clients (wrk). A slice of 10 k across series.
Availability and structures. Dumps: first byte and memory over idle, for each format, and the time of DuckDB's COPY of
the same rows. pysdmx's and sdmx1's writers. `--quick`: 100 k and 1 M only. `--check`: exit 1 when a bound is missed.
`--markdown`: tables for docs/reference/performance.md, and nothing else.
"""

from __future__ import annotations

import argparse
import contextlib
import io
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
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

import peers
import store
from bounds import Bounds, machine

POINTS = ("sdmx-csv", "jsondata", "structurespecificdata")
FORMATS = (
    "sdmx-csv", "sdmx-csv-1.0", "structurespecificdata", "genericdata", "sdmx-ml-3.1", "jsondata", "sdmx-json-1.0",
    "plain-csv", "jsonstat", "parquet", "xlsx",
)  # fmt: skip
BEYOND = {"xlsx": ("BENCH_8M",)}  # what a format cannot hold
FIRST_BYTE, MEMORY = 0.100, 128.0  # seconds; MB over idle
POINT = (0.006, 0.020)  # p50, p95 of one series
RATES = {"not cached": 400, "cached": 2_500, "304": 3_000}
SLICE = 0.040
DATA = "/sdmx/v2/data/dataflow/SSER"


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


def dumps(
    base: str, pid: int, flows: list[str], copied: dict[str, float], bounds: Bounds
) -> dict[tuple[str, str], float]:
    """(flow, format) → seconds of the whole. `copied`: DuckDB's seconds for the rows of BENCH_1M."""
    found: dict[tuple[str, str], float] = {}
    for name in FORMATS:
        bounds.part(f"Dump: {name}")
        for flow in flows:
            if flow in BEYOND.get(name, ()):
                continue
            first, whole, size, memory = dump(base, pid, flow, name)
            found[flow, name] = whole
            shutil.rmtree(Path(os.environ["BENCH_HOME"]) / "var/kept", ignore_errors=True)
            bounds.say(f"{flow}, first byte", first * 1e3, FIRST_BYTE * 1e3, "ms")
            bounds.say(f"{flow}, memory over idle", memory, MEMORY, "MB")
            bounds.say(f"{flow}, whole answer of {size / 1e6:,.0f} MB", whole, None, "s")
            if flow == "BENCH_1M":
                kind = "parquet" if name == "parquet" else "csv"
                bounds.say(f"{flow}, of the time of DuckDB COPY {kind}", whole / copied[kind], None, "×")
    return found


def codes(flow: str) -> dict[str, list[str]]:
    """The codes that occur in a flow, by dimension."""
    found = dict(list(store.CODES.items())[:6])
    return {**found, "geo": found["geo"][: store.GEO[flow]]}


def series(flow: str) -> str:
    return ".".join(random.choice(listed) for listed in codes(flow).values())


def times(base: str, count: int, address: Callable[[int], str]) -> tuple[list[float], bytes]:
    """Seconds of so many questions over one connection that is kept open, sorted, and the last answer. None is cached:
    each says another preference of languages."""
    line, found, body = HTTPConnection(base.removeprefix("http://")), [], b""
    for number in range(count + 20):
        start = time.perf_counter()
        line.request("GET", address(number), headers={"Accept-Language": f"en;q=0.{random.randint(1, 10**9)}"[:12]})
        answer = line.getresponse()
        body = answer.read()
        found.append(time.perf_counter() - start)
        if answer.status != 200:
            raise RuntimeError(body.decode())
    return sorted(found[20:]), body


def points(base: str, flow: str, bounds: Bounds) -> float:
    """One series, a key that was not asked before; seconds of the first format."""
    bounds.part(f"One series of {flow}, not cached")
    medians = []
    for name in POINTS:
        found, _ = times(base, 300, lambda _n, name=name: f"{DATA}/{flow}/1.0.0/{series(flow)}?format={name}")
        medians.append(statistics.median(found))
        bounds.say(f"{name}, p50", medians[-1] * 1e3, POINT[0] * 1e3, "ms")
        bounds.say(f"{name}, p95", found[int(len(found) * 0.95)] * 1e3, POINT[1] * 1e3, "ms")
    return medians[0]


def slices(base: str, flow: str, bounds: Bounds) -> None:
    """About 10,000 observations across series: one area (the last dimension) of all the others, one age."""
    bounds.part(f"A slice across series of {flow}, not cached")
    for what, rest in (("one area, last dimension", "A.*.NR.{sex}.*.{geo}"), ("one age", "A.{iccs}.NR.*.{age}.*")):

        def address(_number: int, rest: str = rest) -> str:
            key = rest.format(**{id_: random.choice(listed) for id_, listed in codes(flow).items()})
            return f"{DATA}/{flow}/1.0.0/{key}?format=sdmx-csv"

        found, body = times(base, 40, address)
        rows = body.count(b"\n") - 1
        bounds.say(f"{what}, {rows:,} observations, p50", statistics.median(found) * 1e3, SLICE * 1e3, "ms")


def structures(base: str, flow: str, bounds: Bounds) -> None:
    """Questions that lead to data."""
    bounds.part("Availability and structures, not cached, p50")
    for what, address in (
        ("availability of one series", lambda _n: f"/sdmx/v2/availability/dataflow/SSER/{flow}/1.0.0/{series(flow)}"),
        ("availability of the whole", lambda _n: f"/sdmx/v2/availability/dataflow/SSER/{flow}/1.0.0"),
        (
            "dataflow and all it uses",
            lambda _n: f"/sdmx/v2/structure/dataflow/SSER/{flow}/1.0.0?references=descendants",
        ),
        ("all dataflows", lambda _n: "/sdmx/v2/structure/dataflow/*/*/*"),
    ):
        bounds.say(what, statistics.median(times(base, 40, address)[0]) * 1e3, None, "ms")


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
    bounds.part(f"8 clients, one series of {flow}, requests a second")
    known = {id_: "{" + ",".join(f'"{c}"' for c in listed) + "}" for id_, listed in codes(flow).items()}
    lists = "\n".join(f"local {id_} = {found}" for id_, found in known.items())
    picked = ' .. "." .. '.join(f"{id_}[math.random(#{id_})]" for id_ in known)
    start = f'math.randomseed({random.randint(1, 10**6)})\n{lists}\nrequest = function()\n  return wrk.format("GET", '
    path = f"{DATA}/{flow}/1.0.0/"
    for name in POINTS:
        script = f'{start}"{path}" .. {picked} .. "?format={name}")\nend\n'
        bounds.say(f"{name}, not cached", rate(base, script), RATES["not cached"], "/s", least=True)
    address = f"{base}{path}A.ICCS0101.NR.T.Y10.FR101?format=sdmx-csv"
    tag = urllib.request.urlopen(address).headers["ETag"]
    bounds.say("sdmx-csv, the same series, cached", rate(address), RATES["cached"], "/s", least=True)
    again = rate(address, headers=(f"If-None-Match: {tag}",))
    bounds.say("sdmx-csv, the same series, 304", again, RATES["304"], "/s", least=True)


def measured(home: Path, bounds: Bounds) -> None:
    """Everything, one after the other."""
    flows, largest = list(store.GEO), list(store.GEO)[-1]
    copied = peers.duckdb_copy(home / "var/releases", "BENCH_1M")
    with store.served(home) as (base, pid):
        point = points(base, largest, bounds)
        slices(base, largest, bounds)
        rates(base, largest, bounds)
        structures(base, largest, bounds)
        whole = dumps(base, pid, flows, copied, bounds)
    peers.libraries(whole, point, bounds)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--markdown", action="store_true")
    asked = parser.parse_args()
    if shutil.which("wrk") is None:
        print("wrk is needed: apt-get install wrk", file=sys.stderr)
        return 2
    bounds = Bounds(quiet=asked.markdown)
    if asked.quick:
        store.GEO.pop("BENCH_8M")
    before = machine()
    print(before)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["BENCH_HOME"] = folder
        with contextlib.redirect_stdout(io.StringIO()) if asked.markdown else contextlib.nullcontext():
            store.build(Path(folder))
        measured(Path(folder), bounds)
    if asked.markdown:
        print(f"\nLoad at the end: {os.getloadavg()[0]:.1f}.\n\n{bounds.markdown()}", end="")
    print(f"\n{len(bounds.missed)} bounds missed" + "".join(f"\n- {name}" for name in bounds.missed))
    return 1 if bounds.missed and asked.check else 0


if __name__ == "__main__":
    raise SystemExit(main())
