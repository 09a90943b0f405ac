"""Formats of structure messages: SDMX-ML 2.1, 3.0, 3.1, SDMX-JSON 1.0, 2.0, 2.1 (FMT-01)."""

from __future__ import annotations

from functools import partial
from typing import Final

from greffe.formats import structure_json, structure_ml
from greffe.formats.format import Format, StructureWriter

_SDMX: Final = "application/vnd.sdmx."
_STRUCTURE: Final = ("structure", "xml", "structurexml", "sdmx-ml")
_STRUCTURE_JSON: Final = ("jsonstructure", "json", "structurejson", "sdmx-json")
STRUCTURE_FORMATS: Final[tuple[Format[StructureWriter], ...]] = (
    Format(
        f"{_SDMX}structure+xml", "2.1", "xml", "structure-2.1", "structure", structure_ml.write,
        _STRUCTURE, preferred=("v1",), default=("v1",),
    ),
    Format(
        f"{_SDMX}structure+xml", "3.0.0", "xml", "structure-3.0", "structure",
        partial(structure_ml.write, version="3.0"), _STRUCTURE,
    ),
    Format(
        f"{_SDMX}structure+xml", "3.1.0", "xml", "structure-3.1", "structure",
        partial(structure_ml.write, version="3.1"), _STRUCTURE, preferred=("v2",),
    ),
    Format(
        f"{_SDMX}structure+json", "2.1.0", "json", "jsonstructure-2.1", "structure", structure_json.write,
        _STRUCTURE_JSON, preferred=("v2",), default=("v2",),
    ),
    Format(
        f"{_SDMX}structure+json", "2.0.0", "json", "jsonstructure-2.0", "structure",
        partial(structure_json.write, version="2.0.0"), _STRUCTURE_JSON,
    ),
    Format(
        f"{_SDMX}structure+json", "1.0.0", "json", "jsonstructure-1.0", "structure",
        partial(structure_json.write, version="1.0.0"), _STRUCTURE_JSON, preferred=("v1",),
        aliases=(f"{_SDMX}structure+json;version=1.0.0-wd",),
    ),
)  # fmt: skip
