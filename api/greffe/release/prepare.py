"""The journey of a figure on one page: extracts → mapped → protected → validated → draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from greffe.engine import Connection
from greffe.mapping.apply import apply
from greffe.model.findings import Finding
from greffe.model.references import Reference
from greffe.model.structures import Dataflow
from greffe.protection.suppress import suppress
from greffe.release.drafts import Coverage, Draft, write_draft
from greffe.release.job import Job
from greffe.release.sources import clashes, load_sources, selected_view, unread_indicators
from greffe.validation.run import Context, run

Progress = Callable[[str], None]
MAPPED = "mapped"


def prepare(connection: Connection, job: Job, folder: Path, progress: Progress) -> Draft:
    """Turn kept extracts into a draft of the target dataset, with everything that was found on the way."""
    progress("reading the extracts")
    sources = load_sources(connection, job.inputs)
    progress("mapping")
    mapped = apply(connection, job.map, job.catalogue, sources.main, sources.populations, MAPPED)
    connection.execute(f"UPDATE {MAPPED} SET DATA_ORIGIN = $1", [job.inputs.origin])
    progress("validating the source")
    internal = check_internal(connection, job, sources.main, sources.populations)
    for feed in (job.inputs.main, *job.inputs.populations):
        internal += clashes(connection, feed, job.inputs.folder)
    progress("protecting")
    protected = suppress(connection, MAPPED, job.structure)
    # What is validated is what would be published: a finding on it cannot give a confidential value away.
    progress("validating the result")
    released = check_mapped(connection, job, sources.populations)
    progress("writing the draft")
    coverage = Coverage(
        unmapped=mapped.unmapped,
        not_provided=job.map.not_provided,
        unread=unread_indicators(connection, sources.main, job.catalogue, job.map.source),
        selected=mapped.selected,
        mapped=mapped.mapped,
    )
    return write_draft(connection, job, MAPPED, (*internal, *mapped.findings, *released, *protected), coverage, folder)


def check_internal(
    connection: Connection, job: Job, source: str, populations: Mapping[Reference, str]
) -> tuple[Finding, ...]:
    """Rules of the internal extract, on the indicators that the map reads."""
    flow = job.catalogue.get(Dataflow, job.map.source)
    if not job.catalogue.internal(flow):
        return ()
    view = selected_view(connection, source, job.map)
    structure = job.catalogue.structure(flow)
    return run(connection, Context(job.catalogue, flow, structure, "internal", view, _first(populations), ""))


def check_mapped(connection: Connection, job: Job, populations: Mapping[Reference, str]) -> tuple[Finding, ...]:
    """Rules of the mapped dataset, against the structure, the population and the release before."""
    previous = ""
    if job.previous is not None:
        previous = "previous_release"
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {previous} AS SELECT * REPLACE "
            f"(CAST(OBS_VALUE AS DECIMAL(38,{job.structure.decimals})) AS OBS_VALUE), OBS_VALUE AS OBS_TEXT "
            "FROM read_parquet($1)",
            [str(job.previous)],
        )
    context = Context(job.catalogue, job.dataflow, job.structure, "mapped", MAPPED, _first(populations), previous)
    return run(connection, context)


def _first(populations: Mapping[Reference, str]) -> str:
    return next(iter(populations.values()), "")
