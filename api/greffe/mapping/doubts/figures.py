"""What hangs on a doubt: how much of a dataset flows through a mapping row, and what its cells say now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from greffe.arrow import decimal, integer, text
from greffe.engine import Connection, quoted
from greffe.mapping.coverage import percent
from greffe.mapping.resolve import INDICATOR, TIME, Lookup, Resolved, cell
from greffe.mapping.sql import Parameters, columns, condition

CONFIDENTIAL: Final = "confidentiel / confidential"
ROWS: Final = "lignes / rows"
OBSERVATIONS: Final = "observations"


@dataclass(frozen=True)
class Figure:
    """Of the dataset in which a doubt weighs most: its weight in percent ('' when nothing flows) with what was counted
    when that is not the values; the cells' value in the latest period that has one, and that period."""

    dataset: str
    weight: str = ""
    counted: str = ""
    value: str = ""
    period: str = ""

    @property
    def shown(self) -> str:
        """`12.50`, or `12.50 (lignes / rows)`."""
        return f"{self.weight} ({self.counted})" if self.weight and self.counted else self.weight


@dataclass(frozen=True)
class Flow:
    """Rows of a source of one indicator that a mapping row decided, all of which found a target; their values' sum."""

    rows: int
    total: Fraction


def flows(connection: Connection, resolved: Resolved) -> tuple[dict[str, Flow], dict[str, dict[str, Flow]]]:
    """What reached a target: by indicator, and by mapping row (`mappings/x.csv#r1`) and indicator. Sums are of amounts
    without their signs."""
    found: dict[str, dict[str, Flow]] = {}
    for number, lookup in enumerate(resolved.lookups):
        if lookup.rule.map is None:
            continue
        for key, flow in _flowing(connection, resolved, number):
            step, _, indicator = key.partition("\x1f")
            file, _, row_id = lookup.steps[int(step) - 1].rpartition(":")
            found.setdefault(f"{file}#{row_id}", {})[indicator] = flow
    return dict(_flowing(connection, resolved, None)), found


def _flowing(connection: Connection, resolved: Resolved, number: int | None) -> Iterator[tuple[str, Flow]]:
    """Groups of the rows that every needed rule gives a target: by indicator, and by the step of one rule."""
    parameters = Parameters()
    joins = " ".join(_join(resolved, n, lookup) for n, lookup in enumerate(resolved.lookups))
    indicator = f"s.{quoted(INDICATOR)}" if resolved.plan.source.component(INDICATOR) else "''"
    step = "''" if number is None else f"l{number}.step"
    where = "TRUE" if resolved.kept else condition(parameters, resolved.plan.map.select, "s.")
    rows = connection.execute(
        f"SELECT {step}, {indicator}, {resolved.counted}, sum(abs(s.OBS_VALUE)) FROM {quoted(resolved.rows)} s {joins} "
        f"WHERE {where} GROUP BY ALL ORDER BY ALL",
        parameters.values,
    ).fetchall()
    for said, name, count, total in rows:
        if said is not None:
            key = text(name) if number is None else f"{said}\x1f{text(name)}"
            yield key, Flow(integer(count), Fraction(decimal(total) or 0))


def _join(resolved: Resolved, number: int, lookup: Lookup) -> str:
    on = " AND ".join(f"{cell(resolved.plan, k, 's.')} = l{number}.k{i}" for i, k in enumerate(lookup.keys))
    return f"{'' if lookup.needed else 'LEFT '}JOIN {quoted(lookup.table)} l{number} ON {on or 'TRUE'}"


def weight(whole: Mapping[str, Flow], mine: Mapping[str, Flow], units: Mapping[str, str]) -> tuple[str, str]:
    """The share of a mapping row in percent, and what was counted ('' for values).

    `units`: indicator whose values add up → its unit. Values are held against those of the same unit; the largest share
    counts. Where nothing adds up, source rows are counted.
    """
    totals: dict[str, Fraction] = {}
    parts: dict[str, Fraction] = {}
    for indicator, unit in units.items():
        totals[unit] = totals.get(unit, Fraction()) + (whole[indicator].total if indicator in whole else 0)
        parts[unit] = parts.get(unit, Fraction()) + (mine[indicator].total if indicator in mine else 0)
    shares = [(parts[u] / totals[u], u) for u in totals if totals[u] and any(units.get(i) == u for i in mine)]
    if shares:
        unit = max(shares)[1]
        return _percent(parts[unit], totals[unit]), ""
    rows = sum(flow.rows for flow in mine.values())
    return percent(rows, sum(flow.rows for flow in whole.values())), ROWS


def _percent(part: Fraction, whole: Fraction) -> str:
    scaled = part.denominator * whole.denominator
    return percent(int(part * scaled), int(whole * scaled))


def present(connection: Connection, table: str, cells: Mapping[str, str], size: int) -> tuple[str, str, str]:
    """Of the observations of some cells: their share of all `size` observations in percent, the value in the latest period
    that has one, and that period. Several values are told as their number, the smallest and the largest; a withheld one
    is never told."""
    there = columns(connection, table)
    parameters = Parameters()
    where = condition(parameters, {c: (code,) for c, code in cells.items()}) if cells else "TRUE"
    status = "coalesce(CONF_STATUS, 'F') = 'F'" if "CONF_STATUS" in there else "TRUE"
    found = connection.execute(
        f"WITH mine AS (SELECT {quoted(TIME)} AS period, CAST(OBS_VALUE AS VARCHAR) AS said, {status} AS free "
        f"FROM {quoted(table)} WHERE {where}), last AS (SELECT max(period) AS p FROM mine WHERE said IS NOT NULL) "
        "SELECT (SELECT count(*) FROM mine), p, count(said), bool_and(free), "
        "arg_min(said, CAST(said AS DECIMAL(38, 10))), arg_max(said, CAST(said AS DECIMAL(38, 10))), "
        "(SELECT bool_or(NOT free) FROM mine) FROM last LEFT JOIN mine ON period = p GROUP BY p",
        parameters.values,
    ).fetchone()
    if found is None or not integer(found[0]):
        return "", "", ""
    share = percent(integer(found[0]), size)
    if found[1] is None:
        return share, CONFIDENTIAL if found[6] else "", ""
    if not found[3]:
        return share, CONFIDENTIAL, text(found[1])
    count, least, most = integer(found[2]), text(found[4]), text(found[5])
    return share, least if count == 1 else f"{count} : {least} … {most}", text(found[1])
