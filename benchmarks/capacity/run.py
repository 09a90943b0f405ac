"""Measures what one process costs and computes what services of three sizes need: docs/reference/capacity.md.

    python benchmarks/capacity/run.py [--flows 2000] [--write]

Figures are of processor time and of memory that only the process has, so that a busy machine changes them little. `--write`: they
become docs/reference/capacity.csv, and the page is computed anew; without it, they are printed with the tables that follow of them.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from pathlib import Path

import measured
import page

sys.path.insert(0, str(Path(__file__).parents[1] / "serve"))
from bounds import machine


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flows", type=int, default=2000)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        found = measured.measure(Path(folder), asked.flows)
    print(page.tables(found, page.sizes()))
    if asked.write:
        with (page.DOCS / "capacity.csv").open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("figure", "value"))
            writer.writerows((name, f"{value:.4g}") for name, value in found.items())
        page.main()


if __name__ == "__main__":
    main()
