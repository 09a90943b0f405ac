"""What an effect is worked out on: condensed sources, jobs, and what effective maps make where nobody released it yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from greffe.catalogue.catalogue import Catalogue
from greffe.engine import Connection, quoted
from greffe.mapping.resolve import Plan, plan
from greffe.model.maps import StructureMap
from greffe.model.structures import Dataflow
from greffe.release.across import beside
from greffe.release.answers import answers_of
from greffe.release.condensed import Rows, kept, made_again
from greffe.release.confidential import earlier_of, linked_of
from greffe.release.datasets import Dataset
from greffe.release.job import Job
from greffe.release.parts import Parts
from greffe.release.prepare import MAPPED, check_mapped, make
from greffe.release.sources import Inputs, inputs_of, load_populations

Progress = Callable[[str], None]


@dataclass
class Engines:
    """One connection for what is kept, of few rows, and one for extracts that must be read again."""

    parts: Parts
    stack: ExitStack
    _narrow: Connection | None = None
    _wide: Connection | None = None

    def source(self, plan_: Plan, inputs: Inputs, progress: Progress) -> tuple[Connection, Rows]:
        """The condensed source of a map, kept or made again, and the connection it is on."""
        folder = self.parts.settings.condensed
        if self._narrow is None:
            self._narrow = self.stack.enter_context(self.parts.connection(threads=1))
        found = kept(self._narrow, plan_, inputs.main, folder)
        if found is not None:
            return self._narrow, found
        return self.wide(), made_again(self.wide(), plan_, inputs, folder, progress)

    def folder(self) -> Path:
        """A new one among the caches, where connections may write; it is gone when the effect is told."""
        caches = self.parts.settings.condensed
        caches.mkdir(parents=True, exist_ok=True)
        return Path(self.stack.enter_context(TemporaryDirectory(prefix="effect-", dir=caches)))

    def wide(self) -> Connection:
        """The one for extracts."""
        if self._wide is None:
            self._wide = self.stack.enter_context(self.parts.connection())
        return self._wide


def job_of(parts: Parts, catalogue: Catalogue, map_: StructureMap, dataset: Dataset) -> Job:
    """What preparing a dataset from its extracts by that map would be."""
    flow = catalogue.get(Dataflow, map_.target)
    ledger = parts.ledger()
    extracts = [ledger.extract(e) for e in dataset.extracts]
    inputs = inputs_of(catalogue, map_, extracts, ledger.accepted, parts.extracts)
    current = ledger.current(flow.reference, parts.clock())
    return Job(
        catalogue,
        map_,
        flow,
        catalogue.structure(flow),
        inputs,
        previous=parts.observations.file(current.name, "data.parquet") if current else None,
        others=beside(parts, catalogue, flow, inputs.origin),
        earlier=earlier_of(parts, flow.reference),
        linked=linked_of(parts, catalogue, flow, inputs.origin),
    )


def standing(
    parts: Parts, engines: Engines, catalogue: Catalogue, map_: StructureMap, dataset: Dataset, progress: Progress
) -> Dataset | None:
    """The dataset as the catalogue's map makes it of the same extracts; None when that made it as it is, or there is no map
    to its dataflow. Its data lies in a folder that goes with the engines, its findings are those of the mapped figures."""
    old = next((m for m in catalogue.maps.values() if m.target == map_.target), None)
    if old is None or dataset.data is None or _made_by(parts, catalogue, old, dataset):
        return None
    job = job_of(parts, catalogue, old, dataset)
    connection, rows = engines.source(plan(old, catalogue), job.inputs, progress)
    populations = load_populations(connection, job.inputs)
    result = make(connection, job, rows.table, populations, whole=rows.whole, brief=True)
    answers = answers_of(job, parts.settings.condensed)
    checked = check_mapped(connection, job, populations, answers)
    answers.write()
    path = engines.folder() / "data.parquet"
    columns = f"SELECT * REPLACE (OBS_TEXT AS OBS_VALUE) FROM {quoted(MAPPED)}"
    connection.execute(f"COPY ({columns}) TO $1 (FORMAT parquet)", [str(path)])
    mapped = result.mapped
    return replace(
        dataset,
        data=path,
        findings=(*mapped.findings, *result.protected, *checked),
        map_checksum=old.checksum,
        coverage={**dataset.coverage, "selected": mapped.selected, "mapped": mapped.mapped},
    )


def _made_by(parts: Parts, catalogue: Catalogue, map_: StructureMap, dataset: Dataset) -> bool:
    """The very map made it, on the artefacts and policies of today: it would make the same again (D4)."""
    version = next((v for v in parts.ledger().catalogues if v.checksum == dataset.catalogue_checksum), None)
    same = version is not None and _beside_maps(version.files) == _beside_maps(catalogue.files)
    return same and map_.checksum == dataset.map_checksum


def _beside_maps(files: Mapping[str, str]) -> dict[str, str]:
    """The files that decide on figures beside maps, with their checksums."""
    return {path: sha for path, sha in files.items() if path.startswith(("sdmx/", "mappings/policies/"))}
