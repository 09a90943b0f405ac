"""Decisions held back, to see whether they would be proposed: for the test of suggestions and their benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from greffe.mapping.suggest.ground import Library
from greffe.mapping.suggest.rank import Candidate, suggest
from greffe.model.maps import MapRow


def held_back(
    library: Library, most: int, *, others: bool = True
) -> Sequence[tuple[str, MapRow, tuple[Candidate, ...]]]:
    """Each decision about exact codes with coded targets, and what would be proposed had it not been taken.

    All rows of the map with the same source values are taken out together.
    """
    found = []
    for file, table in library.tables.items():
        ground = library.ground(file, others=others)
        if not all((*ground.sources, *ground.targets)):
            continue
        for row in table.rows:
            if row.has_target and all(s.match == "exact" and s.value for s in row.sources) and all(row.targets):
                rest = replace(table, rows=tuple(r for r in table.rows if r.sources != row.sources))
                values = [s.value for s in row.sources]
                found.append((file, row, suggest(replace(ground, table=rest), values, most)))
    return found
