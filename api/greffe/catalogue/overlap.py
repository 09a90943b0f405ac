"""Nothing is counted twice: a sum of a total and its parts does not load (D16; annotation TOTAL_OF of internal codes)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

from greffe.catalogue.map_view import INDICATOR, MapView, Side
from greffe.catalogue.reach import leads
from greffe.model.structures import Codelist

TOTAL_OF = "TOTAL_OF"  # parts of a code, joined by ;   `*`: every other code of the list but those that say so too
Parts = Mapping[str, frozenset[str]]


def parts_of(list_: Codelist | None) -> dict[str, frozenset[str]]:
    """Code → every code that it contains, at any depth: by its annotation, or because it is their parent."""
    if list_ is None:
        return {}
    every = frozenset(item.id for item in list_.items)
    # Of two codes that stand for everything, T and _Z, a figure has one or the other.
    parts = frozenset(item.id for item in list_.items if item.annotation(TOTAL_OF) != "*")
    direct: dict[str, set[str]] = {item.id: set() for item in list_.items}
    for item in list_.items:
        if item.parent in direct:
            direct[item.parent].add(item.id)
        said = item.annotation(TOTAL_OF)
        direct[item.id] |= parts if said == "*" else {code for code in said.split(";") if code in every}
    return {code: frozenset(_below(code, direct)) for code in direct}


def _below(code: str, direct: Mapping[str, Iterable[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(direct[code])
    while waiting:
        part = waiting.pop()
        if part not in found:
            found.add(part)
            waiting += direct[part]
    return found


def check_overlaps(view: MapView, reaching: Iterable[str]) -> None:
    """Refuses a map whose `aggregate` would add a code and a part of it into one target key.

    `reaching`: the indicators that have a target. Raises BadDefinition naming indicator, dimension and both codes.
    """
    over = view.map.aggregate.over if view.map.aggregate else ()
    reaching = sorted(reaching)
    for dimension in (d for d in over if d != INDICATOR):
        parts = _of(view, view.source, dimension)
        for indicator in reaching:
            for whole, part in _together(leads(view, indicator, dimension), parts):
                raise view.wrong(
                    f"{indicator} would be counted twice: {dimension} {whole} contains {part}, and both lead to one key.",
                    "$.aggregate.over",
                    hint=f"Select {dimension} {whole}, or its parts.",
                )
    if INDICATOR in over:
        parts = _of(view, view.source, INDICATOR)
        found = {i: leads(view, i, INDICATOR).get(i, []) for i in reaching}
        for whole, part in _together(found, parts):
            raise view.wrong(
                f"{part} would be counted twice: {whole} contains it, and both lead to one key.",
                "$.aggregate.over",
                hint=f"Select {whole}, or its parts.",
            )


def check_parts(view: MapView, dimension: str, parts: Iterable[str], at: str) -> None:
    """Refuses a declared total one of whose parts contains another."""
    known = _of(view, view.target, dimension)
    for one, other in combinations(tuple(parts), 2):
        for whole, part in ((one, other), (other, one)):
            if part in known.get(whole, ()):
                raise view.wrong(f"{part} would be counted twice: {whole} contains it.", at)


def _of(view: MapView, side: Side, dimension: str) -> Parts:
    component = side.component(dimension)
    return parts_of(view.catalogue.codelist(component) if component else None)


def _together(found: Mapping[str, list[set[tuple[str, ...]]]], parts: Parts) -> Iterable[tuple[str, str]]:
    """Pairs of a code and a part of it that every rule can lead to the same targets."""
    for whole in sorted(found):
        for part in sorted(parts.get(whole, frozenset()) & found.keys()):
            if all(one & other for one, other in zip(found[whole], found[part], strict=True)):
                yield whole, part
