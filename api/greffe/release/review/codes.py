"""A code as its reviewer reads it: names, place in the hierarchy, definition, notes, and its sisters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.mapping.exchange.sets import lists_of, users_of
from greffe.model.artefacts import Annotation, Item, Texts
from greffe.model.maps import RepresentationMap
from greffe.model.structures import Codelist

NOT_NOTES: Final = ("TRANSLATION",)  # annotations about how a list was written, not about what a code means


@dataclass(frozen=True)
class Code:
    """`path`: the codes above it, the topmost first. `sisters`: others under the same parent. `below`: under it."""

    id: str
    names: Texts
    definition: Texts
    path: tuple[tuple[str, Texts], ...] = ()
    notes: tuple[Annotation, ...] = ()
    sisters: tuple[tuple[str, Texts], ...] = ()
    below: tuple[tuple[str, Texts], ...] = ()


class Codes:
    """The codes of the columns of a table, sources first: of every list that they may be of."""

    def __init__(self, catalogue: Catalogue, table: RepresentationMap) -> None:
        self.table = table
        alone = next((c for c in catalogue.correspondences.values() if c.table.file == table.file), None)
        users = users_of(catalogue, table)
        self._lists: dict[tuple[str, str], Mapping[str, Item]] = {}
        for side, ids in (("source", table.sources), ("target", table.targets)):
            for place, id_ in enumerate(ids):
                if alone is not None:
                    references = alone.sources if side == "source" else alone.targets
                    lists: tuple[Codelist, ...] = (catalogue.get(Codelist, references[place]),)
                else:
                    lists = lists_of(catalogue, users, side, id_)
                self._lists[side, id_] = {item.id: item for list_ in lists for item in list_.items}

    def of(self, side: str, component: str) -> Mapping[str, Item]:
        """The codes of a column; none when it takes any value."""
        return self._lists[side, component]

    def code(self, side: str, component: str, id_: str) -> Code | None:
        """What a code means; None for a value that stands in no list."""
        items = self._lists[side, component]
        item = items.get(id_)
        if item is None:
            return None
        near = [i for i in items.values() if i.id != id_]
        sisters = tuple((i.id, i.names) for i in near if item.parent and i.parent == item.parent)
        below = tuple((i.id, i.names) for i in near if i.parent == id_)
        notes = tuple(a for a in item.annotations if a.type not in NOT_NOTES)
        return Code(id_, item.names, item.descriptions, _path(items, item), notes, sisters, below)


def _path(items: Mapping[str, Item], item: Item) -> tuple[tuple[str, Texts], ...]:
    found: list[tuple[str, Texts]] = []
    seen = {item.id}
    while item.parent in items and item.parent not in seen:
        item = items[item.parent]
        seen.add(item.id)
        found.insert(0, (item.id, item.names))
    return tuple(found)


def subtree(items: Mapping[str, Item], top: str) -> frozenset[str]:
    """A code and everything below it."""
    found, below = {top}, True
    while below:
        more = {i.id for i in items.values() if i.parent in found} - found
        found, below = found | more, bool(more)
    return frozenset(found)
