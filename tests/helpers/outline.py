"""An element of SDMX-ML as an outline that a person can read: one line an element, two blanks deeper for what is inside.

A line is `name attribute=value …: text`. A reference is its URN without the beginning that all have, whether it was
written as text or as a Ref; a Ref to something of the same artefact is its id. Names, descriptions, annotations and URNs
of the elements themselves are left out unless `texts` is asked.
"""

from __future__ import annotations

from collections.abc import Iterator

from blocks import HEADER
from lxml import etree

from greffe.formats import structure_ml
from greffe.model.artefacts import Artefact

URN = "urn:sdmx:org.sdmx.infomodel."
_TEXTS = ("Name", "Description", "Annotations")


def message(version: str, *artefacts: Artefact) -> etree._Element:
    """The root of a structure message."""
    return etree.fromstring(b"".join(structure_ml.write(HEADER, artefacts, version=version)))


def element(version: str, artefact: Artefact) -> etree._Element:
    """The one element of an artefact."""
    return message(version, artefact)[1][0][0]


def inside(version: str, artefact: Artefact) -> list[str]:
    """The outline of an artefact, written alone."""
    return outline(element(version, artefact))


def lines(text: str) -> list[str]:
    """An outline as it stands in a test, four blanks deep."""
    return [line[4:] for line in text.splitlines() if line.strip()]


def outline(element: etree._Element, *, texts: bool = False) -> list[str]:
    """The lines of what is inside the element."""
    return [line for child in element if texts or _name(child) not in _TEXTS for line in _lines(child, texts, "")]


def _lines(element: etree._Element, texts: bool, indent: str) -> Iterator[str]:
    attributes = [f"{etree.QName(k).localname}={v}" for k, v in element.attrib.items() if k != "urn"]
    said = (element.text or "").removeprefix(URN)
    inside = list(element)
    if [_name(child) for child in inside] == ["Ref"]:
        said, inside = _reference(inside[0]), []
    head = " ".join([_name(element), *attributes])
    yield f"{indent}{head}: {said}" if said else f"{indent}{head}"
    for child in inside:
        if texts or _name(child) not in _TEXTS:
            yield from _lines(child, texts, indent + "  ")


def _reference(ref: etree._Element) -> str:
    found = ref.attrib
    if "agencyID" not in found:
        return str(found["id"])
    start = f"{found['package']}.{found['class']}={found['agencyID']}"
    if "maintainableParentID" in found:
        return f"{start}:{found['maintainableParentID']}({found['maintainableParentVersion']}).{found['id']}"
    return f"{start}:{found['id']}({found['version']})"


def _name(element: etree._Element) -> str:
    return str(etree.QName(element).localname)
