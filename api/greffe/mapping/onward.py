"""Where one internal observation goes: its target cell, or why a map has none for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from greffe.mapping.resolve import INDICATOR, TIME, Plan, decide
from greffe.model.maps import StructureMap


@dataclass(frozen=True)
class Onward:
    """`target`: code by target dimension, and the period; None when there is none. Then `component` is the internal
    component that is not selected, or the target component(s) without a value; `row` (`file:row_id`) says so where a row
    of the map does."""

    target: Mapping[str, str] | None
    component: str = ""
    why: str = ""
    row: str = ""


def onward(plan: Plan, values: Mapping[str, str]) -> Onward:
    """What the rules make of all the components of an observation. A row of the map that declares it without a target is
    the reason, before rules that fail (as in `unmapped`)."""
    for component, codes in sorted(plan.map.select.items(), key=lambda item: item[0] != INDICATOR):
        if values[component] not in codes:
            return Onward(None, component, f"the map does not read {component}={values[component]}")
    made: dict[str, str] = {}
    failed: list[tuple[bool, Onward]] = []
    for rule in plan.rules:
        outcome = decide(plan, rule, values)
        if outcome.targets is not None:
            made |= dict(zip(rule.targets, outcome.targets, strict=True))
        elif plan.needed(rule):
            row = outcome.row
            said = f"{row.kind}: {row.reason}" if row else outcome.reason
            read = ", ".join(f"{s}={values[s]}" for s in rule.sources)
            place = f"{rule.map.file}:{row.row_id}" if rule.map and row else ""
            declared = row is not None and not row.has_target
            failed.append((declared, Onward(None, ",".join(rule.targets), said or f"no row reads {read}", place)))
    if failed:
        return max(failed, key=lambda f: f[0])[1]
    return Onward({d: made[d] for d in (*plan.target.dimension_ids, TIME)})


def family(map_: StructureMap, targets: Sequence[Mapping[str, str]]) -> dict[str, tuple[str, ...]]:
    """Target cells of everything that can be made of those: calculations move only between codes of the dimensions they
    set or run over, and between periods."""
    moved = {TIME, *(d for c in map_.calculations for d in (*c.set, c.over))}
    return {d: tuple(dict.fromkeys(t[d] for t in targets)) for d in targets[0] if d not in moved}
