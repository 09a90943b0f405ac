"""Calculations run in the order of the file: none reads what comes later, none makes what another makes (D17)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from greffe.catalogue.map_view import MapView
from greffe.catalogue.reach import Cell, operands, shown
from greffe.errors import BadDefinition
from greffe.model.calculations import made, read
from greffe.model.maps import Calculation


def check_order(view: MapView, mapped: Sequence[Cell]) -> None:
    """Raises BadDefinition for the first calculation that reads what a later one makes, with the path when it is a
    cycle, or that makes what was made. `mapped` are the cells that mapped rows reach."""
    reached_ = _closed(view, mapped)
    there, makers = dict.fromkeys(mapped), dict[Cell, Calculation]()
    for number, calculation in enumerate(view.map.calculations):
        before, all_ = operands(there, calculation), operands(reached_, calculation)
        late = _late(calculation, before, all_)
        if late or not _satisfied(calculation, before):
            later = _later(view, number, late, reached_)
            if later is not None:
                raise _too_early(view, number, later)
        _check_doubled(view, number, before, makers)
        for results in before.values():
            there |= dict.fromkeys(results)
            makers |= dict.fromkeys(results, calculation)


def _closed(view: MapView, mapped: Sequence[Cell]) -> dict[Cell, None]:
    """Every cell that mapped rows and calculations lead to, in whatever order they run."""
    found = dict.fromkeys(mapped)
    while True:
        made_ = [c for one in view.map.calculations for r in operands(found, one).values() for c in r]
        if all(cell in found for cell in made_):
            return found
        found |= dict.fromkeys(made_)


def _late(
    calculation: Calculation, before: Mapping[Cell, tuple[Cell, ...]], all_: Mapping[Cell, tuple[Cell, ...]]
) -> set[Cell]:
    """Operands that something later makes, of results that it would already have made without them. What later
    calculations add beside those is none of its business."""
    results = {cell for made_ in before.values() for cell in made_}
    own = {cell for made_ in all_.values() for cell in made_}
    return {
        c for c, made_ in all_.items() if calculation.over and c not in before and c not in own and made_[0] in results
    }


def _satisfied(calculation: Calculation, before: Mapping[Cell, object]) -> bool:
    """Something leads to everything that it reads."""
    found = {dict(cell).get(calculation.over) for cell in before}
    return bool(before) and set(read(calculation)) <= found if calculation.over else bool(before)


def _later(view: MapView, number: int, late: set[Cell], reached_: Mapping[Cell, None]) -> int | None:
    """The first later calculation that makes something it reads."""
    all_ = view.map.calculations
    for n in range(number + 1, len(all_)):
        makes = {cell for results in operands(reached_, all_[n]).values() for cell in results}
        if late & makes or (not late and _reads(all_[number], all_[n])):
            return n
    return None


def _reads(one: Calculation, other: Calculation) -> bool:
    """What another makes is among what this one asks for, by the codes that both declare."""
    for codes in made(other):
        asked = {**one.where, **({one.over: read(one)} if one.over else {})}
        told = [code in asked[id_] for id_, code in codes.items() if id_ in asked]
        if told and all(told):
            return True
    return False


def _too_early(view: MapView, number: int, later: int) -> BadDefinition:
    all_ = view.map.calculations
    path = _path(all_, later, number)
    if path:
        ids = [all_[n].id for n in (number, *path)]
        steps = ", ".join(f"{one} reads what {other} makes" for one, other in pairwise(ids))
        return view.wrong(
            f"The calculations go round in a circle: {' → '.join(ids)} ({steps}).",
            f"$.calculations[{number}]",
            hint="A calculation reads mapped cells and what those before it made.",
        )
    return view.wrong(
        f"{all_[number].id} reads what {all_[later].id} makes, and that comes later.",
        f"$.calculations[{number}]",
        hint=f"Put {all_[later].id} before {all_[number].id}.",
    )


def _path(all_: Sequence[Calculation], start: int, end: int) -> list[int]:
    """The shortest way from one calculation to another along what each reads; empty when there is none."""
    ways = [[start]]
    seen = {start}
    while ways:
        way = ways.pop(0)
        for n, other in enumerate(all_):
            if not _reads(all_[way[-1]], other):
                continue
            if n == end:
                return [*way, n]
            if n not in seen:
                seen.add(n)
                ways.append([*way, n])
    return []


def _check_doubled(
    view: MapView, number: int, before: Mapping[Cell, tuple[Cell, ...]], makers: Mapping[Cell, Calculation]
) -> None:
    """Two calculations, or two operands of one, never make one cell. A condition on attributes may keep them apart, and
    so may periods: those are judged when they run."""
    calculation, at = view.map.calculations[number], f"$.calculations[{number}]"
    dimensions = view.target.structure.dimension_ids
    if calculation.kind == "calendar" or any(id_ not in dimensions for id_ in calculation.where):
        return
    seen: dict[tuple[Cell, str], Cell] = {}
    for cell, results in before.items():
        for result in results:
            if result in makers and makers[result].kind != "calendar":
                raise view.wrong(
                    f"{makers[result].id} and {calculation.id} both make the cell {shown(result)}.",
                    at,
                    hint="Limit one of them with where, or leave it out.",
                )
            other = seen.setdefault((result, dict(cell).get(calculation.over, "")), cell)
            if other != cell:
                raise view.wrong(
                    f"{calculation.id} makes the cell {shown(result)} twice: of {shown(other)} and of {shown(cell)}.",
                    at,
                    hint="Name one code in where for each dimension that set changes.",
                )
