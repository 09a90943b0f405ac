"""Reads the French of messages: `messages/*.csv`, the columns en and fr."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Final

from greffe.errors import BadDefinition
from greffe.french.templates import Template

FOLDER: Final = Path(__file__).parent / "messages"
COLUMNS: Final = ("en", "fr")


@cache
def catalogue() -> tuple[Template, ...]:
    """Every template, the most literal first. Raises BadDefinition for a line that cannot be used."""
    found: dict[str, Template] = {}
    for file in sorted(FOLDER.glob("*.csv")):
        for row, template in read(file):
            if template.english in found:
                raise BadDefinition(f"{template.english!r} stands twice.", file=file.name, row=row, column="en")
            found[template.english] = template
    return tuple(sorted(found.values(), key=lambda t: (-t.weight, t.english)))


def read(file: Path) -> list[tuple[int, Template]]:
    """The templates of one file, with their lines. Raises BadDefinition for a line that cannot be used."""
    with file.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines)
        header = tuple(next(reader, ()))
        if header != COLUMNS:
            raise BadDefinition(f"The columns are {', '.join(COLUMNS)}, in this order.", file=file.name, row=1)
        found = []
        for cells in reader:
            if len(cells) != len(COLUMNS) or not all(cells):
                raise BadDefinition(
                    "A text in English and one in French are needed.", file=file.name, row=reader.line_num
                )
            template = Template(*cells)
            if template.places() != frozenset(range(1, len(template.holes) + 1)):
                message = f"The French has other placeholders than the {len(template.holes)} of the English."
                raise BadDefinition(message, file=file.name, row=reader.line_num, column="fr")
            found.append((reader.line_num, template))
    return found
