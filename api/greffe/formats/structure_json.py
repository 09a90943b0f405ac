"""SDMX-JSON structure messages in versions 2.1, 2.0 and 1.0, names in the language asked for (J-01 to 03, J-11)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from greffe.catalogue.artefact_json import SCHEMA
from greffe.catalogue.artefact_output import Json, listed
from greffe.errors import BadDefinition, NotAcceptable
from greffe.formats.languages import spoken
from greffe.formats.structure_json_1 import Say, say_1_0
from greffe.formats.structure_json_1_words import Cannot
from greffe.formats.structure_json_2 import say_2_0, say_2_1
from greffe.formats.structure_json_known import Known
from greffe.model.artefacts import Artefact
from greffe.model.dataset import Header


@dataclass(frozen=True)
class _Version:
    """A version: where its schema is published, whether the message names it at the top, how artefacts are said."""

    schema: str
    at_top: bool
    say: Say


_PUBLISHED: Final = "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/structure-message/tools/schemas"
VERSIONS: Final[dict[str, _Version]] = {
    "2.1.0": _Version(SCHEMA, True, say_2_1),
    "2.0.0": _Version(f"{_PUBLISHED}/2.0.0/sdmx-json-structure-schema.json", False, say_2_0),
    "1.0.0": _Version(f"{_PUBLISHED}/1.0/sdmx-json-structure-schema.json", False, say_1_0),
}


def write(
    header: Header,
    artefacts: Sequence[Artefact],
    language: str = "en",
    *,
    version: str = "2.1.0",
    asked: int | None = None,
) -> Iterator[bytes]:
    """The message, one artefact at a time. `name` and `description` are in `language` where there is such a text;
    `names` has all.

    What was asked for stands first (`asked`). Neighbours that the version cannot say are links in `meta`. Raises
    NotAcceptable for anything else that it cannot say, naming the artefact and what says it, before anything is written:
    structure messages are small enough to be made whole.
    """
    form = VERSIONS[version]
    known = Known(artefacts)
    inside = known.used() if version == "1.0.0" else frozenset()
    by_name: dict[str, list[str]] = {}
    unsaid: list[Artefact] = []
    for number, artefact in enumerate(artefacts):
        if artefact.urn in inside:
            continue
        try:
            name, found = _said(form.say, artefact, known)
        except Cannot as error:
            if asked is None or number < asked:
                raise _refused(artefact, version, error) from error
            unsaid.append(artefact)
        else:
            by_name.setdefault(name, []).append(_text(spoken(found, language)))
    top = f'"$schema":"{form.schema}",' if form.at_top else ""
    meta = _meta(form.schema, header, artefacts, language) | _links(unsaid, version)
    return (part.encode() for part in _parts(f'{{{top}"meta":{_text(meta)},"data":{{', by_name))


def _links(unsaid: Sequence[Artefact], version: str) -> Json:
    """What came along and has no word in this version is named, so that nobody takes the message for the whole."""
    title = f"Not said in SDMX-JSON {version[:3]}"
    return listed("links", [{"rel": "related", "urn": str(one.urn), "title": title} for one in unsaid])


def _parts(head: str, by_name: dict[str, list[str]]) -> Iterator[str]:
    yield head
    for number, (name, objects) in enumerate(by_name.items()):
        yield f'{"," if number else ""}"{name}":['
        for place, text in enumerate(objects):
            yield f"{',' if place else ''}{text}"
        yield "]"
    yield "}}\n"


def _said(say: Say, artefact: Artefact, known: Known) -> tuple[str, Json]:
    """Raises Cannot for what the version has no word for."""
    try:
        return say(artefact, known)
    except BadDefinition as error:
        raise NotAcceptable(error.message) from error


def _refused(artefact: Artefact, version: str, why: Cannot) -> NotAcceptable:
    return NotAcceptable(
        f"{artefact.kind} {artefact.reference} cannot be written as SDMX-JSON {version[:3]}: {why}.",
        hint="Ask for SDMX-JSON 2.1 (format=jsonstructure-2.1).",
    )


def _meta(schema: str, header: Header, artefacts: Sequence[Artefact], language: str) -> Json:
    languages = {code for artefact in artefacts for code in artefact.names} or {language}
    found: Json = {
        "id": header.id,
        "test": header.test,
        "schema": schema,
        "prepared": header.prepared,
        "contentLanguages": sorted(languages),
        "sender": {"id": header.sender},
    }
    return found | ({"receivers": [{"id": header.receiver}]} if header.receiver else {})


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
