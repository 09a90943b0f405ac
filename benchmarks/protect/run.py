"""How long suppression takes, how much it hides, and how long the audit of what is published (QR-CNF-02) takes.

    python benchmarks/protect/run.py [--departments 96 --offences 60]

Persons by department, offence, sex (2 and total) and age (2 and total) with every margin: departments below 12 regions below
France, offences below their total. Counts are Poisson around products of log-normal sizes (seed 1), so that about a quarter of
the cells lie from 1 to 4, the threshold being 5 below the nation. Without sizes, a ladder of them, and 5,000,000 cells of which
none is small. Prints shares, seconds, those of one processor (other work on the machine does not count), memory, and whether
all primary cells were proved; then the seconds of one processor that the rule takes on the protected table, with the true
values at hand as in a preparation and without them as on a file, and how many hidden cells it names.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/helpers"))

from protected import DIMS, SUB_NATIONAL, Key, Protected, World, protected, totals, world  # noqa: E402

from greffe.model.structures import Dataflow  # noqa: E402
from greffe.protection.primary import Target  # noqa: E402
from greffe.protection.protect import Policy, protect  # noqa: E402
from greffe.protection.rounding import APART  # noqa: E402
from greffe.validation.run import RULES, Context, run  # noqa: E402

LADDER = ((12, 6), (24, 16), (48, 30), (96, 60))
SEXES, AGES = {"M": "T", "F": "T"}, {"ADULT": "TOTAL", "JUV": "TOTAL"}


def table(departments: int, offences: int) -> tuple[dict[str, list[str]], dict[Key, int]]:
    """Regions with their departments, and every cell."""
    chance = np.random.default_rng(1)
    regions: dict[str, list[str]] = {}
    for d in range(departments):
        regions.setdefault(f"R{d // 8:02}", []).append(f"D{d:02}")
    places = {d: r for r, ds in regions.items() for d in ds}
    codes = {f"ICCS{n:02}": "TOTAL" for n in range(1, offences + 1)}
    sizes = {d: chance.lognormal(0, 0.8) for d in places}
    weights = {o: chance.lognormal(3, 1.6) for o in codes}
    cells = {
        (s, a, o, d, "NR", "2020"): int(chance.poisson(sizes[d] * weights[o] * sw * aw))
        for d in places
        for o in codes
        for s, sw in (("M", 0.85), ("F", 0.15))
        for a, aw in (("ADULT", 0.88), ("JUV", 0.12))
    }
    above = {**places, **dict.fromkeys(regions, "FR")}
    return regions, totals(cells, (SEXES, AGES, codes, above, {}, {}))


def audited(here: World, found: Protected, apart: str) -> tuple[float, int]:
    """Seconds of one processor, and cells named, of the rule on what is published."""
    keys = sorted(found.values)
    kept = sorted(found.apart)
    columns = (*DIMS, "TIME_PERIOD")
    with duckdb.connect() as connection:
        for name, rows, more in (
            ("published", keys, {"v": found.values, "OBS_STATUS": found.status, "CONF_STATUS": found.conf}),
            (APART, kept, {"OBS_VALUE": found.apart}),
        ):
            held = {c: pa.array([key[n] for key in rows]) for n, c in enumerate(columns)}
            held |= {c: pa.array([of[key] for key in rows], pa.string()) for c, of in more.items()}
            connection.register(name, pa.table(held))
        connection.execute("CREATE VIEW told AS SELECT *, CAST(v AS DECIMAL(38,2)) AS OBS_VALUE FROM published")
        flow = here.catalogue.get(Dataflow, here.map.target)
        context = Context(here.catalogue, flow, here.structure, "mapped", "told", apart=apart)
        worked = time.process_time()
        named = run(connection, context, [r for r in RULES if r.name == "suppressed_cells_stay_hidden"])
        return time.process_time() - worked, len(named)


def measured(departments: int, offences: int) -> list[object]:
    """One line of the table."""
    regions, cells = table(departments, offences)
    here = world(offences, regions)
    started, worked = time.perf_counter(), time.process_time()
    found = protected(here, sorted(cells.items()), (SUB_NATIONAL,))
    seconds, work = time.perf_counter() - started, time.process_time() - worked
    primary = sum(1 for c in found.conf.values() if c == "A")
    secondary = sum(1 for c in found.conf.values() if c == "D")
    errors = sum(1 for f in found.findings if f.severity == "error")
    size = len(cells)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    with_true, named = audited(here, found, APART)
    without, others = audited(here, found, "")
    return [
        f"{departments} × {offences}", f"{size:,}", f"{primary:,} ({100 * primary / size:.0f} %)",
        f"{secondary:,} ({100 * secondary / size:.0f} %)", f"{seconds:.1f}", f"{work:.1f}",
        f"{most:,}", f"{errors} not" if errors else "all", f"{with_true:.1f}", f"{without:.1f}", f"{named}, {others}",
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:,}",
    ]  # fmt: skip


def nothing_small(rows: int = 5_000_000) -> list[object]:
    """Many cells, none of them small: what a dataset pays that has nothing to hide."""
    here = world(3, {"R1": ["D1"]})
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE mapped AS SELECT 'M' AS sex, 'ADULT' AS age, 'ICCS01' AS iccs, 'D1' AS geo, 'NR' AS unit, "
            "CAST(i AS VARCHAR) AS TIME_PERIOD, CAST(100 + i % 1000 AS DECIMAL(38,2)) AS OBS_VALUE, "
            f"CAST(100 + i % 1000 AS VARCHAR) AS OBS_TEXT, 'A' AS OBS_STATUS, 'F' AS CONF_STATUS, '' AS COMMENT_OBS FROM range({rows}) t(i)"
        )
        started = time.perf_counter()
        protect(connection, here.catalogue, Target("mapped", here.structure, here.map), Policy((SUB_NATIONAL,)))
        seconds = f"{time.perf_counter() - started:.1f}"
        return ["nothing small", f"{rows:,}", "0", "0", seconds, "", "", "all", "", "", "", ""]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--departments", type=int, default=0)
    parser.add_argument("--offences", type=int, default=0)
    given = parser.parse_args()
    ladder = ((given.departments, given.offences),) if given.departments and given.offences else LADDER
    print(
        "| departments × offences | cells with margins | primary | secondary | seconds | of a processor | MB at most | proved | "
        "audit | audit without true values | named | MB with the audit |\n"
        "|---|---:|---:|---:|---:|---:|---:|---|---:|---:|---:|---:|"
    )
    for one in ladder:
        print("|", " | ".join(map(str, measured(*one))), "|", flush=True)
    if ladder is LADDER:
        print("|", " | ".join(map(str, nothing_small())), "|")


if __name__ == "__main__":
    main()
