"""Decisions that somebody has taken and not proposed yet: on their desk, theirs alone, until they submit them as a proposal.

A decision is the row as it is to be, with the fingerprint of the row it was taken on: when others change that row before it is
submitted, it says so and waits for its author to look again.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.representation_dump import cells_of, columns_of
from greffe.catalogue.representation_files import check_rows, read_representation, read_row
from greffe.errors import BadDefinition, BadQuery, GreffeError, nearest
from greffe.mapping.exchange.sets import MappingSet, fingerprint, mapping_set, table_named
from greffe.model.maps import MapRow, RepresentationMap, SourceValue
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.release.proposals import state_of
from greffe.release.review.admitting import Saying, read, said_by_now, written
from greffe.release.review.lacking import check_free
from greffe.store.base import Actor

_LAST: Final = "9999-12-31"
_NUMBERED: Final = re.compile(r"(.*?)(\d+)")


@dataclass(frozen=True)
class Pending:
    """`item`: the row id, or of a new row its source values (`question`). `was`: fingerprint of the row it was taken on, ''
    for a new one. `stale`: that row is another one by now, or the source values got a row from others. `types`: what the row
    needs said of its target, by map. `because`: the item whose decision made it, where that was not its own."""

    item: str
    row: MapRow
    was: str
    instant: datetime
    stale: bool = False
    types: tuple[Saying, ...] = ()
    because: str = ""


def question(table: RepresentationMap, values: Sequence[str]) -> str:
    """Source values as one word, `SEXE=1,AGE=T`: what names a decision that has no row yet (mapping.suggest reads it)."""
    return ",".join(f"{c}={v}" for c, v in zip(table.sources, values, strict=True) if v)


def pending_on(parts: Parts, who: Actor, table: RepresentationMap) -> dict[str, Pending]:
    """What somebody decided on a table and did not propose, by item, in the order in which they did."""
    found: dict[str, Pending] = {}
    catalogue = parts.catalogue()
    rows = {row.row_id: row for row in table.rows}
    for sheet in parts.desk.on(who.name, table.file):
        said = json.loads(sheet.text)
        cells, was = said["cells"], said["was"]
        if set(cells) != set(columns_of(table)):
            continue  # the table has other columns by now: such a decision says nothing about it
        row = _row(table, cells)
        held = rows.get(row.row_id)
        stale = (fingerprint(table, held) if held else "") != was
        stale = stale or (not was and any(_same_time(row, other) for other in table.rows))
        types = tuple(one for one in read(said.get("types", [])) if not said_by_now(catalogue, one))
        found[sheet.item] = Pending(sheet.item, row, was, sheet.instant, stale, types, said.get("because", ""))
    return found


def _same_time(one: MapRow, other: MapRow) -> bool:
    """Two rows about the same source values at the same time: of them only one may be."""
    begins, ends = max(one.valid_from, other.valid_from), min(one.valid_to or _LAST, other.valid_to or _LAST)
    return one.sources == other.sources and begins <= ends


def everything_pending(parts: Parts, who: Actor, catalogue: Catalogue) -> dict[str, dict[str, Pending]]:
    """The same of all tables, by file. Tables that are gone are left out."""
    found = {}
    for file in dict.fromkeys(s.place for s in parts.desk.on(who.name) if s.place.startswith("mappings/")):
        try:
            found[file] = pending_on(parts, who, table_named(catalogue, file))
        except GreffeError:
            continue
    return {file: decided for file, decided in found.items() if decided}


def _row(table: RepresentationMap, cells: Mapping[str, str]) -> MapRow:
    header = columns_of(table)
    return read_row(table.file, 0, header, [cells[c] for c in header], (table.sources, table.targets))


def decide(
    parts: Parts,
    who: Actor,
    catalogue: Catalogue,
    table: RepresentationMap,
    wanted: Mapping[str, Mapping[str, str]],
    types: Mapping[str, Sequence[Saying]] | None = None,
    because: Mapping[str, str] | None = None,
) -> tuple[Pending, ...]:
    """Keep decisions: item → the cells that are to be (`target:iccs`, kind, reason…); the other cells stay as they are,
    or as they are in a decision on the same item that is pending. All are kept or none. `types`: item → what its maps are
    to say of its target, which stays as it is for a target that stays. `because`: item → the item for whose sake it is decided.

    Raises Denied unless an author does it, BadQuery for what is no item, no code of its column, no row that reads, or has no
    reason.
    """
    needs(parts, who, "author")
    before = pending_on(parts, who, table)
    made = decisions(parts, catalogue, table, before, wanted, types, because)
    now = parts.clock()
    texts = {item: _text(table, one) for item, one in made.items()}
    _check_together(table, {**before, **made})
    parts.desk.put(who.name, table.file, texts, now)
    parts.desk.take(who.name, table.file, _idle({**before, **made}))
    return tuple(made.values())


def decisions(
    parts: Parts,
    catalogue: Catalogue,
    table: RepresentationMap,
    before: Mapping[str, Pending],
    wanted: Mapping[str, Mapping[str, str]],
    types: Mapping[str, Sequence[Saying]] | None = None,
    because: Mapping[str, str] | None = None,
) -> dict[str, Pending]:
    """The same beside what is pending `before`; nothing is kept."""
    base = mapping_set(catalogue, table)
    ids = _free_ids(parts, table, before.values())
    made: dict[str, Pending] = {}
    now = parts.clock()
    for item, cells in wanted.items():
        held = base.row(item)
        start = before[item].row if item in before and not before[item].stale else held
        known = cells_of(table, start) if start else {**_new(table, item), "row_id": next(ids)}
        row = _checked(base, item, {**known, **cells})
        if not row.reason.strip():
            raise BadQuery(
                f"{item}: a decision says why.", parameter="reason", hint="One sentence for whoever approves it."
            )
        earlier = before[item].types if item in before and before[item].row.targets == row.targets else ()
        more = tuple((types or {}).get(item, earlier))
        was = fingerprint(table, held) if held else ""
        made[item] = Pending(item, row, was, now, types=more, because=(because or {}).get(item, ""))
    return made


def _text(table: RepresentationMap, one: Pending) -> str:
    said = {"cells": cells_of(table, one.row), "was": one.was, "types": written(one.types), "because": one.because}
    return json.dumps(said, ensure_ascii=False)


def _new(table: RepresentationMap, item: str) -> dict[str, str]:
    """The cells of a row for source values that have none. Raises BadQuery."""
    said = dict(part.partition("=")[::2] for part in item.split(","))
    if "=" not in item or not set(said) <= set(table.sources):
        ids = [row.row_id for row in table.rows]
        raise BadQuery(f"There is no row {item!r}.", file=table.file, parameter="item", nearest=nearest(item, ids))
    cells = dict.fromkeys(columns_of(table), "")
    cells |= {f"source:{c}": said.get(c, "") for c in table.sources}
    return cells | {"match": "exact", "kind": "exact", "confidence": "inferred"}


def _checked(base: MappingSet, item: str, cells: Mapping[str, str]) -> MapRow:
    """The row, with codes that its columns may hold. Raises BadQuery that names the item and the column."""
    table = base.table
    try:
        row = _row(table, cells)
    except BadDefinition as error:
        raise BadQuery(
            f"{item}: {error.message}", parameter=error.column, nearest=error.nearest, hint=error.hint
        ) from error
    for column in base.columns:
        value = cells[column.name]
        exact = column.side == "target" or all(s.match == "exact" for s in row.sources)
        if value and column.codes is not None and exact and "\\" not in value and value not in column.codes:
            raise BadQuery(
                f"{item}: {value!r} is not a code of {column.codelist or column.component}.",
                parameter=column.name,
                nearest=nearest(value, column.codes),
            )
    missing = [c.component for c in base.columns if c.side == "source" and c.codes and not cells[c.name]]
    if missing and not any(r.row_id == row.row_id for r in table.rows):
        raise BadQuery(f"{item}: the source {missing[0]} is not said.", parameter=f"source:{missing[0]}")
    return row


def _check_together(table: RepresentationMap, decided: Mapping[str, Pending]) -> None:
    """Two rows about the same values at the same time are refused before anybody keeps them."""
    try:
        rows = rows_with(table, decided.values())
        alike: dict[tuple[SourceValue, ...], list[MapRow]] = {}
        for row in rows:
            alike.setdefault(row.sources, []).append(row)
        for one in decided.values():
            same = [] if one.stale else alike[one.row.sources]
            check_free(one.row, [row for row in same if row.row_id != one.row.row_id], one.item)
        check_rows(rows, table.sources, table.targets, table.file)
    except BadDefinition as error:
        raise BadQuery(error.message, parameter=error.column, hint=error.hint) from error


def rows_with(table: RepresentationMap, decided: Iterable[Pending]) -> tuple[MapRow, ...]:
    """The rows of a table with those decisions: changed ones in their place, new ones behind. Stale ones are left out."""
    fresh = [one for one in decided if not one.stale]
    changed = {one.row.row_id: one.row for one in fresh if one.was}
    rows = [changed.get(row.row_id, row) for row in table.rows]
    rows += [one.row for one in fresh if not one.was]
    return tuple(replace(row, line=number) for number, row in enumerate(rows, 2))


def _free_ids(parts: Parts, table: RepresentationMap, decided: Iterable[Pending]) -> Iterator[str]:
    """Row ids that no decision ever had, here or in a proposal that is open: an id is never given twice."""
    ledger, now = parts.ledger(), parts.clock()
    open_ = [p for p in ledger.definitions.proposals.values() if state_of(ledger, p, now) in ("open", "approved")]
    sums = {v.files.get(table.file, "") for v in ledger.catalogues} | {p.files.get(table.file, "") for p in open_}
    used = {row.row_id for row in table.rows} | {one.row.row_id for one in decided}
    for sha in sums - {""}:
        used |= {row.row_id for row in read_representation(parts.register.content(sha), table.file).rows}
    found = [m for m in (_NUMBERED.fullmatch(row.row_id) for row in table.rows) if m]
    prefix, digits = (found[0][1], len(found[0][2])) if found else ("r", 1)
    number = 0
    while True:
        number += 1
        if (id_ := f"{prefix}{number:0{digits}d}") not in used:
            yield id_


def _idle(held: Mapping[str, Pending]) -> tuple[str, ...]:
    """Decisions for another's sake, of whose target no other is pending any more."""
    targets = Counter(one.row.targets for one in held.values())
    return tuple(item for item, one in held.items() if one.because and targets[one.row.targets] == 1)


def undo(parts: Parts, who: Actor, table: RepresentationMap, items: Sequence[str] = ()) -> int:
    """Take decisions back that were not proposed: those on the items, or all that were taken last, together. Tells how many."""
    needs(parts, who, "author")
    if not items:
        sheets = parts.desk.on(who.name, table.file)
        items = tuple(s.item for s in sheets if s.instant == sheets[-1].instant)
    held = pending_on(parts, who, table)
    left = {i: one for i, one in held.items() if i not in items}
    followed = _idle(left)
    return parts.desk.take(who.name, table.file, tuple(dict.fromkeys((*items, *followed))))
