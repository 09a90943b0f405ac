"""SDMX-ML structure messages 2.1, 3.0 and 3.1: every kind that a version knows, every language (ML21-05 to 14, ML3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

from lxml import etree

from greffe.errors import NotAcceptable
from greffe.formats.ml_header import header as header_element
from greffe.formats.namespaces import DECLARATION, NAMESPACES
from greffe.formats.structure_ml_pen import ORGANISATIONS, Pen, hint, refused, validity
from greffe.formats.structure_ml_sets import used
from greffe.formats.structure_ml_tables import TABLES, Row
from greffe.model.artefacts import Annotation, Artefact, ItemScheme
from greffe.model.dataset import Header
from greffe.model.references import Urn
from greffe.model.structures import DataConstraint

# 2.1 says once for all that these are not final.
_NEVER_FINAL: Final = ORGANISATIONS - {"organisationunitscheme"}


def write(
    header: Header,
    artefacts: Sequence[Artefact],
    language: str = "en",
    *,
    version: str = "2.1",
    asked: int | None = None,
) -> Iterator[bytes]:
    """A `message:Structure`, one artefact at a time; `language` is that of the source in the header.

    A neighbour (from `asked` on) that its kind has a word for and yet cannot be said is left out: it would take what was
    asked for with it. Raises NotAcceptable for a kind that the version cannot say and for an artefact without a part that its schema
    requires: before anything is written, for structure messages are small enough to be made whole.
    """
    pen = Pen(version, artefacts)
    said = [artefact for artefact in artefacts if not _said_by_another(pen, artefact)]
    by_kind: dict[str, list[Artefact]] = {}
    for artefact in said:
        by_kind.setdefault(_kind(pen, artefact), []).append(artefact)
    _refuse(version, by_kind.keys() - {row.kind for row in TABLES[version]})
    beside = frozenset() if asked is None else frozenset(artefact.urn for artefact in artefacts[asked:])
    return iter(list(_message(pen, header, by_kind, language, beside)))


def _said_by_another(pen: Pen, artefact: Artefact) -> bool:
    """2.1 says a representation map inside the structure map that uses it."""
    return pen.old and artefact.kind == "representationmap" and artefact.urn in used(pen.known.values())


def _kind(pen: Pen, artefact: Artefact) -> str:
    """The kind; from 3.1 on, what is there is one of its own."""
    there = isinstance(artefact, DataConstraint) and artefact.role == "Actual"
    return "availabilityconstraint" if there and pen.version == "3.1" else artefact.kind


def _refuse(version: str, kinds: AbstractSet[str]) -> None:
    if kinds:
        raise NotAcceptable(f"SDMX-ML {version} has no {' and no '.join(sorted(kinds))}.", hint=hint(version))


def _message(
    pen: Pen, header: Header, by_kind: Mapping[str, list[Artefact]], language: str, beside: AbstractSet[Urn]
) -> Iterator[bytes]:
    names = NAMESPACES[pen.version]
    declared = f'xmlns:mes="{names.message}" xmlns:com="{names.common}" xmlns:str="{names.structure}"'
    head = header_element(header, "", language)
    yield f"{DECLARATION}<mes:Structure {declared}>{head}<mes:Structures>".encode()
    container = ""
    for row in TABLES[pen.version]:
        found = list(_all(pen, row, by_kind.get(row.kind, []), beside))
        if not found:
            continue
        if row.container != container:
            if container:
                yield f"</str:{container}>".encode()
            container = row.container
            yield f"<str:{container}>".encode()
        yield from found
    if container:
        yield f"</str:{container}>".encode()
    yield b"</mes:Structures></mes:Structure>\n"


def _all(pen: Pen, row: Row, artefacts: Sequence[Artefact], beside: AbstractSet[Urn]) -> Iterator[bytes]:
    for artefact in artefacts:
        try:
            yield _one(pen, row, artefact)
        except NotAcceptable:
            if artefact.urn not in beside:
                raise


def _one(pen: Pen, row: Row, artefact: Artefact) -> bytes:
    try:
        element = pen.root(row.name, {} if row.anonymous else _identity(pen, artefact))
        noted = replace(
            artefact, annotations=(*artefact.annotations, *row.notes(pen, artefact), *_version(pen, artefact))
        )
        if row.anonymous:
            pen.annotated(element, noted.annotations)
        else:
            pen.named(element, noted)
        row.content(pen, element, artefact)
        return etree.tostring(element, encoding="utf-8")
    except ValueError as error:  # Cannot, or lxml on a character that XML cannot carry
        raise refused(pen.version, artefact, str(error)) from error


def _identity(pen: Pen, artefact: Artefact) -> dict[str, str]:
    """The attributes of an artefact."""
    reference = artefact.reference
    attributes = {"id": reference.id, "urn": pen.urn(artefact), "agencyID": reference.agency}
    if not pen.unversioned(artefact.kind):
        attributes["version"] = reference.version
    if pen.old:
        attributes["isFinal"] = _final(artefact)
    if artefact.stub:
        attributes["isExternalReference"] = "true"
    if isinstance(artefact, ItemScheme) and artefact.partial and artefact.kind != "valuelist":
        attributes["isPartial"] = "true"
    if isinstance(artefact, DataConstraint) and pen.version != "3.1":
        attributes["type" if pen.old else "role"] = artefact.role
    if artefact.kind == "metadataconstraint" and pen.version == "3.0":
        attributes["role"] = "Allowed"
    attributes |= validity(artefact.valid_from, artefact.valid_to)
    return {name: value for name, value in attributes.items() if value}


def _final(artefact: Artefact) -> str:
    """A stable version of three parts is final; one with an extension 2.1 cannot say."""
    version = artefact.reference.version
    if "-" in version:
        raise ValueError("its version has an extension")
    return "true" if version.count(".") == 2 and artefact.kind not in _NEVER_FINAL else ""


def _version(pen: Pen, artefact: Artefact) -> tuple[Annotation, ...]:
    """The version where there is no place for it."""
    return (Annotation("VERSION", artefact.reference.version),) if pen.reference(artefact) is None else ()
