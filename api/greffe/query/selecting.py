"""A data query against a structure → a Selection of the store, and the components that are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from greffe.errors import BadQuery, BadSemantics, NotFound, nearest
from greffe.model.periods import Span, span
from greffe.model.structures import Codelist, Component, DataStructure
from greffe.query.parameters import no_operator, not_here
from greffe.query.queries import ALL_DIMENSIONS, PERIOD_OPERATORS, Condition, DataQuery, Filter, Key
from greffe.store.base import Selection

TIME: Final = "TIME_PERIOD"
_OLDEST, _NEWEST = date.min, date.max
_NEVER: Final = Span(_NEWEST, _OLDEST)
_TESTS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "eq": lambda code, value: code == value,
    "ne": lambda code, value: code != value,
    "co": lambda code, value: value in code,
    "nc": lambda code, value: value not in code,
    "sw": lambda code, value: code.startswith(value),
    "ew": lambda code, value: code.endswith(value),
}


@dataclass(frozen=True)
class Written:
    """What of the matching series is written: ids of attributes, the measure, and observations at all."""

    attributes: tuple[str, ...]
    measures: bool
    observations: bool


def written(query: DataQuery, structure: DataStructure) -> Written:
    """The components that a query asks for. Raises BadSemantics for one that the structure lacks."""
    attributes = [a for a in structure.attributes if _asked(query.attributes, a)]
    known = [a.id for a in structure.attributes]
    for one in query.attributes:
        if one not in ("dsd", "all", "msd", "dataset", "series", "obs", "none", *known):
            raise _unknown(one, structure, known, "attributes")
    measures = [m.id for m in structure.measures]
    for one in query.measures:
        if one not in ("all", "none", *measures):
            raise _unknown(one, structure, measures, "measures")
    measured = any(m != "none" for m in query.measures)
    # measures=none is what 1.5 calls nodata, unless attributes of observations are asked for by name (R2-DATA-22).
    general = set(query.attributes) <= {"dsd", "all", "msd", "dataset", "series", "none"}
    observed = measured or (not general and any(a.on_observation for a in attributes))
    shown = tuple(a.id for a in attributes if observed or not a.on_observation)
    return Written(shown, measured, observed)


def _asked(words: tuple[str, ...], attribute: Component) -> bool:
    level = "obs" if attribute.on_observation else "series" if attribute.relationship else "dataset"
    return bool({"dsd", "all", level, attribute.id} & set(words))


def selection(
    query: DataQuery, structure: DataStructure, codelists: Mapping[str, Codelist], observed: bool
) -> Selection:
    """The selection that a query means. Raises BadQuery or BadSemantics when it does not fit the structure.

    On 1.5 a slot none of whose codes exists raises NotFound with the nearest; on 2.x it just matches nothing.
    """
    _check_dimension(query, structure)
    keys = [_codes(key, query, structure, codelists) for key in query.keys]
    allowed: dict[str, frozenset[str]] = {}
    spans: tuple[Span, ...] = ()
    for wanted in query.filters:
        if wanted.component == TIME:
            spans = tuple(_span(conditions) for conditions in wanted.alternatives)
        else:
            allowed[wanted.component] = _allowed(wanted, structure, codelists)
    return Selection(
        keys=tuple(_both(key, allowed) for key in (keys or [{}])) if keys or allowed else (),
        spans=spans,
        first=query.first,
        last=query.last,
        series_only=not observed,
    )


def _check_dimension(query: DataQuery, structure: DataStructure) -> None:
    asked = query.dimension_at_observation
    if asked in (TIME, ALL_DIMENSIONS):
        return
    known = (TIME, *structure.dimension_ids, ALL_DIMENSIONS)
    if asked not in known:
        raise _unknown(asked, structure, known, "dimensionAtObservation")
    raise not_here("dimensionAtObservation")


def _codes(
    key: Key, query: DataQuery, structure: DataStructure, codelists: Mapping[str, Codelist]
) -> dict[str, frozenset[str]]:
    dimensions = structure.dimension_ids
    if len(key) > len(dimensions) or (query.api == 1 and len(key) < len(dimensions)):
        raise BadQuery(
            f"The key has {len(key)} slots where {structure.reference.id} has {len(dimensions)} dimensions.",
            parameter="key",
            hint=f"The slots are {'.'.join(dimensions)}.",
        )
    found = {name: slot for name, slot in zip(dimensions, key, strict=False) if slot}
    for name, slot in found.items() if query.api == 1 else ():
        known = {i.id for i in codelists[name].items} if name in codelists else slot
        if not slot & known:
            wrong = min(slot)
            raise NotFound(
                f"{wrong!r} is no code of {name}.", parameter="key", column=name, nearest=nearest(wrong, known)
            )
    return found


def _both(key: Mapping[str, frozenset[str]], allowed: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    return {name: key.get(name, codes) & codes for name, codes in allowed.items()} | {
        name: slot for name, slot in key.items() if name not in allowed
    }


def _allowed(wanted: Filter, structure: DataStructure, codelists: Mapping[str, Codelist]) -> frozenset[str]:
    """Codes of a dimension that its filter lets through."""
    parameter = f"c[{wanted.component}]"
    component = structure.component(wanted.component)
    if component is None:
        raise _unknown(wanted.component, structure, [c.id for c in structure.components], parameter)
    if component.role != "dimension":
        raise not_here(parameter)
    for operator in (c.operator for a in wanted.alternatives for c in a):
        if operator not in _TESTS:
            raise no_operator(parameter, operator, _TESTS)
    if component.id not in codelists:
        if any(c.operator != "eq" or len(a) > 1 for a in wanted.alternatives for c in a):
            raise not_here(parameter)
        return frozenset(c.value for a in wanted.alternatives for c in a)
    codes = [i.id for i in codelists[component.id].items]
    return frozenset(
        code
        for code in codes
        if any(all(_TESTS[c.operator](code, c.value) for c in conditions) for conditions in wanted.alternatives)
    )


def _span(conditions: tuple[Condition, ...]) -> Span:
    """The days within which a period must lie. A period that is asked for means its days (R1-DATA-07)."""
    first, last = _OLDEST, _NEWEST
    for condition in conditions:
        if condition.operator not in PERIOD_OPERATORS:
            raise no_operator(f"c[{TIME}]", condition.operator, PERIOD_OPERATORS)
        asked = span(condition.value)
        match condition.operator:
            case "ge":
                first = max(first, asked.first)
            case "le":
                last = min(last, asked.last)
            case "eq":
                first, last = max(first, asked.first), min(last, asked.last)
            case "gt" if asked.last < _NEWEST:
                first = max(first, asked.last + timedelta(days=1))
            case "lt" if asked.first > _OLDEST:
                last = min(last, asked.first - timedelta(days=1))
            case _:  # after the newest day, before the oldest
                return _NEVER
    return Span(first, last)


def _unknown(found: str, structure: DataStructure, known: tuple[str, ...] | list[str], parameter: str) -> BadSemantics:
    return BadSemantics(
        f"{structure.reference.id} has no {found!r}.", parameter=parameter, nearest=nearest(found, known)
    )
