"""What every artefact has in a structure message: reference, names, annotations; and URNs of a given kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final, TypedDict, TypeVar

from greffe.catalogue.tree import Node
from greffe.errors import nearest
from greffe.model.artefacts import Annotation, Item
from greffe.model.references import AGENCY, Reference, Urn

# Links repeat what is known (own address, URN): they are passed over, everything else is read or refused.
NAMED: Final = ("id", "name", "names", "description", "descriptions", "annotations", "links")
MAINTAINED: Final = (*NAMED, "agencyID", "version", "isExternalReference", "validFrom", "validTo")
I = TypeVar("I", bound=Item)  # noqa: E741


class Head(TypedDict):
    """What every maintainable artefact is made with."""

    reference: Reference
    names: dict[str, str]
    descriptions: dict[str, str]
    annotations: tuple[Annotation, ...]
    partial: bool
    stub: bool
    valid_from: str
    valid_to: str


class Named(TypedDict):
    """What every item is made with."""

    id: str
    names: dict[str, str]
    descriptions: dict[str, str]
    annotations: tuple[Annotation, ...]


def head(node: Node, *known: str, needed: Iterable[str] = ()) -> Head:
    """The part that all kinds have. `known`: keys of this kind; `needed`: those that all but a stub must have."""
    node.only((*MAINTAINED, *known), ("id", "agencyID", *(() if stub(node) else needed)))
    return Head(
        reference=reference(node),
        names=names(node),
        descriptions=descriptions(node),
        annotations=notes(node),
        partial=node.true("isPartial"),
        stub=stub(node),
        valid_from=moment(node, "validFrom"),
        valid_to=moment(node, "validTo"),
    )


def named(node: Node, *known: str, needed: Iterable[str] = ()) -> Named:
    """The part that all items have, its id an SDMX id. `known`, `needed`: keys of this kind of item."""
    node.only((*NAMED, *known), ("id", *needed))
    return Named(
        id=node.child("id").identifier(),
        names=names(node),
        descriptions=descriptions(node),
        annotations=notes(node),
    )


def reference(node: Node) -> Reference:
    """Agency, id and version of a maintainable artefact; a version that is not given is 1.0."""
    agency = node.child("agencyID").text()
    if not re.fullmatch(AGENCY, agency):
        raise node.child("agencyID").wrong(f"{agency!r} is not the id of an agency.")
    version = node.child("version").version() if "version" in node else "1.0"
    return Reference(agency, node.child("id").identifier(), version)


def moment(node: Node, key: str) -> str:
    """A dateTime with its zone, as written, of a key that may be left out ('')."""
    found = node.text_or(key)
    try:
        if found and (found[10:11] != "T" or datetime.fromisoformat(found).tzinfo is None):
            raise ValueError(found)
    except ValueError as error:
        raise node.child(key).wrong(
            f"{found!r} is not a dateTime with a zone.", hint="Write 2020-01-01T00:00:00Z."
        ) from error
    return found


def urn_of(node: Node, *kinds: str, item: bool = False) -> Urn:
    """The URN of an artefact of one of these kinds, or of an item of it."""
    found = node.urn()
    if found.kind not in kinds or bool(found.item) != item:
        what = f"{'an item of ' if item else ''}a {' or a '.join(kinds)}"
        raise node.wrong(f"The URN of {what} is expected here, found {found}.")
    return found


def maybe(node: Node, key: str, *kinds: str, item: bool = False) -> Urn | None:
    """The URN of a key that may be left out."""
    return urn_of(node.child(key), *kinds, item=item) if key in node else None


def urns(node: Node, key: str, *kinds: str) -> tuple[Urn, ...]:
    """The URNs of a list that may be left out. One that stands twice is refused: the schemas want them different."""
    found: list[Urn] = []
    for one in node.entries(key):
        urn = urn_of(one, *kinds)
        if urn in found:
            raise one.wrong(f"{urn} stands twice.")
        found.append(urn)
    return tuple(found)


def stub(node: Node) -> bool:
    """A reference to what is kept elsewhere, without content."""
    return node.true("isExternalReference")


def names(node: Node) -> dict[str, str]:
    """The names in every language, at least one."""
    found = localised(node, "name")
    if not found:
        raise node.wrong("The key 'name' is missing.")
    return found


def descriptions(node: Node) -> dict[str, str]:
    """The descriptions in every language, perhaps none."""
    return localised(node, "description")


def localised(node: Node, key: str) -> dict[str, str]:
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
        texts = localised(one, "text")
        found.append(Annotation(one.text_or("type"), one.text_or("title"), texts, one.text_or("id")))
    return tuple(found)


def once(node: Node, items: Iterable[I]) -> tuple[I, ...]:
    """The items, no id twice."""
    found = {}
    for item in items:
        if item.id in found:
            raise node.wrong(f"The id {item.id!r} stands twice in the list.")
        found[item.id] = item
    return tuple(found.values())


def parents_known(node: Node, items: tuple[Item, ...]) -> None:
    """Every parent is in the list. Raises BadDefinition."""
    known = {item.id for item in items}
    for item in items:
        if item.parent and item.parent not in known:
            raise node.wrong(
                f"The parent {item.parent!r} of {item.id!r} is not in the list.", near=nearest(item.parent, known)
            )


def nested(node: Node, key: str, one: Callable[[Node, str], I], parent: str = "") -> Iterator[I]:
    """Nested items (`one` makes an item and is told its parent's id) as a flat list, each before those below it."""
    for inside in node.entries(key):
        item = one(inside, parent)
        yield item
        yield from nested(inside, key, one, item.id)
