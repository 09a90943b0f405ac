"""Which target cells each selected indicator can reach through a map, worked out from its rows before any data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, product
from typing import TypeAlias

from greffe.catalogue.map_view import INDICATOR, MapView, filled, matching
from greffe.model.calculations import made, read
from greffe.model.maps import Calculation, ComponentMap, MapRow, RepresentationMap

# Target dimension → code, as sorted pairs; only of the dimensions that somebody asks about.
Cell: TypeAlias = tuple[tuple[str, str], ...]
Reached: TypeAlias = dict[Cell, set[str]]  # cell → the indicators that reach it


def asked(view: MapView) -> frozenset[str]:
    """The target dimensions that types and calculations speak of."""
    map_ = view.map
    found = {id_ for type_ in map_.types for id_ in type_.cells}
    for calculation in map_.calculations:
        found |= {*calculation.where, *calculation.set} | ({calculation.over} if calculation.over else set())
    return frozenset(id_ for id_ in found if id_ in view.target.structure.dimension_ids)


def published(view: MapView) -> tuple[Cell, ...]:
    """Cells without a value that the map writes itself, before any calculation: of them nothing is counted."""
    dimensions = asked(view)
    found = []
    for absent in view.map.not_provided:
        codes = {**view.map.fixed, **absent.cells}
        if absent.publish and dimensions <= codes.keys():
            found.append(tuple(sorted((id_, codes[id_]) for id_ in dimensions)))
    return tuple(found)


def reached(view: MapView, dimensions: frozenset[str]) -> Reached:
    """Cells over `dimensions` that mapped rows can have. It may name a cell too many (validity is not looked at), never
    one too few."""
    found: Reached = {}
    for indicator in view.values(INDICATOR) or ():
        for cell in _cells(view, indicator, dimensions):
            found.setdefault(cell, set()).add(indicator)
    return found


def _cells(view: MapView, indicator: str, dimensions: frozenset[str]) -> Iterator[Cell]:
    options: list[list[Cell]] = [[((id_, code),)] for id_, code in view.map.fixed.items() if id_ in dimensions]
    for component in view.map.components:
        if dimensions & set(component.targets):
            options.append(sorted(_parts(view, component, indicator, dimensions)))
    for combination in product(*options):
        yield tuple(sorted(pair for part in combination for pair in part))


def _parts(view: MapView, component: ComponentMap, indicator: str, dimensions: frozenset[str]) -> set[Cell]:
    if component.map is None:
        values = (indicator,) if component.sources == (INDICATOR,) else view.values(component.sources[0])
        return {((component.targets[0], v),) for v in _known(view, component.targets[0], values)}
    found = set()
    for _, every in rows_of(view, component.map, indicator):
        for targets in every:
            pairs = zip(component.targets, targets, strict=True)
            found.add(tuple(pair for pair in pairs if pair[0] in dimensions))
    return found


def rows_of(
    view: MapView, table: RepresentationMap, indicator: str
) -> tuple[tuple[MapRow, frozenset[tuple[str, ...]]], ...]:
    """The rows of a table of the map that selected rows of an indicator can match, each with all targets it can make."""
    known, key = view.worked_out.rows, (id(table), indicator)
    if key not in known:
        found = ((row, frozenset(_targets(view, table, row, indicator))) for row in table.rows)
        known[key] = tuple((row, targets) for row, targets in found if targets)
    return known[key]


def _targets(view: MapView, table: RepresentationMap, row: MapRow, indicator: str) -> Iterator[tuple[str, ...]]:
    """What a row can make of the selected rows of an indicator: nothing when it matches none of them."""
    if not row.has_target:
        return
    matched = []
    for id_, source in zip(table.sources, row.sources, strict=True):
        matched.append(matching(source, (indicator,) if id_ == INDICATOR else view.values(id_)))
        if matched[-1] == ():
            return
    if not any("\\" in target for target in row.targets):
        yield row.targets
        return
    known = [values for values in matched if values is not None]
    if len(known) == len(matched):
        for values in product(*known):
            yield filled(row, values)
    else:
        every = [_known(view, id_, None) for id_ in table.targets]
        yield from product(*every)


def _known(view: MapView, id_: str, values: Iterable[str] | None) -> tuple[str, ...]:
    """The values, or every code of the target's list when they cannot be told."""
    if values is not None:
        return tuple(values)
    codes = view.target.codes(id_)
    if codes is None:
        raise view.wrong(f"{id_} can have any value, so it cannot be told which cells are reached.", "$.types")
    return tuple(sorted(codes))


def operands(cells: Iterable[Cell], calculation: Calculation) -> dict[Cell, tuple[Cell, ...]]:
    """The cells that a calculation reads → the cells it makes of each."""
    names, found = read(calculation), {}
    for cell in cells:
        codes = dict(cell)
        wanted = all(codes.get(id_) in codes_ for id_, codes_ in calculation.where.items() if id_ in codes)
        if wanted and (not calculation.over or codes.get(calculation.over) in names):
            found[cell] = tuple(tuple(sorted({**codes, **one}.items())) for one in made(calculation))
    return found


def shown(cell: Cell) -> str:
    """A cell in words."""
    return ", ".join(f"{id_}={code}" for id_, code in cell) or "of the whole target"


def varying(view: MapView, indicator: str, component: str, parts: Iterable[str]) -> tuple[str, ...]:
    """Source dimensions by which an indicator's parts of a target dimension differ, INDICATEUR apart."""
    parts = set(parts)
    for rule in view.map.components:
        if component not in rule.targets:
            continue
        if rule.map is None:
            return tuple(s for s in rule.sources if s != INDICATOR)
        place = rule.targets.index(component)
        rows = [
            row
            for row, every in rows_of(view, rule.map, indicator)
            if any(targets[place] in parts for targets in every)
        ]
        seen = [{(row.sources[n].value, row.sources[n].match) for row in rows} for n in range(len(rule.sources))]
        patterned = [any(row.sources[n].match != "exact" for row in rows) for n in range(len(rule.sources))]
        differ = zip(rule.sources, seen, patterned, strict=True)
        return tuple(s for s, values, wide in differ if s != INDICATOR and (len(values) > 1 or wide))
    return ()


def summed(view: MapView, indicator: str, dimension: str) -> bool:
    """Rows of the indicator with different codes of a source dimension can become one target key."""
    found = leads(view, indicator, dimension)
    return any(
        all(one & other for one, other in zip(found[first], found[second], strict=True))
        for first, second in combinations(sorted(found), 2)
    )


def leads(view: MapView, indicator: str, dimension: str) -> dict[str, list[set[tuple[str, ...]]]]:
    """Code of a source dimension that rows of the indicator can have → for each rule that reads it, the targets it can
    lead to. Codes that no rule tells apart lead to the same; a code that is copied leads to itself."""
    values = (indicator,) if dimension == INDICATOR else view.values(dimension) or ()
    rules = [rule for rule in view.map.components if dimension in rule.sources]
    found = [_copied(values) if rule.map is None else _leads(view, rule.map, indicator, dimension) for rule in rules]
    codes = set(values).intersection(*(set(one) for one in found)) if found else set(values)
    return {code: [one[code] for one in found] for code in codes}


def _copied(values: Iterable[str]) -> dict[str, set[tuple[str, ...]]]:
    return {value: {(value,)} for value in values}


def _leads(view: MapView, table: RepresentationMap, indicator: str, dimension: str) -> dict[str, set[tuple[str, ...]]]:
    """Code of the source dimension → the targets it can lead to."""
    found: dict[str, set[tuple[str, ...]]] = {}
    place = table.sources.index(dimension)
    for row, targets in rows_of(view, table, indicator):
        for code in matching(row.sources[place], view.values(dimension)) or ():
            found.setdefault(code, set()).update(targets)
    return found
