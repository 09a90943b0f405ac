"""A file of a map that comes back: what its owner edited is merged with what others changed since it went out.

The file says by a checksum which state of the map it was made of, and the register keeps every state. So each row has
three versions: as it went out, as it is in the file (mine), and as it holds now (theirs). A file without a checksum has
two: it is an edit of the map as it holds now, and its note says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from greffe.catalogue.representation_dump import cells_of, dump_representation
from greffe.catalogue.representation_files import read_representation
from greffe.errors import BadInput, Refused
from greffe.mapping.exchange.difference import Change, difference
from greffe.mapping.exchange.files import mark_of, read
from greffe.mapping.exchange.sets import Column, MappingSet, checksum_of
from greffe.model.maps import RepresentationMap
from greffe.release.folders import changed_by, versions_until
from greffe.release.merging import ORDER, SIDES, WHOLE, Merged, merge_file
from greffe.release.parts import Parts
from greffe.release.rebasing import check_choices
from greffe.store.records import CatalogueVersion

ROW = "(row)"  # in the place of a column: the row is absent on one side
UNMARKED = (
    "The file carries no checksum of the map it was made of: whether others changed the map since cannot be told. It is "
    "taken as an edit of the map as it is now; every difference is listed."
)


@dataclass(frozen=True)
class Clash:
    """What both sides changed, each otherwise: one column of a row in three versions, None where the row is absent."""

    place: str  # as `--take` names it
    row_id: str
    column: str
    was: str | None
    mine: str | None
    theirs: str | None

    def as_json(self) -> dict[str, object]:
        """As plain values."""
        return {
            "place": self.place, "row_id": self.row_id, "column": self.column,
            "was": self.was, "theirs": self.theirs, "mine": self.mine,
        }  # fmt: skip


@dataclass(frozen=True)
class Returned:
    """What a file asks for. With `problems` or `clashes` nothing is to be proposed; else `changes` is what `content`
    makes of the map as it will hold on the day."""

    problems: tuple[BadInput, ...] = ()
    clashes: tuple[Clash, ...] = ()
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    content: bytes = b""


def returned(
    parts: Parts,
    content: bytes,
    name: str,
    base: MappingSet,
    effective_from: date | None = None,
    taking: Mapping[str, str] | None = None,
) -> Returned:
    """Read a workbook or SSSOM file of a map and merge it, row by row, with the map as it will hold on that day.

    `base`: the map as it is now. `taking`: place → mine or theirs where both changed; WHOLE for every such place. Raises
    BadInput (no file of this map), BadQuery (a choice that nothing asks for), Refused (the map is gone by that day).
    """
    path = base.table.file
    versions = versions_until(parts, effective_from)
    held = versions[-1].files.get(path, "")
    if not held:
        raise Refused(f"The map {path} is gone by that day.")
    theirs = parts.register.content(held)
    mark = mark_of(content, name)
    went_out = _of_mark(versions, parts, path, mark) if mark else None
    start = _as_it_was(base, went_out.table) if went_out else base
    found = read(content, name, start)
    if found.table is None:  # also when the mark is of no state that the register knows
        return Returned(problems=found.problems, notes=found.notes)
    merged, clashes = _merged(path, dump_representation(start.table), found.content, theirs, taking or {})
    since = _since(parts, versions, went_out, theirs) if went_out else (UNMARKED,)
    notes = (*since, *found.notes)
    if clashes or merged.content is None:
        return Returned(clashes=clashes, notes=notes)
    after, before = read_representation(merged.content, path), read_representation(theirs, path)
    return Returned(changes=difference(before, after), notes=notes, content=merged.content)


@dataclass(frozen=True)
class _State:
    """A state that the map had, and the sha256 of its file."""

    table: RepresentationMap
    sha: str


def _of_mark(versions: Sequence[CatalogueVersion], parts: Parts, path: str, mark: str) -> _State | None:
    """The latest state of the map that has this checksum; None: there was never one."""
    for sha in dict.fromkeys(v.files.get(path, "") for v in reversed(versions)):
        if not sha:
            continue
        table = read_representation(parts.register.content(sha), path)
        if checksum_of(table) == mark:
            return _State(table, sha)
    return None


def _as_it_was(base: MappingSet, table: RepresentationMap) -> MappingSet:
    """The map as it went out. What a column may hold is judged by today's lists: it is to become effective now."""
    if checksum_of(table) == base.checksum:
        return base
    known = {column.name: column for column in base.columns}
    sides = [Column("source", id_) for id_ in table.sources] + [Column("target", id_) for id_ in table.targets]
    before, after = _cells_by_row(table), _cells_by_row(base.table)
    changed = frozenset(id_ for id_ in before.keys() | after.keys() if before.get(id_) != after.get(id_))
    return replace(base, table=table, columns=tuple(known.get(c.name, c) for c in sides), changed=changed)


def _cells_by_row(table: RepresentationMap) -> dict[str, Mapping[str, str]]:
    return {row.row_id: cells_of(table, row) for row in table.rows}


def _merged(
    path: str, was: bytes, mine: bytes, theirs: bytes, taking: Mapping[str, str]
) -> tuple[Merged, tuple[Clash, ...]]:
    found = merge_file(path, was, mine, theirs).conflicts
    side = taking.get(WHOLE, "")
    choices = {conflict.place: side for conflict in found} if side in SIDES else {}
    choices |= {place: side for place, side in taking.items() if place != WHOLE}
    check_choices(found, choices)
    merged = merge_file(path, was, mine, theirs, choices)
    tables = [read_representation(content, path) for content in (was, mine, theirs)]
    return merged, tuple(c for one in merged.conflicts for c in _clashes(one.place, one.row, tables))


def _clashes(place: str, row_id: str, tables: Sequence[RepresentationMap]) -> Iterator[Clash]:
    """A conflict column by column; the order, the columns and a row that one side lacks are each one thing."""
    if row_id == WHOLE:
        yield Clash(place, "", "(columns)", *(", ".join((*t.sources, *t.targets)) for t in tables))
        return
    if row_id == ORDER:
        yield Clash(place, ORDER, ORDER, *(" ".join(row.row_id for row in t.rows) for t in tables))
        return
    was, mine, theirs = (_cells_by_row(t).get(row_id) for t in tables)
    if mine is None or theirs is None:
        yield Clash(place, row_id, ROW, *(None if c is None else _line(c) for c in (was, mine, theirs)))
        return
    for column, value in mine.items():
        if value != theirs[column]:
            yield Clash(place, row_id, column, None if was is None else was[column], value, theirs[column])


def _line(cells: Mapping[str, str]) -> str:
    return "; ".join(f"{column}={value}" for column, value in cells.items() if value)


def _since(parts: Parts, versions: Sequence[CatalogueVersion], out: _State, theirs: bytes) -> tuple[str, ...]:
    """What others changed since the file was made; nothing when they did not."""
    path = out.table.file
    rows = [change.text().partition(":")[0] for change in difference(out.table, read_representation(theirs, path))]
    if not rows:
        return ()
    shown = ", ".join(rows[:8]) + (f" and {len(rows) - 8} more" if len(rows) > 8 else "")
    return (
        f"The map has changed since the file was made (by {changed_by(parts, versions, path, out.sha)}): {shown}. What the "
        "file leaves as it was stays as it is now.",
    )
