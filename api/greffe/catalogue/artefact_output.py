"""What every artefact has, as it is written in an SDMX-JSON structure message (J-02, J-03)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from greffe.catalogue.artefact_tables import FIXED, FIXED_VERSION
from greffe.errors import BadDefinition
from greffe.model.artefacts import Annotation, Item, ItemScheme, Maintainable, Texts
from greffe.model.references import Urn

Json = dict[str, object]


def head(artefact: Maintainable) -> Json:
    """The part that all kinds have; an item scheme says whether it is partial."""
    reference = artefact.reference
    if artefact.kind in FIXED and reference.version != FIXED_VERSION:
        raise unsayable(artefact, f"schemes of organisations have version {FIXED_VERSION} for good")
    found: Json = {"id": reference.id, "agencyID": reference.agency, "version": reference.version}
    found |= named(artefact, artefact)
    if artefact.valid_from:
        found["validFrom"] = instant(artefact.valid_from)
    if artefact.valid_to:
        found["validTo"] = instant(artefact.valid_to, "23:59:59")
    if artefact.stub:
        found["isExternalReference"] = True
    if isinstance(artefact, ItemScheme) and artefact.partial and artefact.kind != "valuelist":  # it has no such word
        found["isPartial"] = True
    return found


def named(thing: Item | Maintainable, artefact: Maintainable) -> Json:
    """Names, descriptions and annotations. Raises BadDefinition for a thing without name."""
    if not thing.names:
        raise unsayable(artefact, f"{thing.id if isinstance(thing, Item) else 'it'} has no name")
    return localised("name", thing.names) | localised("description", thing.descriptions) | annotated(thing.annotations)


def localised(key: str, texts: Texts) -> Json:
    """`name` in one language and `names` in all; nothing when there is no text."""
    return {key: best(texts), f"{key}s": dict(texts)} if texts else {}


def best(texts: Texts) -> str:
    """The text of the message's own language: English when it is there, else the first."""
    return texts["en"] if "en" in texts else next(iter(texts.values()))


def annotated(annotations: Iterable[Annotation]) -> Json:
    """`annotations`, or nothing: the schema refuses an empty list."""
    found = []
    for annotation in annotations:
        pairs = {"id": annotation.id, "title": annotation.title, "type": annotation.type}
        one: Json = {key: text for key, text in pairs.items() if text}
        found.append(one | localised("text", annotation.texts))
    return {"annotations": found} if found else {}


def instant(text: str, time: str = "00:00:00") -> str:
    """A date as the dateTime that the schema wants (from the day's first second, or to its last); a dateTime stays."""
    return text if "T" in text else f"{text}T{time}Z"


def linked(**urns: Urn | None) -> Json:
    """References by key, those that there are."""
    return {key: str(urn) for key, urn in urns.items() if urn is not None}


def listed(key: str, values: Sequence[object]) -> Json:
    """A list under its key, or nothing: the schema refuses empty lists."""
    return {key: list(values)} if values else {}


def nested(scheme: ItemScheme, key: str, one: Callable[[Item], Json]) -> list[Json]:
    """Items, each with those below it under `key`. One whose parent was left out of a partial scheme is at the top."""
    known = {item.id for item in scheme.items}
    below: dict[str, list[Item]] = {}
    for item in scheme.items:
        below.setdefault(item.parent if item.parent in known else "", []).append(item)

    def at(parent: str) -> list[Json]:
        return [one(item) | listed(key, at(item.id)) for item in below.get(parent, ())]

    return at("")


def unsayable(artefact: Maintainable, why: str) -> BadDefinition:
    """The error to raise about what the standard's form has no word for."""
    return BadDefinition(f"{artefact.kind} {artefact.reference} cannot be written as SDMX-JSON 2.1: {why}.")
