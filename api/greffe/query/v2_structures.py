"""A structure address of SDMX REST 2.x → a query (R2-GEN, R2-STR)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from greffe.errors import BadQuery, Unsupported, nearest
from greffe.model.references import ID
from greffe.query import resources, versions
from greffe.query.parameters import (
    PRESENTATION,
    Spec,
    agencies,
    choice,
    ids,
    instant,
    read_parameters,
    text,
    word,
)
from greffe.query.queries import StructureQuery

RESOURCES: Final = tuple(resources.V2)
STRUCTURE_PARAMETERS: Final[dict[str, Spec]] = {
    "references": text("Which neighbours come along; or artefact types; comma is or", "children", default="none"),
    "detail": text("How much of each", choices=resources.V2_DETAILS, default="full"),
    "asOf": text("Not offered (501)", "2026-01-01T00:00:00Z"),
    **PRESENTATION,
}


def parse_structure(parts: Sequence[str], raw_query: str) -> StructureQuery:
    """`structure/{artefactType}/{agencyID}/{resourceID}/{version}/{itemID}`: the parts after `structure`.

    Raises BadQuery (an artefact type that does not exist, too), Unsupported for a type that is not kept here.
    """
    if len(parts) > 5:
        raise BadQuery("The path has too many parts.", parameter="path")
    kind, agency, id_, version, item = (*parts, *("*", "*", "*", "~", "*")[len(parts) :])
    kind = word(2, kind)
    kinds = _kinds(kind)
    given = read_parameters(raw_query, STRUCTURE_PARAMETERS)
    instant(given, "asOf")
    if len(parts) == 5 and kind not in resources.WITH_ITEMS:
        raise BadQuery(f"A {kind} has no items to ask for.", parameter="itemID")
    return StructureQuery(
        kinds=kinds,
        agencies=agencies(agency, 2),
        ids=ids(id_, 2, "an id"),
        versions=versions.asked_v2(version),
        items=ids(item, 2, "an item", rf"{ID}(?:\.{ID})*"),
        references=tuple(dict.fromkeys(_reference(r) for r in given.get("references", "none").split(","))),
        detail=choice(given, "detail", resources.V2_DETAILS, "full"),
        api=2,
    )


def _kinds(kind: str) -> tuple[str, ...]:
    if kind in resources.V2_ABSENT:
        raise Unsupported(f"No {kind} is kept here.", parameter="artefactType")
    if kind not in resources.V2:
        raise BadQuery(f"{kind!r} is no artefact type.", parameter="artefactType", nearest=nearest(kind, resources.V2))
    return resources.V2[kind]


def _reference(value: str) -> str:
    known = (*resources.V2_REFERENCES, *(k for k in resources.V2 if k != "*"), *resources.V2_ABSENT)
    if value not in known:
        raise BadQuery(f"{value!r} cannot be asked for.", parameter="references", nearest=nearest(value, known))
    return value
