"""What a draft would change of the release that is current: counts, and the largest differences first, exact (D17)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from greffe.arrow import integer, pq, text
from greffe.engine import quoted
from greffe.model.releases import Release
from greffe.model.structures import Dataflow
from greffe.release.drafts import Draft
from greffe.release.few import Few
from greffe.release.parts import Parts
from greffe.release.vintages import ADDED, CHANGED, GONE, percent_of

MOST: Final = 200  # changes that are listed; all are counted


@dataclass(frozen=True)
class DraftCell:
    """One observation, as it is released and as it would be. A value None: missing, or not there (`how`)."""

    key: Mapping[str, str]
    period: str
    how: str
    before: str | None
    after: str | None

    @property
    def difference(self) -> Decimal | None:
        """After less before; None where one of them is no number."""
        old, new = _number(self.before), _number(self.after)
        return None if old is None or new is None else new - old

    @property
    def percent(self) -> Decimal | None:
        """In percent of what was before, rounded once."""
        difference, old = self.difference, _number(self.before)
        return None if difference is None or not old else percent_of(difference, abs(old))


@dataclass(frozen=True)
class DraftChanges:
    """`comparable`: whether the draft has the dimensions of the release. The cells are the first MOST."""

    before: Release
    added: int
    gone: int
    changed: int
    cells: tuple[DraftCell, ...]
    comparable: bool = True

    @property
    def count(self) -> int:
        """How many observations differ."""
        return self.added + self.gone + self.changed


_KEPT: Final[Few[tuple[str, ...], DraftChanges]] = Few(8)


def draft_changes(parts: Parts, flow: Dataflow, draft: Draft) -> DraftChanges | None:
    """Against the release that is current now; None when nothing is. Neither ever changes: the last few are kept."""
    current = parts.ledger().current(flow.reference, parts.clock())
    if current is None:
        return None
    state = (str(parts.settings.releases), draft.id, draft.checksum, str(current), current.content_hash)
    return _KEPT.get(state) or _KEPT.keep(state, _compared(parts, flow, draft, current))


def _compared(parts: Parts, flow: Dataflow, draft: Draft, current: Release) -> DraftChanges:
    structure = parts.catalogue().structure(flow)
    old, new = parts.observations.file(current.name, "data.parquet"), draft.data
    keys = [*structure.dimension_ids, "TIME_PERIOD"]
    if set(keys) - set(pq.read_schema(old).names) or set(keys) - set(pq.read_schema(new).names):
        return DraftChanges(current, 0, 0, 0, (), comparable=False)
    same = " AND ".join(f"o.{quoted(k)} = n.{quoted(k)}" for k in keys)
    columns = ", ".join(f"coalesce(n.{quoted(k)}, o.{quoted(k)}) AS {quoted(k)}" for k in keys)
    number = f"DECIMAL(38,{structure.decimals})"
    size = f"abs(CAST(n.OBS_VALUE AS {number}) - CAST(o.OBS_VALUE AS {number}))"
    query = (
        f"CREATE TEMP TABLE differing AS SELECT {columns}, o.OBS_VALUE AS b, n.OBS_VALUE AS a, {size} AS size, "
        f"CASE WHEN o.TIME_PERIOD IS NULL THEN '{ADDED}' WHEN n.TIME_PERIOD IS NULL THEN '{GONE}' ELSE '{CHANGED}' END AS how "
        f"FROM read_parquet($1) o FULL JOIN read_parquet($2) n ON {same} "
        "WHERE o.TIME_PERIOD IS NULL OR n.TIME_PERIOD IS NULL OR n.OBS_VALUE IS DISTINCT FROM o.OBS_VALUE "
        "OR n.OBS_STATUS IS DISTINCT FROM o.OBS_STATUS OR n.CONF_STATUS IS DISTINCT FROM o.CONF_STATUS"
    )
    order = ", ".join(["size DESC NULLS LAST", *map(quoted, keys)])
    with parts.connection() as connection:
        connection.execute(query, [str(old), str(new)])
        counts = dict(connection.execute("SELECT how, count(*) FROM differing GROUP BY how").fetchall())
        names = ", ".join(map(quoted, keys))
        rows = connection.execute(f"SELECT {names}, how, b, a FROM differing ORDER BY {order} LIMIT {MOST}").fetchall()
    cells = tuple(
        DraftCell(
            dict(zip(keys[:-1], map(text, row), strict=False)),
            text(row[-4]),
            text(row[-3]),
            _text(row[-2]),
            _text(row[-1]),
        )
        for row in rows
    )
    found = {how: integer(counts.get(how, 0)) for how in (ADDED, GONE, CHANGED)}
    return DraftChanges(current, found[ADDED], found[GONE], found[CHANGED], cells)


def _text(value: object) -> str | None:
    return None if value is None else text(value)


def _number(value: str | None) -> Decimal | None:
    try:
        found = None if value is None else Decimal(value)
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None
