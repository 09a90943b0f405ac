"""A data query against a structure → a Selection of the store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from greffe.errors import BadQuery, BadSemantics, NotFound, nearest
from greffe.model.periods import Span
from greffe.model.structures import Codelist, Component, DataStructure
from greffe.query.queries import (
    ALL_COMPONENTS,
    ALL_DIMENSIONS,
    SERIES_KEY,
    TIME,
    Condition,
    DataQuery,
    Filter,
    Key,
    Sorting,
)
from greffe.query.reporting_year import days
from greffe.store.base import Across, Order, Selection
from greffe.store.conditions import ORDERING, Kind, Term, Where, number

_OLDEST, _NEWEST = date.min, date.max
_NEVER: Final = Span(_NEWEST, _OLDEST)
_RANGES: Final = ("eq", "lt", "le", "gt", "ge")  # what becomes one span of days
_NUMERIC: Final = frozenset({
    "Decimal", "Double", "Float", "Integer", "BigInteger", "Long", "Short", "Count", "Incremental",
    "InclusiveValueRange", "ExclusiveValueRange",
})  # fmt: skip


class Missing(BadSemantics):
    """The structure lacks a component that the question is about: of several flows, this one is left out."""


class TooManySlots(BadQuery):
    """A key that has more slots than the structure has dimensions: of several flows, this one is left out."""


def selection(
    query: DataQuery, structure: DataStructure, codelists: Mapping[str, Codelist], observed: bool
) -> Selection:
    """The selection that a query means. Raises BadQuery or BadSemantics when it does not fit the structure.

    On 1.5 a slot none of whose codes exists raises NotFound with the nearest; on 2.x it just matches nothing. Conditions
    compare numbers where a component holds numbers, days where it holds periods, and letters else (codes, too).
    """
    across = _across(query, structure)
    keys = [_codes(key, query, structure, codelists) for key in query.keys]
    allowed: dict[str, frozenset[str]] = {}
    spans: tuple[Span, ...] = ()
    where = []
    for wanted in query.filters:
        component = structure.component(wanted.component)
        if component is None:
            known = [c.id for c in structure.components]
            raise _missing(wanted.component, structure, known, f"c[{wanted.component}]")
        if component.role == "time" and all(c.operator in _RANGES for a in wanted.alternatives for c in a):
            spans = tuple(_span(conditions, query) for conditions in wanted.alternatives)
        elif component.role == "dimension" and all(len(a) == 1 and a[0].operator == "eq" for a in wanted.alternatives):
            allowed[wanted.component] = frozenset(a[0].value for a in wanted.alternatives)
        else:
            where.append(_where(wanted, component, query.year_start))
    return Selection(
        keys=tuple(_both(key, allowed) for key in (keys or [{}])) if keys or allowed else (),
        spans=spans,
        first=query.first,
        last=query.last,
        series_only=not observed,
        where=tuple(where),
        order=_order(query, structure, across, observed),
        across=across,
        skip=query.offset,
        most=query.limit,
    )


def _across(query: DataQuery, structure: DataStructure) -> Across | None:
    """The cross-section that is asked for (R1-DATA-11). Raises BadSemantics for no dimension (R1-DATA-12)."""
    asked = query.dimension_at_observation
    if asked in (TIME, ALL_DIMENSIONS):
        return None
    if asked not in structure.dimension_ids:
        known = (TIME, *structure.dimension_ids, ALL_DIMENSIONS)
        raise BadSemantics(
            f"{structure.reference.id} has no dimension {asked!r}.",
            parameter="dimensionAtObservation",
            nearest=nearest(asked, known),
        )
    hanging = [a.id for a in structure.attributes if not a.on_observation and asked in a.relationship]
    return Across(asked, tuple(hanging))


def _codes(
    key: Key, query: DataQuery, structure: DataStructure, codelists: Mapping[str, Codelist]
) -> dict[str, frozenset[str]]:
    dimensions = structure.dimension_ids
    if len(key) > len(dimensions) or (query.api == 1 and len(key) < len(dimensions)):
        raise TooManySlots(
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


def _where(wanted: Filter, component: Component, year_start: str) -> Where:
    """The condition in the terms of the store (R2-DATA-11, 12)."""
    kind: Kind = "text"
    if component.role == "time":
        kind = "time"
    elif component.representation.enumeration is None and (
        component.role == "measure" or component.representation.text_type in _NUMERIC
    ):
        kind = "number"
    terms = tuple(tuple(_term(c, kind, component.id, year_start) for c in a) for a in wanted.alternatives)
    return Where(component.id, terms, kind)


def _term(condition: Condition, kind: Kind, id_: str, year_start: str) -> Term:
    operator, value = condition.operator, condition.value
    if kind == "text" or operator not in ORDERING:
        return Term(operator, value)
    if kind == "time":
        return Term(operator, value, days(value, year_start))
    if number(value) is None:
        raise BadQuery(f"{value!r} is no number.", parameter=f"c[{id_}]", hint="Write 12.5 or 1E-7.")
    return Term(operator, value)


def _span(conditions: tuple[Condition, ...], query: DataQuery) -> Span:
    """The days within which a period must lie. A period that is asked for means its days (R1-DATA-07). Raises
    BadSemantics for a first period after the last: that is no question without an answer but two fields changed over."""
    first, last = _OLDEST, _NEWEST
    _in_turn(conditions, query)
    for condition in conditions:
        asked = days(condition.value, query.year_start)
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


def _in_turn(conditions: tuple[Condition, ...], query: DataQuery) -> None:
    """Raise BadSemantics when `ge` names a period that begins after the one that `le` names has ended."""
    bounds = {c.operator: c.value for c in conditions if c.operator in ("ge", "le")}
    if len(bounds) < 2 or days(bounds["ge"], query.year_start).first <= days(bounds["le"], query.year_start).last:
        return
    first, last, parameter = (
        ("startPeriod", "endPeriod", "startPeriod") if query.api == 1 else ("ge", "le", "c[TIME_PERIOD]")
    )
    raise BadSemantics(
        f"{first!r} is {bounds['ge']!r}, which is after {last!r}, {bounds['le']!r}.",
        parameter=parameter,
        hint="Change the two over.",
    )


def _order(query: DataQuery, structure: DataStructure, across: Across | None, observed: bool) -> tuple[Order, ...]:
    """The components to sort by, in turn (R2-DATA-43). Raises BadQuery for what cannot be sorted by (R2-DATA-44)."""
    dimensions = (*structure.dimension_ids, *((TIME,) if structure.time else ()))
    at_observation = across.dimension if across else TIME
    in_series = {d for d in dimensions if d != at_observation}
    in_series |= {a.id for a in structure.attributes if not a.on_observation}
    in_series -= set(across.attributes) if across else set()
    known = in_series if not observed else {c.id for c in structure.components}
    found: dict[str, Order] = {}
    for one in query.sort:
        for id_ in _sorted_by(one, query, dimensions, at_observation, observed):
            if id_ not in known:
                hint = "" if observed else "Without observations, series are sorted by what they hold."
                raise BadQuery(
                    f"{structure.reference.id} has no {id_!r} to sort by.",
                    parameter="sort",
                    nearest=nearest(id_, known),
                    hint=hint,
                )
            found.setdefault(id_, Order(id_, one.descending))
    return tuple(found.values())


def _sorted_by(
    one: Sorting, query: DataQuery, dimensions: tuple[str, ...], at_observation: str, observed: bool
) -> tuple[str, ...]:
    if one.component == ALL_COMPONENTS:
        return tuple(d for d in dimensions if observed or d != at_observation)
    if one.component != SERIES_KEY:
        return (one.component,)
    if query.dimension_at_observation == ALL_DIMENSIONS:
        raise BadQuery("A flat answer has no series.", parameter="sort", hint="Ask for sort=* instead.")
    return tuple(d for d in dimensions if d != at_observation)


def _missing(found: str, structure: DataStructure, known: list[str], parameter: str) -> Missing:
    return Missing(f"{structure.reference.id} has no {found!r}.", parameter=parameter, nearest=nearest(found, known))
