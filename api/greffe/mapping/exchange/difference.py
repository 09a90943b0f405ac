"""What a representation map that comes in would change: rows added, gone, changed and moved."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field

from greffe.catalogue.representation_dump import cells_of, columns_of
from greffe.model.maps import RepresentationMap


@dataclass(frozen=True)
class Change:
    """One row: `fields` are the columns that differ, before and after (all of an added or a gone row that say something)."""

    row_id: str
    kind: str  # added | gone | changed | moved
    fields: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def text(self) -> str:
        """`changed R2: confidence recalled → verified`."""
        shown = "; ".join(f"{column} {old!r} → {new!r}" for column, (old, new) in self.fields.items())
        return f"{self.kind} {self.row_id}: {shown}" if shown else f"{self.kind} {self.row_id}"


def difference(before: RepresentationMap, after: RepresentationMap) -> tuple[Change, ...]:
    """In the order of the new file, gone rows last. Order is priority, so a row among others elsewhere is `moved`."""
    columns = columns_of(after)
    old = {row.row_id: cells_of(before, row) for row in before.rows}
    new = {row.row_id: cells_of(after, row) for row in after.rows}
    moved = _moved([id_ for id_ in old if id_ in new], [id_ for id_ in new if id_ in old])
    changes: list[Change] = []
    for row_id, cells in new.items():
        was = old.get(row_id, {})
        fields = {c: (was.get(c, ""), cells[c]) for c in columns if was.get(c, "") != cells[c] and c != "row_id"}
        if row_id not in old:
            changes.append(Change(row_id, "added", fields))
            continue
        if fields:
            changes.append(Change(row_id, "changed", fields))
        if row_id in moved:
            changes.append(Change(row_id, "moved"))
    for row_id, cells in old.items():
        if row_id not in new:
            changes.append(Change(row_id, "gone", {c: (v, "") for c, v in cells.items() if v and c != "row_id"}))
    return tuple(changes)


def _moved(before: list[str], after: list[str]) -> set[str]:
    """Rows of both that do not keep their order among the others."""
    kept: set[str] = set()
    for block in difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
        kept.update(after[block.b : block.b + block.size])
    return set(after) - kept
