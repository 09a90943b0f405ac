"""A catalogue with other rows in some of its maps, tried in a fraction of the time of loading it: the maps that read these
rows are put before the same checks (`coherence`, `calculation_types`). What is proposed in the end is loaded whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from greffe.catalogue.calculation_types import check_types
from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.correspondences import check_correspondence
from greffe.catalogue.faults import Faults
from greffe.catalogue.load import checksum_of
from greffe.catalogue.map_coherence import check_map
from greffe.catalogue.map_view import MapView
from greffe.catalogue.representation_dump import dump_representation
from greffe.errors import BadDefinition
from greffe.model.maps import CellType, MapRow, RepresentationMap, StructureMap

Rows = Mapping[str, Sequence[MapRow]]  # file of a representation map → its rows
MoreTypes = Mapping[
    str, Sequence[CellType]
]  # file of a structure map → types, or conversions, that it does not have yet


def with_rows(catalogue: Catalogue, rows: Rows, types: MoreTypes | None = None) -> Catalogue:
    """The catalogue with those rows, and with more types of cells, unchecked."""
    sums, types = dict(catalogue.files), types or {}
    for file, more in types.items():
        sums[file] = hashlib.sha256(f"{sums.get(file, '')} {tuple(more)!r}".encode()).hexdigest()
    for table in _tables(catalogue):
        if table.file in rows:
            body = dump_representation(replace(table, rows=tuple(rows[table.file])))
            sums[table.file] = hashlib.sha256(body).hexdigest()
    maps = {
        reference: _map_with(map_, rows, types.get(map_.file, ()), sums) for reference, map_ in catalogue.maps.items()
    }
    alone = {
        reference: replace(one, table=replace(one.table, rows=tuple(rows[one.table.file])))
        if one.table.file in rows
        else one
        for reference, one in catalogue.correspondences.items()
    }
    return replace(catalogue, maps=maps, correspondences=alone, files=sums, checksum=checksum_of(sums))


def _tables(catalogue: Catalogue) -> Iterator[RepresentationMap]:
    yield from (one.table for one in catalogue.correspondences.values())
    yield from (table for map_ in catalogue.maps.values() for table in map_.representation_maps)


def _map_with(map_: StructureMap, rows: Rows, types: Sequence[CellType], sums: Mapping[str, str]) -> StructureMap:
    if not types and not any(table.file in rows for table in map_.representation_maps):
        return map_
    components = tuple(
        replace(c, map=replace(c.map, rows=tuple(rows[c.map.file]))) if c.map is not None and c.map.file in rows else c
        for c in map_.components
    )
    files = {map_.file, *(table.file for table in map_.representation_maps)}
    return replace(
        map_, components=components, types=joined(map_.types, types), checksum=checksum_of({f: sums[f] for f in files})
    )


def joined(held: Sequence[CellType], more: Iterable[CellType]) -> tuple[CellType, ...]:
    """Types with more of them: one that says of the same cells what is said already brings its conversions along."""
    found = list(held)
    for one in more:
        at = next((n for n, old in enumerate(found) if alike(old, one)), None)
        if at is None:
            found.append(one)
        else:
            fresh = tuple(c for c in one.conversions if c not in found[at].conversions)
            found[at] = replace(found[at], conversions=(*found[at].conversions, *fresh))
    return tuple(found)


def alike(one: CellType, other: CellType) -> bool:
    """Both say the same of the same cells, whatever they convert."""
    return replace(one, conversions=()) == replace(other, conversions=())


def faults_of(catalogue: Catalogue, files: Sequence[str]) -> tuple[BadDefinition, ...]:
    """What is wrong with the maps that read those files, as `load` would tell: codes, rules, then types; () for nothing."""
    maps = [m for m in catalogue.maps.values() if any(t.file in files for t in m.representation_maps)]
    faults = Faults()
    for one in catalogue.correspondences.values():
        if one.table.file in files:
            with faults:
                check_correspondence(catalogue, one)
    for map_ in maps:
        with faults:
            check_map(MapView.of(catalogue, map_))
    try:
        faults.refuse()
        check_types(catalogue, maps)
    except BadDefinition as error:
        return (error, *error.others)
    return ()
