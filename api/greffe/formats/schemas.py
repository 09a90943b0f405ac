"""Formats of schema queries: schemas of data, and structure messages that say the same (R1-NEG-03, R2-SCH-07)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from greffe.formats import schema_json, schema_ml
from greffe.formats.format import Format, SchemaWriter, StructureWriter
from greffe.model.validity import ValidityMessage


def _xsd(message: ValidityMessage, edition: schema_ml.Edition) -> Iterator[bytes]:
    return schema_ml.write(message.validity, edition)


def _json(message: ValidityMessage, edition: schema_json.Edition) -> Iterator[bytes]:
    return schema_json.write(message.validity, edition, message.language)


def _structures(message: ValidityMessage, write: StructureWriter) -> Iterator[bytes]:
    return write(message.header, message.artefacts, message.language)


_XML: Final = ("schema", "xml", "xsd", "sdmx-ml")
_JSON: Final = ("schemajson", "json", "sdmx-json")
SCHEMA_FORMATS: Final[tuple[Format[SchemaWriter], ...]] = (
    Format(
        "application/vnd.sdmx.schema+xml", "2.1", "xml", "schema-2.1", "schema",
        partial(_xsd, edition=schema_ml.V21), _XML, preferred=("v1",), default=("v1",), suffix="xsd",
    ),
    Format(
        "application/vnd.sdmx.schema+xml", "3.0.0", "xml", "schema-3.0", "schema",
        partial(_xsd, edition=schema_ml.V30), _XML, suffix="xsd",
    ),
    Format(
        "application/vnd.sdmx.schema+xml", "3.1.0", "xml", "schema-3.1", "schema",
        partial(_xsd, edition=schema_ml.V31), _XML, preferred=("v2",), suffix="xsd",
    ),
    Format(
        "application/vnd.sdmx.schema+json", "2.0.0", "json", "schema-json-2.0", "schema",
        partial(_json, edition=schema_json.V20), _JSON,
    ),
    Format(
        "application/vnd.sdmx.schema+json", "2.1.0", "json", "schema-json-2.1", "schema",
        partial(_json, edition=schema_json.V21), _JSON, preferred=("v1", "v2"), default=("v2",),
    ),
)  # fmt: skip


def as_schemas(formats: Sequence[Format[StructureWriter]]) -> tuple[Format[SchemaWriter], ...]:
    """The formats of structures, for schema queries: never the default there."""
    return tuple(
        Format(
            f.media_type, f.version, f.syntax, f.name, "schema", partial(_structures, write=f.write), f.synonyms,
            f.preferred,
        )
        for f in formats
    )  # fmt: skip
