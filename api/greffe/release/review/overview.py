"""The tables there are, by recipient, and how far their review is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from greffe.catalogue.catalogue import Catalogue
from greffe.model.artefacts import Texts
from greffe.model.maps import RepresentationMap, StructureMap
from greffe.release.parts import Parts
from greffe.release.review.open_changes import open_changes
from greffe.release.review.pending import everything_pending
from greffe.release.review.queue import LOW_CONFIDENCE, elsewhere, gaps_of, library
from greffe.store.base import Actor


@dataclass(frozen=True)
class Standing:
    """A table: `mapped` rows lead to a target, `declared` ones say why there is none; the rest as in the queue."""

    table: RepresentationMap
    users: tuple[StructureMap, ...]
    names: Texts
    mapped: int
    declared: int
    unmapped: int
    low: int
    changed: int
    conflict: int
    pending: int

    @property
    def place(self) -> str:
        """`ESTAT/sexe_to_sex`."""
        return short(self.table)


def names_of(table: RepresentationMap, users: Sequence[StructureMap]) -> Texts:
    """What a table is called: as it says itself, else as the first map that reads it; nothing where no map does."""
    return table.names or (users[0].names if users else {})


def short(table: RepresentationMap) -> str:
    """The file without what all have: `ESTAT/sexe_to_sex`."""
    return table.file.removeprefix("mappings/").removesuffix(".csv")


def overview(parts: Parts, who: Actor, catalogue: Catalogue) -> Mapping[str, tuple[Standing, ...]]:
    """Tables by the folder of their recipient, in the order of their names."""
    parts = parts.settled()
    mine, gaps, shelf = everything_pending(parts, who, catalogue), gaps_of(parts, catalogue), library(catalogue)
    found: dict[str, list[Standing]] = {}
    readers: dict[str, list[StructureMap]] = {}
    for map_ in catalogue.maps.values():
        for file in dict.fromkeys(c.map.file for c in map_.components if c.map is not None):
            readers.setdefault(file, []).append(map_)
    for file, table in sorted(shelf.every.items()):
        ground, changes = shelf.ground(file), open_changes(parts, table)
        users = tuple(readers.get(file, ()))
        disputed = {item for item, some in changes.items() if len(some) > 1}
        disputed |= {row.row_id for row in table.rows if elsewhere(ground, row)}
        disputed |= {item for item, one in mine.get(file, {}).items() if one.stale}
        found.setdefault(file.split("/")[1], []).append(
            Standing(
                table, users, table.names or (users[0].names if len(users) == 1 else {}),
                sum(row.has_target for row in table.rows), sum(not row.has_target for row in table.rows),
                len(gaps.get(file, {})), sum(row.confidence in LOW_CONFIDENCE for row in table.rows),
                len(changes), len(disputed), len(mine.get(file, {})),
            )
        )  # fmt: skip
    return {folder: tuple(tables) for folder, tables in found.items()}
