"""What a dataset would become compared with what it is: observations added, gone and changed, the largest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Final

from greffe.arrow import integer, text
from greffe.engine import Connection, Overflow, quoted
from greffe.errors import BadInput
from greffe.mapping.resolve import TIME
from greffe.model.structures import DataStructure

EXACT: Final = Context(prec=80, rounding=ROUND_HALF_UP)
ADDED, GONE, CHANGED = "added", "gone", "changed"
VALUE: Final = "OBS_VALUE"


@dataclass(frozen=True)
class Change:
    """One observation that would be another. Values are texts as published, None without one (missing, or not there).

    `difference` is after minus before, exact; `percent` of the value before, two decimals, half away from zero. Both are
    '' where a value is missing, and percent where the value before is 0. `attributes` that differ: before and after.
    """

    kind: str
    key: Mapping[str, str]
    period: str
    before: str | None
    after: str | None
    difference: str
    percent: str
    attributes: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Comparison:
    """How many observations would be added, gone, changed, and stay; the largest `changes`, at most as many as asked."""

    added: int
    gone: int
    changed: int
    unchanged: int
    changes: tuple[Change, ...]

    @property
    def moves(self) -> bool:
        """An observation would be another."""
        return bool(self.added or self.gone or self.changed)


def compare(connection: Connection, before: str, after: str, structure: DataStructure, most: int) -> Comparison:
    """Compare two tables of the dimensions, TIME_PERIOD, OBS_VALUE (text) and the attributes of a structure, each key
    once. Largest first: by the amount of the difference, or of the value that is there on one side alone."""
    keys = [quoted(d) for d in (*structure.dimension_ids, TIME)]
    others = [VALUE, *(a.id for a in structure.attributes)]
    on = " AND ".join(f"b.{k} = a.{k}" for k in keys)
    differs = " OR ".join(f"b.{quoted(o)} IS DISTINCT FROM a.{quoted(o)}" for o in others)
    first = keys[0]
    kind = (
        f"CASE WHEN b.{first} IS NULL THEN '{ADDED}' WHEN a.{first} IS NULL THEN '{GONE}' "
        f"WHEN {differs} THEN '{CHANGED}' END"
    )
    number = "CAST({}.OBS_VALUE AS DECIMAL(38,{}))".format
    old, new = number("b", structure.decimals), number("a", structure.decimals)
    columns = [f"coalesce(b.{k}, a.{k})" for k in keys]
    columns += [f"{side}.{quoted(o)} AS {quoted(f'{side}_{o}')}" for o in others for side in ("b", "a")]
    table = "effect_changes"
    try:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {kind} AS kind, "
            f"abs(coalesce({new} - {old}, {new}, {old}, 0)) AS size, {', '.join(columns)} "
            f"FROM {quoted(before)} b FULL JOIN {quoted(after)} a ON {on}"
        )
    except Overflow as error:
        raise BadInput(f"A difference has more than 38 digits: {str(error).splitlines()[0]}") from error
    counted = connection.execute(f"SELECT coalesce(kind, ''), count(*) FROM {table} GROUP BY 1").fetchall()
    counts = {text(kind): integer(count) for kind, count in counted}
    places = ", ".join(str(n + 3) for n in range(len(keys)))
    rows = connection.execute(
        f"SELECT * FROM {table} WHERE kind IS NOT NULL ORDER BY size DESC, {places} LIMIT {int(most)}"
    ).fetchall()
    connection.execute(f"DROP TABLE {table}")
    changes = tuple(_change(structure, others, row) for row in rows)
    added, gone, changed, same = (counts.get(k, 0) for k in (ADDED, GONE, CHANGED, ""))
    return Comparison(added, gone, changed, same, changes)


def _change(structure: DataStructure, others: Sequence[str], row: Sequence[object]) -> Change:
    kind, _, *cells = row
    key = dict(zip(structure.dimension_ids, map(text, cells), strict=False))
    at = len(key)
    pairs = {o: (cells[at + 1 + 2 * n], cells[at + 2 + 2 * n]) for n, o in enumerate(others)}
    before, after = (None if v is None else text(v) for v in pairs[VALUE])
    return Change(
        text(kind),
        key,
        text(cells[at]),
        before,
        after,
        difference(before, after),
        percent(before, after),
        {n: (text(b), text(a)) for n, (b, a) in pairs.items() if n != VALUE and b != a} if kind == CHANGED else {},
    )


def difference(before: str | None, after: str | None) -> str:
    """after - before, exact, with the decimals of the finer; '' without both."""
    if before is None or after is None:
        return ""
    return format(EXACT.subtract(Decimal(after), Decimal(before)), "f")


def percent(before: str | None, after: str | None) -> str:
    """The difference in percent of the amount before, two decimals, half away from zero; '' without both, or of 0."""
    if before is None or after is None or not Decimal(before):
        return ""
    share = (Fraction(after) - Fraction(before)) * 100 / abs(Fraction(before))
    return shown(share, 2)


def shown(number: Fraction, decimals: int) -> str:
    """A fraction with that many decimals, rounded once, half away from zero."""
    scaled = abs(number) * 10**decimals
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    sign = "-" if number < 0 and whole else ""
    return sign + format(EXACT.scaleb(Decimal(whole), -decimals), "f")
