"""Primary cells by the policy, secondary ones by the relations, each primary one proved: before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.policies.identities import Identity
from greffe.catalogue.policies.protection import GROUP, ROUND, THRESHOLD, ProtectionRule
from greffe.catalogue.relations import Relations, relations_of
from greffe.engine import Connection, quoted
from greffe.linear.intervals import Need
from greffe.model.findings import Finding
from greffe.model.relations import NATION
from greffe.protection.choose import Secret, choose
from greffe.protection.linked import Linked
from greffe.protection.primary import RULE, Target, applies, counted, mark
from greffe.protection.rounding import rounded
from greffe.protection.said import failures, summary, told_findings
from greffe.protection.tables import SECONDARY, Earlier, Joined, Rows, joined, put, read_rows, rows_by_cell

DRAFT: Final = "protected_rows"
USUAL: Final = 5  # what a marked cell is protected by where no rule says


@dataclass(frozen=True)
class Policy:
    """What decides: the rules of the effective catalogue, and the releases of the dataflow that were public."""

    rules: Sequence[ProtectionRule]
    earlier: Sequence[Earlier] = ()
    linked: Sequence[Linked] = ()  # current releases of dataflows that identities join with this one
    identities: Sequence[Identity] = ()


def protect(connection: Connection, catalogue: Catalogue, target: Target, policy: Policy) -> tuple[Finding, ...]:
    """Give CONF_STATUS A, O (primary) and D (secondary) to cells of the mapped table, or round them where the policy says so.
    Values stay: `suppress` takes them out. Returns what could not be protected, and one summary; no finding holds a value."""
    table, dims = quoted(target.table), target.structure.dimension_ids
    rules = [r for r in policy.rules if r.concerns(target.map.target.id, dims)]
    hiding = mark(connection, target, rules)
    relations = relations_of(catalogue.codelists(target.structure), target.structure, target.map)
    hiding |= _groups(connection, target, rules, relations)
    try:
        if not hiding and not any(
            (*(e.confidential for e in policy.earlier), *(one.confidential for one in policy.linked))
        ):
            return ()
        return _protect(connection, target, relations, rules, policy)
    finally:
        connection.execute(f"ALTER TABLE {table} DROP COLUMN {RULE}")
        connection.execute(f"DROP TABLE IF EXISTS {DRAFT}")


def _protect(
    connection: Connection,
    target: Target,
    relations: Relations,
    rules: Sequence[ProtectionRule],
    policy: Policy,
) -> tuple[Finding, ...]:
    scale = 10**target.structure.decimals
    strata = _tables(connection, target, relations, policy, scale)
    unit = scale if _whole(connection, strata, target, scale) else 1
    draft, *before = (read_rows(connection, table, relations, unit, name) for table, name in strata)
    draft = replace(draft, flow=target.map.target.id)
    linked = [(one, _linked(connection, one)) for one in policy.linked] if unit == scale else []
    found = joined(relations, draft, before, linked, policy.identities)
    by_id = {r.id: r for r in rules}
    rounding = next((r for r in rules if r.method == ROUND and r.id in draft.rules), None)
    if rounding is not None:
        return rounded(connection, target, found, draft, rounding, unit, scale)
    secrets, told = _secrets(found, by_id, scale // unit, rules)
    costs = _costs(found, draft, target, max((s.need.high for s in secrets.values()), default=0))
    for cell in secrets:
        if (rule := by_id.get(found.conf[cell][1])) is not None and rule.kind == GROUP:
            for number in found.system.of(cell):  # the noughts beside it tell of the group, not the total
                costs.pop(found.system.equations[number].terms[0][0], None)
    _follow(found, costs)
    choice = choose(found.system, secrets, costs)
    _follow(found, costs)
    _write(connection, target, found, draft)
    return (
        *told_findings(target, found, draft, told),
        *failures(target, found, draft, choice),
        summary(secrets, choice),
    )


def _tables(
    connection: Connection, target: Target, relations: Relations, policy: Policy, scale: int
) -> list[tuple[str, str]]:
    """The rows that hang together with a hidden one, of the draft and of each earlier release."""
    keys = [quoted(d) for d in target.structure.dimension_ids]
    fixed = [k for k, d in zip(keys, target.structure.dimension_ids, strict=True) if d not in relations.varying]
    fixed += [] if relations.over_time else ["TIME_PERIOD"]
    columns = ", ".join([*keys, "TIME_PERIOD"])
    value = f"CAST(OBS_VALUE * {scale} AS HUGEINT)"
    made = [(DRAFT, "")]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {DRAFT} AS SELECT {columns}, {value} AS v, OBS_VALUE IS NOT NULL AND "
        f"coalesce(CONF_STATUS, 'F') = 'F' AS published, CONF_STATUS, {RULE} FROM {quoted(target.table)}"
    )
    for number, one in enumerate(policy.earlier):
        name = f"{DRAFT}_{number}"
        _load(connection, name, one, target.structure.dimension_ids, target.structure.decimals)
        made.append((name, one.name))
    strata = " UNION ".join(
        f"SELECT {', '.join(fixed) or '1'} FROM {quoted(name)} WHERE coalesce(CONF_STATUS, 'F') <> 'F'"
        for name, _ in made
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {DRAFT}_strata AS {strata}")
    whole = not fixed or any(one.confidential for one in policy.linked)  # what they hide may hang on any row
    for name, _ in () if whole else made:
        connection.execute(
            f"DELETE FROM {quoted(name)} WHERE ({', '.join(fixed)}) NOT IN (SELECT {', '.join(fixed)} FROM {DRAFT}_strata)"
        )
    return made


def _load(connection: Connection, name: str, one: Earlier | Linked, dims: Sequence[str], decimals: int) -> None:
    """The rows of a release as a table: true values where they are kept apart; published is what it really tells."""
    keys = [quoted(d) for d in (*dims, "TIME_PERIOD")]
    true = f"CAST(CAST(d.OBS_VALUE AS DECIMAL(38,{decimals})) * {10**decimals} AS HUGEINT)"
    published, join, parameters = "d.OBS_VALUE IS NOT NULL", "", {"data": str(one.data)}
    if one.confidential is not None:
        parameters["apart"] = str(one.confidential)
        hidden = f"CAST(CAST(c.OBS_VALUE AS DECIMAL(38,{decimals})) * {10**decimals} AS HUGEINT)"
        join = f" LEFT JOIN read_parquet($apart) c ON {' AND '.join(f'c.{k} = d.{k}' for k in keys)}"
        true, published = f"coalesce({hidden}, {true})", f"{published} AND c.OBS_VALUE IS NULL"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS SELECT {', '.join(f'd.{k}' for k in keys)}, {true} AS v, "
        f"{published} AS published, d.CONF_STATUS, CAST(NULL AS VARCHAR) AS {RULE} FROM read_parquet($data) d{join}",
        parameters,
    )


def _linked(connection: Connection, one: Linked) -> Rows:
    """The rows of another dataflow's release, in whole counts."""
    name = f"{DRAFT}_linked"
    scale = 10**one.decimals
    _load(connection, name, one, one.relations.dims, one.decimals)
    connection.execute(f"UPDATE {name} SET v = NULL WHERE v % {scale} <> 0")
    return read_rows(connection, name, one.relations, scale, one.name)


def _whole(connection: Connection, strata: Sequence[tuple[str, str]], target: Target, scale: int) -> bool:
    """Whether all counts are whole: then one, not the last decimal, is the unit of what a reader reckons with."""
    condition = counted(target.structure).replace("OBS_VALUE", "v")
    return not any(
        connection.execute(f"SELECT 1 FROM {quoted(t)} WHERE {condition} AND v % {scale} <> 0 LIMIT 1").fetchone()
        for t, _ in strata
    )


def _secrets(
    found: Joined, by_id: Mapping[str, ProtectionRule], one: int, rules: Sequence[ProtectionRule]
) -> tuple[dict[int, Secret], list[int]]:
    """What must stay possible of each primary cell; and those that an earlier release tells."""
    secrets: dict[int, Secret] = {}
    told = []
    usual = next((r.n for r in rules if r.kind == THRESHOLD), USUAL)
    for cell, (conf, id_) in found.conf.items():
        value = found.system.values[cell]
        if conf == SECONDARY or value is None:
            continue
        if found.system.known[cell]:
            told.append(cell)
            continue
        rule = by_id.get(id_)
        n = (rule.n if rule is not None and rule.n else usual) * one
        small = 0 < value < n and (rule is None or rule.kind != GROUP)
        if small:
            secrets[cell] = Secret(Need(0, 2 * n), n - 1, 2 * n - 1)
        elif rule is not None and rule.kind == GROUP:
            secrets[cell] = Secret(Need(max(0, value - n), value), min(n, value), 0)
        else:
            secrets[cell] = Secret(Need(max(0, value - n), value + n), min(n, value), n)
    for cell, other in found.followers:  # its rate, which gives it away, was published before
        if cell in secrets and found.system.known[other] and other in found.told_by:
            found.told_by.setdefault(cell, set()).update(found.told_by[other])
            told.append(cell)
    return secrets, told


def _costs(found: Joined, draft: Rows, target: Target, enough: int) -> dict[int, int]:
    """What hiding a cell costs, by class: a part less than a total, a region less than the nation, a cell that is large
    enough less than one that is not, a nought most. Cells that an earlier release tells have none: hiding them does not help."""
    totals: dict[int, int] = {}
    for equation in found.system.equations:
        totals[equation.terms[0][0]] = totals.get(equation.terms[0][0], 0) + 1
    place = target.structure.dimension_ids.index(target.place) if target.place else -1
    costs = {}
    for cell, key, value, published in zip(found.draft, draft.keys, draft.values, draft.published, strict=True):
        if not published or value is None or cell in found.told_by or not found.system.of(cell):
            continue
        size = 1 if value >= enough else 3 if value else 9
        nation = 40 if target.place and key[place] in NATION else 0
        costs[cell] = size + 4 * totals.get(cell, 0) + nation
    return costs


def _follow(found: Joined, costs: Mapping[int, int]) -> None:
    """A cell that gives a hidden one away is hidden too."""
    others: dict[int, list[int]] = {}
    for cell, other in found.followers:
        others.setdefault(cell, []).append(other)
    values = found.system.values
    waiting = [cell for cell, known in enumerate(found.system.known) if not known and values[cell] is not None]
    while waiting:
        for other in others.get(waiting.pop(), ()):
            if found.system.known[other] and other not in found.told_by:
                found.system.known[other] = False
                waiting.append(other)


def _write(connection: Connection, target: Target, found: Joined, draft: Rows) -> None:
    """Secondary cells get CONF_STATUS D in the mapped table."""
    keys = [quoted(c) for c in (*target.structure.dimension_ids, "TIME_PERIOD")]
    new = [
        draft.keys[row]
        for cell, row in sorted(rows_by_cell(found).items())
        if not found.system.known[cell] and draft.published[row]
    ]
    if not new:
        return
    put(connection, f"{DRAFT}_new", (*target.structure.dimension_ids, "TIME_PERIOD"), new)
    same = " AND ".join(f"t.{k} = n.{k}" for k in keys)
    connection.execute(
        f"UPDATE {quoted(target.table)} t SET CONF_STATUS = '{SECONDARY}' FROM {DRAFT}_new n WHERE {same}"
    )


def _groups(connection: Connection, target: Target, rules: Sequence[ProtectionRule], relations: Relations) -> bool:
    """Parts that are the whole of a sum: everyone is in one class (rules of kind group)."""
    marked = False
    for rule in (r for r in rules if r.kind == GROUP):
        for one in relations.sums:
            if one.bound or len(one.components) > 1 or one.components[0] not in relations.dims:
                continue
            component, total = one.components[0], one.total[0]
            same = " AND ".join(
                f"w.{quoted(d)} = {quoted(target.table)}.{quoted(d)}"
                for d in (*relations.dims, "TIME_PERIOD")
                if d != component
            )
            parts = ", ".join(f"'{p[0]}'" for p in (*one.parts, *one.optional)) or "''"
            done = connection.execute(
                f"UPDATE {quoted(target.table)} SET CONF_STATUS = 'A', {RULE} = $rule WHERE {quoted(component)} IN ({parts}) "
                f"AND coalesce(CONF_STATUS, 'F') = 'F' AND {counted(target.structure)} AND {applies(target, rule)} "
                f"AND EXISTS (SELECT 1 FROM {quoted(target.table)} w WHERE {same} AND w.{quoted(component)} = $total "
                f"AND w.OBS_VALUE >= {rule.n} AND w.OBS_VALUE = {quoted(target.table)}.OBS_VALUE) RETURNING 1",
                {"rule": rule.id, "total": total},
            ).fetchall()
            marked |= bool(done)
    return marked


__all__ = ["Earlier", "Policy", "protect"]
