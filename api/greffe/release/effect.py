"""What other maps, lists or thresholds would change in every released and drafted dataset, worked out without writing anything down.

The after side is what `prepare` would make of the same extracts with the other catalogue: mapped from the condensed source
that preparation kept (made again from the kept extracts when it is gone), protected, and put before the same rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Final

from greffe.arrow import pq
from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.policies.protection import ProtectionRule
from greffe.engine import Connection, quoted
from greffe.errors import Refused
from greffe.mapping.alike import alike
from greffe.mapping.breaks import concerning
from greffe.mapping.effect import Change, Comparison, compare
from greffe.mapping.resolve import Plan, plan
from greffe.model.allowed import restricting
from greffe.model.findings import Finding
from greffe.model.maps import StructureMap
from greffe.model.references import Reference
from greffe.model.structures import Dataflow, DataStructure
from greffe.release.answers import answers_of
from greffe.release.datasets import NEW, Dataset, how_many, known
from greffe.release.effect_of_thresholds import (
    Rules,
    ids,
    of_the_extract,
    rules_that_differ,
    with_findings_of_the_extract,
)
from greffe.release.effect_standing import Engines, Progress, job_of, standing
from greffe.release.parts import Parts
from greffe.release.prepare import MAPPED, check_mapped, make
from greffe.release.sources import choose_inputs, load_populations

Told = Callable[["Effect", int, int], None]  # what is known so far, of how many maps of how many
BEFORE, AFTER = "effect_before", "effect_after"
MOST: Final = 1_000  # changes of one dataset that are listed; all are counted


@dataclass(frozen=True)
class DatasetEffect:
    """What would become of one dataset. `findings` are those it does not have as it is, `settled` those of rules with other
    thresholds that it would have no more; they hold no values. `selected` and `mapped`: rows of the source, before and
    after. `since`: against what was released or drafted, where `comparison` is against what is effective by now."""

    dataset: Dataset
    map: str
    comparison: Comparison
    findings: tuple[Finding, ...]
    selected: tuple[int, int]
    mapped: tuple[int, int]
    settled: tuple[Finding, ...] = ()
    since: Comparison | None = None

    @property
    def changes_anything(self) -> bool:
        """An observation, a finding, or the rows that find a target."""
        moved = self.comparison.moves or bool(self.findings) or bool(self.settled)
        return moved or self.selected[0] != self.selected[1] or self.mapped[0] != self.mapped[1]


@dataclass(frozen=True)
class Effect:
    """The datasets whose map or lists would change. `maps` that change; those among them that are `waiting` for an extract
    to be tried on; the dataflows of others of them that have no dataset yet, which are tried when they are asked for, when
    their map is new, and when it is the only one that changes; how many datasets are `untouched`; the ids of `rules` whose
    thresholds change."""

    datasets: tuple[DatasetEffect, ...]
    maps: tuple[str, ...]
    waiting: tuple[str, ...]
    without: tuple[str, ...]
    untouched: int
    rules: tuple[str, ...] = ()

    def largest(self, most: int) -> tuple[tuple[DatasetEffect, Change], ...]:
        """The largest changes over all datasets."""
        found = [(d, c) for d in self.datasets for c in d.comparison.changes]
        return tuple(sorted(found, key=lambda pair: -size(pair[1]))[:most])


def size(change: Change) -> Fraction:
    """The amount by which a change is ordered: of the difference, or of the one value there is."""
    return abs(Fraction(change.difference or change.after or change.before or "0"))


def effect(
    parts: Parts,
    after: Catalogue,
    progress: Progress,
    *,
    before: Catalogue | None = None,
    most: int = MOST,
    dataflow: str = "",
    told: Told | None = None,
    alone: bool = False,
) -> Effect:
    """Compare every current release and every waiting draft with what `after` would make of its extracts (of one
    dataflow by its id, or of all). At most `most` changes of a dataset are listed. `before`: what the
    change is made on, when that is not what is effective. `told` hears after each map what is known so far.
    `alone`: what the change does by itself: it is compared with what `before` makes of the extracts, where that is not what
    was released or drafted; the comparison with this is `since` of its dataset.

    Raises what `prepare` raises: BadDefinition for a map that cannot run, Broken for a kept extract that is not what was
    written.
    """
    before = before or parts.catalogue()
    wanted = [m for m in after.maps.values() if dataflow in ("", m.target.id)]
    rules = {m.reference: rules_that_differ(before, after, m) for m in wanted}
    changed = [m for m in wanted if _differs(before, after, m)]
    touched = [m for m in wanted if m in changed or rules[m.reference]]
    found: list[DatasetEffect] = []
    waiting: list[str] = []
    empty: list[str] = []
    others = {m.target for m in before.maps.values()} - {m.target for m in touched}
    untouched = sum(how_many(parts, target) for target in others)
    names = tuple(str(m.reference) for m in changed)
    other = tuple(sorted({id_ for some in rules.values() for id_ in ids(some)}))

    def known_now() -> Effect:
        return Effect(tuple(found), names, tuple(waiting), tuple(empty), untouched, other)

    with ExitStack() as stack:
        engines = Engines(parts, stack)
        for number, map_ in enumerate(touched):
            if told is not None:
                told(known_now(), number, len(touched))
            datasets = known(parts, map_.target)
            if not datasets and map_ not in changed:
                continue  # thresholds change nothing that is not there
            if not datasets and not (dataflow or len(touched) == 1 or _is_new(before, map_)):
                empty.append(map_.target.id)
                continue
            try:
                datasets = datasets or [_new(parts, after, map_)]
            except Refused:  # no extract, or real and synthetic ones: nothing to try it on
                waiting.append(str(map_.reference))
                continue
            for dataset in datasets:
                progress(dataset.name)
                lists = _differ_in_lists(before, after, map_)
                old = None if lists or rules[map_.reference] else _made_with(parts, before, map_, dataset)
                stands = standing(parts, engines, before, map_, dataset, progress) if alone else None
                stands = stands and with_findings_of_the_extract(stands, dataset, rules[map_.reference])
                one = _of(
                    parts, engines, after, map_, stands or dataset, lists, rules[map_.reference], old, progress, most,
                    dataset if stands else None,
                )  # fmt: skip
                found.append(one)
    return known_now()


def _is_new(before: Catalogue, map_: StructureMap) -> bool:
    return all(m.target != map_.target for m in before.maps.values())


def _differs(before: Catalogue, after: Catalogue, map_: StructureMap) -> bool:
    """The map is another one, or what its figures are held against: structure, code lists, what is allowed."""
    old = next((m for m in before.maps.values() if m.target == map_.target), None)
    if old is None or old.checksum != map_.checksum:
        return True
    return _differ_in_lists(before, after, map_)


def _differ_in_lists(before: Catalogue, after: Catalogue, map_: StructureMap) -> bool:
    """What the figures of a map are held against differs: a dataflow, its structure, code lists, what is allowed, what is
    confidential, where series break."""
    if _protecting(before, map_) != _protecting(after, map_):
        return True
    if concerning(map_, before.policies.breaks) != concerning(map_, after.policies.breaks):
        return True
    if _artefacts(before.files) == _artefacts(after.files):
        return False
    return any(_held_against(before, f) != _held_against(after, f) for f in (map_.source, map_.target))


def _protecting(catalogue: Catalogue, map_: StructureMap) -> tuple[ProtectionRule, ...]:
    return tuple(r for r in catalogue.policies.protection if r.names(map_.target.id))


def _artefacts(files: Mapping[str, str]) -> dict[str, str]:
    return {path: checksum for path, checksum in files.items() if path.startswith("sdmx/")}


def _held_against(catalogue: Catalogue, flow: Reference) -> tuple[object, ...]:
    if ("dataflow", flow) not in catalogue.artefacts:
        return ()
    dataflow = catalogue.get(Dataflow, flow)
    structure = catalogue.structure(dataflow)
    return dataflow, structure, catalogue.codelists(structure), restricting(catalogue.constraints(dataflow))


def _new(parts: Parts, after: Catalogue, map_: StructureMap) -> Dataset:
    """A dataflow that has no dataset yet, with the extracts it would be prepared from. Raises Refused."""
    inputs = choose_inputs(after, map_, parts.ledger().accepted, parts.extracts)
    ids = tuple(e.id for e in inputs.extracts)
    return Dataset(map_.target.id, NEW, map_.target, inputs.origin, ids)


def _of(
    parts: Parts,
    engines: Engines,
    after: Catalogue,
    map_: StructureMap,
    dataset: Dataset,
    lists: bool,
    rules: Rules,
    old_plan: Plan | None,
    progress: Progress,
    most: int,
    released: Dataset | None = None,
) -> DatasetEffect:
    job = job_of(parts, after, map_, dataset)
    structure, inputs = job.structure, job.inputs
    new_plan = plan(map_, after)
    connection, rows = engines.source(new_plan, inputs, progress)
    if old_plan is not None and alike(connection, old_plan, new_plan, rows.table):
        return _unchanged(dataset, map_)
    populations = load_populations(connection, inputs)
    result = make(connection, job, rows.table, populations, whole=rows.whole, brief=True)
    _load_before(connection, structure, dataset.data)
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW {AFTER} AS SELECT * REPLACE (OBS_TEXT AS OBS_VALUE) FROM {quoted(MAPPED)}"
    )
    comparison = compare(connection, BEFORE, AFTER, structure, most)
    since = None
    if released is not None:
        _load_before(connection, structure, released.data)
        since = compare(connection, BEFORE, AFTER, structure, 0)
    made = (*result.mapped.findings, *result.protected)
    if comparison.moves or lists or rules:
        answers = answers_of(job, parts.settings.condensed)
        made += check_mapped(connection, job, populations, answers)
        answers.write()
    made += of_the_extract(engines.wide, job, rules)
    old, now = ({_identity(f) for f in some} for some in (dataset.findings, made))
    new = tuple(replace(f, values={}) for f in made if _identity(f) not in old)
    asked = ids(rules)
    settled = tuple(replace(f, values={}) for f in dataset.findings if f.rule in asked and _identity(f) not in now)
    return DatasetEffect(
        dataset,
        str(map_.reference),
        comparison,
        new,
        (dataset.count("selected"), result.mapped.selected),
        (dataset.count("mapped"), result.mapped.mapped),
        settled,
        since,
    )


def _made_with(parts: Parts, before: Catalogue, map_: StructureMap, dataset: Dataset) -> Plan | None:
    """The plan of the map before, when it is the very one that made the dataset, on the artefacts of today: the same map on
    the same extracts makes the same (D4). None when that is not so, or not known."""
    old = next((m for m in before.maps.values() if m.target == map_.target), None)
    version = next((v for v in parts.ledger().catalogues if v.checksum == dataset.catalogue_checksum), None)
    if old is None or dataset.data is None or version is None or old.checksum != dataset.map_checksum:
        return None
    return plan(old, before) if _artefacts(version.files) == _artefacts(before.files) else None


def _unchanged(dataset: Dataset, map_: StructureMap) -> DatasetEffect:
    observations = pq.read_metadata(dataset.data).num_rows if dataset.data is not None else 0
    selected, mapped = dataset.count("selected"), dataset.count("mapped")
    comparison = Comparison(0, 0, 0, observations, ())
    return DatasetEffect(dataset, str(map_.reference), comparison, (), (selected, selected), (mapped, mapped))


def _load_before(connection: Connection, structure: DataStructure, data: Path | None) -> None:
    """The dataset as it is, with the columns of the structure; empty when there is none."""
    names = [*structure.dimension_ids, "TIME_PERIOD", "OBS_VALUE", *(a.id for a in structure.attributes)]
    if data is None:
        columns = ", ".join(f"CAST(NULL AS VARCHAR) AS {quoted(n)}" for n in names)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {BEFORE} AS SELECT {columns} WHERE FALSE")
        return
    described = connection.execute("SELECT * FROM read_parquet($1) LIMIT 0", [str(data)]).description or []
    there = {str(column[0]) for column in described}
    columns = ", ".join(f"{quoted(n) if n in there else 'CAST(NULL AS VARCHAR)'} AS {quoted(n)}" for n in names)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {BEFORE} AS SELECT {columns} FROM read_parquet($1)", [str(data)])


Identity = tuple[str, str, frozenset[tuple[str, str]], str]


def _identity(finding: Finding) -> Identity:
    """A finding is the same when its rule says it of the same key and period, whatever the values."""
    return finding.rule, finding.severity, frozenset(finding.key.items()), finding.period
