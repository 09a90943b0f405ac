"""An availability address of either generation → a query (R1-AVL, R2-AVL); `available.py` answers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from greffe.errors import BadQuery, nearest
from greffe.model.references import ID
from greffe.query import v1_data, v2_data
from greffe.query.parameters import PRESENTATION, Spec, choice, ids, read_parameters, text, word
from greffe.query.queries import DataQuery

MODES: Final = ("exact", "available")
V2_CONTEXTS: Final = ("dataflow", "datastructure", "provisionagreement")
V1_REFERENCES: Final = ("none", "all", "codelist", "datastructure", "conceptscheme", "dataflow", "dataproviderscheme")
V2_REFERENCES: Final = (*V1_REFERENCES, "valuelist")
_MODE: Final = text("exact: what there is; available: what may be chosen next", "", MODES, "exact")
V1_PARAMETERS: Final[dict[str, Spec]] = {
    **{name: v1_data.DATA_PARAMETERS[name] for name in ("startPeriod", "endPeriod", "updatedAfter")},
    "mode": _MODE,
    "references": text("Which artefacts come along", "", V1_REFERENCES, "none"),
    **PRESENTATION,
}
V2_PARAMETERS: Final[dict[str, Spec]] = {
    **{name: v2_data.DATA_PARAMETERS[name] for name in ("c[TIME_PERIOD]", "updatedAfter", "reportingYearStartDay")},
    "mode": _MODE,
    "references": text("Which artefacts come along; comma is or", "all", default="none"),
    **PRESENTATION,
}
_OWN: Final = ("mode", "references", *PRESENTATION)


@dataclass(frozen=True)
class AvailabilityQuery:
    """A data query and what to tell of it. components: ids of dimensions, () = all; references: kinds, or `all`."""

    data: DataQuery
    components: tuple[str, ...] = ()
    mode: str = "exact"
    references: tuple[str, ...] = ()
    api: int = field(default=2, compare=False)


def parse_availability(parts: Sequence[str], raw_query: str, api: int) -> AvailabilityQuery:
    """`availableconstraint/{flowRef}/{key}/{providerRef}/{componentId}` of 1.5, `availability/{context}/{agencyID}/
    {resourceID}/{version}/{key}/{componentId}` of 2.x: the parts after the first word, and the query string.

    Raises BadQuery or Unsupported, naming what is wrong.
    """
    most = 4 if api == 1 else 6
    if not 1 <= len(parts) <= most:
        raise BadQuery("The path has too few or too many parts.", parameter="path", hint=f"1 to {most} may follow.")
    if api == 2 and parts[0] not in V2_CONTEXTS:
        raise BadQuery(f"{parts[0]!r} is no context.", parameter="context", nearest=nearest(parts[0], V2_CONTEXTS))
    given = read_parameters(raw_query, V1_PARAMETERS if api == 1 else V2_PARAMETERS, components=api == 2)
    dialect = v1_data if api == 1 else v2_data
    component = parts[most - 1] if len(parts) == most else word(api, "ALL")
    return AvailabilityQuery(
        dialect.parse_data(parts[: most - 1], _of_data(raw_query)),
        ids(component, api, "a component", ID),
        choice(given, "mode", MODES, "exact"),
        _references(given.get("references", "none"), api),
        api,
    )


def _of_data(raw_query: str) -> str:
    """The parameters that are those of a data query."""
    pairs = filter(None, raw_query.split("&"))
    return "&".join(p for p in pairs if unquote(p.partition("=")[0]) not in _OWN)


def _references(value: str, api: int) -> tuple[str, ...]:
    known = V1_REFERENCES if api == 1 else V2_REFERENCES
    found = [value] if api == 1 else value.split(",")
    for one in found:
        if one not in known:
            raise BadQuery(f"{one!r} cannot be asked for.", parameter="references", nearest=nearest(one, known))
    return tuple(dict.fromkeys(one for one in found if one != "none"))
