"""Suppressed cells that several published relations together bring back: a chain of differences, a system that has one
solution. What one relation gives alone is a query's business (rules/confidentiality.py)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from greffe.arrow import integer, text
from greffe.catalogue.related_cells import Cells
from greffe.catalogue.relations import relations_of
from greffe.engine import Connection, quoted
from greffe.linear.intervals import exact
from greffe.linear.system import Equation, System
from greffe.model.findings import ERROR, Finding
from greffe.validation.facts import ROUNDED, Facts

MESSAGES: Final = {
    "en": "Suppressed, but the published cells of several relations together give its value. "
    "Suppress another cell or mark it in the source.",
    "fr": "Masquée, mais les cellules publiées de plusieurs relations en donnent ensemble la valeur. "
    "Masquer une autre cellule ou la marquer dans la source.",
}


def given_by_systems(connection: Connection, facts: Facts) -> Iterator[Finding]:
    """Suppressed cells with one possible value, given that counts are whole and not negative, that no single relation
    gives. Asked of the rows that hang together with a suppressed one. A rounded cell is known to be less than its base
    away from what is published. No finding holds a value."""
    relations = relations_of(facts.codelists, facts.structure)
    keys = ", ".join(quoted(c) for c in (*facts.dims, "TIME_PERIOD"))
    fixed = [quoted(d) for d in facts.dims if d not in relations.varying]
    fixed += [] if relations.over_time else ["TIME_PERIOD"]
    near = f"({', '.join(fixed)}) IN (SELECT {', '.join(fixed)} FROM {facts.table} WHERE {facts.hidden()})"
    rows = connection.execute(
        f"SELECT {keys}, v, {ROUNDED}, {facts.hidden()} FROM {facts.table} WHERE {near if fixed else 'TRUE'} ORDER BY {keys}"
    ).fetchall()
    hidden = [n for n, row in enumerate(rows) if row[-1]]
    if not hidden:
        return
    found = [tuple(map(text, row[:-3])) for row in rows]
    values = [None if row[-3] is None else integer(row[-3]) for row in rows]
    unit = facts.scale
    if any(v is not None and v % unit for n, v in enumerate(values) if relations.counted(found[n])):
        unit = 1
    whole = [None if v is None else v // unit for v in values]
    system = System(list(whole), [v is not None for v in whole], list(Cells(relations, found, whole).equations()))
    one = facts.scale // unit
    _loosen(system, {n: integer(row[-2]) * one for n, row in enumerate(rows) if row[-2] is not None})
    _true(connection, facts, system, {key: n for n, key in enumerate(found) if not system.known[n]}, unit)
    alone = {h[0] for e in system.equations if not e.loose and len(h := system.hidden(e)) == 1}
    for cell in sorted(exact(system, hidden) - alone):
        key = dict(zip(facts.dims, found[cell], strict=False))
        yield Finding("QR-CNF-02", ERROR, key, found[cell][-1], MESSAGES)


def _true(
    connection: Connection, facts: Facts, system: System, unknown: Mapping[tuple[str, ...], int], unit: int
) -> None:
    """The true values of unknown cells, where they are at hand: a first table that fits need not be looked for. They prove
    nothing that is not checked, and decide nothing: a cell that another table fits as well is safe whatever it holds."""
    if not facts.apart:
        return
    keys = ", ".join(quoted(c) for c in (*facts.dims, "TIME_PERIOD"))
    value = f"CAST(TRY_CAST(OBS_VALUE AS DECIMAL(38,{facts.decimals})) * {facts.scale} AS HUGEINT)"
    for row in connection.execute(f"SELECT {keys}, {value} FROM {quoted(facts.apart)}").fetchall():
        cell = unknown.get(tuple(map(text, row[:-1])))
        true = None if row[-1] is None else integer(row[-1])
        if cell is not None and true is not None and true % unit == 0:
            system.values[cell] = true // unit


def _loosen(system: System, bases: Mapping[int, int]) -> None:
    """Make rounded cells unknown ones between bounds: two relations of each with a cell that everybody knows."""
    for cell, base in bases.items():
        value = system.values[cell]
        if value is None:
            continue
        system.values[cell], system.known[cell] = None, False
        for bound, factor in ((value - base + 1, 1), (value + base - 1, -1)):
            system.equations.append(Equation(((cell, factor), (len(system.values), -factor)), loose=True))
            system.values.append(bound)
            system.known.append(True)
