"""What one process costs: processor time of each class of request, memory and start by dataflows, bytes by observations."""

from __future__ import annotations

import os
import random
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import many

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks/serve"))
import run as serving  # noqa: E402
import store  # noqa: E402

FLOW, MILLIONS = "BENCH_1M", 43 * 24 * 3 * 19 * 17 / 1e6
TICK = os.sysconf("SC_CLK_TCK")


def spent(pid: int) -> float:
    """Processor seconds of a process so far, all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def own_memory(pid: int) -> float:
    """Megabytes that only this process has: what is mapped of files is the machine's cache, shared and given up at need."""
    line = next(x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith("RssAnon"))
    return int(line.split()[1]) / 1024


def calm(pid: int) -> None:
    """Waits until the process has made ready what it makes ready by itself."""
    before = spent(pid)
    for _ in range(120):
        time.sleep(1)
        now = spent(pid)
        if now - before < 0.03:
            return
        before = now


def cost(base: str, pid: int, count: int, address: Callable[[], str], *, new: bool = True) -> float:
    """Milliseconds of processor of one request over a connection that stays; `new`: no answer is one that was kept."""
    line = HTTPConnection(base.removeprefix("http://"))

    def ask(many_: int) -> None:
        for _ in range(many_):
            headers = {"Accept-Language": f"en;q=0.{random.randint(1, 10**9)}"[:12]} if new else {}
            line.request("GET", address(), headers=headers)
            answer = line.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise RuntimeError(body.decode())

    ask(5)
    before = spent(pid)
    ask(count)
    return (spent(pid) - before) * 1e3 / count


def requests(base: str, pid: int) -> dict[str, float]:
    """Milliseconds of processor by class of request."""
    data, structure = f"{serving.DATA}/{FLOW}/1.0.0", f"/sdmx/v2/structure/dataflow/SSER/{FLOW}/1.0.0"

    def area() -> str:
        found = {id_: random.choice(listed) for id_, listed in serving.codes(FLOW).items()}
        return f"{data}/A.*.NR.{found['sex']}.*.{found['geo']}?format=sdmx-csv"

    kept = f"{data}/A.ICCS0101.NR.T.Y10.FR101?format=sdmx-csv"
    whole = lambda: f"{data}?format=sdmx-csv&c[TIME_PERIOD]=ge:1{random.randint(100, 999)}"  # noqa: E731
    return {
        "series, kept": cost(base, pid, 3000, lambda: kept, new=False),
        "series": cost(base, pid, 600, lambda: f"{data}/{serving.series(FLOW)}?format=sdmx-csv"),
        "slice of 7,752 observations": cost(base, pid, 60, area),
        "structure": cost(base, pid, 60, lambda: f"{structure}?references=descendants"),
        "page of a dataflow": cost(base, pid, 40, lambda: f"/data/{FLOW}?lang=en"),
        "dump, a million observations": cost(base, pid, 2, whole) / MILLIONS,
    }


def size(folder: Path, *names: str) -> int:
    """Bytes of the files below a folder, of those names or of all."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file() and (not names or p.name in names))


@contextmanager
def started(home: Path) -> Iterator[tuple[str, int, float]]:
    """Address and process of a server that is ready and calm, and the processor seconds until it was ready."""
    with store.served(home) as (base, pid):
        urllib.request.urlopen(f"{base}/health/ready").read()
        ready = spent(pid)
        calm(pid)
        yield base, pid, ready


def measure(folder: Path, flows: int) -> dict[str, float]:
    """Every figure by name, on two houses below `folder`: one of a million observations, one of so many dataflows."""
    store.GEO = {FLOW: 43}
    first, second = folder / "one", folder / "many"
    before = time.process_time()
    store.build(first)
    found = {"publish a million observations, s": (time.process_time() - before) / MILLIONS}
    release = first / "var/releases"
    found["release file, bytes an observation"] = size(release, "data.parquet") / MILLIONS / 1e6
    with started(first) as (base, pid, ready):
        found |= {"start, s": ready, "process, MB": own_memory(pid)}
        found |= {f"{name}, ms": took for name, took in requests(base, pid).items()}
        found["process that answered, MB"] = own_memory(pid)
    found["release and serving files, bytes an observation"] = size(release) / MILLIONS / 1e6
    many.build(second, flows)
    with started(second) as (base, pid, ready):
        found["start, s a thousand dataflows"] = (ready - found["start, s"]) * 1e3 / flows
        found["process, MB a thousand dataflows"] = (own_memory(pid) - found["process, MB"]) * 1e3 / flows
        every = cost(base, pid, 5, lambda: "/sdmx/v2/structure/dataflow/*/*/*")
        found["every dataflow, ms a thousand"] = every * 1e3 / flows
    return found
