"""Whether two versions of a map decide alike on the rows there are: then nothing need be mapped again."""

from __future__ import annotations

from dataclasses import replace

from greffe.arrow import text
from greffe.engine import Connection, quoted
from greffe.mapping.kinds import Rule
from greffe.mapping.resolve import TIME, Plan, cell, decide
from greffe.mapping.sql import Parameters, condition
from greffe.model.maps import StructureMap


def alike(connection: Connection, before: Plan, after: Plan, rows: str) -> bool:
    """The maps differ in rows of representation maps alone, and give every selected row of `rows` (a source, or what it was
    condensed to) the same targets. Both plans are on the same structures."""
    pairs = list(zip(before.rules, after.rules, strict=False))
    shapes = [(r.kind, r.targets, r.sources, r.constant, r.times, r.formats) for r in before.rules]
    if shapes != [(r.kind, r.targets, r.sources, r.constant, r.times, r.formats) for r in after.rules]:
        return False
    if before.breaks != after.breaks or _without_rows(before.map) != _without_rows(after.map):
        return False
    return all(a == b or _same(connection, before, after, a, b, rows) for a, b in pairs)


def _without_rows(map_: StructureMap) -> StructureMap:
    """What is read of a map beside its component maps, which `shapes` and rows cover: its names and version say nothing."""
    return replace(map_, reference=map_.target, names={}, file="", components=(), checksum="")


def _same(connection: Connection, before: Plan, after: Plan, old: Rule, new: Rule, rows: str) -> bool:
    """The two rules make the same of every distinct value."""
    keys = tuple(dict.fromkeys((*new.sources, TIME))) if old.dated or new.dated else new.sources
    parameters = Parameters()
    named = ", ".join(f"{cell(after, k)} AS {quoted(k)}" for k in keys)
    where = condition(parameters, after.map.select)
    found = connection.execute(
        f"SELECT DISTINCT {named} FROM {quoted(rows)} WHERE {where}", parameters.values
    ).fetchall()
    for row in found:
        values = {key: text(value) for key, value in zip(keys, row, strict=True)}
        if decide(before, old, values).targets != decide(after, new, values).targets:
            return False
    return True
