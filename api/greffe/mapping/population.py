"""The denominators of a rate: one internal observation per period, of one territorial field (D12)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Final

from greffe.arrow import decimal, integer, text
from greffe.engine import Connection, quoted
from greffe.errors import BadDefinition
from greffe.mapping.checks import finding
from greffe.mapping.kinds import Rule
from greffe.mapping.resolve import TIME, Plan, decide
from greffe.mapping.sql import Parameters, columns, condition, scale
from greffe.model.findings import ERROR, Finding
from greffe.model.maps import Calculation, Population
from greffe.model.references import Reference
from greffe.model.trace import SourceObservation

FIELD: Final = "TERRITOIRE"  # the internal dimension of the territorial field
MOST: Final = 10_000  # periods of one denominator


@dataclass(frozen=True)
class Denominator:
    """The population of one period: exact, or None when its figure is missing; `status` as OBS_STATUS, '' = unknown."""

    observation: SourceObservation
    value: Decimal | None
    status: str


def denominators(
    connection: Connection, plan: Plan, calculation: Calculation, populations: Mapping[Reference, str]
) -> tuple[dict[str, Denominator], tuple[Finding, ...]]:
    """The denominators of a rate by period; a period with two of them has none, and an error.

    Raises BadDefinition when the rate names no population or none of that dataflow was given.
    """
    population = calculation.population
    if population is None or population.dataflow not in populations:
        named = "names no population" if population is None else f"needs {population.dataflow}, which is not at hand"
        raise BadDefinition(f"Rate {calculation.id} {named}.", file=plan.map.file)
    rows = _read(connection, plan, population, populations[population.dataflow])
    found: dict[str, Denominator] = {}
    twice: dict[str, Finding] = {}
    for row in rows:
        period = row.observation.period
        if period in found:
            twice.setdefault(period, _twice(calculation, found[period], row))
        found.setdefault(period, row)
    return {p: d for p, d in found.items() if p not in twice}, tuple(twice.values())


def _read(connection: Connection, plan: Plan, population: Population, table: str) -> list[Denominator]:
    scale(connection, table)
    dims = plan.populations[population.dataflow].dimension_ids
    status = "STATUT" if "STATUT" in columns(connection, table) else "NULL"
    parameters = Parameters()
    asked = condition(parameters, population.select)
    field = parameters.among(quoted(FIELD), [population.territory])
    rows = connection.execute(
        f"SELECT extract, row, {TIME}, OBS_VALUE, OBS_TEXT, {status}, {', '.join(quoted(d) for d in dims)} "
        f"FROM {quoted(table)} WHERE {asked} AND {field} ORDER BY {TIME}, extract, row LIMIT {MOST + 1}",
        parameters.values,
    ).fetchall()
    if len(rows) > MOST:
        raise BadDefinition(f"{population.select} selects more than {MOST} rows of {population.dataflow}.")
    return [_denominator(plan, dims, row) for row in rows]


def _denominator(plan: Plan, dims: Sequence[str], row: tuple[object, ...]) -> Denominator:
    key = {d: text(c) for d, c in zip(dims, row[6:], strict=True) if c is not None}
    seen = SourceObservation(text(row[0]), integer(row[1]), key, text(row[2]), text(row[4]), text(row[5]))
    return Denominator(seen, decimal(row[3]), _status(plan, seen))


def _status(plan: Plan, seen: SourceObservation) -> str:
    """Internal statuses are the same everywhere: the map's own rule for OBS_STATUS says what one means. Where the rule
    reads more than STATUT and has nothing for the population itself, the strongest that it gives to what it counts."""
    for rule in plan.rules:
        if "OBS_STATUS" in rule.targets and "STATUT" in rule.sources:
            own = {**seen.key, TIME: seen.period, "STATUT": seen.status}
            found = _statuses(plan, rule, [{s: own.get(s, "") for s in (*rule.sources, TIME)}])
            found = found or _statuses(plan, rule, _counted(plan, rule, own))
            return min(found, key=plan.statuses.index, default="")
    return ""


def _statuses(plan: Plan, rule: Rule, values: Iterable[Mapping[str, str]]) -> set[str]:
    """What the rule gives for those values, nothing where it has no target."""
    place = rule.targets.index("OBS_STATUS")
    outcomes = (decide(plan, rule, one) for one in values)
    return {o.targets[place] for o in outcomes if o.targets is not None and o.targets[place]}


def _counted(plan: Plan, rule: Rule, own: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """The status of the population beside the values that selected observations have in the rule's other sources, as its
    rows write them; of a pattern, those that are selected."""
    select, held = plan.map.select, ("STATUT", TIME)
    for row in rule.map.rows if rule.map is not None else ():
        options = [
            (own[id_],) if id_ in held
            else select.get(id_, ("",)) if source.match != "exact"
            else (source.value,) if source.value in select.get(id_, (source.value,)) else ()
            for id_, source in zip(rule.sources, row.sources, strict=True)
        ]  # fmt: skip
        for values in product(*options):
            yield {TIME: own[TIME], **dict(zip(rule.sources, values, strict=True))}


def _twice(calculation: Calculation, one: Denominator, other: Denominator) -> Finding:
    period = one.observation.period
    values = {
        f"row_{n}": f"{d.observation.extract}, row {d.observation.row}: {d.observation.text}"
        for n, d in enumerate((one, other), 1)
    }
    return finding(
        "SM-21", ERROR, {TIME: period},
        f"Rate {calculation.id}: two populations are selected for {period}, so none is used.",
        f"Taux {calculation.id} : deux populations sont retenues pour {period}, aucune n'est utilisée.",
        values,
    )  # fmt: skip
