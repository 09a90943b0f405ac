"""What would a change of maps change, on 5 M internal rows: one row, then a whole new map, each in a fresh process.

    python benchmarks/effect/run.py [--rows 5000000] [--rounds 3] [--keep FOLDER]

Bounds: 1 s for a change of one row, 10 s for a whole new map (of a flow that has a draft, and with nothing kept of its
source). Measured from the catalogue as it would be to the effect, rules included; the command's whole time is shown beside.
The row that all maps read is tried on every dataflow: drafts, and what would be new where there is none. Its first round
condenses the source of each; the best one has that kept.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOWS = ("ESTAT_CRIM_JUST_SEX", "ESTAT_CRIM_PRIS_OFF", "UNODC_JUSTICE", "CEPEJ_Q91")

PREPARED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from greffe.app import compose
from greffe.ingest.extract import ReadOptions
from greffe.release.definitions import export_folders
from greffe.release.intake import Handover, take_in
from greffe.release.lifecycle import dataflow_named, make_draft
from greffe.release.people import HOUSE
from greffe.settings import read_settings
home, export, sample, population, *flows = sys.argv[1:]
parts = compose(read_settings(home=Path(home)))
for path, dataflow, origin in ((population, "INT_POPULATION", "real"), (sample, "INT_JUSTICE", "synthetic")):
    handover = Handover("benchmark", "benchmark", origin, datetime.now(UTC), dataflow)
    taken = take_in(parts, HOUSE, Path(path), handover, ReadOptions(), lambda stage, done: None)
    assert taken.record.accepted, taken.report.counts
for flow in flows:
    make_draft(parts, HOUSE, dataflow_named(parts, flow), lambda stage: None)
export_folders(parts, Path(export))
"""

EFFECT = """
import json, sys, time
from pathlib import Path
from greffe.app import compose
from greffe.catalogue.load import load, read_folders
from greffe.release.effect import effect
from greffe.settings import read_settings
home, folder = sys.argv[1:]
parts = compose(read_settings(home=Path(home)))
parts.catalogue()
after = load(read_folders(Path(folder) / "sdmx", Path(folder) / "mappings"))
started, cpu = time.perf_counter(), time.process_time()
found = effect(parts, after, lambda what: None)
seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
counts = [d.comparison for d in found.datasets]
print(json.dumps({"seconds": seconds, "cpu": cpu, "datasets": len(counts), "added": sum(c.added for c in counts),
                  "gone": sum(c.gone for c in counts), "changed": sum(c.changed for c in counts)}))
"""


Edits = tuple[tuple[str, str, str], ...]  # file below mappings/, what stands there, what takes its place
CASES: tuple[tuple[str, float, bool, Edits], ...] = (
    (
        "one row: rape counts as sexual assault in the prison statistics",
        1, False,
        (("ESTAT/infraction_to_pris_iccs.csv", "VIOLS,ICCS03011,OFF-002,exact,exact", "VIOLS,ICCS03012,OFF-002,exact,aggregate"),),
    ),
    (
        "one row of a file that all maps read: semi-definitive figures are final",
        1, False,
        (("common/statut_to_obs_status.csv", "SD,P,STA-003,exact,narrower", "SD,A,STA-003,exact,narrower"),),
    ),
    (
        "one row, and nothing kept of the source",
        10, True,
        (("ESTAT/infraction_to_pris_iccs.csv", "VIOLS,ICCS03011,OFF-002,exact,exact", "VIOLS,ICCS03012,OFF-002,exact,aggregate"),),
    ),
    (
        "a whole new map of convicted persons: other version, every cell of sex another",
        10, True,
        (
            ("UNODC/justice.yaml", "version: 1.0.0", "version: 2.0.0"),
            ("UNODC/convicted_to_justice.csv", ",Male,", ",@,"),
            ("UNODC/convicted_to_justice.csv", ",Female,", ",Male,"),
            ("UNODC/convicted_to_justice.csv", ",@,", ",Female,"),
        ),
    ),
    (
        "a new map of a dataflow that has no dataset yet",
        10, True,
        (("ESTAT/crim_just_age.yaml", "version: 1.0.0", "version: 2.0.0"),),
    ),
)  # fmt: skip


def edit(exported: Path, folder: Path, edits: Edits) -> None:
    """A copy of the exported files with those edits, each of which must change something."""
    shutil.copytree(exported, folder)
    for file, old, new in edits:
        path = folder / "mappings" / file
        before = path.read_text(encoding="utf-8")
        if old not in before:
            sys.exit(f"{file} has no {old!r} any more: the benchmark must be changed.")
        path.write_text(before.replace(old, new), encoding="utf-8")


def ran(code: str, *arguments: str) -> str:
    """What a process of its own printed last."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, cwd=ROOT, check=False
    )
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout.strip()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=5_000_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--keep", type=Path, help="folder for the sample file, kept and used again")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        sample = folder / f"sample-{chosen.rows}.csv"
        if not sample.exists():
            generator = [sys.executable, str(ROOT / "samples/make_microseries.py"), "--rows", str(chosen.rows)]
            subprocess.run([*generator, "--error-rate", "0", "--out", str(sample)], check=True)
        home, exported = Path(temporary) / "home", Path(temporary) / "exported"
        ran(PREPARED, str(home), str(exported), str(sample), str(ROOT / "samples/published/population.csv"), *FLOWS)
        print(f"{chosen.rows:,} internal rows, drafts of {', '.join(FLOWS)}; best of {chosen.rounds}\n")
        print("| change | effect, s | CPU, s | bound, s | datasets | added | gone | changed | the whole command, s |")
        print("|---|---|---|---|---|---|---|---|---|")
        over = False
        for number, (name, bound, bare, edits) in enumerate(CASES):
            after = Path(temporary) / f"after-{number}"
            edit(exported, after, edits)
            best = min((measured(home, after, bare) for _ in range(chosen.rounds)), key=lambda m: m[1])
            whole, seconds, told = best
            over = over or seconds > bound
            counts = " | ".join(f"{told[n]:,.0f}" for n in ("added", "gone", "changed"))
            print(
                f"| {name} | {seconds:.2f} | {told['cpu']:.2f} | {bound:g} | {told['datasets']:g} | {counts} | {whole:.1f} |"
            )
        print("\nOVER a bound" if over else "\nwithin the bounds")


def measured(home: Path, after: Path, bare: bool) -> tuple[float, float, dict[str, float]]:
    """Seconds of the whole process and of the effect alone, and its counts. `bare`: nothing is kept beforehand."""
    if bare:
        shutil.rmtree(home / "condensed", ignore_errors=True)
    started = time.perf_counter()
    told = json.loads(ran(EFFECT, str(home), str(after)))
    return time.perf_counter() - started, told.pop("seconds"), told


if __name__ == "__main__":
    main()
