"""Which cells are primary: the rules of the policy (catalogue.policies.protection) as conditions on the mapped table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from greffe.catalogue.policies.protection import DOMINANCE, GROUP, MARKED, THRESHOLD, ProtectionRule
from greffe.engine import Connection, quoted
from greffe.model.maps import StructureMap
from greffe.model.relations import COUNT_UNITS, NATION, PLACES, RATIO_INDICATORS, UNITS
from greffe.model.structures import DataStructure

RULE = "primary_rule"  # a column: the rule that made the cell primary, or a marked one; NULL otherwise


@dataclass(frozen=True)
class Target:
    """A mapped table with what is declared of it."""

    table: str
    structure: DataStructure
    map: StructureMap

    @property
    def place(self) -> str:
        """The dimension that holds the place, or ''."""
        return next((p for p in PLACES if p in self.structure.dimension_ids), "")


def mark(connection: Connection, target: Target, rules: Sequence[ProtectionRule]) -> bool:
    """Add the column RULE to the table and give CONF_STATUS to what the rules make primary: A for small counts and groups,
    O for dominance by one. Whether any cell of the table is not free afterwards. Rules of groups are left to
    `protect`, which has the sums."""
    table, dims = quoted(target.table), target.structure.dimension_ids
    connection.execute(f"ALTER TABLE {table} ADD COLUMN {RULE} VARCHAR")
    for rule in rules:
        if not rule.concerns(target.map.target.id, dims) or rule.kind == GROUP:
            continue
        if rule.kind == MARKED:
            connection.execute(
                f"UPDATE {table} SET {RULE} = $rule WHERE CONF_STATUS <> 'F' AND {RULE} IS NULL AND {_level(target, rule)}",
                {"rule": rule.id},
            )
            continue
        condition, code = (_small(rule), "A") if rule.kind == THRESHOLD else (_dominated(target, rule), "O")
        connection.execute(
            f"UPDATE {table} SET CONF_STATUS = '{code}', {RULE} = $rule WHERE coalesce(CONF_STATUS, 'F') = 'F' "
            f"AND {RULE} IS NULL AND {counted(target.structure)} AND {applies(target, rule)} AND {condition}",
            {"rule": rule.id},
        )
        if rule.kind == DOMINANCE:  # the largest contributor is a person's or an enterprise's own figure
            component, share_of = rule.largest
            connection.execute(
                f"UPDATE {table} SET CONF_STATUS = 'O', {RULE} = $rule WHERE {quoted(component)} = $code "
                f"AND coalesce(CONF_STATUS, 'F') = 'F' AND OBS_VALUE IS NOT NULL",
                {"rule": rule.id, "code": share_of},
            )
    found = connection.execute(f"SELECT 1 FROM {table} WHERE coalesce(CONF_STATUS, 'F') <> 'F' LIMIT 1").fetchone()
    return found is not None


def counted(structure: DataStructure) -> str:
    """SQL condition: the cell is a count that is there."""
    unit = next((u for u in UNITS if structure.component(u) is not None), "")
    limit = f"{quoted(unit)} IN ({_words(COUNT_UNITS)})" if unit else "TRUE"
    if not unit and "INDICATOR" in structure.dimension_ids:
        limit = f"INDICATOR NOT IN ({_words(RATIO_INDICATORS)})"
    return f"OBS_VALUE IS NOT NULL AND {limit}"


def applies(target: Target, rule: ProtectionRule) -> str:
    """SQL condition: the cell is of the rule's level and counts what the rule is about."""
    if not rule.units:
        return _level(target, rule)
    typed = [
        " AND ".join(f"{quoted(c)} = '{code}'" for c, code in t.cells.items() if c in target.structure.dimension_ids)
        or "TRUE"
        for t in target.map.types
        if t.counting_unit in rule.units
    ]
    return f"{_level(target, rule)} AND ({' OR '.join(f'({t})' for t in typed) or 'FALSE'})"


def _level(target: Target, rule: ProtectionRule) -> str:
    if rule.levels == "all":
        return "TRUE"
    national = f"{quoted(target.place)} IN ({_words(NATION)})" if target.place else "TRUE"
    return national if rule.levels == "national" else f"NOT ({national})"


def _small(rule: ProtectionRule) -> str:
    return f"OBS_VALUE > 0 AND OBS_VALUE < {rule.n}"


def _dominated(target: Target, rule: ProtectionRule) -> str:
    """The cell of the largest contributor has more than that share; or there are fewer than n."""
    component, code = rule.largest
    same = " AND ".join(
        f"l.{quoted(d)} = {quoted(target.table)}.{quoted(d)}"
        for d in (*target.structure.dimension_ids, "TIME_PERIOD")
        if d != component
    )
    return (
        f"{quoted(component)} <> '{code}' AND EXISTS (SELECT 1 FROM {quoted(target.table)} l WHERE {same} "
        f"AND l.{quoted(component)} = '{code}' AND l.OBS_VALUE * 100 > {quoted(target.table)}.OBS_VALUE * {rule.share})"
    )


def _words(words: Sequence[str]) -> str:
    return ", ".join(f"'{w}'" for w in words)
