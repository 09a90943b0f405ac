"""The running service under mixed traffic at its limit and past it, with slow clients, by 1, 2 and 4 processes.

    python benchmarks/load/run.py [--check] [--workers 1 2 4] [--seconds 8] [--markdown]

A generator from outside (wrk; `apt-get install wrk`) asks for 80 % one series, 15 % slices, 4 % structures and 1 % dumps of a cube of
a million observations, at random. *At saturation*: 32 connections that never pause; no error may be. *Past saturation*: 800; what is
turned away is 503 with Retry-After, and meanwhile a client apart asks for one series and health. *Slow clients*: 12 readers and 200
heads that never end, beside the mix. Memory of each process before and after. The limit is uvicorn in as many processes, with an
application that does nothing but send as many bytes. `--check`: exit 1 when a bound is missed. `--markdown`: tables, and nothing else.
The generator and the service share the machine's processors, as does everything else that runs on it: read the ratios.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import random
import shutil
import sys
import tempfile
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "serve"))
import store
from bounds import Bounds, machine
from served import Served, limit, service
from traffic import DUMP, KINDS, Probe, Told, codes, middle, mixed, probing, slow, written

AT, PAST = 32, 800  # connections
BESIDE = 3  # seconds at least of a client apart
HEALTH, SMALL, LATE = (
    250.0,
    1_000.0,
    2_500.0,
)  # ms, p99: of health; of one series; of one that is answered past saturation
KEPT = 50  # % of the rate at saturation, good answers past it
SLOW = 60  # % of the rate at saturation, beside slow clients
GROWTH = 256.0  # MB of one process, caches included
SAMPLES = {
    "series": "/sdmx/v2/data/dataflow/SSER/BENCH_1M/1.0.0/A.ICCS0101.NR.T.Y10.FR101?format=sdmx-csv",
    "slices": "/sdmx/v2/data/dataflow/SSER/BENCH_1M/1.0.0/A.*.NR.T.*.FR101?format=sdmx-csv",
    "structures": "/sdmx/v2/structure/dataflow/SSER/BENCH_1M/1.0.0?references=descendants",
    "dumps": "/sdmx/v2/data/dataflow/SSER/BENCH_100K/1.0.0?format=sdmx-csv",
}


def sampled(base: str, folder: Path) -> Path:
    """One body a class, for the limit."""
    into = folder / "bodies"
    into.mkdir(exist_ok=True)
    for name, path in SAMPLES.items():
        with urllib.request.urlopen(base + path) as answer:
            (into / name).write_bytes(answer.read())
    return into


def at_saturation(found: Served, file: Path, seconds: int, bounds: Bounds, name: str) -> Told:
    """As many questions as 32 connections ask."""
    mixed(found.base, file, AT, 2)  # files are opened, caches begin
    told = mixed(found.base, file, AT, seconds)
    bounds.part(f"{name}: at saturation, {AT} connections")
    bounds.say("good answers", told.rate, None, "/s")
    for kind in KINDS:
        count, p50, p99 = told.kinds[kind]
        bounds.say(f"{kind}, {count:,} answers, p50", p50, None, "ms")
        bounds.say(f"{kind}, p99", p99, None, "ms")
    bounds.say("turned away", told.shed, 0, "")
    bounds.say("errors", told.errors, 0, "")
    return told


def past_saturation(found: Served, file: Path, seconds: int, before: Told, bounds: Bounds, name: str) -> None:
    """More than there is room for."""
    with probing(found.port, codes()) as probe:
        told = mixed(found.base, file, PAST, seconds, threads=2)
    bounds.part(f"{name}: past saturation, {PAST} connections that never wait")
    bounds.say("good answers", told.rate, None, "/s")
    bounds.say("good answers, of those at saturation", 100 * told.rate / before.rate, KEPT, "%", least=True)
    bounds.say("turned away, of all answers", 100 * told.shed / max(1, told.good + told.shed), None, "%")
    bounds.say("turned away without Retry-After", told.unsaid, 0, "")
    bounds.say("errors", told.errors, 0, "")
    _probe(probe, bounds, LATE)
    for what, count in sorted(found.shed().items()):
        bounds.say(f"turned away so far, {what}", count, None, "")


def slow_clients(found: Served, file: Path, seconds: int, before: Told, bounds: Bounds, name: str) -> None:
    """Beside clients that take next to nothing, and send next to nothing."""
    with slow(found.port), probing(found.port, codes()) as probe:
        told = mixed(found.base, file, AT, seconds)
    bounds.part(f"{name}: beside 12 slow readers and 200 slow heads, {AT} connections")
    bounds.say("good answers", told.rate, None, "/s")
    bounds.say("good answers, of those without slow clients", 100 * told.rate / before.rate, SLOW, "%", least=True)
    for kind in KINDS:
        bounds.say(f"{kind}, p99", told.kinds[kind][2], None, "ms")
    bounds.say("turned away", told.shed, 0, "")
    bounds.say("errors", told.errors, 0, "")
    _probe(probe, bounds)


def _probe(probe: Probe, bounds: Bounds, small: float = SMALL) -> None:
    bounds.say(f"a client apart, one series, {len(probe.series):,} answers, p50", middle(probe.series), None, "ms")
    bounds.say("a client apart, one series, p99", middle(probe.series, 0.99), small, "ms")
    bounds.say("a client apart, turned away", probe.shed, None, "")
    bounds.say(f"health, {len(probe.health):,} answers, p50", middle(probe.health), None, "ms")
    bounds.say("health, p99", middle(probe.health, 0.99), HEALTH, "ms")
    bounds.say("health that is not green, answers that are none", len(probe.wrong), 0, "")


def dumps_alone(found: Served, bounds: Bounds, name: str) -> None:
    """One series while eight clients read dumps as fast as they can."""
    import threading

    stop = threading.Event()

    def download() -> None:
        while not stop.is_set():
            with urllib.request.urlopen(f"{found.base}{DUMP}&c[TIME_PERIOD]=ge:{random.randint(1900, 1990)}") as answer:
                while answer.read(1 << 20) and not stop.is_set():
                    pass

    with probing(found.port, codes()) as alone:
        stop.wait(BESIDE)
    readers = [threading.Thread(target=download) for _ in range(8)]
    for one in readers:
        one.start()
    with probing(found.port, codes()) as beside:
        stop.wait(BESIDE)
    stop.set()
    for one in readers:
        one.join()
    bounds.part(f"{name}: while eight clients download a million observations each")
    bounds.say("one series before, p50", middle(alone.series), None, "ms")
    bounds.say("one series meanwhile, p50", middle(beside.series), None, "ms")
    bounds.say("one series meanwhile, p99", middle(beside.series, 0.99), SMALL, "ms")
    bounds.say("health meanwhile, p99", middle(beside.health, 0.99), HEALTH, "ms")
    bounds.say("turned away or wrong", beside.shed + len(beside.wrong), 0, "")


def memory(before: list[float], after: list[float], bounds: Bounds, name: str) -> None:
    """Of each process."""
    bounds.part(f"{name}: memory of each process")
    for number, (one, other) in enumerate(zip(before, after, strict=True)):
        bounds.say(f"process {number}, before", one, None, "MB")
        bounds.say(f"process {number}, after", other, None, "MB")
        bounds.say(f"process {number}, more", other - one, GROWTH, "MB")


def measured(home: Path, workers: int, seconds: int, bounds: Bounds) -> None:
    """All of it, by so many processes, then the limit."""
    name = f"{workers} process{'es' if workers > 1 else ''}"
    file = written(home)
    with service(home, workers) as found:
        bodies = sampled(found.base, home)
        before = found.memory()
        ours = at_saturation(found, file, seconds, bounds, name)
        past_saturation(found, file, seconds, ours, bounds, name)
        slow_clients(found, file, seconds, ours, bounds, name)
        dumps_alone(found, bounds, name)
        memory(before, found.memory(), bounds, name)
    with limit(bodies, workers) as found:
        told = mixed(found.base, file, AT, max(3, seconds // 2))
    bounds.part(f"{name}: the limit, uvicorn that sends the same bytes")
    bounds.say("answers", told.rate, None, "/s")
    bounds.say("ours, of the limit's", 100 * ours.rate / told.rate, None, "%")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--seconds", type=int, default=8)
    asked = parser.parse_args()
    if shutil.which("wrk") is None:
        print("wrk is needed: apt-get install wrk", file=sys.stderr)
        return 2
    bounds = Bounds(quiet=asked.markdown)
    store.GEO.pop("BENCH_8M")
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        os.environ["BENCH_HOME"] = folder
        with contextlib.redirect_stdout(io.StringIO()) if asked.markdown else contextlib.nullcontext():
            store.build(Path(folder))
        for workers in asked.workers:
            measured(Path(folder), workers, asked.seconds, bounds)
    if asked.markdown:
        print(f"\nLoad at the end: {os.getloadavg()[0]:.1f}.\n\n{bounds.markdown()}", end="")
    missed = bounds.missed
    print(
        "\nWithin the bounds." if not missed else f"\n{len(missed)} bounds missed" + "".join(f"\n- {m}" for m in missed)
    )
    return 1 if missed and asked.check else 0


if __name__ == "__main__":
    raise SystemExit(main())
