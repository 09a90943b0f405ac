"""What is covered and what is not: by dataset, recipient, questionnaire and indicator, and since the version before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from greffe.arrow import integer
from greffe.catalogue.catalogue import Catalogue, Recipient
from greffe.catalogue.no_target import unexplained
from greffe.catalogue.overlap import parts_of
from greffe.catalogue.policies.contributors import Contributor
from greffe.engine import Connection, quoted
from greffe.errors import NotFound, nearest
from greffe.mapping.cells import Cells, cells
from greffe.mapping.coverage import Share, gaps, overlapping, percent, shares, weights
from greffe.mapping.resolve import INDICATOR, plan
from greffe.model.allowed import restricting
from greffe.model.maps import StructureMap
from greffe.model.references import Reference
from greffe.model.reporting import ReportingCategory, ReportingTaxonomy
from greffe.model.structures import Dataflow
from greffe.release.condensed import source_of
from greffe.release.datasets import Dataset, before, known, named
from greffe.release.owners import explained
from greffe.release.parts import Parts
from greffe.release.questions import Question, questions
from greffe.release.sources import inputs_of

Progress = Callable[[str], None]
Group = Mapping[str, object]
OBSERVATIONS = "covered_observations"


@dataclass(frozen=True)
class Changes:
    """Since the release before: groups of source codes that lost their target, and that got one (or are no more); the map
    and the share of rows mapped, before and after."""

    since: str
    maps: tuple[str, str]
    lost: tuple[Group, ...]
    settled: tuple[Group, ...]
    share_of_rows: tuple[str, str]


@dataclass(frozen=True)
class Covered:
    """One dataset: who asks for it, which parts of questionnaires it answers, its gaps (coverage of the dataset), shares by
    indicator, target cells, what changed, and the same question by question."""

    dataset: Dataset
    recipients: tuple[str, ...]
    questionnaires: tuple[str, ...]
    shares: tuple[Share, ...]
    cells: Cells
    changes: Changes | None
    questions: tuple[Question, ...] = ()  # of a sheet whose dataflow has a dimension for them
    houses: tuple[Contributor, ...] = ()  # that give figures of the dataflow


@dataclass(frozen=True)
class Overview:
    """Datasets; dataflows that are asked for and have none; indicators that no map reads, with the reason that a file gives
    ('' = none gives one)."""

    covered: tuple[Covered, ...]
    empty: tuple[Reference, ...]
    unread: Mapping[str, str]
    recipients: tuple[Recipient, ...]


def overview(parts: Parts, subject: str, progress: Progress) -> Overview:
    """The coverage of a draft or release (`FLOW#7`), of the datasets of a dataflow, of all that a recipient asks, or of
    everything (''). Raises NotFound."""
    catalogue = parts.catalogue()
    explained = {row.sources[0].value: f"{row.kind}: {row.reason}" for row in catalogue.no_target}
    unread = {**explained, **dict.fromkeys(unexplained(catalogue), "")}
    recipients = tuple(r for r in catalogue.recipients if subject in ("", r.id))
    if subject in parts.ledger().drafts or "#" in subject:
        return Overview((_covered(parts, named(parts, subject), progress),), (), dict(sorted(unread.items())), ())
    flows = _flows(catalogue, subject)
    found, empty = [], []
    for flow in flows:
        datasets = known(parts, flow)
        found += [_covered(parts, dataset, progress) for dataset in datasets]
        empty += [] if datasets else [flow]
    return Overview(tuple(found), tuple(empty), dict(sorted(unread.items())), recipients)


def _flows(catalogue: Catalogue, subject: str) -> list[Reference]:
    asked = {r.id: list(r.dataflows) for r in catalogue.recipients}
    if subject in asked:
        return asked[subject]
    every = dict.fromkeys(
        [*(f for flows in asked.values() for f in flows), *(m.target for m in catalogue.maps.values())]
    )
    found = [f for f in every if subject in ("", f.id, str(f))]
    if not found:
        names = [*asked, *(f.id for f in every)]
        raise NotFound(f"There is no draft, dataflow or recipient {subject}.", nearest=nearest(subject, names))
    return found


def _covered(parts: Parts, dataset: Dataset, progress: Progress) -> Covered:
    progress(dataset.name)
    catalogue = parts.catalogue(dataset.catalogue_checksum)
    flow = catalogue.get(Dataflow, dataset.dataflow)
    map_ = catalogue.map_to(flow)
    unmapped, houses = dataset.listed("unmapped"), parts.catalogue().policies.contributors
    with parts.connection() as connection:
        source = _source(parts, connection, catalogue, map_, dataset, progress)
        twice = overlapping(connection, source, map_.select, parts_of_source(catalogue, map_))
        found = shares(weights(connection, source, map_.select), unmapped, additive(catalogue, map_) - twice)
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {quoted(OBSERVATIONS)} AS SELECT * FROM read_parquet($1)",
            [str(dataset.data)],
        )
        dimensions = catalogue.structure(flow).dimension_ids
        left = explained(catalogue, flow, map_, houses, (connection, OBSERVATIONS))
        allowed = restricting(catalogue.constraints(flow))
        counted = cells(connection, dimensions, allowed, OBSERVATIONS, left)
        answered = questionnaires(catalogue, flow)
        asked = questions(connection, catalogue, map_, allowed, OBSERVATIONS, left, unmapped, answered)
    return Covered(
        dataset,
        tuple(r.id for r in catalogue.recipients if flow.reference in r.dataflows),
        answered,
        found,
        counted,
        _changes(parts, dataset),
        asked,
        tuple(h for h in houses if h.concerns(flow.reference.id)),
    )


def _source(
    parts: Parts,
    connection: Connection,
    catalogue: Catalogue,
    map_: StructureMap,
    dataset: Dataset,
    progress: Progress,
) -> str:
    """The rows that a dataset was made from, from the condensed source or, when that is gone, the kept extracts."""
    ledger = parts.ledger()
    records = [ledger.extract(e) for e in dataset.extracts]
    inputs = inputs_of(catalogue, map_, records, ledger.accepted, parts.extracts)
    return source_of(connection, plan(map_, catalogue), inputs, parts.settings.condensed, progress)


def parts_of_source(catalogue: Catalogue, map_: StructureMap) -> dict[str, Mapping[str, frozenset[str]]]:
    """What the codes of each coded dimension of a map's source contain."""
    structure = catalogue.structure(catalogue.get(Dataflow, map_.source))
    lists = catalogue.codelists(structure)
    return {d: parts_of(lists[d]) for d in structure.dimension_ids if d in lists and d != INDICATOR}


def additive(catalogue: Catalogue, map_: StructureMap) -> frozenset[str]:
    """Indicators of a map's source whose values may be added up over something (annotation ADDITIVE_OVER)."""
    structure = catalogue.structure(catalogue.get(Dataflow, map_.source))
    list_ = catalogue.codelists(structure).get(INDICATOR)
    return frozenset(i.id for i in list_.items if i.annotation("ADDITIVE_OVER")) if list_ else frozenset()


def questionnaires(catalogue: Catalogue, flow: Dataflow) -> tuple[str, ...]:
    """The parts of reporting taxonomies that a dataflow answers: `CEPEJ_QUESTIONNAIRE/Q91`."""
    found = []
    for taxonomy in catalogue.all(ReportingTaxonomy):
        for item in taxonomy.items:
            answers = (*item.flows, *item.structures) if isinstance(item, ReportingCategory) else ()
            if flow.urn in answers or flow.structure in answers:
                found.append(f"{taxonomy.reference.id}/{item.id}")
    return tuple(found)


def _changes(parts: Parts, dataset: Dataset) -> Changes | None:
    earlier = before(parts, dataset)
    if earlier is None:
        return None
    old, new = gaps(earlier.listed("unmapped")), gaps(dataset.listed("unmapped"))
    return Changes(
        earlier.name,
        (earlier.map, dataset.map),
        tuple(new[key] for key in new if key not in old),
        tuple(old[key] for key in old if key not in new),
        (
            percent(earlier.count("mapped"), earlier.count("selected")),
            percent(dataset.count("mapped"), dataset.count("selected")),
        ),
    )


def without_reason(groups: Sequence[Group]) -> tuple[int, int]:
    """Groups of source codes, and rows, that no row of a map explains."""
    left = [g for g in groups if not g["declared"]]
    return len(left), sum(integer(g["rows"]) for g in left)
