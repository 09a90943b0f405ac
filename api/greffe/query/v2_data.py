"""A data address of SDMX REST 2.x → a query (R2-GEN, R2-DATA)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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
    history,
    ids,
    instant,
    not_here,
    read_parameters,
    text,
    whole,
    word,
)
from greffe.query.queries import (
    ALL_DIMENSIONS,
    PERIOD_OPERATORS,
    Condition,
    DataQuery,
    Filter,
    Key,
    Slot,
    merged,
)

CONTEXTS: Final = ("dataflow", "datastructure", "provisionagreement", "*")
OPERATORS: Final = ("eq", "ne", "lt", "le", "gt", "ge", "co", "nc", "sw", "ew")
DATA_PARAMETERS: Final[dict[str, Spec]] = {
    "c[TIME_PERIOD]": text(
        "Periods; + is and, comma is or. Other components likewise: c[geo]=FR,BE", "ge:2015+le:2022"
    ),
    "firstNObservations": whole("First observations of each series"),
    "lastNObservations": whole("Last observations of each series"),
    "attributes": text("dsd, all, dataset, series, obs, none, or ids", "none", default="dsd"),
    "measures": text("all, none, or ids", "none", default="all"),
    "dimensionAtObservation": text(
        "TIME_PERIOD, or AllDimensions: CSV only", choices=("TIME_PERIOD", ALL_DIMENSIONS), default="TIME_PERIOD"
    ),
    "includeHistory": text("false only", choices=("false",), default="false"),
    "updatedAfter": text("Not offered (501)", "2026-01-01T00:00:00Z"),
    "asOf": text("Not offered (501)", "2026-01-01T00:00:00Z"),
    "offset": whole("0 only", 0, 0),
    "limit": whole("Not offered (501)"),
    "sort": text("Not offered (501)", "series_key"),
    "reportingYearStartDay": text("--01-01 only", default="--01-01"),
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
        api=2,
    )


def _data_parameters(raw_query: str) -> dict[str, str]:
    try:
        given = read_parameters(raw_query, DATA_PARAMETERS, components=True)
    except BadQuery as error:
        if error.parameter not in _HINTS:
            raise
        raise BadQuery("Not a parameter of 2.x.", parameter=error.parameter, hint=_HINTS[error.parameter]) from error
    for name in ("updatedAfter", "asOf"):
        instant(given, name)
    history(given)
    if count(given, "offset", 0):
        raise not_here("offset")
    if count(given, "limit") is not None:
        raise not_here("limit")
    if "sort" in given:
        raise not_here("sort")
    start = given.get("reportingYearStartDay", "--01-01")
    if not re.fullmatch(r"--(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", start):
        raise BadQuery(f"{start!r} is no day of the year.", parameter="reportingYearStartDay", hint="Write --MM-DD.")
    if start != "--01-01":
        raise not_here("reportingYearStartDay")
    return given


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
    if name == "c[TIME_PERIOD]" and operator in PERIOD_OPERATORS:  # of another one the value need be no period
        try:
            span(value)
        except BadQuery as error:
            raise BadQuery(error.message, parameter=name, hint=error.hint) from error
    return Condition(operator, value)
