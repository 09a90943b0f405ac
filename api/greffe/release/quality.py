"""What the system knows of the quality of a release: coverage, revisions, timeliness, rules, confidentiality, sources.

Everything here may be told to everybody (D20): of internal data codes and reasons, never a row count or a value; of people
how many and when, never who; of confidential cells how many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.policies.revisions import RevisionPolicy, policy_for
from greffe.errors import NotFound, Refused
from greffe.model.findings import ERROR, INFO, WARNING, Finding
from greffe.model.instants import paris_date, paris_day
from greffe.model.maps import StructureMap
from greffe.model.periods import span
from greffe.model.references import parse_reference
from greffe.model.releases import Release
from greffe.model.structures import Codelist, Dataflow, DataStructure
from greffe.release.datasets import Dataset, of_release
from greffe.release.definitions import map_subject
from greffe.release.manifest import made_from, waivers
from greffe.release.parts import Parts
from greffe.release.quality_counts import Counts, counts
from greffe.release.revisions import ByIndicator, Revised, revisions
from greffe.release.vintages import MOST, Comparison, compared
from greffe.validation.run import RULES, Context

VINTAGES = 12  # releases back, of which revisions are told
INDICATORS = "CL_INDICATEUR"


@dataclass(frozen=True)
class Gap:
    """Source codes that have no target, or target cells without a source: which, why, and whether the map says so."""

    codes: str
    kind: str
    reason: str
    declared: bool = True


@dataclass(frozen=True)
class RuleOutcome:
    """A rule that looked at the dataset: how many findings on published cells, and how many of them are waived errors."""

    rule: str
    severity: str
    sentences: Mapping[str, str]
    found: int
    waived: int


@dataclass(frozen=True)
class Vintage:
    """A release against the one before it: what was revised, in all and by indicator and unit."""

    release: Release
    before: Release
    whole: Revised
    by_indicator: Sequence[ByIndicator]


@dataclass(frozen=True)
class SourceUsed:
    """An extract that the release was made of: internal dataflow, source application, day on which the source made it."""

    dataflow: str
    application: str
    day: str
    partial: bool


@dataclass(frozen=True)
class Quality:
    """All of it, of one release. `vintages`: latest first. `days`: from the end of the last period to the release, None when
    the last period is not over or not known. `punctuality`: days after the announced date, None without an announcement."""

    release: Release
    dataflow: Dataflow
    structure: DataStructure
    catalogue: Catalogue
    counts: Counts
    unmapped: Sequence[Gap] = ()
    not_provided: Sequence[Gap] = ()
    vintages: Sequence[Vintage] = ()
    last_day: date | None = None
    days: int | None = None
    punctuality: int | None = None
    policy: RevisionPolicy | None = None
    rules: Sequence[RuleOutcome] = ()
    warnings_accepted: str = ""  # the day on which they were accepted in writing
    waivers: Sequence[Mapping[str, str]] = ()
    sources: Sequence[SourceUsed] = ()
    map: str = ""
    map_approved: tuple[int, str] = (0, "")  # how many approvers, the day of the last one
    counting_units: Sequence[str] = ()
    moments: Sequence[str] = ()
    partial: bool = False
    calculations: Mapping[str, int] = field(default_factory=dict)  # kind → how many the map declares

    @property
    def passed(self) -> tuple[RuleOutcome, ...]:
        """Rules without a finding on a published cell."""
        return tuple(r for r in self.rules if not r.found)

    def failed(self, severity: str) -> tuple[RuleOutcome, ...]:
        """Rules of that severity with one."""
        return tuple(r for r in self.rules if r.found and r.severity == severity)


def measured(parts: Parts, release: Release) -> Quality:
    """The quality of a release that may be read. What its manifest does not say is left out."""
    dataset, manifest = of_release(parts, release), made_from(parts, release)
    catalogue = parts.catalogue(dataset.catalogue_checksum)
    flow = catalogue.get(Dataflow, release.dataflow)
    structure = catalogue.structure(flow)
    map_ = _map(catalogue, dataset)
    last = span(release.last_period).last if release.last_period else None
    day = paris_date(release.effective_at)
    return Quality(
        release=release,
        dataflow=flow,
        structure=structure,
        catalogue=catalogue,
        counts=counts(parts, release, catalogue, flow, map_),
        unmapped=_unmapped(dataset),
        not_provided=_not_provided(dataset),
        vintages=_vintages(parts, release, flow),
        last_day=last,
        days=(day - last).days if last is not None and last <= day else None,
        punctuality=_punctuality(parts, release),
        policy=policy_for(flow.reference.id, catalogue.policies.revisions),
        rules=_rules(catalogue, flow, structure, dataset.findings) if dataset.map else (),
        warnings_accepted=_accepted(parts, release),
        waivers=tuple({k: str(w.get(k, "")) for k in ("id", "rule", "reason", "reference")} for w in waivers(manifest)),
        sources=_sources(parts, dataset),
        map=dataset.map,
        map_approved=_approved(parts, map_),
        counting_units=_typing(catalogue, map_, "COUNTING_UNIT"),
        moments=_typing(catalogue, map_, "MOMENT"),
        partial=manifest.get("partial") is True,
        calculations=Counter(c.kind for c in map_.calculations) if map_ else {},
    )


def _map(catalogue: Catalogue, dataset: Dataset) -> StructureMap | None:
    return catalogue.maps.get(parse_reference(dataset.map)) if dataset.map else None


def _unmapped(dataset: Dataset) -> tuple[Gap, ...]:
    """Without the weight of their rows: that would tell of internal data."""
    found = (
        Gap(_source(g), str(g.get("kind", "")), str(g.get("reason", "")), bool(g.get("declared")))
        for g in dataset.listed("unmapped")
    )
    return tuple(dict.fromkeys(found))


def _source(group: Mapping[str, object]) -> str:
    """`PEN_JUG_AUT AGE=T SEXE=1`: the indicator stands once."""
    indicator, cells = str(group.get("indicator", "")), group.get("source")
    rest = {n: c for n, c in cells.items() if c != indicator} if isinstance(cells, Mapping) else {}
    return f"{indicator} {_codes(rest)}".strip()


def _codes(cells: object) -> str:
    """`AGE=T SEXE=1`."""
    return " ".join(f"{n}={c}" for n, c in cells.items()) if isinstance(cells, Mapping) else ""


def _not_provided(dataset: Dataset) -> tuple[Gap, ...]:
    found = []
    for entry in dataset.listed("not_provided"):
        found.append(Gap(_codes(entry.get("cells")), str(entry.get("kind", "")), str(entry.get("reason", ""))))
    return tuple(found)


def _vintages(parts: Parts, release: Release, flow: Dataflow) -> tuple[Vintage, ...]:
    """What each readable release up to this one revised; one with other dimensions than the one before ends the chain."""
    now = parts.clock()
    told = [r for r in parts.ledger().releases_of(flow.reference) if r.readable(now) and r.number <= release.number]
    found: list[Vintage] = []
    for older, newer in list(pairwise(told))[::-1][:VINTAGES]:
        try:
            comparison = compared(parts, flow, older.number, newer.number)
        except Refused:
            break
        found.append(_vintage(comparison))
    return tuple(found)


def _vintage(one: Comparison) -> Vintage:
    """Where very much changed, its number alone: the size of each revision would take too long to find."""
    added, gone, changed = one.counts
    if added + gone + changed > MOST:
        return Vintage(one.newer, one.older, Revised(added=added, gone=gone, changed=changed), ())
    return Vintage(one.newer, one.older, *revisions(one.cells(), one.structure))


def _rules(
    catalogue: Catalogue, flow: Dataflow, structure: DataStructure, findings: Sequence[Finding]
) -> tuple[RuleOutcome, ...]:
    """Every rule that looks at such a dataset before its release, with its findings on published cells. What rules say of
    internal figures is not told."""
    dimensions = set(structure.dimension_ids)
    public = [f for f in findings if f.key and set(f.key) <= dimensions]
    context = Context(catalogue, flow, structure, "mapped", "")
    known = {r.id: r for r in RULES if r.applies(context)}
    outcomes = []
    for id_ in sorted({*known, *(f.rule for f in public)}):
        mine = [f for f in public if f.rule == id_]
        severity = next((s for s in (ERROR, WARNING, INFO) if any(f.severity == s for f in mine)), "")
        rule = known.get(id_)
        severity = severity or (rule.severity if rule else INFO)
        sentences = rule.said(catalogue.policies.limits) if rule else {}
        outcomes.append(RuleOutcome(id_, severity, sentences, len(mine), sum(bool(f.waiver) for f in mine)))
    return tuple(outcomes)


def _punctuality(parts: Parts, release: Release) -> int | None:
    """Days after the day that was announced at first; None of what was not announced."""
    entry = parts.ledger().calendar.get(release.calendar)
    if entry is None:
        return None
    first = entry.moves[0].before if entry.moves else entry.at
    return (paris_date(release.effective_at) - paris_date(first)).days


def _accepted(parts: Parts, release: Release) -> str:
    """The day on which the warnings were accepted; the reason is the register's, for staff."""
    ledger = parts.ledger()
    try:
        draft = ledger.draft(release.draft)
    except NotFound:
        return ""
    found = ledger.accepted_warnings(draft.id, draft.checksum)
    return paris_day(max(a.instant for a in found)) if found else ""


def _approved(parts: Parts, map_: StructureMap | None) -> tuple[int, str]:
    if map_ is None:
        return 0, ""
    signed = [a for a in parts.ledger().approvals(map_subject(map_), map_.checksum) if a.role == "approver"]
    return len(signed), paris_day(max(a.instant for a in signed)) if signed else ""


def _sources(parts: Parts, dataset: Dataset) -> tuple[SourceUsed, ...]:
    ledger = parts.ledger()
    records = [ledger.extracts[e] for e in dataset.extracts if e in ledger.extracts]
    found = (SourceUsed(r.dataflow.id, r.source, paris_date(r.moment).isoformat(), r.partial) for r in records)
    return tuple(sorted(dict.fromkeys(found), key=lambda s: (s.dataflow, s.day)))


def _typing(catalogue: Catalogue, map_: StructureMap | None, name: str) -> tuple[str, ...]:
    """What the indicators that a map reads are typed as."""
    if map_ is None:
        return ()
    wanted = set(map_.select.get("INDICATEUR", ()))
    lists = (c for c in catalogue.all(Codelist) if c.reference.id == INDICATORS)
    return tuple(sorted({i.annotation(name) for c in lists for i in c.items if i.id in wanted} - {""}))
