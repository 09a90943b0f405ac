"""What every observation of a mapped table is made of, at once and in SQL: direct operands, and the internal rows behind
them. `explain` follows the same operands for one observation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from greffe.engine import Connection, quoted
from greffe.mapping.coarser import is_shorter, longer_period, place_in_longer
from greffe.mapping.group import ORIGIN
from greffe.mapping.operands import later_period
from greffe.mapping.population import denominators
from greffe.mapping.relation import relation
from greffe.mapping.resolve import TIME, Plan, Resolved
from greffe.mapping.sql import Parameters, condition, fill_table
from greffe.mapping.status import STATUS
from greffe.model.calculations import read
from greffe.model.maps import MAPPED, NOT_PROVIDED, Calculation
from greffe.model.references import Reference

PART, OPERAND, DENOMINATOR, NOTHING = "part", "operand", "denominator", "none"
INTERNAL: Final = "internal_"  # before the name of a component of the internal dataflow


NUMBER: Final = "number_"  # the column that names an observation


def numbered(connection: Connection, table: str) -> str:
    """The mapped table with a number for each observation, in its place."""
    name = f"{table}_numbered"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS SELECT rowid AS {NUMBER}, * FROM {quoted(table)}"
    )
    connection.execute(f"DROP TABLE {quoted(table)}")
    return name


def operands(connection: Connection, plan: Plan, table: str) -> str:
    """A table of which observations of a `numbered` table each calculated one was made of: made, operand.

    A calculation reads what was there before it ran: mapped, declared as not provided, made by an earlier one.
    """
    name = f"{table}_operands"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(name)} (made BIGINT, operand BIGINT)")
    before = [MAPPED, NOT_PROVIDED]
    for calculation in plan.map.calculations:
        parameters = Parameters()
        wanted = _reads(plan, calculation, before, parameters)
        connection.execute(
            f"INSERT INTO {quoted(name)} SELECT r.{NUMBER}, o.{NUMBER} FROM {quoted(table)} r JOIN {quoted(table)} o "
            f"ON {wanted} WHERE r.{ORIGIN} = {parameters.add(calculation.id)}",
            parameters.values,
        )
        before.append(calculation.id)
    return name


def _reads(plan: Plan, calculation: Calculation, before: Sequence[str], parameters: Parameters) -> str:
    """SQL: the observation `o` is an operand of the result `r`."""
    changed = {*calculation.set, calculation.over}
    same = [f"o.{quoted(d)} = r.{quoted(d)}" for d in plan.target.dimension_ids if d not in changed]
    parts = [*same, _period(calculation), condition(parameters, calculation.where, "o.")]
    if calculation.over:
        parts.append(parameters.among(f"o.{quoted(calculation.over)}", read(calculation)))
    return " AND ".join([*parts, parameters.among(f"o.{ORIGIN}", before)])


def _period(calculation: Calculation) -> str:
    if calculation.kind == "lag":
        return f"r.{TIME} = {later_period(f'o.{TIME}', calculation.years)}"
    if calculation.kind == "calendar":
        longer = f"{longer_period(calculation, f'o.{TIME}')}"
        of_it = f"{place_in_longer(calculation, f'o.{TIME}')} IN ({', '.join(read(calculation))})"
        noted = is_shorter(calculation, f"o.{TIME}")
        return f"r.{TIME} = CASE WHEN {noted} THEN CASE WHEN {of_it} THEN {longer} END END"
    return f"r.{TIME} = o.{TIME}"


@dataclass(frozen=True)
class Lineage:
    """Tables about a mapped table (with its working cells), `numbered`.

    `reach`: made, base: what an observation is made of in the end, itself among it. `below`: the denominators of rates:
    calculation, period, dataflow, extract, row, text, status and, prefixed, the components of `below_dimensions`.
    """

    resolved: Resolved
    table: str
    reach: str
    below: str
    below_dimensions: tuple[str, ...]

    @property
    def internal(self) -> tuple[str, ...]:
        """The components of internal observations, prefixed: of the source, and of denominators where they have more."""
        own = self.resolved.plan.source.dimension_ids
        return tuple(INTERNAL + d for d in (*own, *(d for d in self.below_dimensions if d not in own)))


def lineage(connection: Connection, resolved: Resolved, populations: Mapping[Reference, str], table: str) -> Lineage:
    """The lineage of the table that `apply_to` made of a resolved map."""
    table = numbered(connection, table)
    direct, reach = operands(connection, resolved.plan, table), f"{table}_reach"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {quoted(reach)} AS SELECT {NUMBER} AS made, {NUMBER} AS base FROM {quoted(table)}"
    )
    for calculation in resolved.plan.map.calculations:  # operands of one are complete when its turn comes
        connection.execute(
            f"INSERT INTO {quoted(reach)} SELECT DISTINCT d.made, r.base FROM {quoted(direct)} d "
            f"JOIN {quoted(reach)} r ON r.made = d.operand JOIN {quoted(table)} t ON t.{NUMBER} = d.made "
            f"WHERE t.{ORIGIN} = $1",
            [calculation.id],
        )
    below, dimensions = _below(connection, resolved.plan, populations, table)
    return Lineage(resolved, table, reach, below, dimensions)


def _below(
    connection: Connection, plan: Plan, populations: Mapping[Reference, str], table: str
) -> tuple[str, tuple[str, ...]]:
    """The denominators of all rates, a row for each rate and period."""
    rows: list[dict[str, str | None]] = []
    for calculation in plan.map.calculations:
        if calculation.kind != "rate" or calculation.population is None:
            continue
        found, _ = denominators(connection, plan, calculation, populations)
        for period, denominator in found.items():
            seen = denominator.observation
            row: dict[str, str | None] = {
                "calculation": calculation.id, "period": period, "dataflow": str(calculation.population.dataflow),
                "extract": seen.extract, "row": str(seen.row), "text": seen.text or None, "status": seen.status or None,
            }  # fmt: skip
            rows.append(row | {INTERNAL + d: code for d, code in seen.key.items()})
    dimensions = tuple(dict.fromkeys(c.removeprefix(INTERNAL) for r in rows for c in r if c.startswith(INTERNAL)))
    names = ("calculation", "period", "dataflow", "extract", "row", "text", "status")
    columns = (*names, *(INTERNAL + d for d in dimensions))
    name = f"{table}_below"
    fill_table(connection, name, {c: [r.get(c) for r in rows] for c in columns})
    return name, dimensions


def parts(found: Lineage, parameters: Parameters) -> str:
    """SQL: the internal rows of mapped observations: base (number) and its cell, dataflow, extract, row, the internal
    components and period, value and status as received, and what led from one to the other (places in `steps`)."""
    resolved, source = found.resolved, found.resolved.plan.source
    rows = relation(resolved, parameters, {}, whole=True)
    keys = (*resolved.plan.target.dimension_ids, TIME)
    status = "s.STATUT" if source.component("STATUT") else "CAST(NULL AS VARCHAR)"
    columns = [
        *(f"{rows.target(k)} AS key_{n}" for n, k in enumerate(keys)),
        f"{parameters.add(str(resolved.plan.map.source))} AS internal_dataflow",
        's.extract, s."row"',
        *(f"s.{quoted(d)} AS {quoted(INTERNAL + d)}" for d in source.dimension_ids),
        f"s.{TIME} AS internal_TIME_PERIOD, nullif(s.OBS_TEXT, '') AS internal_value, {status} AS internal_status",
        *(f"CAST({quoted(k.table)}.step AS INTEGER) AS step_{n}" for n, k in enumerate(resolved.lookups)),
    ]
    on = " AND ".join(f"q.key_{n} = t.{quoted(k)}" for n, k in enumerate(keys))
    return (
        f"SELECT t.{NUMBER} AS base, '{PART}' AS role, {_cell(found)}, "
        f"q.* EXCLUDE ({', '.join(f'key_{n}' for n in range(len(keys)))}) "
        f"FROM (SELECT {', '.join(columns)} {rows.body}) q JOIN {quoted(found.table)} t ON {on} "
        f"WHERE t.{ORIGIN} = '{MAPPED}'"
    )


def below(found: Lineage) -> str:
    """SQL: the denominators of calculated observations, in the columns of `parts`."""
    components = "".join(f", b.{quoted(INTERNAL + d)}" for d in found.below_dimensions)
    return (
        f"SELECT t.{NUMBER} AS base, '{DENOMINATOR}' AS role, {_cell(found)}, b.dataflow AS internal_dataflow, "
        f'b.extract, CAST(b."row" AS BIGINT) AS "row"{components}, b.period AS internal_TIME_PERIOD, '
        f"b.text AS internal_value, b.status AS internal_status FROM {quoted(found.below)} b "
        f"JOIN {quoted(found.table)} t ON t.{ORIGIN} = b.calculation AND t.{TIME} = b.period"
    )


def _cell(found: Lineage) -> str:
    dims = ", ".join(f"t.{quoted(d)}" for d in found.resolved.plan.target.dimension_ids)
    return f"concat_ws('.', {dims}) AS cell, t.{TIME} AS cell_period"


def behind(found: Lineage, parameters: Parameters) -> str:
    """SQL: every internal row behind an observation that is no calculation, or beside a rate: `parts` and `below`."""
    own = [f"CAST(NULL AS VARCHAR) AS {quoted(c)}" for c in found.internal]
    return (
        f"{parts(found, parameters)} UNION ALL BY NAME {below(found)} "
        f"UNION ALL BY NAME SELECT {', '.join(own)} WHERE FALSE"
    )


def statement(found: Lineage, parameters: Parameters, rows: str = "") -> str:
    """SQL: a row per observation and internal row it is made of: made (number), role, and the columns of `parts`.
    `rows`: the name of a table that holds what `behind` says."""
    role = f"CASE WHEN q.role = '{DENOMINATOR}' THEN q.role WHEN r.made = r.base THEN '{PART}' ELSE '{OPERAND}' END"
    source = quoted(rows) if rows else f"({behind(found, parameters)})"
    return (
        f"SELECT r.made, {role} AS role, q.* EXCLUDE (base, role) "
        f"FROM {quoted(found.reach)} r JOIN {source} q ON q.base = r.base"
    )


def mapping_rows(found: Lineage, parameters: Parameters) -> str:
    """SQL: the list of the mapping rows of a row of `statement`."""
    steps = [
        f"CAST({parameters.add(list(lookup.steps))} AS VARCHAR[])[step_{n}]"
        for n, lookup in enumerate(found.resolved.lookups)
        if lookup.steps
    ]
    return f"list_filter(CAST([{', '.join(steps)}] AS VARCHAR[]), x -> x IS NOT NULL) AS mapping_rows"


def table_of(connection: Connection, found: Lineage, released: str, parameters: Parameters) -> str:
    """SQL of the lineage table, whose columns docs/how-to/where-a-figure-comes-from.md describes, in the order of keys.
    `released` is the table of the observations as they were published. What is made of nothing has one row.

    Both sides are made tables first, joined by numbers then: each step spills alone what memory does not hold.
    """
    plan = found.resolved.plan
    names = (*plan.target.dimension_ids, TIME)
    keys = ", ".join(f"p.{quoted(k)}" for k in names)
    on = " AND ".join(f"p.{quoted(k)} = t.{quoted(k)}" for k in names)
    published, rows = f"{found.table}_published", f"{found.table}_behind"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {quoted(published)} AS SELECT t.{NUMBER}, {keys}, p.OBS_VALUE, p.{STATUS}, "
        f"t.{ORIGIN} AS calculation FROM {quoted(released)} p JOIN {quoted(found.table)} t ON {on}"
    )
    made = behind(found, own := Parameters())
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(rows)} AS {made}", own.used(made))
    columns = ", ".join(quoted(c) for c in (*names, "OBS_VALUE", STATUS, "calculation"))
    components = ", ".join(quoted(c) for c in found.internal)
    body = statement(found, parameters, rows)
    return (
        f"SELECT {columns}, coalesce(role, '{NOTHING}') AS role, cell, cell_period, internal_dataflow, extract, \"row\", "
        f"{components}, internal_TIME_PERIOD, internal_value, internal_status, {mapping_rows(found, parameters)}, "
        f"{parameters.add(str(plan.map.reference))} AS map, {parameters.add(plan.map.checksum)} AS map_checksum "
        f"FROM (SELECT p.*, m.* EXCLUDE (made) FROM {quoted(published)} p LEFT JOIN ({body}) m ON m.made = p.{NUMBER} "
        f'ORDER BY {keys}, m.role DESC, m.cell, m.cell_period, m.extract, m."row")'
    )
