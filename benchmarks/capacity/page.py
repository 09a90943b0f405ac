"""docs/reference/capacity.md, computed of what was measured (docs/reference/capacity.csv) and of sizes.csv; nothing is typed in."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs/reference"
MIX = {
    "series": 0.80,
    "slice of 7,752 observations": 0.15,
    "structure": 0.04,
}  # and 1 % dumps, of a dataflow of middle size
DUMPS = 0.01
BUSY = 0.6  # of a processor at the peak: past that, who waits waits long
HEADROOM = 1.3  # of memory
PROCESSORS = 8  # of one machine
BEGIN = "<!-- computed: benchmarks/capacity/page.py -->"


@dataclass(frozen=True)
class Size:
    """One row of sizes.csv: what a service of that size holds and is asked."""

    name: str
    dataflows: int
    observations: int
    releases: int  # a year
    peak: int  # requests a second
    source: str


@dataclass(frozen=True)
class Limit:
    """Something that runs out: what is needed, what one machine or process has, what is done then."""

    what: str
    needed: float
    limit: float
    unit: str

    @property
    def share(self) -> float:
        """How much of it is used; above 1 it is not enough."""
        return self.needed / self.limit


def measured(path: Path = DOCS / "capacity.csv") -> dict[str, float]:
    """Figure by name, `process, MB` for example."""
    with path.open(newline="") as file:
        return {row["figure"]: float(row["value"]) for row in csv.DictReader(file)}


def sizes() -> list[Size]:
    """The rows of sizes.csv."""
    with (HERE / "sizes.csv").open(newline="") as file:
        return [
            Size(
                row["name"], int(row["dataflows"]), int(row["observations"]), int(row["releases_a_year"]),
                int(row["peak_requests"]), row["source"],
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


@dataclass(frozen=True)
class Needs:
    """What one size asks of machines."""

    size: Size
    found: dict[str, float]

    @property
    def middle(self) -> float:
        """Millions of observations of a dataflow of middle size."""
        return self.size.observations / self.size.dataflows / 1e6

    @property
    def request(self) -> float:
        """Milliseconds of processor of a request of the mix."""
        dump = self.found["dump, a million observations, ms"] * self.middle
        return sum(self.found[f"{name}, ms"] * share for name, share in MIX.items()) + dump * DUMPS

    @property
    def rate(self) -> float:
        """Requests a second that a process answers at BUSY."""
        return 1e3 * BUSY / self.request

    @property
    def processes(self) -> int:
        """Replicas at the peak, two at the least: one may be restarted."""
        return max(2, math.ceil(self.size.peak / self.rate))

    @property
    def memory(self) -> float:
        """Gigabytes of one process."""
        own = self.found["process that answered, MB"]
        return (own + self.found["process, MB a thousand dataflows"] * self.size.dataflows / 1e3) * HEADROOM / 1e3

    @property
    def start(self) -> float:
        """Seconds of processor until a process is ready."""
        return self.found["start, s"] + self.found["start, s a thousand dataflows"] * self.size.dataflows / 1e3

    @property
    def disk(self) -> float:
        """Gigabytes of the current releases with their serving files, on one machine."""
        return self.found["release and serving files, bytes an observation"] * self.size.observations / 1e9

    @property
    def bucket(self) -> float:
        """Gigabytes that a year of releases adds to the bucket; a release has all observations of its dataflow."""
        return self.found["release file, bytes an observation"] * self.size.releases * self.middle * 1e6 / 1e9

    @property
    def publishing(self) -> float:
        """Hours of processor a year for publishing, mapping and rules not counted."""
        return self.found["publish a million observations, s"] * self.middle * self.size.releases / 3600

    @property
    def every(self) -> float:
        """Seconds of processor for the list of every dataflow, made anew."""
        return self.found["every dataflow, ms a thousand"] * self.size.dataflows / 1e6

    @property
    def limits(self) -> list[Limit]:
        """What runs out, the scarcest first."""
        machine = self.memory * min(self.processes, PROCESSORS)
        found = [
            Limit("start of a process", self.start, 60, "s"),
            Limit(f"memory of a machine of {PROCESSORS} processors", machine, 32, "GB"),
            Limit("disk of a machine", self.disk, 1_000, "GB"),
            Limit("the list of every dataflow", self.every, 10, "s"),
            Limit("publishing, hours a day", self.publishing / 365, 8, "h"),
            Limit("processes at the peak", self.processes, 64, ""),
        ]
        return sorted(found, key=lambda limit: -limit.share)


def shown(value: float) -> str:
    """Two digits that count."""
    if value >= 100:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{float(f'{value:.2g}'):,g}"


def tables(found: dict[str, float], listed: list[Size]) -> str:
    """The computed part of the page."""
    all_ = [Needs(size, found) for size in listed]
    lines = ["| | " + " | ".join(n.size.name for n in all_) + " |", "|---|" + "---:|" * len(all_)]
    rows = {
        "dataflows": lambda n: f"{n.size.dataflows:,}",
        "published observations, millions": lambda n: shown(n.size.observations / 1e6),
        "releases a year": lambda n: f"{n.size.releases:,}",
        "requests a second at the peak": lambda n: f"{n.size.peak:,}",
        "**a request of the mix, ms of processor**": lambda n: shown(n.request),
        "**requests a second of a process**": lambda n: shown(n.rate),
        "**processes (replicas)**": lambda n: f"{n.processes:,}",
        "**memory of a process, GB**": lambda n: shown(n.memory),
        "**start of a process, s of processor**": lambda n: shown(n.start),
        "**disk of a machine that has every current release, GB**": lambda n: shown(n.disk),
        "**growth of the bucket a year, GB**": lambda n: shown(n.bucket),
        "**publishing, hours of processor a year**": lambda n: shown(n.publishing),
        "**list of every dataflow, s of processor**": lambda n: shown(n.every),
    }
    lines += [f"| {what} | " + " | ".join(tell(n) for n in all_) + " |" for what, tell in rows.items()]
    lines += ["", "What runs out first, as a share of what is there (above 100 % it is not enough):", ""]
    for needs in all_:
        first = [
            f"{limit.what} {100 * limit.share:,.0f} % ({shown(limit.needed)} of {shown(limit.limit)} {limit.unit})".replace(
                " )", ")"
            )
            for limit in needs.limits[:3]
        ]
        lines.append(f"- {needs.size.name}: {'; '.join(first)}.")
    lines += ["", "Where the sizes come from:", ""]
    lines += [f"- {needs.size.name}: {needs.size.source}." for needs in all_]
    lines += ["", "What was measured:", "", "| figure | |", "|---|---:|"]
    lines += [f"| {name} | {shown(value)} |" for name, value in found.items()]
    return "\n".join(lines) + "\n"


def renewed(page: str, found: dict[str, float], listed: list[Size]) -> str:
    """The page with its computed part made anew."""
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(BEGIN)
    return f"{head}{BEGIN}\n\n{tables(found, listed)}\n{BEGIN}{tail}"


def main() -> None:
    path = DOCS / "capacity.md"
    path.write_text(renewed(path.read_text(), measured(), sizes()))


if __name__ == "__main__":
    main()
