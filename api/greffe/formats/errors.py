"""The standard's error messages: SDMX-ML 2.1 `message:Error` (ML21-12), the errors object of SDMX-JSON 2.1 (ERR-11)."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from greffe.formats.escaping import carried, xml
from greffe.formats.namespaces import COMMON, DECLARATION, MESSAGE

_SCHEMA = "https://json.sdmx.org/2.1/sdmx-json-structure-schema.json"


def error_ml(code: int, text: str, language: str = "en") -> bytes:
    """An SDMX-ML 2.1 error message. What XML cannot carry of a text that quotes the question becomes U+FFFD."""
    return (
        f'{DECLARATION}<mes:Error xmlns:mes="{MESSAGE}" xmlns:com="{COMMON}">'
        f'<mes:ErrorMessage code="{code}"><com:Text xml:lang="{xml(language)}">{xml(carried(text))}</com:Text>'
        "</mes:ErrorMessage></mes:Error>\n"
    ).encode()


def error_json(code: int, title: str, detail: str, prepared: datetime | None = None, sender: str = "SSER") -> bytes:
    """An SDMX-JSON 2.1 message with one error.

    `prepared` is now unless given: the one message that stamps itself, since errors arise where no clock is at hand.
    """
    moment = (prepared or datetime.now(UTC)).isoformat()
    meta = {"schema": _SCHEMA, "id": "error", "prepared": moment, "sender": {"id": sender}}
    body = {"meta": meta, "errors": [{"code": code, "title": title, "detail": detail}]}
    return json.dumps(body, ensure_ascii=False).encode(errors="replace")
