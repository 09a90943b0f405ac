#!/usr/bin/env python3
"""Synthetic extract of a justice statistical service, the same bytes for the same arguments.

    python samples/make_microseries.py --rows 200000 --seed 42 --out extract.csv --answer-key key.csv

Needs numpy and pandas; reads samples/source/ only. Codes are the French internal ones. Totals are exact sums of
parts, stocks follow from flows, and annual flows are the sum of their quarters, except where an imperfection was put
in on purpose (--error-rate; microseries/spoil.py lists the classes). Values are made up: only the order of magnitude
of national totals is realistic. README.md describes the columns.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time

from microseries.blocks import blocks
from microseries.frame import COLUMNS, Lists
from microseries.spoil import ANSWER, answers, spoil
from microseries.world import World
from microseries.writer import Damage, lines, opened


def arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rows", type=int, default=200_000, help="stops at the end of the block that reaches it")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--out", default="-", help="CSV path, - for standard output; .gz compresses")
    parser.add_argument("--answer-key", help="CSV path of the list of imperfections")
    parser.add_argument("--error-rate", type=float, default=0.001, help="share of rows; 0 for a clean extract")
    parser.add_argument("--progress", action="store_true", help="one line a block on standard error")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    options = arguments(argv)
    start = time.monotonic()
    world = World(options.seed)
    lists = Lists(world)
    made, line = 0, 2  # rows before damage; the line in the file where the next block starts
    key: list[list[str]] = []
    with opened(options.out) as out:
        out.write(",".join(COLUMNS) + "\n")
        for serial, (name, block) in enumerate(blocks(world, lists)):
            damage = Damage()
            if options.error_rate > 0:
                spoiled = spoil(world, block, options.error_rate, serial)
                damage = spoiled.damage
                key += answers(spoiled, line)
            out.writelines(lines(block, damage))
            made += len(block)
            line += len(block) - len(damage.removed) + len(damage.doubled)
            if options.progress:
                print(f"{made:>10,} rows {time.monotonic() - start:6.1f} s  {name}", file=sys.stderr)
            if made >= options.rows:
                break
    if options.answer_key:
        with open(options.answer_key, "w", encoding="utf-8", newline="") as stream:  # noqa: PTH123
            csv.writer(stream, lineterminator="\n").writerows([ANSWER, *key])
    print(f"{line - 2} rows, {len(key)} imperfections", file=sys.stderr)


if __name__ == "__main__":
    main()
