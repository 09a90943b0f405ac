"""SDMX-JSON 2.1 structure messages: artefacts as in `sdmx/`, names in the language asked for (J-01 to 03)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

from greffe.catalogue.artefact_json import SCHEMA, to_json
from greffe.catalogue.artefact_writing import collection
from greffe.formats.languages import best
from greffe.model.dataset import Header
from greffe.model.structures import Artefact

# What is said in every language, and where it also stands in one.
_LOCALISED: Final = {"names": "name", "descriptions": "description", "texts": "text"}


def write(header: Header, artefacts: Sequence[Artefact], language: str = "en") -> Iterator[bytes]:
    """The message, one artefact at a time.

    `name` and `description` are in `language` where there is such a text; `names` has all. Raises what `to_json`
    raises, before anything is written: structure messages are small enough to be made whole.
    """
    by_name: dict[str, list[Artefact]] = {}
    for artefact in artefacts:
        by_name.setdefault(collection(artefact), []).append(artefact)
    parts = [f'{{"$schema":"{SCHEMA}","meta":{_text(_meta(header, artefacts, language))},"data":{{']
    separator = ""
    for name, found in by_name.items():
        parts.append(f'{separator}"{name}":[')
        parts += _each(found, language)
        parts.append("]")
        separator = ","
    return (part.encode() for part in [*parts, "}}\n"])


def _each(found: list[Artefact], language: str) -> Iterator[str]:
    for number, one in enumerate(found):
        yield ("," if number else "") + _text(_in(to_json(one), language))


def _meta(header: Header, artefacts: Sequence[Artefact], language: str) -> dict[str, object]:
    languages = {code for artefact in artefacts for code in artefact.names} or {language}
    found: dict[str, object] = {
        "id": header.id,
        "test": header.test,
        "schema": SCHEMA,
        "prepared": header.prepared,
        "contentLanguages": sorted(languages),
        "sender": {"id": header.sender},
    }
    return found | ({"receivers": [{"id": header.receiver}]} if header.receiver else {})


def _in(value: object, language: str) -> object:
    """The same object with each single text in that language where there is one."""
    if isinstance(value, list):
        return [_in(one, language) for one in value]
    if not isinstance(value, dict):
        return value
    found = {key: _in(inner, language) for key, inner in value.items()}
    for many, one in _LOCALISED.items():
        texts = value.get(many)
        if one in found and isinstance(texts, dict):
            found[one] = best({str(code): str(text) for code, text in texts.items()}, language)
    return found


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
