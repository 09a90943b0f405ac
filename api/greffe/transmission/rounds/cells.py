"""The cells of a delivery that a query may be about: names in its questionnaires, or FLOW/KEY/PERIOD of its dataflows."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from greffe.arrow import pq, text
from greffe.errors import NotFound, nearest
from greffe.formats.components import TIME
from greffe.model.structures import Dataflow
from greffe.model.transmissions import SentFile, Transmission
from greffe.release.parts import Parts
from greffe.store.base import Selection
from greffe.transmission.files import sources_of
from greffe.transmission.workbooks import kind_of
from greffe.transmission.workbooks.filled import Filled, filled_sheets

SOME: Final = 3  # cells that are named in place of a wrong one


@dataclass(frozen=True)
class Place:
    """Where a cell is from. `key` in the order of the structure; `release`: '' where no release holds the cell."""

    cell: str
    flow: str
    release: str
    key: str
    period: str


def places_of(parts: Parts, one: Transmission, cells: tuple[str, ...]) -> tuple[Place, ...]:
    """Where cells of a delivery are from, in their order. Raises NotFound with the nearest for one that it does not have."""
    known = {p.cell: p for file in one.files for p in _named(parts, one, file)}
    return tuple(known[c] if c in known else _sent(parts, one, c, list(known)) for c in cells)


def _named(parts: Parts, one: Transmission, file: SentFile) -> list[Place]:
    id_ = file.format.partition(":")[2]
    if kind_of(file.format) is None:
        return []
    catalogue, ledger = parts.catalogue(one.catalogue), parts.ledger()
    layout = catalogue.questionnaires[id_]
    releases = [ledger.release(s.release) for s in file.sources]
    sheets = filled_sheets(layout, one.year, sources_of(parts, catalogue, layout, releases))
    filled = Filled(layout, one.id, {}, one.year, one.prepared, one.test, sheets)
    return [
        Place(
            c.name, sheet.layout.flow, str(sheet.release) if c.held and sheet.release else "", ".".join(c.key), c.period
        )
        for sheet, _, _, c in filled.cells()
    ]


def _sent(parts: Parts, one: Transmission, cell: str, known: list[str]) -> Place:
    """`ESTAT_CTS_JUST/A.X.Y/2024`."""
    flow, _, rest = cell.partition("/")
    key, _, period = rest.partition("/")
    source = next((s for f in one.files for s in f.sources if s.dataflow.id == flow), None)
    if source is None:
        flows = [s.dataflow.id for f in one.files for s in f.sources]
        near = nearest(cell, known) or known[:SOME] or _nearest(parts, one, nearest(flow, flows, 1) or flows, cell)
        raise NotFound(f"{one.id} has no cell {cell!r}.", parameter="cells", nearest=near)
    catalogue = parts.catalogue(one.catalogue)
    dims = catalogue.structure(catalogue.get(Dataflow, source.dataflow)).dimension_ids
    codes = key.split(".")
    release = parts.ledger().release(source.release)
    if len(codes) == len(dims):
        selection = Selection(keys=({d: frozenset((c,)) for d, c in zip(dims, codes, strict=True)},))
        periods = [
            p
            for b in parts.observations.select(release.name, selection)
            for p in b.observations.column("TIME_PERIOD").to_pylist()
        ]
        if period in periods:
            return Place(cell, flow, source.release, key, period)
        if periods:
            near = [f"{flow}/{key}/{p}" for p in nearest(period, [str(p) for p in periods])]
            near = near or _nearest(parts, one, [flow], cell)
            raise NotFound(f"{one.id} has no cell {cell!r}.", parameter="cells", nearest=near)
    hint = f"A cell is {flow}/{'.'.join(dims)}/PERIOD."
    near = _nearest(parts, one, [flow], cell)
    raise NotFound(f"{one.id} has no cell {cell!r}.", parameter="cells", nearest=near, hint=hint)


def _nearest(parts: Parts, one: Transmission, flows: Sequence[str], cell: str) -> list[str]:
    """Cells that were sent, as they are named here: those that share most codes with a wrong name, in their places, first; then of its
    period, then of the newest."""
    period, codes = cell.rpartition("/")[2], max(cell.split("/"), key=lambda piece: piece.count(".")).split(".")
    found = []
    for source in (s for f in one.files for s in f.sources if s.dataflow.id in flows):
        catalogue = parts.catalogue(one.catalogue)
        names = [*catalogue.structure(catalogue.get(Dataflow, source.dataflow)).dimension_ids, TIME]
        release = parts.ledger().release(source.release)
        table = pq.read_table(parts.observations.file(release.name, "data.parquet"), columns=names)
        columns = [table.column(n).to_pylist() for n in names]
        rows = {tuple(text(c) for c in row) for row in zip(*columns, strict=True)}
        found += [(-_shared(codes, r), r[-1] != period, _newest(r[-1]), source.dataflow.id, r) for r in rows]
    best = heapq.nsmallest(SOME, found)
    return list(dict.fromkeys(f"{flow}/{'.'.join(row[:-1])}/{row[-1]}" for *_, flow, row in best))


def _shared(codes: Sequence[str], row: Sequence[str]) -> int:
    return sum(one == other for one, other in zip(codes, row, strict=False))


def _newest(period: str) -> tuple[int, ...]:
    """Sorts later periods first."""
    return tuple(-ord(c) for c in period)
