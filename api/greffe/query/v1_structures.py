"""A structure address of SDMX REST 1.5 → a query (R1-STR)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from greffe.errors import BadQuery, NotFound, Unsupported, nearest
from greffe.model.references import ID
from greffe.query import resources, versions
from greffe.query.parameters import PRESENTATION, Spec, agencies, choice, ids, read_parameters, text
from greffe.query.queries import StructureQuery

RESOURCES: Final = resources.V1_RESOURCES
STRUCTURE_PARAMETERS: Final[dict[str, Spec]] = {
    "references": text("Which neighbours come along; or a resource", "children", default="none"),
    "detail": text("How much of each", choices=resources.V1_DETAILS, default="full"),
    **PRESENTATION,
}


def parse_structure(parts: Sequence[str], raw_query: str) -> StructureQuery:
    """`{resource}/{agencyID}/{resourceID}/{version}/{itemID}`: all parts, and the query string.

    Raises NotFound for a resource that the standard does not know, Unsupported for attachment constraints, BadQuery.
    """
    resource, agency, id_, version, item = _five(parts)
    kinds = _kinds(resource)
    given = read_parameters(raw_query, STRUCTURE_PARAMETERS)
    if len(parts) == 5 and resource not in resources.V1_WITH_ITEMS:
        raise NotFound(f"A {resource} has no items to ask for.")
    return StructureQuery(
        kinds=kinds,
        agencies=agencies(agency, 1),
        ids=ids(id_, 1, "an id"),
        versions=versions.asked_v1(version),
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
    if resource == "structure":
        return resources.V1_KINDS
    if resource == "attachmentconstraint":
        raise Unsupported(
            "Nothing is attached to keys here, so there are no attachment constraints.",
            parameter="resource",
            hint="What is allowed is an allowedconstraint; SDMX 3.0 has no attachment constraints.",
        )
    if resource not in resources.V1:
        raise NotFound(f"There is no resource {resource!r}.", nearest=nearest(resource, (*RESOURCES, "data")))
    return resources.V1[resource]


def _references(value: str) -> tuple[str, ...]:
    if value in resources.V1_REFERENCES:
        return (value,)
    if value in resources.V1_REFERENCED:
        return resources.V1_REFERENCED[value]
    known = (*resources.V1_REFERENCES, *resources.V1_REFERENCED)
    raise BadQuery(f"{value!r} cannot be asked for.", parameter="references", nearest=nearest(value, known))
