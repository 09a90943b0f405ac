"""How often the right target is proposed: each shipped decision is held back, and asked for.

    python benchmarks/suggest/run.py [--misses]

Held back: the row, and every other row of its map with the same source values. Counted: rows that compare source codes
whole and have coded targets. `alone` uses the map and the code lists only, `with others` also the other maps, which is
what the command does. Prints a table of Markdown: top-1 and top-5 share, and mean reciprocal rank (0 below rank 10).
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from pathlib import Path

from greffe.catalogue.load import load, read_folders
from greffe.mapping.suggest.ground import Library

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/helpers"))

from held_back import held_back  # noqa: E402

MOST = 10


def ranks(library: Library, *, others: bool) -> dict[str, list[int]]:
    """Map → rank of the decision among the candidates, 0 when it is not there."""
    found = defaultdict(list)
    for file, row, candidates in held_back(library, MOST, others=others):
        targets = [c.targets for c in candidates]
        found[file].append(targets.index(row.targets) + 1 if row.targets in targets else 0)
    return found


def figures(found: list[int]) -> tuple[float, float, float]:
    """Shares of first rank and of the first five, mean reciprocal rank."""
    count = len(found)
    return (
        sum(rank == 1 for rank in found) / count,
        sum(0 < rank <= 5 for rank in found) / count,
        sum(1 / rank for rank in found if rank) / count,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--misses", action="store_true", help="print what was proposed instead")
    library = Library(load(read_folders(ROOT / "sdmx", ROOT / "mappings")))
    if parser.parse_args().misses:
        for file, row, candidates in held_back(library, 3):
            if not candidates or candidates[0].targets != row.targets:
                print(file, [s.value for s in row.sources], row.targets, [(c.targets, c.score) for c in candidates])
        return
    runs = {"alone": ranks(library, others=False), "with others": ranks(library, others=True)}
    print("| map | rows | top-1 | top-5 | MRR |\n|---|---:|---:|---:|---:|")
    for file, found in runs["with others"].items():
        print(line(file.removeprefix("mappings/"), found))
    for name, by_map in runs.items():
        print(line(f"all, {name}", [rank for found in by_map.values() for rank in found]))


def line(name: str, found: list[int]) -> str:
    """One row of the table."""
    one, five, mean = figures(found)
    return f"| {name} | {len(found)} | {100 * one:.0f} % | {100 * five:.0f} % | {mean:.2f} |"


if __name__ == "__main__":
    main()
