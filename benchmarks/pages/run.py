"""Every page of the site, in a fresh process and again, on the demonstration and on a house of 5 M observations.

    python benchmarks/pages/run.py [--built HOME] [--large FOLDER] [--rows 5000000] [--only demo|large] [--each] [--check]

The pages are those that axe looks at (tests/browser/test_pages.py) and some that programs read. Columns:

- cold: the first look at this page since the process started, which has made itself ready in the meantime;
- warm: the median of five more looks; both in seconds of wall time, with the seconds of processor beside, since this may be a
  busy machine;
- KB: the page as it is sent, and with its style sheets and scripts, compressed where they are (fonts there are none).

`start` is what happens before anything is ready: the seconds of the start page asked for as soon as the service listens,
with and without making ready. `--each`: every page gets a process of its own and is asked for at once. Bounds: 1 s for cold
and warm, 200 KB. The house of 5 M has 5 M internal rows behind the demonstration's dataflows and a dataflow of 5 M published
observations more; it is kept in FOLDER. `--check`: exit 1 when a bound is missed.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import houses
import httpx

sys.path[:0] = [str(houses.ROOT / "tests" / folder) for folder in ("browser", "helpers")]
from site_tools import PASSWORD  # noqa: E402
from test_pages import PUBLIC, STAFF  # noqa: E402

BOUND, WEIGHT = 1.0, 200.0
PROGRAMS = ("/search?q=prison", "/catalog.ttl", "/feeds/releases.atom", "/sitemap.xml", "/api/v1/openapi.json")
ROW = "/staff/mappings/ESTAT/infraction_to_pris_iccs"
MORE = (
    "/staff/register", "/staff/releases", "/staff/account", "/staff/trace/from", ROW,
    f"{ROW}/effect?item=OFF-002&targets=%5B%22ICCS03012%22%5D",  # one row: rape counts as sexual assault
    "/staff/mappings/common/statut_to_obs_status/effect?item=STA-003&targets=%5B%22A%22%5D",  # one row that all maps read
    "/staff/trace/from?flow=INT_JUSTICE&c.INDICATEUR=PRI_DETENUS_INF&c.INFRACTION=AGR_SEX&c.SEXE=T&period=2022-01",
)  # fmt: skip
LARGE = tuple(
    f"{path}{houses.FLOW}{more}"
    for path, more in (("/data/", ""), ("/data/", "?key=A.ICCS0101.NR.T.Y10.FR101"), ("/quality/", ""), ("/trace/", ""))
)


class Served:
    """`greffe serve` on a house, in a process of its own, with somebody signed in and somebody of the public."""

    def __init__(self, home: Path, sdmx: Path | None, warm: bool) -> None:
        port = houses.store.free_port()
        env = {
            "PYTHONPATH": str(houses.ROOT / "api"),
            "GREFFE_LOG_LEVEL": "warning",  # a line a request is told elsewhere (benchmarks/observe)
            "GREFFE_HOME": str(home),
            "PORT": str(port),
            "GREFFE_WARM": str(int(warm)),
        }
        env |= {"GREFFE_SDMX": str(sdmx)} if sdmx else {}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "greffe", "serve"], cwd=houses.ROOT, env={**os.environ, **env}, stdout=subprocess.DEVNULL
        )  # fmt: skip
        common = {
            "base_url": f"http://127.0.0.1:{port}",
            "timeout": 120.0,
            "headers": {"accept": "text/html"},
            "follow_redirects": True,
        }
        self.public, self.staff = httpx.Client(**common), httpx.Client(**common)
        while True:
            try:
                self.public.get("/health/live")
                return
            except httpx.TransportError:
                time.sleep(0.02)

    def seconds(self) -> float:
        """Of processor, since the start."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rested(self) -> None:
        """Wait until it has made everything ready: until it does nothing for two seconds."""
        self.staff.post("/signin", data={"name": "camille", "password": PASSWORD, "back": "/staff"})
        before = -1.0
        while self.seconds() - before > 0.05:
            before = self.seconds()
            time.sleep(2)

    def looked(self, path: str) -> tuple[float, float, httpx.Response]:
        """Seconds of wall and of processor, and the answer."""
        client = self.staff if path.startswith("/staff") else self.public
        processor, start = self.seconds(), time.perf_counter()
        answer = client.get(path)
        wall = time.perf_counter() - start
        if answer.status_code not in (200, 403, 404):
            raise SystemExit(f"{path}: {answer.status_code} {answer.text[:500]}")
        return wall, self.seconds() - processor, answer

    def weight(self, path: str) -> tuple[float, float]:
        """KB of the page as it is sent, and together with its style sheets and scripts."""
        client = self.staff if path.startswith("/staff") else self.public
        page = self.sent(client, path)
        assets = dict.fromkeys(re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js|svg))"', client.get(path).text))
        return page / 1000, (page + sum(self.sent(client, one) for one in assets)) / 1000

    @staticmethod
    def sent(client: httpx.Client, path: str) -> int:
        """Bytes on the line."""
        with client.stream("GET", path) as answer:
            return sum(len(piece) for piece in answer.iter_raw())


@contextmanager
def served(home: Path, sdmx: Path | None, warm: bool = True) -> Iterator[Served]:
    """A service while it is needed."""
    found = Served(home, sdmx, warm)
    try:
        yield found
    finally:
        found.process.send_signal(2)
        found.process.wait(30)


def start(home: Path, sdmx: Path | None) -> None:
    """How long the very first visitor waits."""
    for warm in (False, True):
        with served(home, sdmx, warm) as site:
            ready = site.looked("/health/live")[0]
            wall, processor, _ = site.looked("/")
            said = "making ready meanwhile" if warm else "nothing made ready"
            print(f"start, {said}: / in {wall:.2f} s ({processor:.2f} s of processor), health in {ready:.3f} s")


def table(home: Path, sdmx: Path | None, paths: list[str], each: bool) -> list[str]:
    """Print a line for each page; which bounds were missed."""
    missed: list[str] = []
    print(
        "\n| page | cold, s (processor) | warm, s (processor) | KB | with its parts, KB | |\n|---|---:|---:|---:|---:|---|"
    )
    with served(home, sdmx) as site:
        site.rested()
        for path in paths:
            if each:
                with served(home, sdmx) as fresh:
                    fresh.staff.cookies.update(site.staff.cookies)
                    cold = fresh.looked(path)
            else:
                cold = site.looked(path)
            again = [site.looked(path) for _ in range(5)]
            warm, processor = (statistics.median(one[n] for one in again) for n in (0, 1))
            page, whole = site.weight(path)
            good = cold[0] <= BOUND and warm <= BOUND and (whole <= WEIGHT or path in PROGRAMS)
            missed += [] if good else [path]
            told = path if len(path) < 90 else f"{path[:89]}…"
            print(
                f"| `{told}` | {cold[0]:.2f} ({cold[1]:.2f}) | {warm:.3f} ({processor:.2f}) | {page:.0f} | {whole:.0f} |"
                f" {'ok' if good else 'MISSED'} |", flush=True,
            )  # fmt: skip
    return missed


def main() -> None:
    """See the head of this file."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--built", type=Path, help="home of a built demonstration; else one is built")
    options.add_argument("--large", type=Path, default=Path(tempfile.gettempdir()) / "greffe-pages-large")
    options.add_argument("--rows", type=int, default=5_000_000)
    options.add_argument("--only", choices=("demo", "large"))
    options.add_argument("--each", action="store_true")
    options.add_argument("--check", action="store_true")
    chosen = options.parse_args()
    paths, missed = [*dict.fromkeys((*PUBLIC, *PROGRAMS, *STAFF, *MORE))], []
    with tempfile.TemporaryDirectory() as folder:
        if chosen.only != "large":
            home = houses.demonstration(chosen.built, Path(folder))
            print("# The demonstration\n")
            start(home, None)
            missed += table(home, None, paths, chosen.each)
        if chosen.only != "demo":
            home = houses.large(chosen.rows, chosen.large)
            print(f"\n# {chosen.rows:,} internal rows, 5,000,040 observations of one dataflow\n")
            start(home, chosen.large / "sdmx")
            missed += table(home, chosen.large / "sdmx", [*paths, *LARGE], chosen.each)
    print("\n" + (f"MISSED: {', '.join(missed)}" if missed else "within the bounds"))
    if chosen.check and missed:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
