"""Reference metadata as SDMX-JSON 2.0 and 2.1 metadata messages (J-01 to 03; R2-META-06)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

from greffe.catalogue.metadata_json import METADATA_COLLECTION, METADATA_SCHEMA, metadata_set_to_json
from greffe.formats.languages import spoken
from greffe.formats.parameters import Parameters
from greffe.model.reports import Report, ReportMessage

Version: TypeAlias = Literal["2.0", "2.1"]
_SCHEMAS: Final = {
    "2.0": "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/metadata-message/tools/schemas/2.0.0/"
    "sdmx-json-metadata-schema.json",
    "2.1": METADATA_SCHEMA,
}


def write(message: ReportMessage, _parameters: Parameters, version: Version) -> Iterator[bytes]:
    """The message, one report at a time; single texts are in its language where there is such a text.

    A stub keeps its headings, for the schema wants some. Raises what `metadata_set_to_json` raises, before anything is
    written.
    """
    schema = _SCHEMAS[version]
    named: dict[str, object] = {"$schema": schema} if version == "2.1" else {}
    head = _text(named | {"meta": _meta(message, schema)})[:-1]
    parts = [f'{head},"data":{{"{METADATA_COLLECTION}":[']
    for number, report in enumerate(message.reports):
        found = spoken(metadata_set_to_json(report.set), message.language)
        parts.append(("," if number else "") + _text(found))
    parts.append("]}}\n")
    return (part.encode() for part in parts)


def _meta(message: ReportMessage, schema: str) -> dict[str, object]:
    header = message.header
    languages = {code for report in message.reports for code in _languages(report)} or {message.language}
    return {
        "schema": schema,
        "id": header.id,
        "test": header.test,
        "prepared": header.prepared,
        "contentLanguages": sorted(languages),
        "sender": {"id": header.sender},
    }


def _languages(report: Report) -> set[str]:
    """Languages of the names and of what is reported."""
    found = set(report.set.names)
    waiting = list(report.set.attributes)
    while waiting:
        one = waiting.pop()
        found |= {code for value in one.values if not isinstance(value, str) for code in value}
        waiting += one.children
    return found


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
