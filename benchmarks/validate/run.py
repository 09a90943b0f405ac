"""All rules on 5 M observations, against the pipeline without them: one command, one run.

    python benchmarks/validate/run.py [--rows 5000000] [--flow ESTAT_CRIM_JUST_SEX] [--keep FOLDER] [--rules]

The pipeline is ingest, mapping and a draft of FLOW with no rule at all. Beside it: the same with its rules (those of the
indicators that the map reads), and all rules of the extract on all of its rows. Bound: with the rules of all rows at most 3
times the time without rules. Wall and CPU seconds, both of the process that works: on a shared machine the second is the
steadier one. --rules lists the time of each rule.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

OURS = """
import json, sys, time
from datetime import UTC, datetime
from pathlib import Path
from greffe.app import compose
from greffe.ingest.extract import ReadOptions
from greffe.model.structures import Dataflow
from greffe.release import prepare
from greffe.release.intake import Handover, take_in
from greffe.release.lifecycle import dataflow_named, make_draft
from greffe.release.people import HOUSE
from greffe.release.sources import choose_inputs, load_sources
from greffe.settings import read_settings
from greffe.validation.run import RULES, Context, run
home, flow, listed, *files = sys.argv[1:]
parts = compose(read_settings(home=Path(home)))
told = {}
class Timed:
    def __init__(self, name): self.name = name
    def __enter__(self): self.wall, self.cpu = time.perf_counter(), time.process_time()
    def __exit__(self, *_):
        told[self.name] = time.perf_counter() - self.wall, time.process_time() - self.cpu
def take(path, dataflow, origin):
    taken = take_in(parts, HOUSE, Path(path), Handover("b", "b", origin, datetime.now(UTC), dataflow), ReadOptions(),
                    lambda stage, done: None)
    assert taken.record.accepted, taken.report.counts
take(files[1], "INT_POPULATION", "real")
with Timed("ingest"):
    take(files[0], "INT_JUSTICE", "synthetic")
target = dataflow_named(parts, flow)
asked, prepare.run = prepare.run, lambda *_, **__: ()
with Timed("prepare without rules"):
    make_draft(parts, HOUSE, target, lambda stage: None, reason="without")
prepare.run = asked
with Timed("prepare with its rules"):
    draft = make_draft(parts, HOUSE, target, lambda stage: None, reason="with")
told["observations"] = draft.observations
catalogue = parts.catalogue()
map_ = catalogue.map_to(target)
source = catalogue.get(Dataflow, map_.source)
with parts.connection() as connection:
    inputs = choose_inputs(catalogue, map_, parts.ledger().accepted, parts.extracts)
    with Timed("reading all rows"):
        sources = load_sources(connection, inputs)
    people = next(iter(sources.populations.values()), "")
    context = Context(catalogue, source, catalogue.structure(source), "internal", sources.main, people, "")
    told["rows"] = connection.execute(f'SELECT count(*) FROM "{sources.main}"').fetchone()[0]
    with Timed("all rules on all rows"):
        found = run(connection, context)
    told["found"], told["rules"] = len(found), sum(r.applies(context) for r in RULES)
    if listed == "1":
        with Timed("no rule"):
            run(connection, context, [])
        for rule in RULES:
            if rule.applies(context):
                with Timed(f"rule {rule.name}"):
                    run(connection, context, [rule])
print(json.dumps(told))
"""


def sample(folder: Path, rows: int) -> Path:
    """A clean extract of that many rows, made once."""
    path = folder / f"sample-{rows}.csv"
    if not path.exists():
        maker = [sys.executable, str(ROOT / "samples/make_microseries.py"), "--rows", str(rows)]
        subprocess.run([*maker, "--error-rate", "0", "--out", str(path)], check=True)
    return path


def main() -> None:
    """Run once and print a table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=5_000_000)
    options.add_argument("--flow", default="ESTAT_CRIM_JUST_SEX")
    options.add_argument("--keep", type=Path, help="folder for the sample file, kept and used again")
    options.add_argument(
        "--rules", action="store_true", help="the time of each rule, beside that of the table they read"
    )
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        population = ROOT / "samples/published/population.csv"
        files = [str(sample(folder, chosen.rows)), str(population)]
        arguments = [str(Path(temporary) / "home"), chosen.flow, str(int(chosen.rules)), *files]
        done = subprocess.run(
            [sys.executable, "-c", OURS, *arguments], capture_output=True, text=True, cwd=ROOT, check=False
        )
    if done.returncode:
        sys.exit(done.stderr)
    told = json.loads(done.stdout.splitlines()[-1])
    print(f"{told['rows']:,} rows; {told['rules']} rules of the extract, {told['found']} findings")
    print("| work | seconds | CPU seconds |\n|---|---|---|")
    for name, spent in told.items():
        if isinstance(spent, list) and not name.startswith("rule "):
            print(f"| {name} | {spent[0]:.1f} | {spent[1]:.1f} |")
    for place, word in ((0, "wall"), (1, "CPU")):
        without = told["ingest"][place] + told["prepare without rules"][place]
        its = told["ingest"][place] + told["prepare with its rules"][place]
        whole = without + told["all rules on all rows"][place]
        print(
            f"{word}: with the rules of one dataset {its / without:.2f} times the pipeline without, with all rules on all "
            f"rows {whole / without:.2f} times (bound 3): {'within' if whole <= 3 * without else 'OVER'} the bound"
        )
    each = sorted(((n[5:], s) for n, s in told.items() if n.startswith("rule ")), key=lambda pair: -pair[1][1])
    for name, spent in each:
        print(f"| {name} | {spent[0] - told['no rule'][0]:.2f} | {spent[1] - told['no rule'][1]:.2f} |")


if __name__ == "__main__":
    main()
