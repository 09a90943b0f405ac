"""Artefacts as the objects of an SDMX-JSON 2.1 structure message, every language kept (J-03, J-11)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from greffe.catalogue import (
    artefact_constraints,
    artefact_data,
    artefact_hierarchies,
    artefact_items,
    artefact_mappings,
    artefact_metadata,
    artefact_reporting,
    artefact_transformations,
)
from greffe.catalogue.artefact_constraints import availability_said
from greffe.catalogue.artefact_output import Json, head, unsayable
from greffe.catalogue.artefact_tables import COLLECTIONS
from greffe.model.artefacts import Artefact, ItemScheme
from greffe.model.structures import DataConstraint

__all__ = ["COLLECTIONS", "collection", "to_json"]

_WRITERS: Final[dict[str, Callable[[Artefact], Json]]] = {
    kind: theme.said
    for theme in (
        artefact_constraints, artefact_data, artefact_hierarchies, artefact_items, artefact_mappings,
        artefact_metadata, artefact_reporting, artefact_transformations,
    )
    for kind in theme.KINDS
}  # fmt: skip


def collection(artefact: Artefact) -> str:
    """The name of the list under `data` that it stands in."""
    if isinstance(artefact, DataConstraint) and artefact.role == "Actual":
        return "availabilityConstraints"
    if artefact.kind not in COLLECTIONS:
        raise unsayable(artefact, "it is no structure")
    return COLLECTIONS[artefact.kind]


def to_json(artefact: Artefact) -> Json:
    """The object that stands in `data.<collection>[]`. A stub is written without its content, references kept.

    An extended code list says what it extends and its own codes only; one whose `extensions` were cleared says them
    all. Raises BadDefinition for what SDMX-JSON 2.1 cannot say, e.g. no name, a parent of an agency, a constraint on
    things of several kinds.
    """
    if isinstance(artefact, DataConstraint) and artefact.role == "Actual":
        return availability_said(artefact)
    if artefact.kind not in _WRITERS:
        raise unsayable(artefact, "it is no structure")
    found = head(artefact)
    return found if artefact.stub and isinstance(artefact, ItemScheme) else found | _WRITERS[artefact.kind](artefact)
