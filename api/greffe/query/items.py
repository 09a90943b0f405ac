"""Single items of schemes: which ones an address means, and the scheme with those and their ancestors (R1-STR-40 to 44)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Final

from greffe.model.artefacts import Artefact, ItemScheme
from greffe.model.hierarchies import Hierarchy

_INSIDE: Final = ("categoryscheme", "reportingtaxonomy")  # an item of these has a nested id, and stands in its parent


def with_asked(artefact: Artefact, asked: Iterable[str]) -> Artefact | None:
    """The scheme with those of the asked items that it has, marked partial; None when it has none of them.

    A nested id (`CRIM.PRISON`) means an item below those, which come along; its own id alone will do as well. Where items
    stand inside one another their ancestors always come; elsewhere an item comes alone, and its parent is but named. In
    the words of 1.5 a hierarchy is the one item of the hierarchical code list of its name, and comes whole.
    """
    if isinstance(artefact, Hierarchy):
        return artefact if artefact.reference.id in asked else None
    if not isinstance(artefact, ItemScheme):
        return None
    parents = _parents(artefact)
    found = {one: item for one in asked if (item := _meant(one, parents))}
    if not found:
        return None
    inside = artefact.kind in _INSIDE
    kept = {i for one, item in found.items() for i in (_upwards(item, parents) if inside or one != item else (item,))}
    return replace(artefact, items=tuple(i for i in artefact.items if i.id in kept), partial=True)


def with_items(artefact: Artefact, items: Collection[str]) -> Artefact:
    """The scheme with those items and their ancestors alone, marked partial when that leaves some out."""
    if not isinstance(artefact, ItemScheme):
        return artefact
    narrowed = _narrowed(artefact, items, _parents(artefact))
    return artefact if len(narrowed.items) == len(artefact.items) else replace(narrowed, partial=True)


def own_id(nested: str) -> str:
    """The last part of a nested id: ids of items are unique in their scheme."""
    return nested.rpartition(".")[2]


def _parents(scheme: ItemScheme) -> dict[str, str]:
    return {i.id: i.parent for i in scheme.items}


def _narrowed(scheme: ItemScheme, items: Iterable[str], parents: dict[str, str]) -> ItemScheme:
    kept: set[str] = set()
    for one in items:
        kept.update(_upwards(one, parents))
    return replace(scheme, items=tuple(i for i in scheme.items if i.id in kept))


def _upwards(item: str, parents: dict[str, str]) -> Iterator[str]:
    """The item and its ancestors, each once."""
    seen: set[str] = set()
    while item in parents and item not in seen:
        seen.add(item)
        yield item
        item = parents[item]


def _meant(asked: str, parents: dict[str, str]) -> str:
    """The id of the item that is meant, '' for none."""
    if asked in parents:
        return asked
    *above, last = asked.split(".")
    path = list(_upwards(last, parents))[1:]
    return last if last in parents and path[: len(above)] == above[::-1] else ""
