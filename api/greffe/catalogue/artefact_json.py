"""Artefacts as SDMX-JSON 2.1 structure messages, the form of the files in `sdmx/` (D8): all languages, byte-stable."""

from __future__ import annotations

import json
from typing import Final

from greffe.catalogue.artefact_reading import from_json, read_artefact
from greffe.catalogue.artefact_writing import COLLECTIONS, to_json
from greffe.catalogue.tree import read_json
from greffe.model.structures import Artefact

__all__ = ["COLLECTIONS", "SCHEMA", "dump_file", "from_json", "read_message", "to_json"]

SCHEMA: Final = "https://json.sdmx.org/2.1/sdmx-json-structure-schema.json"
# A file says nothing of when it was written: equal artefacts have equal bytes.
_PREPARED: Final = "2026-01-01T00:00:00Z"
_KINDS: Final = {collection: kind for kind, collection in COLLECTIONS.items()}


def dump_file(artefact: Artefact) -> bytes:
    """The message that holds this one artefact, as a file of `sdmx/`. Equal artefacts give equal bytes."""
    body = {
        "meta": {
            "schema": SCHEMA,
            "id": artefact.reference.id,
            "prepared": _PREPARED,
            "contentLanguages": sorted(artefact.names),
            "sender": {"id": "SSER"},
        },
        "data": {COLLECTIONS[artefact.kind]: [to_json(artefact)]},
    }
    return json.dumps(body, ensure_ascii=False, indent=1).encode() + b"\n"


def read_message(content: bytes, file: str) -> list[Artefact]:
    """Every artefact of a structure message, in its order. Raises BadDefinition with file and JSON path."""
    root = read_json(content, file)
    root.only(("$schema", "meta", "data"), ("meta", "data"))
    data = root.child("data").only(_KINDS)
    return [read_artefact(_KINDS[key], node) for key in data.fields() for node in data.child(key).each()]
