"""An address of SDMX REST 1.5 → a query (R1-STR, R1-DATA)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from greffe.errors import BadQuery, NotFound, Unsupported, nearest
from greffe.model.periods import span
from greffe.model.references import AGENCY, ID
from greffe.query import resources
from greffe.query.parameters import (
    DATA_PRESENTATION,
    PRESENTATION,
    Spec,
    agencies,
    choice,
    count,
    history,
    ids,
    instant,
    read_parameters,
    text,
    time_format,
    whole,
    word,
)
from greffe.query.queries import ALL_DIMENSIONS, Condition, DataQuery, Filter, Key, StructureQuery

RESOURCES: Final = tuple(resources.V1)
DATA_PARAMETERS: Final[dict[str, Spec]] = {
    "startPeriod": text("First period, inclusive", "2015"),
    "endPeriod": text("Last period, inclusive", "2022-Q4"),
    "firstNObservations": whole("First observations of each series"),
    "lastNObservations": whole("Last observations of each series"),
    "detail": text("How much", choices=("full", "dataonly", "serieskeysonly", "nodata"), default="full"),
    "dimensionAtObservation": text(
        "TIME_PERIOD, or AllDimensions: CSV only", choices=("TIME_PERIOD", ALL_DIMENSIONS), default="TIME_PERIOD"
    ),
    "includeHistory": text("false only", choices=("false",), default="false"),
    "updatedAfter": text("Not offered (501)", "2026-01-01T00:00:00Z"),
    **DATA_PRESENTATION,
}
STRUCTURE_PARAMETERS: Final[dict[str, Spec]] = {
    "references": text("Which neighbours come along; or a resource", "children", default="none"),
    "detail": text("How much of each", choices=resources.V1_DETAILS, default="full"),
    **PRESENTATION,
}
# detail → attributes and measures in the words of 2.x (R2-DATA-22).
_DETAILS: Final = {
    "full": (("dsd",), ("all",)),
    "dataonly": (("none",), ("all",)),
    "serieskeysonly": (("none",), ("none",)),
    "nodata": (("dsd",), ("none",)),
}
_EXACT: Final = re.compile(r"\d+(?:\.\d+)*")


def parse_data(parts: Sequence[str], raw_query: str) -> DataQuery:
    """`data/{flowRef}/{key}/{providerRef}`: the parts after `data` (see `parameters.path_parts`), and the query string.

    Raises BadQuery or Unsupported, naming what is wrong.
    """
    if not 1 <= len(parts) <= 3:
        raise BadQuery("Data are asked as data/FLOW, data/FLOW/KEY or data/FLOW/KEY/PROVIDER.", parameter="path")
    given = read_parameters(raw_query, DATA_PARAMETERS)
    instant(given, "updatedAfter")
    history(given)
    agency, id_, version = _flow(parts[0])
    detail = choice(given, "detail", tuple(_DETAILS), "full")
    time_format(given)
    attributes, measures = _DETAILS[detail]
    return DataQuery(
        agencies=() if agency == "all" else (agency,),
        ids=(id_,),
        versions=_versions(version),
        keys=_keys(parts[1]) if len(parts) > 1 else (),
        providers=_providers(parts[2]) if len(parts) > 2 else (),
        filters=_periods(given.get("startPeriod"), given.get("endPeriod")),
        first=count(given, "firstNObservations"),
        last=count(given, "lastNObservations"),
        attributes=attributes,
        measures=measures,
        dimension_at_observation=given.get("dimensionAtObservation", "TIME_PERIOD"),
        api=1,
    )


def parse_structure(parts: Sequence[str], raw_query: str) -> StructureQuery:
    """`{resource}/{agencyID}/{resourceID}/{version}/{itemID}`: all parts, and the query string.

    Raises NotFound for a resource that the standard does not know, Unsupported for one that is not kept here, BadQuery.
    """
    resource, agency, id_, version, item = _five(parts)
    kinds = _kinds(resource)
    given = read_parameters(raw_query, STRUCTURE_PARAMETERS)
    if len(parts) == 5 and resource not in resources.WITH_ITEMS:
        raise NotFound(f"A {resource} has no items to ask for.")
    return StructureQuery(
        kinds=kinds,
        agencies=agencies(agency, 1),
        ids=ids(id_, 1, "an id"),
        versions=_versions(version),
        items=ids(item, 1, "an item", rf"{ID}(?:\.{ID})*"),
        references=_references(given.get("references", "none")),
        detail=choice(given, "detail", resources.V1_DETAILS, "full"),
        role=resources.V1_ROLES.get(resource, ""),
        api=1,
    )


def _five(parts: Sequence[str]) -> tuple[str, str, str, str, str]:
    if len(parts) > 5:
        raise BadQuery("The path has too many parts.", parameter="path")
    if len(parts) == 3 and parts[2] == "latest":  # pandaSDMX 1.10 leaves the id out: dataflow/AGENCY/latest
        parts = (*parts[:2], "all", "latest")
    resource, agency, id_, version, item = (*parts, *("", "all", "all", "latest", "all")[len(parts) :])
    return resource, agency, id_, version, item


def _kinds(resource: str) -> tuple[str, ...]:
    if resource in resources.V1_ABSENT:
        raise Unsupported(f"No {resource} is kept here.", parameter="resource")
    if resource not in resources.V1:
        raise NotFound(f"There is no resource {resource!r}.", nearest=nearest(resource, (*resources.V1, "data")))
    return resources.V1[resource]


def _references(value: str) -> tuple[str, ...]:
    if value in resources.V1_REFERENCES:
        return (value,)
    if value in resources.V1:
        return resources.V1[value]
    if value in resources.V1_ABSENT:
        return (value,)
    known = (*resources.V1_REFERENCES, *resources.V1)
    raise BadQuery(f"{value!r} cannot be asked for.", parameter="references", nearest=nearest(value, known))


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


def _versions(part: str) -> tuple[str, ...]:
    found = []
    for one in (word(1, p) for p in part.split("+")):
        if one not in ("all", "latest") and not _EXACT.fullmatch(one):
            raise BadQuery(f"{one!r} is not a version.", parameter="version", hint="Write 1.0.0, latest or all.")
        found.append({"all": "*", "latest": "~"}.get(one, one))
    return ("*",) if "*" in found else tuple(dict.fromkeys(found))


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
