"""Cells that are declared as not provided and published as such: no value, a status and the reason (SDMX CL_OBS_STATUS)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from greffe.arrow import text
from greffe.engine import Connection, quoted
from greffe.mapping.checks import finding
from greffe.mapping.group import CONF, ORIGIN
from greffe.mapping.relation import relation
from greffe.mapping.resolve import TIME, Resolved
from greffe.mapping.sql import Parameters, condition, fill_table
from greffe.mapping.status import COMMENT, FREE, STATUS, WITHOUT
from greffe.model.calculations import settled
from greffe.model.findings import ERROR, Finding
from greffe.model.maps import NOT_PROVIDED, NotProvided

_ROWS: Final = "_not_provided"


def write_not_provided(connection: Connection, resolved: Resolved, table: str) -> tuple[Finding, ...]:
    """Add an observation without a value for each declared cell and period. One that is there already is kept, and the
    contradiction is an error."""
    declared = [one for one in resolved.plan.map.not_provided if one.publish]
    if not declared:
        return ()
    yielded = _periods(connection, resolved) if any(not one.periods for one in declared) else ()
    rows = [_row(resolved, one, period) for one in declared for period in one.periods or yielded]
    columns = (*resolved.plan.target.dimension_ids, TIME, *(a.id for a in resolved.plan.target.attributes))
    name = f"{table}{_ROWS}"
    fill_table(connection, name, {column: [row.get(column) for row in rows] for column in columns})
    keys = [quoted(d) for d in (*resolved.plan.target.dimension_ids, TIME)]
    same = " AND ".join(f"n.{k} = t.{k}" for k in keys)
    there = connection.execute(
        f"SELECT {', '.join(f't.{k}' for k in keys)}, t.OBS_TEXT FROM {quoted(table)} t JOIN {quoted(name)} n ON {same} "
        "ORDER BY ALL"
    ).fetchall()
    connection.execute(
        f"INSERT INTO {quoted(table)} BY NAME SELECT n.*, '{NOT_PROVIDED}' AS {ORIGIN} FROM {quoted(name)} n "
        f"ANTI JOIN {quoted(table)} t ON {same}"
    )
    connection.execute(f"DROP TABLE {quoted(name)}")
    return tuple(_provided(resolved, [text(cell) for cell in row]) for row in there)


def _periods(connection: Connection, resolved: Resolved) -> tuple[str, ...]:
    """Every period that the map yields, whatever cells are asked for."""
    parameters = Parameters()
    rows = relation(resolved, parameters, {})
    statement = f"SELECT DISTINCT {rows.target(TIME)} {rows.body} ORDER BY 1"
    found = connection.execute(statement, parameters.used(statement)).fetchall()
    return tuple(text(period) for (period,) in found if period is not None)


def _row(resolved: Resolved, one: NotProvided, period: str) -> dict[str, str]:
    fixed = settled(resolved.plan.map)
    row = {**fixed, **one.cells, TIME: period, STATUS: WITHOUT[one.kind], COMMENT: one.reason}
    if resolved.plan.target.component(CONF) is not None:
        row.setdefault(CONF, FREE)
    return row


def _provided(resolved: Resolved, row: list[str]) -> Finding:
    key = dict(zip((*resolved.plan.target.dimension_ids, TIME), row[:-1], strict=True))
    return finding(
        "SM-21", ERROR, key,
        "This cell is declared as not provided, and the map makes it: what was made is kept.",
        "Cette case est déclarée non fournie, et la correspondance la produit : ce qui est produit est gardé.",
        {"there": row[-1]},
    )  # fmt: skip


def without_working(connection: Connection, working: Mapping[str, tuple[str, ...]], table: str) -> None:
    """Take the working cells out of what is published; the trace still shows them."""
    for component, codes in working.items():
        parameters = Parameters()
        where = condition(parameters, {component: codes})
        connection.execute(f"DELETE FROM {quoted(table)} WHERE {where}", parameters.values)
