"""A data address of SDMX REST 1.5 → a query (R1-DATA)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from greffe.errors import BadQuery
from greffe.model.periods import span
from greffe.model.references import AGENCY, ID
from greffe.query import versions
from greffe.query.parameters import (
    DATA_PRESENTATION,
    Spec,
    choice,
    count,
    flag,
    moment,
    read_parameters,
    text,
    whole,
    word,
)
from greffe.query.queries import Condition, DataQuery, Filter, Key

DATA_PARAMETERS: Final[dict[str, Spec]] = {
    "startPeriod": text("First period, inclusive", "2015"),
    "endPeriod": text("Last period, inclusive", "2022-Q4"),
    "firstNObservations": whole("First observations of each series"),
    "lastNObservations": whole("Last observations of each series"),
    "detail": text("How much", choices=("full", "dataonly", "serieskeysonly", "nodata"), default="full"),
    "dimensionAtObservation": text(
        "What stands with the observation: TIME_PERIOD, another dimension, or AllDimensions", default="TIME_PERIOD"
    ),
    "includeHistory": text("One data set for each dissemination", choices=("false", "true"), default="false"),
    "updatedAfter": text("Only what changed since", "2026-01-01T00:00:00Z"),
    **DATA_PRESENTATION,
}
# detail → attributes and measures in the words of 2.x (R2-DATA-22).
_DETAILS: Final = {
    "full": (("dsd",), ("all",)),
    "dataonly": (("none",), ("all",)),
    "serieskeysonly": (("none",), ("none",)),
    "nodata": (("dsd",), ("none",)),
}


def parse_data(parts: Sequence[str], raw_query: str) -> DataQuery:
    """`data/{flowRef}/{key}/{providerRef}`: the parts after `data` (see `parameters.path_parts`), and the query string.

    Raises BadQuery or Unsupported, naming what is wrong.
    """
    if not 1 <= len(parts) <= 3:
        raise BadQuery("Data are asked as data/FLOW, data/FLOW/KEY or data/FLOW/KEY/PROVIDER.", parameter="path")
    given = read_parameters(raw_query, DATA_PARAMETERS)
    agency, id_, version = _flow(parts[0])
    detail = choice(given, "detail", tuple(_DETAILS), "full")
    attributes, measures = _DETAILS[detail]
    return DataQuery(
        agencies=() if agency == "all" else (agency,),
        ids=(id_,),
        versions=versions.asked_v1(version),
        keys=_keys(parts[1]) if len(parts) > 1 else (),
        providers=_providers(parts[2]) if len(parts) > 2 else (),
        filters=_periods(given.get("startPeriod"), given.get("endPeriod")),
        first=count(given, "firstNObservations"),
        last=count(given, "lastNObservations"),
        attributes=attributes,
        measures=measures,
        dimension_at_observation=given.get("dimensionAtObservation", "TIME_PERIOD"),
        updated_after=moment(given, "updatedAfter"),
        history=flag(given, "includeHistory"),
        api=1,
    )


def _flow(part: str) -> tuple[str, str, str]:
    """`ID`, `AGENCY,ID` or `AGENCY,ID,VERSION` (R1-DATA-01)."""
    found = [word(1, p) for p in part.split(",")]
    agency, id_, version = {1: ("all", *found, "latest"), 2: (*found, "latest"), 3: tuple(found)}.get(
        len(found), ("", "", "")
    )
    if not re.fullmatch(AGENCY, agency) or not re.fullmatch(ID, id_):
        raise BadQuery(
            f"{part!r} names no dataflow.", parameter="flowRef", hint="Write ID, AGENCY,ID or AGENCY,ID,VERSION."
        )
    return agency, id_, version


def _keys(part: str) -> tuple[Key, ...]:
    """Slots with `.`, codes of a slot with `+`, nothing for any (R1-DATA-02 to 04)."""
    if word(1, part) == "all":
        return ()
    slots = []
    for place, slot in enumerate(part.split("."), 1):
        codes = slot.split("+") if slot else []
        for code in codes:
            if not re.fullmatch(ID, code):
                hint = "Leave a slot empty for any code." if code == "*" else "Codes of a slot are joined with +."
                raise BadQuery(f"Slot {place} of the key has {code!r}, which is no code.", parameter="key", hint=hint)
        slots.append(frozenset(codes))
    return (tuple(slots),)


def _providers(part: str) -> tuple[str, ...]:
    found = tuple(word(1, p) for p in part.split("+"))
    if "all" in found:
        return ()
    for one in found:
        if not re.fullmatch(rf"(?:{AGENCY},)?{ID}", one):
            raise BadQuery(f"{one!r} names no provider.", parameter="providerRef", hint="Write ID or AGENCY,ID.")
    return found


def _periods(start: str | None, end: str | None) -> tuple[Filter, ...]:
    conditions = []
    for name, operator, value in (("startPeriod", "ge", start), ("endPeriod", "le", end)):
        if value is not None:
            _check_period(name, value)
            conditions.append(Condition(operator, value))
    return (Filter("TIME_PERIOD", (tuple(conditions),)),) if conditions else ()


def _check_period(name: str, value: str) -> None:
    try:
        span(value)
    except BadQuery as error:
        raise BadQuery(error.message, parameter=name, hint=error.hint) from error
