"""Declared calculations on mapped observations, in the order of the file, each reading what came before (D17)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from greffe.arrow import integer, text
from greffe.engine import Connection, Overflow, quoted
from greffe.errors import BadInput
from greffe.mapping.checks import MOST, finding, more
from greffe.mapping.exact import rounded, shifted
from greffe.mapping.group import CONF, ORIGIN, TERRITORY
from greffe.mapping.operands import Step
from greffe.mapping.population import Denominator, denominators
from greffe.mapping.readers import READ
from greffe.mapping.resolve import TIME, Plan
from greffe.mapping.sql import Parameters, exists, fill_table, written
from greffe.mapping.status import ABSENT, COMMENT, MISSING, STATUS, UNDEFINED
from greffe.model.calculations import made
from greffe.model.findings import ERROR, WARNING, Finding
from greffe.model.references import Reference

TERRITORIES, TWICE, EXISTS, FINE = "territories", "twice", "exists", "fine"
_TOLD: Final[Mapping[str, tuple[str, str, str]]] = {
    TERRITORIES: (
        "QR-TYP-02",
        "{id}: the operands are of different territorial fields ({field}); no value is made.",
        "{id} : les termes ont des champs territoriaux différents ({field}) ; aucune valeur n'est produite.",
    ),
    TWICE: (
        "SM-21",
        "{id}: several results for one key; none is written.",
        "{id} : plusieurs résultats pour une même clé ; aucun n'est écrit.",
    ),
    FINE: (
        "QR-FMT-10",
        "{id}: the whole has more decimals than its shares, which would not add up to it; none is made.",
        "{id} : le tout a plus de décimales que ses parts, dont la somme différerait ; aucune n'est produite.",
    ),
    EXISTS: (
        "SM-21",
        "{id}: this key is already there ({there}) and would also be computed; what was there is kept.",
        "{id} : cette clé existe déjà ({there}) et serait aussi calculée ; ce qui existait est gardé.",
    ),
}


def calculate(
    connection: Connection, plan: Plan, populations: Mapping[Reference, str], table: str
) -> tuple[Finding, ...]:
    """Add the results of every calculation to the mapped table; findings for what could not be made or written."""
    findings: list[Finding] = []
    for calculation in plan.map.calculations:
        step = Step(plan, calculation, table)
        _check(step)
        if calculation.kind == "rate":
            found, doubled = denominators(connection, plan, calculation, populations)
            findings += doubled
            step = _with_population(connection, step, found)
        try:
            findings += _run(connection, step)
        except Overflow as error:
            reason = str(error).splitlines()[0]
            raise BadInput(f"Calculation {calculation.id}: too large for exact arithmetic. {reason}") from error
    return tuple(findings)


def _check(step: Step) -> None:
    """What the SQL relies on; the catalogue refuses the rest when it is loaded."""
    calculation = step.calculation
    if calculation.kind not in READ:
        raise step.refused(f"{calculation.kind!r} is no kind of calculation.")
    if calculation.over and any(calculation.over not in codes for codes in made(calculation)):
        raise step.refused(f"`set` must give the code of {calculation.over} that it makes.")
    if (calculation.decimals or 0) > step.digits:
        raise step.refused(f"{calculation.decimals} decimals, and the structure holds {step.digits}.")
    unknown = [c for c in (*calculation.set, *calculation.where) if not step.has(c)]
    if unknown:
        raise step.refused(f"{unknown[0]} is no component of {step.plan.map.target}.")


def _with_population(connection: Connection, step: Step, found: Mapping[str, Denominator]) -> Step:
    """The denominators as a table, whole numbers of the finest decimal among them."""
    values = {p: d.value for p, d in found.items()}
    digits = max((_digits(v) for v in values.values() if v is not None), default=0)
    ranks = step.plan.statuses
    name = f"{step.table}_population"
    columns: dict[str, Sequence[str | None]] = {
        "period": list(found),
        "amount": [None if v is None else str(int(Fraction(v) * 10**digits)) for v in values.values()],
        "rank": [str(ranks.index(d.status) + 1) if d.status in ranks else None for d in found.values()],
    }
    fill_table(connection, name, columns)
    return replace(step, population=name, population_digits=digits)


def _digits(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _run(connection: Connection, step: Step) -> list[Finding]:
    parameters = Parameters()
    results = f"{step.table}_results"
    operands = _exact(step, READ[step.calculation.kind](step, parameters))
    columns = ", ".join(_finished(step, parameters))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {quoted(results)} AS SELECT {columns} FROM ({operands}) r", parameters.values
    )
    _collisions(connection, step, results)
    findings = _findings(connection, step, results)
    connection.execute(
        f"INSERT INTO {quoted(step.table)} BY NAME "
        f"SELECT * EXCLUDE (fault, field, absent) FROM {quoted(results)} WHERE fault = ''"
    )
    connection.execute(f"DROP TABLE {quoted(results)}")
    return findings


def _exact(step: Step, operands: str) -> str:
    """The operands with the result as `exact`, DECIMAL of its own decimals, NULL when something is missing. In layers:
    an expression that is used twice is a column, or the engine works it out twice."""
    amount = "r.above" if step.rounded is None else rounded("r.above", "r.below")
    exact = shifted("r.amount", step.digits if step.rounded is None else step.rounded)
    inner = f"SELECT r.*, CASE WHEN r.absent IS NULL THEN {amount} END AS amount FROM ({operands}) r"
    return f"SELECT r.*, {exact} AS exact FROM ({inner}) r"


def _finished(step: Step, parameters: Parameters) -> list[str]:
    """The columns of the mapped table from those of the operands, and why a result cannot be written."""
    text_ = "CAST(r.exact AS VARCHAR)"
    if step.rounded is None:
        text_ = f"coalesce(r.same_text, {written('r.exact', step.digits, 'r.decimals')})"
    columns = [f"r.{quoted(d)}" for d in step.dimensions]
    columns += [f"CAST(r.exact AS DECIMAL(38,{step.digits})) AS OBS_VALUE"]
    columns += [f"CASE WHEN r.exact IS NOT NULL THEN {text_} END AS OBS_TEXT"]
    has_value = "r.exact IS NOT NULL"
    for name, expression in (
        (STATUS, _status(step, has_value, parameters)),
        (COMMENT, _comment(step, has_value, parameters)),
        (TERRITORY, "r.field"),
        (CONF, f"r.{CONF}"),
        *((a, f"r.{quoted(a)}") for a in step.attributes),
    ):
        if step.has(name):
            columns.append(f"{expression} AS {quoted(name)}")
    origin = f"CAST({parameters.add(step.calculation.id)} AS VARCHAR) AS {ORIGIN}"
    return [*columns, origin, f"{_fault(step, parameters)} AS fault", "r.field", "r.absent"]


def _status(step: Step, has_value: str, parameters: Parameters) -> str:
    order = parameters.add(list(step.plan.statuses))
    forced = parameters.add(step.calculation.status) if step.calculation.status else f"({order})[r.rank_valued]"
    missing = f"CASE WHEN r.rank_missing <= {len(MISSING)} THEN ({order})[r.rank_missing] ELSE '{ABSENT}' END"
    undefined = f"WHEN r.absent IS NULL AND r.below = 0 THEN '{UNDEFINED}'"
    return f"CASE WHEN {has_value} THEN {forced} {undefined} ELSE {missing} END"


def _comment(step: Step, has_value: str, parameters: Parameters) -> str:
    """The operands' comments; the reason when it calls for a status; what is missing."""
    parts = ["r.said"]
    if step.calculation.status and step.calculation.reason:
        parts.append(f"CASE WHEN {has_value} THEN {parameters.add(step.calculation.reason)} END")
    parts.append("CASE WHEN r.absent IS NOT NULL THEN concat('not computed: ', r.absent, ' missing') END")
    parts.append("CASE WHEN r.absent IS NULL AND r.below = 0 THEN 'not computed: division by zero' END")
    return f"nullif(concat_ws('; ', {', '.join(parts)}), '')"


def _fault(step: Step, parameters: Parameters) -> str:
    """Operands of different territorial fields, or of another field than the population; a whole that is too fine."""
    if step.calculation.kind == "split":
        return f"CASE WHEN r.fine THEN '{FINE}' ELSE '' END"
    if not step.has(TERRITORY):
        return "''"
    differ = "r.field <> r.field_max"
    if step.calculation.population is not None:
        differ = f"r.field IS DISTINCT FROM {parameters.add(step.calculation.population.territory)}"
    return f"CASE WHEN {differ} THEN '{TERRITORIES}' ELSE '' END"


def _collisions(connection: Connection, step: Step, results: str) -> None:
    """Mark results that fall together or whose key is already there. Hashes of the keys say first whether there are any:
    keys alone are looked at, never whole rows."""
    calculation, keys = step.calculation, [quoted(d) for d in step.dimensions]
    same = " AND ".join(f"r.{k} = d.{k}" for k in keys)
    mark = f"UPDATE {quoted(results)} r SET fault = $1 FROM"
    free = [d for d in calculation.set if d != calculation.over and len(calculation.where.get(d, ())) != 1]
    names = ", ".join(keys)
    if free and exists(connection, f"SELECT 1 FROM {quoted(results)} GROUP BY hash({names}) HAVING count(*) > 1"):
        twice = f"(SELECT {names} FROM {quoted(results)} GROUP BY {names} HAVING count(*) > 1) d"
        connection.execute(f"{mark} {twice} WHERE r.fault = '' AND {same}", [TWICE])
    hashed = f"SELECT hash({names}) AS h FROM"
    both = f"SELECT 1 FROM ({hashed} {quoted(results)}) SEMI JOIN ({hashed} {quoted(step.table)}) USING (h)"
    if exists(connection, both):
        connection.execute(f"{mark} {quoted(step.table)} d WHERE r.fault = '' AND {same}", [EXISTS])


def _findings(connection: Connection, step: Step, results: str) -> list[Finding]:
    keys = [quoted(d) for d in step.dimensions]
    named, same = ", ".join(f"r.{k}" for k in keys), " AND ".join(f"t.{k} = r.{k}" for k in keys)
    findings = []
    faults = {text(f) for (f,) in connection.execute(f"SELECT DISTINCT fault FROM {quoted(results)}").fetchall()}
    for fault, (rule, english, french) in _TOLD.items():
        if fault not in faults:
            continue
        count = f"(SELECT count(*) FROM {quoted(results)} WHERE fault = $1)"
        rows = connection.execute(
            f"SELECT {named}, r.OBS_TEXT, r.field, t.OBS_TEXT, t.{ORIGIN}, {count} FROM {quoted(results)} r "
            f"LEFT JOIN {quoted(step.table)} t ON {same} WHERE r.fault = $1 ORDER BY ALL LIMIT {MOST}",
            [fault],
        ).fetchall()
        for row in rows:
            key = dict(zip(step.dimensions, (text(c) for c in row[: len(keys)]), strict=True))
            computed, field, value, there = (text(c) for c in row[len(keys) : -1])
            words = {"id": step.calculation.id, "field": _fields(step, field), "there": there}
            values = {"computed": computed} | ({"there": value} if there else {})
            findings.append(finding(rule, ERROR, key, english.format(**words), french.format(**words), values))
        if rows and integer(rows[0][-1]) > MOST:
            findings.append(more(rule, ERROR, integer(rows[0][-1]) - MOST))
    return [*findings, *_without_population(connection, step, results)]


def _fields(step: Step, field: str) -> str:
    population = step.calculation.population
    return f"{field} / {population.territory}" if population else field


def _without_population(connection: Connection, step: Step, results: str) -> list[Finding]:
    """Periods of a rate that have no denominator."""
    if not step.population:
        return []
    rows = connection.execute(
        f"SELECT {TIME}, count(*) FROM {quoted(results)} r "
        f"LEFT JOIN {quoted(step.population)} p ON p.period = r.{TIME} "
        f"WHERE r.fault = '' AND p.amount IS NULL GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return [
        finding(
            "QR-MAN-01", WARNING, {TIME: text(period)},
            f"Rate {step.calculation.id}: no population of {text(period)}; {text(count)} rates are missing.",
            f"Taux {step.calculation.id} : pas de population {text(period)} ; {text(count)} taux manquent.",
            {"rates": text(count)},
        )
        for period, count in rows
    ]  # fmt: skip
