"""The experts' list of correspondences, and every place of `mappings/` that cites one of its rows."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shipped_catalogue import read_plain

ROOT = Path(__file__).resolve().parents[2]
MAPPINGS = ROOT / "mappings"
OTHERWISE = "experts' list"  # a row that decides otherwise than the list names it
_RANGE = re.compile(r"\bM(\d{3})(?:-M(\d{3}))?\b")


@dataclass(frozen=True)
class Citation:
    """One decision that cites rows of the list: a row of a representation map, a calculation, cells left out."""

    file: str
    kind: str
    valid_from: str | None  # None: nothing of this kind has a validity
    valid_to: str | None
    reason: str


def seeds() -> list[dict[str, str]]:
    """The rows of the list."""
    with (ROOT / "tests/data/mapping_seeds.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def named(text: str) -> Iterator[str]:
    """The rows that a text names: `M013-M015;M022`."""
    for first, last in _RANGE.findall(text):
        yield from (f"M{n:03d}" for n in range(int(first), int(last or first) + 1))


def citations(folder: Path = MAPPINGS) -> dict[str, list[Citation]]:
    """Row of the list → the decisions that cite it."""
    found: dict[str, list[Citation]] = {}
    for text, citation in _all(folder):
        for id_ in named(text):
            found.setdefault(id_, []).append(citation)
    return found


def _all(folder: Path) -> Iterator[tuple[str, Citation]]:
    for path in sorted(p for p in folder.rglob("*.csv") if p.parent.name != "policies"):
        file = path.relative_to(folder).as_posix()
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                yield row["reference"], Citation(file, row["kind"], row["valid_from"], row["valid_to"], row["reason"])
    for path in sorted(folder.rglob("*.yaml")):
        file = path.relative_to(folder).as_posix()
        content = read_plain(path.read_text(encoding="utf-8"))
        for one in content.get("not_provided", ()):
            yield one.get("reference", ""), Citation(file, one["kind"], None, None, one["reason"])
        for one in content.get("calculations", ()):
            yield one.get("reason", ""), Citation(file, one["kind"], None, None, one.get("reason", ""))
