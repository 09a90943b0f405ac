"""A made-up table NATINF → NFI → ICCS of the size of the official one: synthetic, no code or label of it is French law.

    python samples/make_pivot.py --codes 17000 --out pivot.xlsx
    python samples/make_pivot.py --codes 17000 --edition 2 --out next.csv

Posts as the NFI has them: 11 sections, 58 divisions, 187 groups, 111 classes, 33 sub-classes. Labels begin with
SYNTHÉTIQUE. Edition 2 is edition 1 with 1 code in 500 added, closed, relabelled or moved. The same arguments give the
same rows.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import openpyxl

LEVELS = ((1, "Section", 11), (2, "Division", 58), (3, "Groupe", 187), (4, "Classe", 111), (5, "Sous-classe", 33))
NATURES = ("Crime", "Délit", "Délit", "Délit", "Contravention de 5e classe", "Contravention de 4e classe")
NATINF_HEAD = ("Code NATINF", "Libellé NATINF", "Nature", "Valide du", "Valide au", "Code NFI")
NFI_HEAD = ("Code NFI", "Libellé NFI", "Niveau NFI", "Code NFI parent", "Code CICS", "Relation CICS")


def posts() -> list[tuple[str, str, str, str, str, str]]:
    """Rows of the posts, parents first; divisions have a place in ICCS (its section), groups below them none."""
    found: list[tuple[str, str, str, str, str, str]] = []
    above: list[str] = []
    for level, name, number in LEVELS:
        made: list[str] = []
        for n in range(number):
            parent = above[n % len(above)] if above else ""
            code = f"{n + 1:02d}" if level == 1 else f"{parent}.{n // len(above) + 1}"
            iccs = parent if level == 2 else ""
            label = f"SYNTHÉTIQUE {name.lower()} {code}"
            found.append((code, label, name, parent, iccs, "aggregate" if iccs else ""))
            made.append(code)
        above = made
    return found


def offences(codes: int, edition: int) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Rows of the NATINF codes, under the posts that have none below them."""
    rows = posts()
    parents = {row[3] for row in rows}
    leaves = [row[0] for row in rows if row[0] not in parents]
    for n in range(1, codes + 1):
        label, end, leaf = f"SYNTHÉTIQUE infraction {n}", "", n % len(leaves)
        what = n % 500 if edition > 1 else 0
        if what == 1:
            end = "2026-03-31"
        elif what == 2:
            label += " (nouveau libellé)"
        elif what == 3:
            leaf = (leaf + 1) % len(leaves)
        yield str(n), label, NATURES[n % len(NATURES)], "2013-01-01", end, leaves[leaf]
    for n in range(codes + 1, codes + 1 + (codes // 500 if edition > 1 else 0)):
        yield str(n), f"SYNTHÉTIQUE infraction {n}", "Délit", "2026-04-01", "", leaves[n % len(leaves)]


def write(out: Path, codes: int, edition: int) -> None:
    """A workbook with two sheets; one CSV file with both tables for a name that ends in .csv."""
    if out.suffix == ".csv":
        with out.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, delimiter=";", lineterminator="\n")
            writer.writerow((*NATINF_HEAD, *NFI_HEAD[1:]))
            writer.writerows(("", "", "", "", "", *row) for row in posts())
            known = {row[0]: row for row in posts()}
            writer.writerows((*row, *known[row[5]][1:]) for row in offences(codes, edition))
        return
    book = openpyxl.Workbook(write_only=True)
    for name, head, rows in (("NATINF", NATINF_HEAD, offences(codes, edition)), ("NFI", NFI_HEAD, iter(posts()))):
        sheet = book.create_sheet(name)
        sheet.append(head)
        for row in rows:
            sheet.append(row)
    book.save(out)


def main(arguments: list[str]) -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description="A synthetic table NATINF, NFI, ICCS.")
    parser.add_argument("--codes", type=int, default=17_000)
    parser.add_argument("--edition", type=int, default=1, choices=(1, 2))
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    write(given.out, given.codes, given.edition)


if __name__ == "__main__":
    main(sys.argv[1:])
