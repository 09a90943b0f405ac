"""The selected rows joined to their look-ups, as text of SQL: what the target components of each row are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from greffe.catalogue.policies.breaks import BROKEN
from greffe.engine import quoted
from greffe.errors import BadDefinition
from greffe.mapping.breaks import told_apart
from greffe.mapping.kinds import Rule
from greffe.mapping.resolve import INDICATOR, Lookup, Resolved, cell
from greffe.mapping.sql import Parameters, condition
from greffe.mapping.status import DIFFERS
from greffe.model.maps import CellType

Cells = Mapping[str, Sequence[str]]
MOST_FLAGS = 62  # distinct reasons of conversions that one map may have: they travel as bits


@dataclass(frozen=True)
class Relation:
    """FROM and WHERE of the mapped rows (source rows are `s`), and the SQL of each target component that has a rule.

    `constants` are targets that are equal for every row: nothing to group by.
    """

    body: str
    targets: Mapping[str, str]
    constants: Mapping[str, str]

    def target(self, component: str) -> str:
        """SQL of a target component, NULL when no rule gives it."""
        return self.targets.get(component) or self.constants.get(component) or "CAST(NULL AS VARCHAR)"


def relation(resolved: Resolved, parameters: Parameters, only: Cells, whole: bool = False) -> Relation:
    """Mapped rows, limited to target cells `only`; rows without a needed target drop out of the inner joins.

    `whole` reads the source itself, with all its columns.
    """
    plan = resolved.plan
    joins, targets, constants = [], {}, {}
    lookups = {lookup.rule.targets: lookup for lookup in resolved.lookups}
    for rule in plan.rules:
        if rule.kind == "fixed":
            constants[rule.targets[0]] = f"CAST({parameters.add(rule.constant)} AS VARCHAR)"
        elif (lookup := lookups.get(rule.targets)) is None:
            targets[rule.targets[0]] = _copy(resolved, rule)
        else:
            joins.append(_join(resolved, lookup))
            targets |= {t: f"{quoted(lookup.table)}.t{n}" for n, t in enumerate(rule.targets)}
    kept = "" if whole else resolved.kept
    where = "TRUE" if kept else condition(parameters, plan.map.select, "s.")
    limits = [parameters.among((targets | constants)[t], codes) for t, codes in only.items()]
    body = f"FROM {quoted(kept or resolved.source)} s {' '.join(joins)} WHERE {' AND '.join([where, *limits])}"
    return Relation(body, targets, constants)


def _copy(resolved: Resolved, rule: Rule) -> str:
    """A copied dimension as it is; a copied attribute that is empty is none."""
    value = cell(resolved.plan, rule.sources[0], "s.")
    component = resolved.plan.source.component(rule.sources[0])
    return f"nullif({value}, '')" if component is not None and component.role == "attribute" else value


def _join(resolved: Resolved, lookup: Lookup) -> str:
    kind = "JOIN" if lookup.needed else "LEFT JOIN"
    on = " AND ".join(
        f"{cell(resolved.plan, key, 's.')} = {quoted(lookup.table)}.k{n}" for n, key in enumerate(lookup.keys)
    )
    return f"{kind} {quoted(lookup.table)} ON {on}"


@dataclass(frozen=True)
class Flag:
    """What gives a status of its own to the results it concerns: a conversion that makes them differ by definition (D), a
    declared break (B). Its bit, its reason."""

    bit: int
    reason: str
    status: str = DIFFERS


def flags(resolved: Resolved, relation_: Relation, parameters: Parameters) -> tuple[str, tuple[Flag, ...]]:
    """SQL of the bits of the conversions flag_D and of the breaks that concern a row, and the bits by reason; ('', ())
    without any."""
    reasons: dict[tuple[str, str], int] = {}
    parts = []
    for type_ in resolved.plan.map.types:
        for conversion in type_.conversions:
            if conversion.kind != "flag_D":
                continue
            bit = reasons.setdefault((conversion.reason, DIFFERS), 1 << len(reasons))
            met = _concerned(type_, conversion.indicators, relation_, parameters)
            parts.append(f"CASE WHEN {met} THEN {bit} ELSE 0 END")
    for one in resolved.plan.breaks_of(resolved.plan.map.source):
        bit = reasons.setdefault((one.comment, BROKEN), 1 << len(reasons))
        met = condition(parameters, told_apart(resolved.plan.map, one), "s.")
        parts.append(f"CASE WHEN {met} THEN {bit} ELSE 0 END")
    if len(reasons) > MOST_FLAGS:
        raise BadDefinition(f"More than {MOST_FLAGS} reasons of flag_D and breaks.", file=resolved.plan.map.file)
    found = tuple(Flag(bit, reason, status) for (reason, status), bit in reasons.items())
    return (" | ".join(f"CAST({p} AS BIGINT)" for p in parts), found)


def _concerned(type_: CellType, indicators: Sequence[str], relation_: Relation, parameters: Parameters) -> str:
    parts = [parameters.among(relation_.target(component), [code]) for component, code in type_.cells.items()]
    if indicators:
        parts.append(parameters.among(f"s.{quoted(INDICATOR)}", indicators))
    return " AND ".join(parts) or "TRUE"
