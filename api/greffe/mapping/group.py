"""One pass over the mapped rows: a row per target key, with what is needed to judge the key before it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from greffe.catalogue.policies.breaks import BROKEN
from greffe.engine import Connection, quoted
from greffe.mapping.breaks import also
from greffe.mapping.relation import Cells, Flag, Relation, flags, relation
from greffe.mapping.resolve import DECIMALS, PARTS, TIME, Plan, Resolved
from greffe.mapping.sql import Parameters, condition, exists, fewest, written
from greffe.mapping.status import ABSENT, CHANGING, COMMENT, DIFFERS, FREE, MISSING, STATUS
from greffe.model.maps import MAPPED

CONF: Final = "CONF_STATUS"
TERRITORY: Final = "TERRITORY"
ORIGIN: Final = "origin_kind"

# Why a key is not written, in the order in which it is looked for; '' when it is.
AMBIGUOUS, TERRITORIES, TOO_FINE = "ambiguous", "territories", "decimals"


@dataclass(frozen=True)
class Grouped:
    """The table of keys: dimensions, TIME_PERIOD, OBS_VALUE, OBS_TEXT, attributes, origin_kind, then `parts` (number of
    rows that make the key), `fault` (why it cannot be written, or '') and `differing` (attributes that vary in it)."""

    table: str
    keys: tuple[str, ...]


def group(connection: Connection, resolved: Resolved, only: Cells, name: str) -> Grouped:
    """Bring the mapped rows together by target key into the temporary table `name`.

    A map that declares no sum has one row a key, unless it is ambiguous: it is grouped only when keys turn out to repeat.
    """
    grouped = Grouped(name, (*resolved.plan.target.dimension_ids, TIME))
    if resolved.plan.map.aggregate is not None:
        selected = {} if resolved.kept else resolved.plan.map.select
        twice = not resolved.condensed and repeated(connection, resolved.plan, resolved.rows, selected)
        _create(connection, resolved, only, grouped, Form(together=True, twice=twice))
        return grouped
    _create(connection, resolved, only, grouped, Form(together=False))
    keys = ", ".join(quoted(k) for k in grouped.keys)
    if exists(connection, f"SELECT 1 FROM {quoted(name)} GROUP BY hash({keys}) HAVING count(*) > 1"):
        _create(connection, resolved, only, grouped, Form(together=True))
    return grouped


def repeated(connection: Connection, plan: Plan, rows: str, selected: Cells) -> bool:
    """Selected rows of the source that may share a whole key (by a hash of 64 bits): a sum would count one twice."""
    parameters = Parameters()
    where = condition(parameters, selected)
    dims = ", ".join(quoted(d) for d in plan.free_dimensions)
    body = f"SELECT 1 FROM {quoted(rows)} WHERE {where}"
    return exists(connection, f"{body} GROUP BY hash({dims or 1}) HAVING count(*) > 1", parameters)


@dataclass(frozen=True)
class Form:
    """How the rows of a key are brought together: aggregated, or left as they are when each key has one row.

    `twice`: rows of one whole source key were seen, so parts that differ are counted.
    """

    together: bool
    twice: bool = False

    def lowest(self, value: str) -> str:
        """The least of the rows."""
        return f"min({value})" if self.together else value

    def highest(self, value: str) -> str:
        """The greatest of the rows."""
        return f"max({value})" if self.together else value


def _create(connection: Connection, resolved: Resolved, only: Cells, grouped: Grouped, form: Form) -> None:
    parameters = Parameters()
    rows = relation(resolved, parameters, only)
    mask, reasons = flags(resolved, rows, parameters)
    keys = [k for k in grouped.keys if k in rows.targets]
    columns = [f"{rows.targets[k]} AS {quoted(k)}" for k in keys] + _parts(resolved, rows, form, parameters)
    if mask:
        columns.append(f"{f'bit_or({mask})' if form.together else mask} AS mask")
    by = ", ".join(str(n + 1) for n in range(len(keys)))
    grouping = "" if not form.together else f"GROUP BY {by}" if by else "HAVING count(*) > 0"
    outer = ", ".join(_finished(resolved, rows, reasons, form, parameters))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {quoted(grouped.table)} AS SELECT {outer} "
        f"FROM (SELECT {', '.join(columns)} {rows.body} {grouping})",
        parameters.values,
    )


def _parts(resolved: Resolved, rows: Relation, form: Form, parameters: Parameters) -> list[str]:
    """What is known of the rows of a key."""
    plan = resolved.plan
    found = [
        f"{resolved.counted if form.together else '1'} AS parts",
        f"{_valued(resolved) if form.together else 'CAST(s.OBS_VALUE IS NOT NULL AS BIGINT)'} AS valued",
        f"{'sum(s.OBS_VALUE)' if form.together else 's.OBS_VALUE'} AS total",
        f"{form.highest(f's.{DECIMALS}')} AS decimals",
        *_statuses(plan, rows.target(STATUS), form, parameters),
    ]
    for attribute in _varying(resolved, rows):
        value, column = rows.targets[attribute], quoted(attribute)
        if attribute == CONF:
            kept = f"CASE WHEN {value} <> '{FREE}' THEN {value} END"
            found.append(f"coalesce({form.lowest(kept)}, {form.lowest(value)}) AS {column}")
        else:
            found += [f"{form.lowest(value)} AS {column}", f"{form.highest(value)} AS {quoted(f'{attribute}_max')}"]
    if plan.map.aggregate is not None:
        rest = [d for d in plan.free_dimensions if d not in plan.map.aggregate.over]
        found.append(f"{_differ(rest)} AS mixed")
    if plan.map.aggregate is not None and form.twice:
        over = [d for d in plan.free_dimensions if d in plan.map.aggregate.over]
        found.append(f"count(DISTINCT {_hash(over)}) AS differing_parts" if over else "1 AS differing_parts")
    return found


def _statuses(plan: Plan, status: str, form: Form, parameters: Parameters) -> list[str]:
    """The strongest status of the rows with a value, and of those without."""
    order = parameters.add(list(plan.statuses)) if form.together else ""
    found = []
    for name, test in (("status_valued", "IS NOT NULL"), ("status_missing", "IS NULL")):
        one = f"CASE WHEN s.OBS_VALUE {test} THEN {status} END"
        strongest = f"({order})[min(list_position({order}, {one}))]"
        found.append(f"{strongest if form.together else one} AS {name}")
    return found


def _varying(resolved: Resolved, rows: Relation) -> list[str]:
    """Attributes, but the status, that a rule gives and that may vary among rows."""
    return [a.id for a in resolved.plan.target.attributes if a.id in rows.targets and a.id != STATUS]


def _hash(dimensions: list[str]) -> str:
    return f"hash({', '.join(f's.{quoted(d)}' for d in dimensions)})"


def _differ(dimensions: list[str]) -> str:
    """The rows of a key differ in these dimensions: 64-bit hashes of them are not all equal."""
    return f"min({_hash(dimensions)}) <> max({_hash(dimensions)})" if dimensions else "FALSE"


def _valued(resolved: Resolved) -> str:
    """Rows with a value; a condensed row stands for rows that all have one, or none."""
    present = "s.OBS_VALUE IS NOT NULL"
    valued = f"CAST(coalesce(sum(s.{PARTS}) FILTER ({present}), 0) AS BIGINT)"
    return valued if resolved.condensed else "count(s.OBS_VALUE)"


def _finished(
    resolved: Resolved, rows: Relation, reasons: tuple[Flag, ...], form: Form, parameters: Parameters
) -> list[str]:
    """The columns of the mapped table from those of a group."""
    target = resolved.plan.target
    exact = f"CAST(total AS DECIMAL(38,{target.decimals}))"
    missing = "valued < parts"
    value = f"CASE WHEN {missing} THEN NULL ELSE {exact} END"
    columns = [
        quoted(k) if k in rows.targets else f"{rows.constants[k]} AS {quoted(k)}" for k in (*target.dimension_ids, TIME)
    ]
    columns += [f"{value} AS OBS_VALUE", f"CASE WHEN {missing} THEN NULL ELSE {_text(resolved)} END AS OBS_TEXT"]
    for attribute in target.attributes:
        columns.append(f"{_attribute(attribute.id, rows, reasons, parameters)} AS {quoted(attribute.id)}")
    fault = _fault(resolved, rows, form)
    differing = [a for a in _varying(resolved, rows) if a not in (CONF, TERRITORY)]
    names = ", ".join(f"CASE WHEN {quoted(a)} <> {quoted(f'{a}_max')} THEN {parameters.add(a)} END" for a in differing)
    return [
        *columns,
        f"'{MAPPED}' AS {ORIGIN}",
        "parts",
        f"{fault} AS fault",
        f"{f'concat_ws({chr(39)}, {chr(39)}, {names})' if names else chr(39) * 2} AS differing",
    ]


def _text(resolved: Resolved) -> str:
    """A value has as many decimals as were received (D17), a sum as many as the finest of its parts; both at least those
    that they need."""
    digits = resolved.digits
    return written("total", digits, f"greatest(decimals, {fewest('total', digits)})")


def _attribute(name: str, rows: Relation, reasons: tuple[Flag, ...], parameters: Parameters) -> str:
    if name == STATUS:
        return _status(reasons)
    if name == COMMENT:
        return _comment(rows, reasons, parameters)
    if name in rows.constants:
        return rows.constants[name]
    if name not in rows.targets:
        return "CAST(NULL AS VARCHAR)"
    if name in (CONF, TERRITORY):
        return quoted(name)
    return f"CASE WHEN {quoted(name)} = {quoted(f'{name}_max')} THEN {quoted(name)} END"


def _status(reasons: Sequence[Flag]) -> str:
    """By precedence; a sum with a missing part takes the strongest missing status; a break replaces whatever a value has,
    flag D replaces A, P and E."""
    known, changing = _texts(MISSING), _texts(CHANGING)
    missing = f"CASE WHEN parts = 1 OR status_missing IN ({known}) THEN status_missing ELSE '{ABSENT}' END"
    status = "status_valued"
    if bits := _bits(reasons, DIFFERS):
        status = f"CASE WHEN (mask & {bits}) <> 0 AND {status} IN ({changing}) THEN '{DIFFERS}' ELSE {status} END"
    if bits := _bits(reasons, BROKEN):
        status = f"CASE WHEN (mask & {bits}) <> 0 THEN '{BROKEN}' ELSE {status} END"
    return f"CASE WHEN valued < parts THEN {missing} ELSE {status} END"


def _bits(reasons: Sequence[Flag], status: str) -> int:
    """The bits of the reasons for a status, 0 without any."""
    return sum(flag.bit for flag in reasons if flag.status == status)


def _texts(codes: Sequence[str]) -> str:
    """Our own constants, as SQL."""
    return ", ".join(f"'{c}'" for c in codes)


def _comment(rows: Relation, reasons: tuple[Flag, ...], parameters: Parameters) -> str:
    """The comment a rule gives, the reasons of conversions and breaks, and how many parts of a sum are missing. A break is
    told where no value is, too."""
    own = f"CASE WHEN {COMMENT} = {COMMENT}_max THEN {COMMENT} END" if COMMENT in rows.targets else ""
    parts = [own or rows.target(COMMENT)]
    parts += [
        f"CASE WHEN {'' if flag.status == BROKEN else 'valued = parts AND '}(mask & {flag.bit}) <> 0 "
        f"THEN {parameters.add(flag.reason)} END"
        for flag in reasons
    ]
    if bits := _bits(reasons, BROKEN):
        parts.append(f"CASE WHEN valued = parts AND (mask & {bits}) <> 0 THEN {also('status_valued')} END")
    parts.append(
        "CASE WHEN parts > 1 AND valued < parts THEN concat(parts - valued, ' of ', parts, ' parts missing') END"
    )
    return f"nullif(concat_ws('; ', {', '.join(parts)}), '')"


def _fault(resolved: Resolved, rows: Relation, form: Form) -> str:
    """Why the key cannot be written: rows that no aggregate declares, several fields, decimals that would be lost."""
    aggregated = resolved.plan.map.aggregate is not None
    ambiguous = "mixed" + (" OR differing_parts < parts" if form.twice else "") if aggregated else "TRUE"
    cases = [f"WHEN parts > 1 AND ({ambiguous}) THEN '{AMBIGUOUS}'"]
    if aggregated and TERRITORY in rows.targets:
        cases.append(f"WHEN {TERRITORY} <> {TERRITORY}_max THEN '{TERRITORIES}'")
    if resolved.digits > resolved.plan.target.decimals:
        kept = f"CAST(CAST(total AS DECIMAL(38,{resolved.plan.target.decimals})) AS DECIMAL(38,{resolved.digits}))"
        cases.append(f"WHEN valued = parts AND total <> {kept} THEN '{TOO_FINE}'")
    return f"CASE {' '.join(cases)} ELSE '' END"
