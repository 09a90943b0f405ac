"""One pass over the mapped rows: a row per target key, with what is needed to judge the key before it is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from greffe.engine import Connection, quoted
from greffe.mapping.relation import Cells, Flag, Relation, flags, relation
from greffe.mapping.resolve import TIME, Resolved
from greffe.mapping.sql import PLAIN, Parameters, decimals_of, fewest, written
from greffe.mapping.status import ABSENT, CHANGING, DIFFERS, FREE, MISSING

STATUS: Final = "OBS_STATUS"
CONF: Final = "CONF_STATUS"
COMMENT: Final = "COMMENT_OBS"
TERRITORY: Final = "TERRITORY"
ORIGIN: Final = "origin_kind"
MAPPED: Final = "mapped"

# Why a key is not written, in the order in which it is looked for; '' when it is.
AMBIGUOUS, TERRITORIES, TOO_FINE = "ambiguous", "territories", "decimals"


@dataclass(frozen=True)
class Grouped:
    """The table of keys: dimensions, TIME_PERIOD, OBS_VALUE, OBS_TEXT, attributes, origin_kind, then `parts` (number of
    rows that make the key), `fault` (why it cannot be written, or '') and `differing` (attributes that vary in it)."""

    table: str
    keys: tuple[str, ...]


def group(connection: Connection, resolved: Resolved, only: Cells, name: str) -> Grouped:
    """Group the mapped rows by target key into the temporary table `name`."""
    parameters = Parameters()
    rows = relation(resolved, parameters, only)
    mask, reasons = flags(resolved, rows, parameters)
    target = resolved.plan.target
    keys = (*target.dimension_ids, TIME)
    grouped = [k for k in keys if k in rows.targets]
    columns = [f"{rows.targets[k]} AS {quoted(k)}" for k in grouped] + _aggregates(resolved, rows, mask, parameters)
    by = ", ".join(str(n + 1) for n in range(len(grouped)))
    inner = f"SELECT {', '.join(columns)} {rows.body} {f'GROUP BY {by}' if by else 'HAVING count(*) > 0'}"
    outer = ", ".join(_finished(resolved, rows, reasons, parameters))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS SELECT {outer} FROM ({inner})", parameters.values
    )
    return Grouped(name, keys)


def _aggregates(resolved: Resolved, rows: Relation, mask: str, parameters: Parameters) -> list[str]:
    """What is known of all the rows of a key."""
    plan = resolved.plan
    order = parameters.add(list(plan.statuses))
    rank = f"list_position({order}, {rows.target(STATUS)})"
    found = [
        "count(*) AS parts",
        "count(s.OBS_VALUE) AS valued",
        "sum(s.OBS_VALUE) AS total",
        "min(s.OBS_TEXT) AS text",
        f"min({rank}) FILTER (s.OBS_VALUE IS NOT NULL) AS rank_valued",
        f"min({rank}) FILTER (s.OBS_VALUE IS NULL) AS rank_missing",
    ]
    if mask:
        found.append(f"bit_or({mask}) AS mask")
    for attribute in _varying(resolved, rows):
        value, column = rows.targets[attribute], quoted(attribute)
        if attribute == CONF:
            found.append(f"coalesce(min({value}) FILTER ({value} <> '{FREE}'), min({value})) AS {column}")
        else:
            found += [f"min({value}) AS {column}", f"max({value}) AS {quoted(f'{attribute}_max')}"]
    if plan.map.aggregate is not None:
        found.append(f"max({_received(resolved)}) AS decimals")
        rest = [d for d in plan.free_dimensions if d not in plan.map.aggregate.over]
        over = [d for d in plan.free_dimensions if d in plan.map.aggregate.over]
        found.append(f"{_differ(rest)} AS mixed")
        found.append(f"count(DISTINCT {_hash(over)}) AS differing_parts" if over else "1 AS differing_parts")
    return found


def _varying(resolved: Resolved, rows: Relation) -> list[str]:
    """Attributes, but the status, that a rule gives and that may vary among rows."""
    return [a.id for a in resolved.plan.target.attributes if a.id in rows.targets and a.id != STATUS]


def _hash(dimensions: list[str]) -> str:
    return f"hash({', '.join(f's.{quoted(d)}' for d in dimensions)})"


def _differ(dimensions: list[str]) -> str:
    """The rows of a key differ in these dimensions: 64-bit hashes of them are not all equal."""
    return f"min({_hash(dimensions)}) <> max({_hash(dimensions)})" if dimensions else "FALSE"


def _received(resolved: Resolved) -> str:
    """Decimals of the text that was received; of a text that is not plain, those its value needs."""
    if not resolved.digits:
        return "0"
    plain = f"regexp_full_match(s.OBS_TEXT, '{PLAIN}')"
    needed = fewest("s.OBS_VALUE", resolved.digits)
    return f"CASE WHEN s.OBS_VALUE IS NULL THEN 0 WHEN {plain} THEN {decimals_of('s.OBS_TEXT')} ELSE {needed} END"


def _finished(resolved: Resolved, rows: Relation, reasons: tuple[Flag, ...], parameters: Parameters) -> list[str]:
    """The columns of the mapped table from those of a group."""
    target, aggregated = resolved.plan.target, resolved.plan.map.aggregate is not None
    exact = f"CAST(total AS DECIMAL(38,{target.decimals}))"
    missing = "valued < parts"
    value = f"CASE WHEN {missing} THEN NULL ELSE {exact} END"
    columns = [
        quoted(k) if k in rows.targets else f"{rows.constants[k]} AS {quoted(k)}" for k in (*target.dimension_ids, TIME)
    ]
    columns += [f"{value} AS OBS_VALUE", f"CASE WHEN {missing} THEN NULL ELSE {_text(resolved)} END AS OBS_TEXT"]
    for attribute in target.attributes:
        columns.append(f"{_attribute(resolved, attribute.id, rows, reasons, parameters)} AS {quoted(attribute.id)}")
    fault = _fault(resolved, rows, aggregated)
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
    """A single value keeps its text (D17); a sum has as many decimals as the finest of its parts."""
    digits = resolved.digits
    single = (
        f"CASE WHEN regexp_full_match(text, '{PLAIN}') THEN text "
        f"ELSE {written('total', digits, fewest('total', digits))} END"
    )
    if resolved.plan.map.aggregate is None:
        return single
    return f"CASE WHEN parts = 1 THEN {single} ELSE {written('total', digits, 'decimals')} END"


def _attribute(resolved: Resolved, name: str, rows: Relation, reasons: tuple[Flag, ...], parameters: Parameters) -> str:
    if name == STATUS:
        return _status(resolved, bool(reasons), parameters)
    if name == COMMENT:
        return _comment(rows, reasons, parameters)
    if name in rows.constants:
        return rows.constants[name]
    if name not in rows.targets:
        return "CAST(NULL AS VARCHAR)"
    if name in (CONF, TERRITORY):
        return quoted(name)
    return f"CASE WHEN {quoted(name)} = {quoted(f'{name}_max')} THEN {quoted(name)} END"


def _status(resolved: Resolved, flagged: bool, parameters: Parameters) -> str:
    """By precedence; a sum with a missing part takes the strongest missing status; flag D replaces A, P and E."""
    order = parameters.add(list(resolved.plan.statuses))
    missing = f"CASE WHEN rank_missing <= {len(MISSING)} OR parts = 1 THEN {order}[rank_missing] ELSE '{ABSENT}' END"
    status = f"{order}[rank_valued]"
    if flagged:
        changing = ", ".join(f"'{s}'" for s in CHANGING)
        status = f"CASE WHEN mask <> 0 AND {status} IN ({changing}) THEN '{DIFFERS}' ELSE {status} END"
    return f"CASE WHEN valued < parts THEN {missing} ELSE {status} END"


def _comment(rows: Relation, reasons: tuple[Flag, ...], parameters: Parameters) -> str:
    """The comment a rule gives, the reasons of conversions, and how many parts of a sum are missing."""
    own = f"CASE WHEN {COMMENT} = {COMMENT}_max THEN {COMMENT} END" if COMMENT in rows.targets else ""
    parts = [own or rows.target(COMMENT)]
    parts += [
        f"CASE WHEN valued = parts AND (mask & {flag.bit}) <> 0 THEN {parameters.add(flag.reason)} END"
        for flag in reasons
    ]
    parts.append(
        "CASE WHEN parts > 1 AND valued < parts THEN concat(parts - valued, ' of ', parts, ' parts missing') END"
    )
    return f"nullif(concat_ws('; ', {', '.join(parts)}), '')"


def _fault(resolved: Resolved, rows: Relation, aggregated: bool) -> str:
    """Why the key cannot be written: rows that no aggregate declares, several fields, decimals that would be lost."""
    ambiguous = "parts > 1 AND (mixed OR differing_parts < parts)" if aggregated else "parts > 1"
    cases = [f"WHEN {ambiguous} THEN '{AMBIGUOUS}'"]
    if aggregated and TERRITORY in rows.targets:
        cases.append(f"WHEN {TERRITORY} <> {TERRITORY}_max THEN '{TERRITORIES}'")
    if resolved.digits > resolved.plan.target.decimals:
        kept = f"CAST(CAST(total AS DECIMAL(38,{resolved.plan.target.decimals})) AS DECIMAL(38,{resolved.digits}))"
        cases.append(f"WHEN valued = parts AND total <> {kept} THEN '{TOO_FINE}'")
    return f"CASE {' '.join(cases)} ELSE '' END"
