"""The journey of a figure on one page: extracts → mapped → protected → validated → draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from greffe.engine import Connection
from greffe.mapping.apply import Mapped, apply
from greffe.mapping.resolve import plan
from greffe.model.findings import Finding
from greffe.model.references import Reference
from greffe.model.structures import Dataflow
from greffe.protection.primary import Target
from greffe.protection.protect import Policy, protect
from greffe.protection.rounding import APART
from greffe.protection.suppress import suppress
from greffe.release.across import check_across
from greffe.release.answers import PREVIOUS, KeptAnswers, answers_of
from greffe.release.condensed import is_kept, keep
from greffe.release.drafts import Coverage, Draft, write_draft
from greffe.release.job import Job
from greffe.release.sources import clashes, load_sources, selected_view, unread_indicators
from greffe.release.superseded import superseded_findings
from greffe.store.depot import Shelf
from greffe.validation.run import RULES, Context, Rule, run

Progress = Callable[[str], None]
MAPPED = "mapped"


@dataclass(frozen=True)
class Result:
    """What a map makes of a source: the table MAPPED, and a finding for each of its cells whose value was taken out."""

    mapped: Mapped
    protected: tuple[Finding, ...]


def prepare(connection: Connection, job: Job, shelf: Shelf, condensed: Path, progress: Progress) -> Draft:
    """Turn kept extracts into a draft of the target dataset, with everything that was found on the way.

    The draft goes on the shelf; below `condensed` what lets `effect` try another map (a cache).
    """
    progress("reading the extracts")
    sources = load_sources(connection, job.inputs)
    progress("validating the source")
    internal = check_internal(connection, job, sources.main, sources.populations)
    for feed in (job.inputs.main, *job.inputs.populations):
        internal += clashes(connection, feed, job.inputs.shelf)
    progress("mapping")
    result = make(connection, job, sources.main, sources.populations)
    # What is validated is what would be published: a finding on it cannot give a confidential value away.
    progress("validating the result")
    answers = answers_of(job, condensed, afresh=True)
    released = check_mapped(connection, job, sources.populations, answers)
    progress("writing the draft")
    coverage = Coverage(
        unmapped=result.mapped.unmapped,
        not_provided=job.map.not_provided,
        unread=unread_indicators(connection, sources.main, job.catalogue, job.map.source),
        selected=result.mapped.selected,
        mapped=result.mapped.mapped,
    )
    stale = superseded_findings(job.catalogue, job.map, job.today)
    findings = (*stale, *internal, *result.mapped.findings, *released, *result.protected)
    draft = write_draft(connection, job, MAPPED, findings, coverage, shelf)
    plan_ = plan(job.map, job.catalogue)
    answers.write()
    if not is_kept(plan_, job.inputs.main, condensed):
        keep(connection, plan_, job.inputs.main, sources.main, condensed)
    return draft


def make(
    connection: Connection,
    job: Job,
    source: str,
    populations: Mapping[Reference, str],
    *,
    whole: bool = False,
    brief: bool = False,
) -> Result:
    """Map the rows of `source` (or of its condensed table) and protect the result. `whole`, `brief`: as `apply` has them."""
    mapped = apply(
        connection, job.map, job.catalogue, source, populations, MAPPED, unique=True, whole=whole, brief=brief
    )
    connection.execute(f"UPDATE {MAPPED} SET DATA_ORIGIN = $1", [job.inputs.origin])
    target = Target(MAPPED, job.structure, job.map)
    connection.execute(f"DROP TABLE IF EXISTS {APART}")
    rules = job.catalogue.policies
    policy = Policy(rules.protection, job.earlier, job.linked, rules.identities)
    told = protect(connection, job.catalogue, target, policy)
    return Result(mapped, (*told, *suppress(connection, target)))


def check_internal(
    connection: Connection, job: Job, source: str, populations: Mapping[Reference, str], rules: Sequence[Rule] = RULES
) -> tuple[Finding, ...]:
    """Rules of the internal extract, or some of them, on the indicators that the map reads."""
    flow = job.catalogue.get(Dataflow, job.map.source)
    if not job.catalogue.internal(flow):
        return ()
    view = selected_view(connection, source, job.map)
    structure = job.catalogue.structure(flow)
    return run(connection, Context(job.catalogue, flow, structure, "internal", view, _first(populations), ""), rules)


def check_mapped(
    connection: Connection, job: Job, populations: Mapping[Reference, str], answers: KeptAnswers
) -> tuple[Finding, ...]:
    """Rules of the mapped dataset, against the structure, the population and the release before; what they found of the
    same columns before is taken from `answers`, which gets what is new. Then what it contradicts in other dataflows."""
    previous = ""
    if job.previous is not None:
        previous = PREVIOUS
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {previous} AS SELECT * REPLACE "
            f"(CAST(OBS_VALUE AS DECIMAL(38,{job.structure.decimals})) AS OBS_VALUE), OBS_VALUE AS OBS_TEXT "
            "FROM read_parquet($1)",
            [str(job.previous)],
        )
    context = Context(
        job.catalogue, job.dataflow, job.structure, "mapped", MAPPED, _first(populations), previous, APART
    )
    found = run(connection, context, kept=answers)
    return found + check_across(connection, job.catalogue, job.dataflow, MAPPED, job.others)


def _first(populations: Mapping[Reference, str]) -> str:
    return next(iter(populations.values()), "")
