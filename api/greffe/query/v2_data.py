"""A data address of SDMX REST 2.x → a query (R2-GEN, R2-DATA)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from greffe.errors import BadQuery, nearest
from greffe.model.periods import span
from greffe.model.references import ID
from greffe.query import versions
from greffe.query.parameters import (
    DATA_PRESENTATION,
    Spec,
    agencies,
    count,
    flag,
    ids,
    moment,
    read_parameters,
    text,
    whole,
    word,
)
from greffe.query.queries import (
    ALL_COMPONENTS,
    NEW_YEAR,
    Condition,
    DataQuery,
    Filter,
    Key,
    Slot,
    Sorting,
    merged,
)
from greffe.store import conditions

CONTEXTS: Final = ("dataflow", "datastructure", "provisionagreement", "*")
OPERATORS: Final = conditions.OPERATORS
DIRECTIONS: Final = ("asc", "desc")
DATA_PARAMETERS: Final[dict[str, Spec]] = {
    "c[TIME_PERIOD]": text(
        "Periods; + is and, comma is or. Other components likewise: c[geo]=FR,BE", "ge:2015+le:2022"
    ),
    "firstNObservations": whole("First observations of each series"),
    "lastNObservations": whole("Last observations of each series"),
    "attributes": text("dsd, all, dataset, series, obs, none, or ids", "none", default="dsd"),
    "measures": text("all, none, or ids", "none", default="all"),
    "dimensionAtObservation": text(
        "What stands with the observation: TIME_PERIOD, another dimension, or AllDimensions", default="TIME_PERIOD"
    ),
    "includeHistory": text("One data set for each dissemination", choices=("false", "true"), default="false"),
    "updatedAfter": text("Only what changed since", "2026-01-01T00:00:00Z"),
    "asOf": text("As it was at that moment", "2026-12-01T00:00:00Z"),
    "offset": whole("Observations (or series) to skip", 0, 0),
    "limit": whole("Most observations (or series) to give"),
    "sort": text("Components joined with +, each :asc or :desc; or * or series_key", "series_key:asc+TIME_PERIOD:desc"),
    "reportingYearStartDay": text("When reporting years begin that c[TIME_PERIOD] names", "--07-01", default=NEW_YEAR),
    **DATA_PRESENTATION,
}
_HINTS: Final = {
    "startPeriod": "On 2.x write c[TIME_PERIOD]=ge:2015.",
    "endPeriod": "On 2.x write c[TIME_PERIOD]=le:2022.",
    "detail": "On 2.x write attributes=none and measures=none.",
}


def parse_data(parts: Sequence[str], raw_query: str) -> DataQuery:
    """`data/{context}/{agencyID}/{resourceID}/{version}/{key}`: the parts after `data`, and the query string.

    Raises BadQuery or Unsupported, naming what is wrong.
    """
    if len(parts) > 5:
        raise BadQuery("The path has too many parts.", parameter="path", hint="data/context/agency/id/version/key")
    context, agency, id_, version, key = (*parts, *("*",) * (5 - len(parts)))
    if word(2, context) not in CONTEXTS:
        raise BadQuery(f"{context!r} is no context.", parameter="context", nearest=nearest(context, CONTEXTS))
    given = _data_parameters(raw_query)
    return DataQuery(
        context=word(2, context),
        agencies=agencies(agency, 2),
        ids=ids(id_, 2, "an id"),
        versions=versions.asked_v2(version),
        keys=_keys(key),
        filters=_filters(given),
        first=count(given, "firstNObservations"),
        last=count(given, "lastNObservations"),
        attributes=_list(given, "attributes", "dsd"),
        measures=_list(given, "measures", "all"),
        dimension_at_observation=given.get("dimensionAtObservation", "TIME_PERIOD"),
        updated_after=moment(given, "updatedAfter"),
        as_of=moment(given, "asOf"),
        history=flag(given, "includeHistory"),
        sort=_sort(given),
        offset=count(given, "offset", 0) or 0,
        limit=count(given, "limit"),
        year_start=_year_start(given),
        api=2,
    )


def _data_parameters(raw_query: str) -> dict[str, str]:
    try:
        given = read_parameters(raw_query, DATA_PARAMETERS, components=True)
    except BadQuery as error:
        if error.parameter not in _HINTS:
            raise
        raise BadQuery("Not a parameter of 2.x.", parameter=error.parameter, hint=_HINTS[error.parameter]) from error
    after, as_of = moment(given, "updatedAfter"), moment(given, "asOf")
    if after is not None and as_of is not None and after > as_of:
        raise BadQuery("It is later than asOf.", parameter="updatedAfter", hint="Ask for a moment before asOf.")
    return given


def _year_start(given: Mapping[str, str]) -> str:
    found = given.get("reportingYearStartDay", NEW_YEAR)
    try:
        if not re.fullmatch(r"--[0-9]{2}-[0-9]{2}", found):
            raise ValueError(found)
        date.fromisoformat(f"2001{found[1:]}")  # a day that every year has
    except ValueError as error:
        raise BadQuery(
            f"{found!r} is no day of every year.", parameter="reportingYearStartDay", hint="Write --MM-DD."
        ) from error
    return found


def _sort(given: Mapping[str, str]) -> tuple[Sorting, ...]:
    """`FREQ+TIME_PERIOD:desc` (R2-DATA-43)."""
    if "sort" not in given:
        return ()
    found: list[Sorting] = []
    for one in given["sort"].split("+"):
        component, _, direction = one.partition(":")
        if component != ALL_COMPONENTS and not re.fullmatch(ID, component):
            raise BadQuery(f"{component!r} is no component.", parameter="sort", hint="Components are joined with +.")
        if ":" in one and direction not in DIRECTIONS:
            raise BadQuery(f"{direction!r} is no direction.", parameter="sort", nearest=nearest(direction, DIRECTIONS))
        if component in [f.component for f in found]:
            raise BadQuery(f"{component!r} is there twice.", parameter="sort")
        found.append(Sorting(component, direction == "desc"))
    return tuple(found)


def _keys(part: str) -> tuple[Key, ...]:
    """Whole keys with `,`, slots with `.`, `*` for any; slots may lack at the end (R2-DATA-04 to 06)."""
    if word(2, part) == "*":
        return ()
    return merged(tuple(_slot(slot, place) for place, slot in enumerate(key.split("."), 1)) for key in part.split(","))


def _slot(slot: str, place: int) -> Slot:
    if slot == "*":
        return frozenset()
    if not re.fullmatch(ID, slot):
        hint = "Write whole keys with commas: A.X,B.X." if "+" in slot else "Write * for any code."
        raise BadQuery(f"Slot {place} of the key has {slot!r}, which is no code.", parameter="key", hint=hint)
    return frozenset({slot})


def _list(given: Mapping[str, str], name: str, default: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(given.get(name, default).split(",")))
    for one in found:
        if not re.fullmatch(ID, one):
            raise BadQuery(f"{one!r} is no id.", parameter=name, hint="Ids are joined with commas.")
    if "none" in found and len(found) > 1:
        raise BadQuery("none stands alone.", parameter=name, hint="Leave it out, or ask for none only.")
    return found


def _filters(given: Mapping[str, str]) -> tuple[Filter, ...]:
    found = [
        Filter(name[2:-1], tuple(tuple(_condition(c, name) for c in one.split("+")) for one in value.split(",")))
        for name, value in given.items()
        if name.startswith("c[")
    ]
    return tuple(sorted(found, key=lambda f: f.component))


def _condition(written: str, name: str) -> Condition:
    """`ge:2020`; a prefix that is no operator is part of the value (R2-DATA-12)."""
    prefix, colon, value = written.partition(":")
    operator, value = (prefix, value) if colon and prefix in OPERATORS else ("eq", written)
    if not value:
        raise BadQuery("A value is missing.", parameter=name)
    if name == "c[TIME_PERIOD]" and operator in conditions.ORDERING:  # the others take letters
        try:
            span(value)
        except BadQuery as error:
            raise BadQuery(error.message, parameter=name, hint=error.hint) from error
    return Condition(operator, value)
