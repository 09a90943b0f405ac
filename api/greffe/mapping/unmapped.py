"""Selected rows that found no target, with their weight: nothing is dropped in silence (SM-20)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from typing import Final

from greffe.arrow import decimal, integer, text
from greffe.engine import Connection, quoted
from greffe.mapping.resolve import INDICATOR, PARTS, TIME, Lookup, Resolved, cell
from greffe.mapping.sql import Parameters, condition, fill_table
from greffe.model.maps import MapRow
from greffe.model.numbers import plain

EXACT: Final = Context(prec=60)  # wider than any DECIMAL(38): additions are exact


@dataclass(frozen=True)
class Unmapped:
    """Rows that one component's rule leaves without a target, by source codes and indicator.

    `component` is the target component (several joined by a comma). `declared` when a row of the map says so: `kind`,
    `reason`, `reference`, `row_id` and `file` are that row's; of others `reason` says what could not be read. `total` is
    the exact sum of their values as text, '' when none has one. Each row counts once: with the first component that
    declares it, else the first that fails.
    """

    component: str
    source: Mapping[str, str]
    indicator: str
    rows: int
    total: str
    first_period: str
    last_period: str
    declared: bool
    kind: str = ""
    reason: str = ""
    reference: str = ""
    row_id: str = ""
    file: str = ""


def unmapped(connection: Connection, resolved: Resolved, name: str) -> tuple[Unmapped, ...]:
    """Every group of selected rows without a target, in the order of the rules, the heaviest first."""
    failing = [lookup for lookup in resolved.lookups if lookup.needed and not lookup.complete]
    if not failing:
        return ()
    tables = [_failures(connection, lookup, f"{name}_failing_{n}") for n, lookup in enumerate(failing)]
    parameters = Parameters()
    where = "TRUE" if resolved.kept else condition(parameters, resolved.plan.map.select, "s.")
    joins = " ".join(_join(resolved, lookup, table) for lookup, table in zip(failing, tables, strict=True))
    blamed = _blamed(tables)
    reasons = ", ".join(f"CASE WHEN blamed = {n} THEN entry_{n} END" for n in range(len(tables)))
    entries = ", ".join(f"{t}.entry AS entry_{n}" for n, t in enumerate(tables))
    indicator = f"s.{quoted(INDICATOR)}" if resolved.plan.source.component(INDICATOR) else "''"
    parts = f", s.{PARTS}" if resolved.condensed else ""
    rows = connection.execute(
        f"SELECT blamed, CAST(coalesce({reasons}) AS INTEGER) AS entry, indicator, {resolved.counted} AS n, "
        f"sum(s.OBS_VALUE) AS total, min(period), max(period) FROM "
        f"(SELECT {blamed} AS blamed, {entries}, {indicator} AS indicator, s.OBS_VALUE{parts}, s.{TIME} AS period "
        f"FROM {quoted(resolved.rows)} s {joins} WHERE {where}) s "
        f"WHERE blamed IS NOT NULL GROUP BY ALL ORDER BY blamed, n DESC, entry, indicator",
        parameters.values,
    ).fetchall()
    return _merged(failing, rows)


def _failures(connection: Connection, lookup: Lookup, name: str) -> str:
    """The values without a target: keys, number of the entry, and whether a row declares it."""
    found = [(n, e) for n, e in enumerate(lookup.entries) if e.outcome.targets is None]
    columns: dict[str, list[str | None]] = {f"k{i}": [e.values[i] for _, e in found] for i in range(len(lookup.keys))}
    columns["entry"] = [str(n) for n, _ in found]
    columns["declared"] = ["1" if _declared(e.outcome.row) else "0" for _, e in found]
    fill_table(connection, name, columns)
    return quoted(name)


def _declared(row: MapRow | None) -> bool:
    return row is not None and not row.has_target


def _join(resolved: Resolved, lookup: Lookup, table: str) -> str:
    on = " AND ".join(f"{cell(resolved.plan, k, 's.')} = {table}.k{i}" for i, k in enumerate(lookup.keys))
    return f"LEFT JOIN {table} ON {on}"


def _blamed(tables: list[str]) -> str:
    """The first rule that declares the row has no target, else the first that fails on it."""
    declared = [f"CASE WHEN {t}.declared = '1' THEN {n} END" for n, t in enumerate(tables)]
    failing = [f"CASE WHEN {t}.entry IS NOT NULL THEN {n} END" for n, t in enumerate(tables)]
    return f"coalesce({', '.join(declared + failing)})"


def _merged(failing: list[Lookup], rows: list[tuple[object, ...]]) -> tuple[Unmapped, ...]:
    """Entries that differ in the period alone become one."""
    found: dict[tuple[object, ...], Unmapped] = {}
    for blamed, entry_number, indicator, count, total, first, last in rows:
        lookup = failing[integer(blamed)]
        entry = lookup.entries[integer(entry_number)]
        row = entry.outcome.row
        source = {k: v for k, v in zip(lookup.keys, entry.values, strict=True) if k in lookup.rule.sources}
        key = (blamed, tuple(source.items()), text(indicator), row)
        new = Unmapped(
            component=",".join(lookup.rule.targets),
            source=source,
            indicator=text(indicator),
            rows=integer(count),
            total=_total(total),
            first_period=text(first),
            last_period=text(last),
            declared=_declared(row),
            kind=row.kind if row else "",
            reason=row.reason if row else entry.outcome.reason,
            reference=row.reference if row else "",
            row_id=row.row_id if row else "",
            file=lookup.rule.map.file if lookup.rule.map else "",
        )
        found[key] = _together(found[key], new) if key in found else new
    return tuple(found.values())


def _total(value: object) -> str:
    """Exact, without trailing zeros and without exponent."""
    number = decimal(value)
    return "" if number is None else plain(number)


def _together(left: Unmapped, right: Unmapped) -> Unmapped:
    values = [Decimal(t) for t in (left.total, right.total) if t]
    return replace(
        left,
        rows=left.rows + right.rows,
        total=_total(EXACT.add(*values)) if len(values) == 2 else left.total or right.total,
        first_period=min(left.first_period, right.first_period),
        last_period=max(left.last_period, right.last_period),
    )
