"""Objects of an SDMX-JSON 2.1 structure message as artefacts: strict, since what is not understood must not be lost."""

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
from greffe.catalogue.tree import Node
from greffe.errors import BadDefinition, nearest
from greffe.model.artefacts import Artefact

_READERS: Final[dict[str, Callable[[str, Node], Artefact]]] = {
    kind: theme.read
    for theme in (
        artefact_constraints, artefact_data, artefact_hierarchies, artefact_items, artefact_mappings,
        artefact_metadata, artefact_reporting, artefact_transformations,
    )
    for kind in theme.KINDS
}  # fmt: skip


def from_json(kind: str, value: object, file: str = "", path: str = "$") -> Artefact:
    """The artefact of that kind in a decoded JSON object. Raises BadDefinition with file and JSON path."""
    if kind not in _READERS:
        raise BadDefinition(f"{kind!r} is not a kind of artefact.", file=file, nearest=nearest(kind, _READERS))
    return read_artefact(kind, Node(value, file, path))


def read_artefact(kind: str, node: Node) -> Artefact:
    """The artefact of that kind at that place."""
    return _READERS[kind](kind, node)
