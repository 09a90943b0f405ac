"""The standard's error messages: `message:Error` of SDMX-ML (ML21-12, ERR-11), the errors object of SDMX-JSON 2.1."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from greffe.formats.escaping import carried, xml
from greffe.formats.namespaces import DECLARATION, NAMESPACES

_SCHEMA = "https://json.sdmx.org/2.1/sdmx-json-structure-schema.json"


def error_ml(code: int, text: str, language: str = "en", version: str = "2.1") -> bytes:
    """An SDMX-ML error message of `version` 2.1, 3.0 or 3.1.

    What XML cannot carry of a text that quotes the question becomes U+FFFD.
    """
    names = NAMESPACES[version]
    return (
        f'{DECLARATION}<mes:Error xmlns:mes="{names.message}" xmlns:com="{names.common}">'
        f'<mes:ErrorMessage code="{code}"><com:Text xml:lang="{xml(language)}">{xml(carried(text))}</com:Text>'
        "</mes:ErrorMessage></mes:Error>\n"
    ).encode()


def error_json(
    code: int, title: str, detail: str, prepared: datetime | None = None, sender: str = "SSER", language: str = "en"
) -> bytes:
    """An SDMX-JSON 2.1 message with one error; `language`: of its detail, said where it is not English.

    `prepared` is now unless given: the one message that stamps itself, since errors arise where no clock is at hand.
    """
    moment = (prepared or datetime.now(UTC).replace(microsecond=0)).isoformat()
    meta: dict[str, object] = {"schema": _SCHEMA, "id": "error", "prepared": moment, "sender": {"id": sender}}
    if language != "en":
        meta["contentLanguages"] = [language]
    body = {"meta": meta, "errors": [{"code": code, "title": title, "detail": detail}]}
    return json.dumps(body, ensure_ascii=False).encode(errors="replace")
