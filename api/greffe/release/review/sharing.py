"""Several sources that lead to one target at the same time are parts of it: none of them is exactly it.

Two that each stand for everything (T, _Z) are no parts: a figure has one or the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from greffe.mapping.suggest.words import WHOLES
from greffe.model.maps import KINDS_WITHOUT_TARGET, MapRow, SourceValue
from greffe.release.review.queue import Queue, Waiting, sources_of
from greffe.release.review.reasons import added

_LAST: Final = "9999-12-31"
Cells = Mapping[str, str]


def shared_with(row: MapRow, rows: Sequence[MapRow]) -> tuple[MapRow, ...]:
    """The rows that lead other sources to the target of a row at the same time: each is one part of it."""
    return tuple(other for other in rows if row.has_target and _shares(row, other))


def _shares(row: MapRow, other: MapRow) -> bool:
    if not other.has_target or other.targets != row.targets or other.row_id == row.row_id:
        return False
    differ = [(a.value, b.value) for a, b in zip(row.sources, other.sources, strict=True) if a != b]
    return _meet(row, other) and any(a not in WHOLES or b not in WHOLES for a, b in differ)


def _meet(one: MapRow, other: MapRow) -> bool:
    return max(one.valid_from, other.valid_from) <= min(one.valid_to or _LAST, other.valid_to or _LAST)


def plain_kind(row: MapRow, rows: Sequence[MapRow]) -> str:
    """The kind that a row plainly has: an exact one that shares its target is one part of it."""
    return "aggregate" if row.kind == "exact" and shared_with(row, rows) else row.kind


def as_decided(queue: Queue, line: Waiting, cells: Cells) -> MapRow:
    """The row of a line with those cells, as far as it matters here; without a kind it is an exact one."""
    sources = tuple(
        SourceValue(cells[f"source:{c}"]) if cells.get(f"source:{c}") else source
        for c, source in zip(queue.table.sources, sources_of(line), strict=True)
    )
    row = line.start(sources)
    targets = tuple(cells.get(f"target:{c}", "") for c in queue.table.targets)
    bounds = {name: cells.get(name, getattr(row, name)) for name in ("valid_from", "valid_to")}
    return replace(row, sources=sources, targets=targets, kind=cells.get("kind") or "exact", **bounds)


def rows_now(queue: Queue) -> tuple[MapRow, ...]:
    """The rows as whoever looks at the queue would have them."""
    return tuple(line.shown for line in queue.lines if line.shown is not None)


def parts_beside(queue: Queue, wanted: Mapping[str, Cells]) -> tuple[dict[str, Cells], dict[str, str]]:
    """What decisions make of rows that are exact and share a target with them from now on: parts of it. The cells by item,
    and for whose sake, where nobody had decided on that row yet."""
    found: dict[str, Cells] = {}
    because: dict[str, str] = {}
    for item, cells in wanted.items():
        line = queue.line(item)
        if line is None or cells.get("kind") in KINDS_WITHOUT_TARGET:
            continue
        row = as_decided(queue, line, cells)
        for other in queue.lines:
            shown = other.shown
            if shown is None or other.item in wanted or shown.kind != "exact" or not _shares(row, shown):
                continue
            beside = " · ".join(s.value for s in row.sources)
            said = f"Part of {', '.join(row.targets)}, together with {beside}."
            found[other.item] = {"kind": "aggregate", "reason": added(shown.reason, said)}
            if other.pending is None or other.pending.because:
                because[other.item] = item
    return found, because
