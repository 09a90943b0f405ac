"""How much of what was selected found a target, and how much of what is asked was filled: exact counts and shares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from greffe.arrow import decimal, integer, text
from greffe.engine import Connection, quoted
from greffe.mapping.effect import shown
from greffe.mapping.resolve import INDICATOR, PARTS
from greffe.mapping.sql import Parameters, columns, condition

Parts = Mapping[str, frozenset[str]]  # code → every code that it contains
DECIMALS: Final = 2  # of shares in percent


@dataclass(frozen=True)
class Weight:
    """Selected rows of one indicator and the exact sum of their values (None without any)."""

    rows: int
    total: Decimal | None


@dataclass(frozen=True)
class Share:
    """One indicator: rows selected, of them mapped, without a target by a row that says why, and without any reason.

    `total` and `mapped_total` are exact sums as text. Shares in percent; that of the values is '' for an indicator whose
    values do not add up, of which totals are read beside their parts (`overlapping`), and where nothing has a value.
    """

    indicator: str
    rows: int
    mapped: int
    declared: int
    unexplained: int
    total: str
    mapped_total: str
    share_of_rows: str
    share_of_values: str


def percent(part: int | Decimal, whole: int | Decimal) -> str:
    """part / whole in percent, rounded once, half away from zero; '' of nothing."""
    return shown(Fraction(part) * 100 / Fraction(whole), DECIMALS) if whole else ""


def weights(connection: Connection, table: str, select: Mapping[str, Sequence[str]]) -> dict[str, Weight]:
    """The selected rows of a source, or of its condensed table, by indicator ('' for a source without indicators)."""
    there = columns(connection, table)
    counted = f"CAST(sum({PARTS}) AS BIGINT)" if PARTS in there else "count(*)"
    indicator = quoted(INDICATOR) if INDICATOR in there else "''"
    parameters = Parameters()
    rows = connection.execute(
        f"SELECT {indicator}, {counted}, sum(OBS_VALUE) FROM {quoted(table)} WHERE {condition(parameters, select)} "
        "GROUP BY 1 ORDER BY 1",
        parameters.values,
    ).fetchall()
    return {text(name): Weight(integer(count), decimal(total)) for name, count, total in rows}


def overlapping(
    connection: Connection, table: str, select: Mapping[str, Sequence[str]], parts: Mapping[str, Parts]
) -> frozenset[str]:
    """Indicators of which the selected rows hold a figure and a part of it: their values would be weighed twice.

    `parts`: dimension → code → the codes that it contains. Two rows overlap when on every dimension their codes are the
    same or one contains the other; of what period they are does not count.
    """
    there = columns(connection, table)
    dimensions = [d for d in parts if d in there and parts[d]]
    if not dimensions or INDICATOR not in there:
        return frozenset()
    parameters = Parameters()
    names = ", ".join(quoted(d) for d in dimensions)
    held = f"SELECT DISTINCT {quoted(INDICATOR)} AS held, {names} FROM {quoted(table)} WHERE {condition(parameters, select)}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE coverage_held AS {held}", parameters.values)
    pairs = {d: _both_held(connection, d, parts[d]) for d in dimensions}
    found: frozenset[str] = frozenset()
    if any(pairs.values()):
        found = _overlapping(connection, pairs)
    connection.execute("DROP TABLE coverage_held")
    return found


def _both_held(connection: Connection, dimension: str, parts: Parts) -> list[tuple[str, str]]:
    """A code and a part of it, where rows have the one and rows have the other: few of those that a code list has."""
    rows = connection.execute(f"SELECT DISTINCT {quoted(dimension)} FROM coverage_held").fetchall()
    codes = {text(code) for (code,) in rows}
    return [(whole, part) for whole, below in parts.items() if whole in codes for part in sorted(below & codes)]


def _overlapping(connection: Connection, pairs: Mapping[str, Sequence[tuple[str, str]]]) -> frozenset[str]:
    """Of two rows that overlap the codes of a dimension without such pairs are equal: what the engine joins by."""
    parameters, joins = Parameters(), []
    equal = ["a.held = b.held", *(f"a.{quoted(d)} = b.{quoted(d)}" for d, found in pairs.items() if not found)]
    differing = [d for d, found in pairs.items() if found]
    for number, dimension in enumerate(differing):
        one, other = (parameters.add([pair[side] for pair in pairs[dimension]]) for side in (0, 1))
        pair = f"SELECT unnest({one}) AS one, unnest({other}) AS other"
        codes = f"SELECT DISTINCT {quoted(dimension)} AS one, {quoted(dimension)} AS other FROM coverage_held"
        joins.append(
            f"JOIN ({codes} UNION ALL {pair} UNION ALL SELECT other, one FROM ({pair})) p{number} "
            f"ON p{number}.one = a.{quoted(dimension)} AND p{number}.other = b.{quoted(dimension)}"
        )
    apart = " OR ".join(f"a.{quoted(d)} <> b.{quoted(d)}" for d in differing)
    rows = connection.execute(
        f"SELECT DISTINCT a.held FROM coverage_held a JOIN coverage_held b ON {' AND '.join(equal)} AND ({apart}) "
        f"{' '.join(joins)}",
        parameters.values,
    ).fetchall()
    return frozenset(text(name) for (name,) in rows)


def shares(
    selected: Mapping[str, Weight], unmapped: Iterable[Mapping[str, object]], additive: frozenset[str]
) -> tuple[Share, ...]:
    """Shares by indicator. `unmapped`: groups of rows without a target as coverage keeps them (mapping.unmapped)."""
    groups = list(unmapped)
    found = []
    for indicator, weight in selected.items():
        mine = [g for g in groups if g["indicator"] == indicator]
        declared = sum(integer(g["rows"]) for g in mine if g["declared"])
        left = sum(integer(g["rows"]) for g in mine if not g["declared"])
        lost = sum((Fraction(str(g["total"] or 0)) for g in mine), Fraction())
        total = Fraction(weight.total) if weight.total is not None else None
        kept = total - lost if total is not None else None
        adds = indicator in additive and bool(total)
        found.append(
            Share(
                indicator,
                weight.rows,
                weight.rows - declared - left,
                declared,
                left,
                _exact(total),
                _exact(kept),
                percent(weight.rows - declared - left, weight.rows),
                shown(kept * 100 / total, DECIMALS) if adds and total and kept is not None else "",
            )
        )
    return tuple(found)


def _exact(number: Fraction | None) -> str:
    """A sum of decimals as text, without trailing zeros."""
    if number is None:
        return ""
    digits = 0
    while (number * 10**digits).denominator != 1:
        digits += 1
    return shown(number, digits)


Gap = tuple[str, tuple[tuple[str, str], ...], str]


def gaps(unmapped: Iterable[Mapping[str, object]]) -> dict[Gap, Mapping[str, object]]:
    """Groups without a target by what names them: component, source codes, indicator."""
    found: dict[Gap, Mapping[str, object]] = {}
    for group in unmapped:
        source = group["source"]
        codes = tuple((str(k), str(v)) for k, v in source.items()) if isinstance(source, Mapping) else ()
        found[str(group["component"]), codes, str(group["indicator"])] = group
    return found
