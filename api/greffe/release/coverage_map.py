"""The cells that a recipient asks of us, as a map: of each dataset how many are in which state, along two of its dimensions,
and what stands behind the empty ones: reasons, houses, source codes without a target. No extract is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.policies.contributors import OTHER_HOUSE, Contributor
from greffe.engine import Connection, quoted
from greffe.errors import BadQuery, NotFound, nearest
from greffe.mapping.cells import CONFIDENTIAL, FILLED, MISSING, NONE, Place, combinations, places
from greffe.model.allowed import restricting
from greffe.model.maps import NotProvided, StructureMap
from greffe.model.structures import Dataflow
from greffe.release.datasets import Dataset, of_draft
from greffe.release.drafts import draft_folder
from greffe.release.manifest import made_from
from greffe.release.owners import explained, owner
from greffe.release.parts import Parts
from greffe.release.questions import dimension_of

# States in the order in which they are told: what nobody explains stands out by coming last.
STATES: Final = (FILLED, CONFIDENTIAL, OTHER_HOUSE, "not-applicable", "not-available", MISSING, NONE)
_TABLE: Final = "mapped_cells"


@dataclass(frozen=True)
class Reason:
    """Cells that one entry explains: of a map, or of a house (`house` its row)."""

    entry: NotProvided
    count: int
    house: Contributor | None = None


@dataclass(frozen=True)
class CellMap:
    """The cells of a dataset. `axes`: one or two dimensions; `counts`: codes on the axes → state → cells. `counted` is False
    when they are too many to look at. `groups`: source codes without a target, as coverage keeps them."""

    dataset: str
    state: str
    flow: Dataflow
    origin: str
    expected: int
    totals: Mapping[str, int]
    axes: tuple[str, ...] = ()
    counts: Mapping[tuple[str, ...], Mapping[str, int]] | None = None
    reasons: tuple[Reason, ...] = ()
    groups: tuple[Mapping[str, object], ...] = ()
    dimensions: tuple[str, ...] = ()  # that have more than one code
    houses: tuple[Contributor, ...] = ()  # that give figures of the dataflow

    @property
    def counted(self) -> bool:
        """Whether the cells were looked at one by one."""
        return self.counts is not None


def dataset_of(parts: Parts, flow: Dataflow) -> str:
    """The name of the dataset whose cells count: the current release, else the last draft; '' without any."""
    ledger = parts.ledger()
    current = ledger.current(flow.reference, parts.clock())
    if current is not None:
        return str(current)
    drafts = [d for d in ledger.drafts.values() if d.dataflow == flow.reference]
    return next((d.id for d in reversed(drafts) if draft_folder(parts, d).is_dir()), "")


def cell_map(parts: Parts, name: str, axes: Sequence[str] = ()) -> CellMap:
    """The map of a draft or a release (`FLOW#7`) along those dimensions; without any, the questions (or the dimension with
    the most codes) by the next longest. Raises NotFound, BadQuery for what is no dimension with several codes."""
    dataset = _dataset(parts, name)
    catalogue = parts.catalogue(dataset.catalogue_checksum)
    flow = catalogue.get(Dataflow, dataset.dataflow)
    map_ = catalogue.map_to(flow)
    houses = parts.catalogue().policies.contributors
    allowed = restricting(catalogue.constraints(flow))
    dimensions = catalogue.structure(flow).dimension_ids
    with parts.connection(threads=1) as connection:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {_TABLE} AS SELECT * FROM read_parquet($1)", [str(dataset.data)]
        )
        entries = explained(catalogue, flow, map_, houses, (connection, _TABLE))
        sizes = _sizes(connection, dimensions, allowed)
        chosen = _axes(catalogue, map_, sizes, axes)
        found = places(connection, dimensions, allowed, _TABLE, entries, chosen)
    return CellMap(
        name,
        dataset.state,
        flow,
        dataset.origin,
        sum(p.count for p in found) or combinations(dimensions, allowed),
        _totals(found),
        chosen,
        _counts(found) if found else None,
        _reasons(found, entries, houses, flow),
        dataset.listed("unmapped"),
        tuple(d for d, size in sizes.items() if size > 1),
        tuple(h for h in houses if h.concerns(flow.reference.id)),
    )


def _dataset(parts: Parts, name: str) -> Dataset:
    """As `datasets.named`, without its findings: there may be ten thousand, and they say nothing of coverage."""
    ledger = parts.ledger()
    if "#" not in name:
        if name not in ledger.drafts:
            raise NotFound(f"There is no draft {name}.", nearest=nearest(name, ledger.drafts))
        return of_draft(parts, name)
    release = ledger.release(name)
    manifest = made_from(parts, release)
    coverage = manifest.get("coverage")
    return Dataset(
        name,
        "released",
        release.dataflow,
        release.origin,
        (),
        data=parts.observations.file(release.name, "data.parquet"),
        catalogue_checksum=str(manifest.get("catalogue_checksum", "")),
        coverage=coverage if isinstance(coverage, Mapping) else {},
    )


def _sizes(connection: Connection, dimensions: Sequence[str], allowed: Mapping[str, frozenset[str]]) -> dict[str, int]:
    """How many codes each dimension is asked for."""
    free = [d for d in dimensions if d not in allowed]
    counted = connection.execute(
        f"SELECT {', '.join(f'count(DISTINCT {quoted(d)})' for d in free) or '0'} FROM {_TABLE}"
    ).fetchone()
    there = dict(zip(free, counted or (), strict=False))
    return {d: len(allowed[d]) if d in allowed else int(str(there[d])) for d in dimensions}


def _axes(catalogue: Catalogue, map_: StructureMap, sizes: Mapping[str, int], asked: Sequence[str]) -> tuple[str, ...]:
    several = sorted((d for d, size in sizes.items() if size > 1), key=lambda d: -sizes[d])
    for name in asked:
        if name not in several:
            raise BadQuery(
                f"{name} is no dimension with several codes.", parameter="by", nearest=nearest(name, several)
            )
    if asked:
        return tuple(dict.fromkeys(asked))[:2]
    question = dimension_of(catalogue, map_)
    ordered = sorted(several, key=lambda d: d != question)
    return tuple(ordered[:2] or list(sizes)[:1])


def _totals(found: Iterable[Place]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for one in found:
        counted[one.state] += one.count
    return {state: counted[state] for state in STATES if counted[state]}


def _counts(found: Iterable[Place]) -> dict[tuple[str, ...], dict[str, int]]:
    by_place: dict[tuple[str, ...], list[Place]] = {}
    for one in found:
        by_place.setdefault(one.codes, []).append(one)
    return {codes: _totals(mine) for codes, mine in by_place.items()}


def _reasons(
    found: Iterable[Place], entries: Sequence[NotProvided], houses: Sequence[Contributor], flow: Dataflow
) -> tuple[Reason, ...]:
    """The entries that explain cells, the one with the most first; of another house its row, where one names it."""
    counted: Counter[int] = Counter()
    for one in found:
        if one.entry >= 0:
            counted[one.entry] += one.count
    made = []
    for place, count in counted.most_common():
        entry = entries[place]
        mine = owner(houses, flow.reference.id, entry.cells) if entry.kind == OTHER_HOUSE else None
        made.append(Reason(entry, count, mine))
    return tuple(made)
