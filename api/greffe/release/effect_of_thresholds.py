"""What other thresholds would change: the rules that ask another question, of the extract and of what is mapped from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from greffe.catalogue.catalogue import Catalogue
from greffe.engine import Connection
from greffe.mapping.breaks import concerning
from greffe.model.findings import Finding
from greffe.model.maps import StructureMap
from greffe.model.structures import Dataflow
from greffe.release.datasets import Dataset
from greffe.release.job import Job
from greffe.release.prepare import check_internal
from greffe.release.sources import load_sources
from greffe.validation.rule import INTERNAL, MAPPED
from greffe.validation.run import Context, Rule, differing

Rules = Mapping[str, tuple[Rule, ...]]  # by stage


def rules_that_differ(before: Catalogue, after: Catalogue, map_: StructureMap) -> Rules:
    """The rules of the source and of the target of a map that ask another question of them, since thresholds or declared
    breaks are others; empty when none does. Questions differ when their SQL or their words do."""
    then_broken, now_broken = (concerning(map_, one.policies.breaks) for one in (before, after))
    if before.policies.limits == after.policies.limits and then_broken == now_broken:
        return {}
    found = {}
    for stage, reference in ((INTERNAL, map_.source), (MAPPED, map_.target)):
        flow = after.get(Dataflow, reference)
        if stage == INTERNAL and not after.internal(flow):
            continue
        now = Context(after, flow, after.structure(flow), stage, "", population="population", previous="previous")
        then = replace(now, catalogue=replace(after, policies=before.policies))
        rules = differing(then, now)
        if rules:
            found[stage] = rules
    return found


def of_the_extract(connect: Callable[[], Connection], job: Job, rules: Rules) -> tuple[Finding, ...]:
    """What those rules find in the extracts of a dataset; nothing is read when none of them is about extracts."""
    if INTERNAL not in rules:
        return ()
    connection = connect()
    sources = load_sources(connection, job.inputs)
    return check_internal(connection, job, sources.main, sources.populations, rules[INTERNAL])


def with_findings_of_the_extract(standing: Dataset, dataset: Dataset, rules: Rules) -> Dataset:
    """A dataset as effective maps make it, with what those rules found in the extracts of the one that was prepared: a map
    changes nothing about it."""
    asked = {r.id for r in rules.get(INTERNAL, ())}
    held = tuple(f for f in dataset.findings if f.rule in asked)
    return replace(standing, findings=(*standing.findings, *held))


def ids(rules: Rules) -> frozenset[str]:
    """The ids of rules."""
    return frozenset(r.id for found in rules.values() for r in found)
