"""What is exchanged: a representation map, the codes that its columns may hold, and what people signed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.representation_dump import cells_of, columns_of, dump_representation
from greffe.errors import NotFound, nearest
from greffe.model.maps import CellType, Correspondence, MapRow, RepresentationMap, StructureMap
from greffe.model.references import Reference
from greffe.model.structures import Codelist, Dataflow, Texts


@dataclass(frozen=True)
class Signed:
    """What the register says about a row. It goes out with the row; a file never brings a signature in (D1)."""

    author: str = ""
    reviewers: tuple[str, ...] = ()
    status: str = ""
    since: str = ""  # ISO date
    comments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """A source or target column: `codes` are the codes it may hold with their names, None when it takes any value."""

    side: str  # source | target
    component: str
    codes: Mapping[str, Texts] | None = None
    codelist: Reference | None = None  # None too when the maps that use the column have several lists

    @property
    def name(self) -> str:
        """As in the CSV file: `source:SEXE`."""
        return f"{self.side}:{self.component}"


@dataclass(frozen=True)
class MappingSet:
    """One representation map, ready to go out: also what a file that comes in is compared with."""

    table: RepresentationMap
    columns: tuple[Column, ...]
    names: Texts = field(default_factory=dict)
    signed: Mapping[str, Signed] = field(default_factory=dict)
    flows: Mapping[str, Reference] = field(default_factory=dict)  # side → its dataflow, when all users have the same
    # Rows that are otherwise by now, when `table` is an earlier state: nobody can compare what was signed of them.
    changed: frozenset[str] = frozenset()
    types: tuple[tuple[str, CellType], ...] = ()  # what the maps that use it say of targets, by the file of the map

    @property
    def checksum(self) -> str:
        """See `checksum_of`."""
        return checksum_of(self.table)

    def row(self, row_id: str) -> MapRow | None:
        """The row of that id."""
        return next((r for r in self.table.rows if r.row_id == row_id), None)


def table_named(catalogue: Catalogue, name: str) -> RepresentationMap:
    """The representation map of a file (`mappings/ESTAT/sexe_to_sex.csv`, `ESTAT/sexe_to_sex`) or an id.

    Raises NotFound with the nearest.
    """
    known: dict[str, RepresentationMap] = {}
    for tables in (*(m.representation_maps for m in catalogue.maps.values()), _alone(catalogue)):
        for table in tables:
            short = table.file.removeprefix("mappings/")
            for word in (table.file, short, short.removesuffix(".csv"), table.reference.id, str(table.reference)):
                known[word] = table
    if name not in known:
        shown = sorted({t.file.removeprefix("mappings/").removesuffix(".csv") for t in known.values()})
        raise NotFound(f"There is no representation map {name}.", nearest=nearest(name, shown))
    return known[name]


def _alone(catalogue: Catalogue) -> tuple[RepresentationMap, ...]:
    """The correspondences: they come last, so that under their names their own columns are found."""
    return tuple(one.table for one in catalogue.correspondences.values())


def mapping_set(
    catalogue: Catalogue, table: RepresentationMap, signed: Mapping[str, Signed] | None = None
) -> MappingSet:
    """The map with the codes its columns may hold: those of every structure map that uses it, together."""
    alone = next((one for one in catalogue.correspondences.values() if one.table == table), None)
    if alone is not None:
        return _of_correspondence(catalogue, alone, signed or {})
    users = users_of(catalogue, table)
    columns = [_column(catalogue, users, "source", id_) for id_ in table.sources]
    columns += [_column(catalogue, users, "target", id_) for id_ in table.targets]
    names = {language: " ; ".join(m.names[language] for m in users if language in m.names) for language in ("fr", "en")}
    ends = {"source": {m.source for m in users}, "target": {m.target for m in users}}
    flows = {side: next(iter(found)) for side, found in ends.items() if len(found) == 1}
    types = tuple((m.file, type_) for m in users for type_ in m.types)
    return MappingSet(table, tuple(columns), {k: v for k, v in names.items() if v}, signed or {}, flows, types=types)


def _of_correspondence(catalogue: Catalogue, one: Correspondence, signed: Mapping[str, Signed]) -> MappingSet:
    sides = (("source", one.sources), ("target", one.targets))
    lists = [(side, catalogue.get(Codelist, reference)) for side, references in sides for reference in references]
    columns = (
        Column(side, list_.reference.id, {item.id: item.names for item in list_.items}, list_.reference)
        for side, list_ in lists
    )
    return MappingSet(one.table, tuple(columns), one.table.names, signed)


def _column(catalogue: Catalogue, users: Sequence[StructureMap], side: str, id_: str) -> Column:
    lists = lists_of(catalogue, users, side, id_)
    codes = {item.id: item.names for list_ in lists for item in list_.items}
    if codes and side == "target":
        codes |= {code: WORKING for map_ in users for code in map_.working.get(id_, ()) if code not in codes}
    return Column(side, id_, codes or None, lists[0].reference if len(lists) == 1 else None)


# The name of a code that only calculations read: it stands in no list of the recipient and is never sent.
WORKING: Final = {"en": "Working code, never sent", "fr": "Code de calcul, jamais envoyé"}


def lists_of(catalogue: Catalogue, users: Sequence[StructureMap], side: str, id_: str) -> tuple[Codelist, ...]:
    """The code lists of a component in the maps that use it; none when any value may stand in one of them."""
    lists: dict[Reference, Codelist] = {}
    for map_ in users:
        flow = catalogue.get(Dataflow, map_.source if side == "source" else map_.target)
        component = catalogue.structure(flow).component(id_)
        found = None if component is None else catalogue.codelist(component)
        if found is None:
            return ()
        lists[found.reference] = found
    return tuple(lists.values())


def users_of(catalogue: Catalogue, table: RepresentationMap) -> tuple[StructureMap, ...]:
    """The structure maps that use a representation map."""
    return tuple(m for m in catalogue.maps.values() if table in m.representation_maps)


def checksum_of(table: RepresentationMap) -> str:
    """sha256 of the CSV file, hexadecimal: the mark that a file of the map carries."""
    return hashlib.sha256(dump_representation(table)).hexdigest()


def fingerprint(table: RepresentationMap, row: MapRow) -> str:
    """Sixteen hexadecimal digits over all cells of a row: it changes when the row does."""
    cells = cells_of(table, row)
    text = "\x1f".join(f"{len(cells[c])}:{cells[c]}" for c in columns_of(table))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
