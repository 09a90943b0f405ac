"""What a draft would change of the release before it: counts, groups, and the differences page by page, exact (D17)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from greffe.arrow import decimal, integer, text
from greffe.engine import quoted
from greffe.model.releases import Release
from greffe.model.structures import Dataflow, DataStructure
from greffe.release.differing import differing_of
from greffe.release.drafts import Draft
from greffe.release.parts import Parts
from greffe.release.revisions import leading
from greffe.release.vintages import percent_of
from greffe.store.records import DraftRecord
from greffe.validation.facts import literal

LARGEST, RELATIVE = "size", "share"
ORDERS: Final = (LARGEST, RELATIVE)
_FREE: Final = ("", "F")


@dataclass(frozen=True)
class DraftCell:
    """One observation, as it is released and as it would be. A value None: missing, not there (`how`), or confidential.
    `statuses`, `confidential`: before and after; `others`: other attributes that differ, each with both its texts."""

    key: Mapping[str, str]
    period: str
    how: str
    before: str | None
    after: str | None
    statuses: tuple[str, str] = ("", "")
    confidentiality: tuple[str, str] = ("", "")
    others: tuple[tuple[str, str, str], ...] = ()

    @property
    def difference(self) -> Decimal | None:
        """After less before; None where one of them is no number."""
        old, new = number_of(self.before), number_of(self.after)
        return None if old is None or new is None else new - old

    @property
    def percent(self) -> Decimal | None:
        """In percent of what was before, rounded once; None of nothing."""
        difference, old = self.difference, number_of(self.before)
        return None if difference is None or not old else percent_of(difference, abs(old))

    @property
    def hidden(self) -> tuple[bool, bool]:
        """Whether it may not be shown, before and after."""
        was, is_ = self.confidentiality
        return was not in _FREE, is_ not in _FREE


@dataclass(frozen=True)
class Group:
    """The differences of one code of the leading dimension in one unit ('' where a structure has none)."""

    subject: str
    unit: str
    counts: Mapping[str, int]
    upward: int
    downward: int
    largest: Decimal | None


@dataclass(frozen=True)
class DraftChanges:
    """Against `before`. `file`: the differences; None when the dimensions are others, so that nothing can be compared."""

    before: Release
    file: Path | None
    counts: Mapping[str, int] = field(default_factory=dict)
    groups: Sequence[Group] = ()

    @property
    def comparable(self) -> bool:
        """Whether the draft has the dimensions of the release."""
        return self.file is not None

    @property
    def count(self) -> int:
        """How many observations differ."""
        return sum(self.counts.values())

    def of(self, how: str) -> int:
        """How many of a kind."""
        return self.counts.get(how, 0)


@dataclass(frozen=True)
class Narrow:
    """Which differences are wanted: of a kind, of a code of the leading dimension, in a unit ('' = all), in which order."""

    how: str = ""
    subject: str = ""
    unit: str = ""
    order: str = LARGEST


def release_before(parts: Parts, record: DraftRecord) -> Release | None:
    """What a draft is compared with: the release that is current, or of a draft that was released, the one it replaced."""
    ledger = parts.ledger()
    made = ledger.release_of_draft(record.id)
    if made is not None:
        return ledger.releases.get(made.replaces)
    return ledger.current(record.dataflow, parts.clock())


def draft_changes(parts: Parts, flow: Dataflow, draft: Draft, before: Release | None) -> DraftChanges | None:
    """Against that release; None when there is none. Neither ever changes: the differences are worked out once."""
    if before is None:
        return None
    structure = parts.catalogue().structure(flow)
    file = differing_of(parts, flow, draft, before)
    if file is None:
        return DraftChanges(before, None)
    groups = _groups(parts, structure, file)
    counts: dict[str, int] = {}
    for group in groups:
        for how, count in group.counts.items():
            counts[how] = counts.get(how, 0) + count
    return DraftChanges(before, file, counts, groups)


def _groups(parts: Parts, structure: DataStructure, file: Path) -> tuple[Group, ...]:
    subject, unit = leading(structure)
    names = f"{quoted(subject)}, {quoted(unit) if unit else literal('')}"
    query = (
        f"SELECT {names}, how, count(*), count(*) FILTER (up), count(*) FILTER (NOT up AND size > 0), max(size) "
        "FROM read_parquet($1) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    with parts.connection(threads=1) as connection:
        rows = connection.execute(query, [str(file)]).fetchall()
    found: dict[tuple[str, str], dict[str, tuple[int, int, int, Decimal | None]]] = {}
    for code, in_, how, count, up, down, most in rows:
        mine = found.setdefault((text(code), text(in_)), {})
        mine[text(how)] = integer(count), integer(up), integer(down), decimal(most)
    return tuple(_group(place, kinds) for place, kinds in found.items())


def _group(place: tuple[str, str], kinds: Mapping[str, tuple[int, int, int, Decimal | None]]) -> Group:
    sizes = [most for _, _, _, most in kinds.values() if most is not None]
    return Group(
        *place,
        {how: counts[0] for how, counts in kinds.items()},
        sum(counts[1] for counts in kinds.values()),
        sum(counts[2] for counts in kinds.values()),
        max(sizes, default=None),
    )


def listed(
    parts: Parts, structure: DataStructure, found: DraftChanges, narrow: Narrow, most: int, skip: int = 0
) -> tuple[tuple[DraftCell, ...], int]:
    """A page of the differences, the largest first (or the largest in percent), then what has none; and how many there are."""
    if found.file is None:
        return (), 0
    subject, unit = leading(structure)
    keys = [*structure.dimension_ids, "TIME_PERIOD"]
    wanted = [("how", narrow.how), (quoted(subject), narrow.subject), (quoted(unit) if unit else "''", narrow.unit)]
    given = [(column, value) for column, value in wanted if value]
    where = "".join(f" AND {column} = ${n}" for n, (column, _) in enumerate(given, 2))
    order = "ORDER BY share DESC NULLS LAST, place" if narrow.order == RELATIVE else "ORDER BY place"
    rows = f"(SELECT *, file_row_number AS place FROM read_parquet($1, file_row_number = true)) WHERE TRUE{where}"
    columns = ", ".join(
        [*map(quoted, keys), "how", "before", "after", "old_status", "new_status", "old_conf", "new_conf", "others"]
    )
    values = [str(found.file), *(value for _, value in given)]
    with parts.connection(threads=1) as connection:
        count = connection.execute(f"SELECT count(*) FROM {rows}", values).fetchone()
        page = connection.execute(
            f"SELECT {columns} FROM {rows} {order} LIMIT {int(most)} OFFSET {int(skip)}", values
        ).fetchall()
    return tuple(_cell(keys, row) for row in page), integer(count[0]) if count else 0


def _cell(keys: Sequence[str], row: Sequence[object]) -> DraftCell:
    how, before, after, old_status, new_status, old_conf, new_conf, others = row[len(keys) :]
    return DraftCell(
        {k: text(v) for k, v in zip(keys[:-1], row, strict=False)},
        text(row[len(keys) - 1]),
        text(how),
        None if before is None else text(before),
        None if after is None else text(after),
        (text(old_status), text(new_status)),
        (text(old_conf), text(new_conf)),
        tuple(_other(one) for one in others) if isinstance(others, list) else (),
    )


def _other(one: object) -> tuple[str, str, str]:
    if not isinstance(one, dict):
        raise TypeError(f"not an attribute that differs: {one!r}")
    return text(one["name"]), text(one["before"]), text(one["after"])


def number_of(value: str | None) -> Decimal | None:
    """A text as a finite number, or None."""
    try:
        found = None if value is None else Decimal(value)
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None
