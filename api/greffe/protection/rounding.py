"""Controlled rounding: every count of a table becomes a multiple of the base nearby, and sums still add up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from greffe.catalogue.policies.protection import ProtectionRule
from greffe.engine import Connection, quoted
from greffe.linear.solver import INFINITE, Programme
from greffe.linear.system import System
from greffe.model.findings import ERROR, INFO, Finding
from greffe.model.rounded import COMMENTS, ESTIMATED, SAID
from greffe.protection.primary import Target
from greffe.protection.tables import SECONDARY, Joined, Rows, put, rows_by_cell

APART: Final = "kept_apart"  # true values of what is rounded or suppressed


def nearby(system: System, block: Sequence[int], base: int) -> dict[int, int] | None:
    """For each cell of a block that has a value: a multiple of `base` less than `base` away (a multiple stays), with every
    equation kept, as near as possible in all; None where there is none."""
    programme = Programme()
    column = {}
    for cell in block:
        value = system.values[cell]
        if value is not None:
            rest = value % base
            column[cell] = programme.unknown(0.0, 1.0 if rest else 0.0, float(base - 2 * rest))
    for number in system.equations_of(block):
        equation = system.equations[number]
        if any(cell not in column for cell, _ in equation.terms):
            continue
        whole = sum(factor * ((system.values[cell] or 0) // base) for cell, factor in equation.terms)
        terms = [(column[cell], factor) for cell, factor in equation.terms]
        programme.row(terms, -float(whole), INFINITE if equation.loose else -float(whole))
    solution = programme.solved(whole=True)
    if solution is None:
        return None
    return {cell: base * ((system.values[cell] or 0) // base + round(float(solution[n]))) for cell, n in column.items()}


def rounded(
    connection: Connection, target: Target, found: Joined, draft: Rows, rule: ProtectionRule, unit: int, scale: int
) -> tuple[Finding, ...]:
    """Round all counts that hang together with a primary cell; what gives an exact count away (a rate) is hidden. Where no
    rounding keeps the sums, the primary cells stay as they are, hidden, and an error says so."""
    base = rule.base * (scale // unit)
    rows = rows_by_cell(found)
    new: list[tuple[str, ...]] = []
    gone: list[tuple[str, ...]] = []
    failed: list[int] = []
    done: set[int] = set()
    starts = [cell for cell, (_, id_) in sorted(found.conf.items()) if id_ == rule.id]
    for block in found.system.blocks(starts, through_known=True):
        values = nearby(found.system, block, base)
        told = [cell for cell in block if cell in found.conf and cell in found.told_by]
        if values is None or told:
            failed += told or [cell for cell in block if cell in found.conf]
            continue
        for cell, value in values.items():
            if cell in rows:
                done.add(cell)
                new.append((*draft.keys[rows[cell]], str(value * unit)))
    gone += [
        draft.keys[rows[other]]
        for cell, other in found.followers
        if cell in done and other in rows and other not in done and draft.published[rows[other]]
    ]
    _write(connection, target, new, gone, rule, scale)
    dims = target.structure.dimension_ids
    findings = [
        Finding(
            "QR-CNF-02", ERROR, dict(zip(dims, draft.keys[rows[cell]], strict=False)), draft.keys[rows[cell]][-1],
            {
                "en": "No rounding keeps the sums here, or an earlier release holds the exact figure.",
                "fr": "Aucun arrondi ne conserve ici les sommes, ou une diffusion antérieure porte le chiffre exact.",
            },
        )
        for cell in failed
        if cell in rows
    ]  # fmt: skip
    summary = {
        "en": f"{len(new)} counts are rounded to base {rule.base}; sums add up.",
        "fr": f"{len(new)} effectifs sont arrondis à la base {rule.base} ; les sommes tombent juste.",
    }
    return (*findings, Finding("QR-CNF-02", INFO, {}, "", summary))


def _write(
    connection: Connection,
    target: Target,
    new: Sequence[tuple[str, ...]],
    gone: Sequence[tuple[str, ...]],
    rule: ProtectionRule,
    scale: int,
) -> None:
    columns = (*target.structure.dimension_ids, "TIME_PERIOD")
    same = " AND ".join(f"t.{quoted(c)} = n.{quoted(c)}" for c in columns)
    put(connection, "rounded_new", (*columns, "v"), new)
    put(connection, "rounded_gone", columns, gone)
    table = quoted(target.table)
    keep_apart(connection, target, f"SELECT t.* FROM {table} t JOIN rounded_new n ON {same}")
    value = f"(CAST(n.v AS HUGEINT) // {scale})"  # a multiple of the base in whole units
    said = SAID.format(base=rule.base)
    notes = ""
    if target.structure.component(COMMENTS) is not None:
        notes = f", {quoted(COMMENTS)} = concat_ws('; ', nullif(t.{quoted(COMMENTS)}, ''), '{said}')"
    status = f", OBS_STATUS = '{ESTIMATED}'" if target.structure.component("OBS_STATUS") is not None else ""
    connection.execute(
        f"UPDATE {table} t SET OBS_VALUE = {value}, OBS_TEXT = CAST({value} AS VARCHAR), CONF_STATUS = 'F'{status}{notes} "
        f"FROM rounded_new n WHERE {same}"
    )
    connection.execute(f"UPDATE {table} t SET CONF_STATUS = '{SECONDARY}' FROM rounded_gone n WHERE {same}")


def keep_apart(connection: Connection, target: Target, rows: str) -> None:
    """Add rows of the mapped table to APART: key, true value as text, CONF_STATUS, OBS_STATUS."""
    keys = ", ".join(quoted(c) for c in (*target.structure.dimension_ids, "TIME_PERIOD"))
    select = f"SELECT {keys}, OBS_TEXT AS OBS_VALUE, CONF_STATUS, OBS_STATUS FROM ({rows}) WHERE OBS_VALUE IS NOT NULL"
    connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {APART} AS {select} LIMIT 0")
    connection.execute(f"INSERT INTO {APART} {select}")
