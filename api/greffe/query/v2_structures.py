"""A structure address of SDMX REST 2.x → a query (R2-GEN, R2-STR)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from greffe.errors import BadQuery, nearest
from greffe.model.references import ID
from greffe.query import resources, versions
from greffe.query.parameters import (
    PRESENTATION,
    Spec,
    agencies,
    choice,
    ids,
    moment,
    read_parameters,
    text,
    word,
)
from greffe.query.queries import StructureQuery

RESOURCES: Final = tuple(resources.V2)
STRUCTURE_PARAMETERS: Final[dict[str, Spec]] = {
    "references": text("Which neighbours come along; or artefact types; comma is or", "children", default="none"),
    "detail": text("How much of each", choices=resources.V2_DETAILS, default="full"),
    "asOf": text("As it was at that moment; without offset Europe/Paris", "2026-01-01T00:00:00Z"),
    **PRESENTATION,
}
_ITEM: Final = rf"{ID}(?:\.{ID})*"


def parse_structure(parts: Sequence[str], raw_query: str) -> StructureQuery:
    """`structure/{artefactType}/{agencyID}/{resourceID}/{version}/{itemID}`: the parts after `structure`.

    Raises BadQuery, also for an artefact type that does not exist.
    """
    if len(parts) > 5:
        raise BadQuery("The path has too many parts.", parameter="path")
    kind, agency, id_, version, item = (*parts, *("*", "*", "*", "~", "*")[len(parts) :])
    kind = word(2, kind)
    kinds = _kinds(kind)
    given = read_parameters(raw_query, STRUCTURE_PARAMETERS)
    if len(parts) == 5 and kind == "*":
        kinds = resources.V2_WITH_ITEMS
    elif len(parts) == 5 and kind not in resources.V2_WITH_ITEMS:
        raise BadQuery(f"A {kind} has no items to ask for.", parameter="itemID")
    return StructureQuery(
        kinds=kinds,
        agencies=agencies(agency, 2),
        ids=ids(id_, 2, "an id"),
        versions=versions.asked_v2(version),
        items=ids(item, 2, "an item", ".+" if kind == "valuelist" else _ITEM),  # values may hold any characters
        references=tuple(dict.fromkeys(_reference(r) for r in given.get("references", "none").split(","))),
        detail=choice(given, "detail", resources.V2_DETAILS, "full"),
        as_of=moment(given, "asOf"),
        api=2,
    )


def _kinds(kind: str) -> tuple[str, ...]:
    if kind not in resources.V2:
        raise _unknown(f"{kind!r} is no artefact type.", "artefactType", kind, resources.V2)
    return resources.V2[kind]


def _reference(value: str) -> str:
    known = (*resources.V2_REFERENCES, *resources.STRUCTURES)
    if value not in known:
        raise _unknown(f"{value!r} cannot be asked for.", "references", value, known)
    return value


def _unknown(says: str, parameter: str, word_: str, known: Sequence[str] | dict[str, tuple[str, ...]]) -> BadQuery:
    if word_ == "metadataset":
        return BadQuery(says, parameter=parameter, hint="Metadata sets are asked for with metadata/metadataset/….")
    instead = resources.V2_GONE.get(word_)
    hint = "It is a word of REST 1.5." if instead else ""
    return BadQuery(says, parameter=parameter, nearest=instead or nearest(word_, tuple(known)), hint=hint)
