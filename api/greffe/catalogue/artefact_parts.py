"""What every artefact has in a structure message: reference, names, annotations; and URNs of a given kind."""

from __future__ import annotations

import re
from typing import Final

from greffe.catalogue.tree import Node
from greffe.model.references import AGENCY, Reference, Urn
from greffe.model.structures import Annotation

# Links repeat what is known (own address, URN): they are passed over, everything else is read or refused.
NAMED: Final = ("id", "name", "names", "description", "descriptions", "annotations", "links")
MAINTAINED: Final = (*NAMED, "agencyID", "version", "isExternalReference")


def reference(node: Node) -> Reference:
    """Agency, id and version of a maintainable artefact; a version that is not given is 1.0."""
    agency = node.child("agencyID").text()
    if not re.fullmatch(AGENCY, agency):
        raise node.child("agencyID").wrong(f"{agency!r} is not the id of an agency.")
    version = node.child("version").version() if "version" in node else "1.0"
    return Reference(agency, node.child("id").identifier(), version)


def urn_of(node: Node, kind: str, item: bool = False) -> Urn:
    """The URN of an artefact of that kind, or of an item of it."""
    found = node.urn()
    if found.kind != kind or bool(found.item) != item:
        what = f"an item of a {kind}" if item else f"a {kind}"
        raise node.wrong(f"The URN of {what} is expected here, found {found}.")
    return found


def stub(node: Node) -> bool:
    """A reference to what is kept elsewhere, without content."""
    return node.true("isExternalReference")


def names(node: Node) -> dict[str, str]:
    """The names in every language, at least one."""
    found = _localised(node, "name")
    if not found:
        raise node.wrong("The key 'name' is missing.")
    return found


def descriptions(node: Node) -> dict[str, str]:
    """The descriptions in every language, perhaps none."""
    return _localised(node, "description")


def _localised(node: Node, key: str) -> dict[str, str]:
    """All languages: `names`, which must repeat `name`; a lone `name` is English."""
    many = f"{key}s"
    if many not in node:
        return {"en": node.child(key).text()} if key in node else {}
    found = node.child(many).texts()
    if key in node and node.child(key).text() not in found.values():
        raise node.child(key).wrong(f"It is none of the texts in {many}.")
    return found


def notes(node: Node) -> tuple[Annotation, ...]:
    """The annotations, in their order."""
    found = []
    for one in node.entries("annotations"):
        one.only(("id", "type", "title", "text", "texts", "links"))
        texts = _localised(one, "text")
        found.append(Annotation(one.text_or("type"), one.text_or("title"), texts, one.text_or("id")))
    return tuple(found)
