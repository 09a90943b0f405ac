"""Artefacts as SDMX-JSON 2.1 messages, the form of the files in `sdmx/` (D8): all languages, byte-stable."""

from __future__ import annotations

import json
from typing import Final

from greffe.catalogue.artefact_output import Json
from greffe.catalogue.artefact_reading import from_json, read_artefact
from greffe.catalogue.artefact_writing import COLLECTIONS, collection, to_json
from greffe.catalogue.metadata_json import (
    METADATA_COLLECTION,
    METADATA_SCHEMA,
    metadata_set_to_json,
    read_metadata_set,
)
from greffe.catalogue.tree import read_json
from greffe.model.metadata import MetadataSet
from greffe.model.structures import Artefact

__all__ = ["COLLECTIONS", "SCHEMA", "dump_file", "from_json", "read_message", "to_json"]

SCHEMA: Final = "https://json.sdmx.org/2.1/sdmx-json-structure-schema.json"
# A file says nothing of when it was written: equal artefacts have equal bytes.
_PREPARED: Final = "2026-01-01T00:00:00Z"
_KINDS: Final = {name: kind for kind, name in COLLECTIONS.items()}


def dump_file(artefact: Artefact) -> bytes:
    """The message that holds this one artefact, as a file of `sdmx/`. Equal artefacts give equal bytes.

    A metadata set is in a metadata message, all else in a structure message.
    """
    schema, data = SCHEMA, _data(artefact)
    if isinstance(artefact, MetadataSet):
        schema = METADATA_SCHEMA
    body = {
        "meta": {
            "schema": schema,
            "id": artefact.reference.id,
            "prepared": _PREPARED,
            "contentLanguages": sorted(artefact.names),
            "sender": {"id": "SSER"},
        },
        "data": data,
    }
    return json.dumps(body, ensure_ascii=False, indent=1).encode() + b"\n"


def _data(artefact: Artefact) -> Json:
    if isinstance(artefact, MetadataSet):
        return {METADATA_COLLECTION: [metadata_set_to_json(artefact)]}
    return {collection(artefact): [to_json(artefact)]}


def read_message(content: bytes, file: str) -> list[Artefact]:
    """Every artefact of a structure or metadata message, in its order. Raises BadDefinition with file and JSON path."""
    root = read_json(content, file)
    root.only(("$schema", "meta", "data"), ("meta", "data"))
    data = root.child("data")
    if METADATA_COLLECTION in data:
        return [read_metadata_set(one) for one in data.only((METADATA_COLLECTION,)).entries(METADATA_COLLECTION)]
    data.only(_KINDS)
    return [read_artefact(_KINDS[key], node) for key in data.fields() for node in data.child(key).each()]
