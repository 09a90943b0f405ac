"""The figures that hang on the doubts of a catalogue: from the releases in effect, and from drafts when asked for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from greffe.arrow import integer
from greffe.catalogue.catalogue import Catalogue
from greffe.engine import Connection, quoted
from greffe.errors import NotFound
from greffe.mapping.coverage import overlapping
from greffe.mapping.doubts.collect import Doubt
from greffe.mapping.doubts.figures import OBSERVATIONS, Figure, Flow, flows, present, weight
from greffe.mapping.resolve import INDICATOR, let_go, plan, resolve
from greffe.model.maps import StructureMap
from greffe.model.structures import Dataflow, DataStructure
from greffe.release.condensed import source_of
from greffe.release.coverage import additive, parts_of_source
from greffe.release.datasets import DRAFTED, Dataset, known
from greffe.release.parts import Parts
from greffe.release.sources import inputs_of

TABLE: Final = "doubtful_observations"
RESOLVED: Final = "doubtful"
Progress = Callable[[str], None]


@dataclass
class _Look:
    """One dataset as it lies in the store, and the doubts that concern it."""

    connection: Connection
    dataset: Dataset
    map: StructureMap
    structure: DataStructure
    size: int
    whole: Mapping[str, Flow] = field(default_factory=dict)
    by_row: Mapping[str, Mapping[str, Flow]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # code list → its dimensions

    def figure(self, doubt: Doubt) -> Figure | None:
        """What the dataset says of a doubt; None when it is not concerned."""
        bare = Figure(_name(self.dataset))
        if doubt.subject == "row":
            mine = self.by_row.get(doubt.place)
            if mine is None:
                return None
            share, counted = weight(self.whole, mine, self.units)
            cells = self._of_target(doubt.cells)
            value = present(self.connection, TABLE, cells, self.size)[1:] if cells else ("", "")
            return replace(bare, weight=share, counted=counted, value=value[0], period=value[1])
        found = self._cells(doubt)
        if found is None:
            return None
        share, value_, period = present(self.connection, TABLE, found, self.size)
        return replace(bare, weight=share, counted=OBSERVATIONS, value=value_, period=period) if share else None

    def _cells(self, doubt: Doubt) -> Mapping[str, str] | None:
        if doubt.subject == "code":
            list_, _, code = doubt.place.rpartition(").")
            dimensions = self.lists.get(f"{list_})", ())
            return {dimensions[0]: code} if dimensions else None
        cells = self._of_target(doubt.cells)
        return cells if doubt.map == str(self.map.reference) and len(cells) == len(doubt.cells) else None

    def _of_target(self, cells: Mapping[str, str]) -> dict[str, str]:
        return {id_: code for id_, code in cells.items() if id_ in self.structure.dimension_ids}


def figures(parts: Parts, found: Iterable[Doubt], progress: Progress, *, drafts: bool = False) -> Mapping[str, Figure]:
    """Place of a doubt → its figure in the dataset in which it weighs most.

    Only releases in effect are looked at: a draft's figures are nobody's yet. With `drafts` a dataflow without a release
    is looked at in its last draft, and the dataset says so.
    """
    doubts = list(found)
    best: dict[str, Figure] = {}
    for flow in dict.fromkeys(m.target for m in parts.catalogue().maps.values()):
        dataset = next((d for d in known(parts, flow) if drafts or d.state != DRAFTED), None)
        if dataset is None:
            continue
        progress(dataset.name)
        with parts.connection() as connection:
            look = _look(parts, connection, dataset, progress)
            for doubt in doubts if look else ():
                figure = look.figure(doubt) if look else None
                if figure is not None and _heavier(figure, best.get(doubt.place)):
                    best[doubt.place] = figure
    return best


def _heavier(one: Figure, other: Figure | None) -> bool:
    return other is None or Decimal(one.weight or 0) > Decimal(other.weight or 0)


def _look(parts: Parts, connection: Connection, dataset: Dataset, progress: Progress) -> _Look | None:
    """The dataset with its map; None when the map it was made with has another target by now."""
    catalogue = parts.catalogue(dataset.catalogue_checksum)
    try:
        flow = catalogue.get(Dataflow, dataset.dataflow)
        map_ = catalogue.map_to(flow)
    except NotFound:
        return None
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {quoted(TABLE)} AS SELECT * FROM read_parquet($1)", [str(dataset.data)]
    )
    structure = catalogue.structure(flow)
    counted = connection.execute(f"SELECT count(*) FROM {quoted(TABLE)}").fetchone()
    look = _Look(connection, dataset, map_, structure, integer(counted[0]) if counted else 0)
    look.lists = _lists(catalogue, structure)
    ledger = parts.ledger()
    inputs = inputs_of(catalogue, map_, [ledger.extract(e) for e in dataset.extracts], ledger.accepted, parts.extracts)
    plan_ = plan(map_, catalogue)
    source = source_of(connection, plan_, inputs, parts.settings.condensed, progress)
    resolved = resolve(connection, plan_, source, RESOLVED)
    try:
        look.whole, look.by_row = flows(connection, resolved)
    finally:
        let_go(connection, resolved)
    twice = overlapping(connection, source, map_.select, parts_of_source(catalogue, map_))
    look.units = {} if _withholds(connection) else _units(catalogue, map_, additive(catalogue, map_) - twice)
    return look


def _name(dataset: Dataset) -> str:
    """The dataset, with what must be said of its figures: not out yet, synthetic (D13)."""
    said = "".join(
        f" ({words})"
        for words, true in (
            ("projet, non diffusé / draft, not released", dataset.state == DRAFTED),
            ("synthétique / synthetic", dataset.origin == "synthetic"),
        )
        if true
    )
    return f"{dataset.name}{said}"


def _withholds(connection: Connection) -> bool:
    """Some observation is withheld: then no share of values is told, for it could be worked out from the others."""
    names = {row[0] for row in connection.execute(f"DESCRIBE {quoted(TABLE)}").fetchall()}
    if "CONF_STATUS" not in names:
        return False
    found = connection.execute(
        f"SELECT count(*) FROM {quoted(TABLE)} WHERE coalesce(CONF_STATUS, 'F') <> 'F'"
    ).fetchone()
    return bool(found and integer(found[0]))


def _units(catalogue: Catalogue, map_: StructureMap, adding: frozenset[str]) -> dict[str, str]:
    list_ = catalogue.codelists(catalogue.structure(catalogue.get(Dataflow, map_.source))).get(INDICATOR)
    return {item.id: item.annotation("UNIT") for item in list_.items if item.id in adding} if list_ else {}


def _lists(catalogue: Catalogue, structure: DataStructure) -> dict[str, tuple[str, ...]]:
    """The dimensions that take their codes from a list, by its reference."""
    found: dict[str, tuple[str, ...]] = {}
    for id_, list_ in catalogue.codelists(structure).items():
        if id_ in structure.dimension_ids:
            found[str(list_.reference)] = (*found.get(str(list_.reference), ()), id_)
    return found
