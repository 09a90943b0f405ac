"""An error that may stand because its owner has published the figure: proposed, signed by two others, applied (D19)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadQuery, Refused, nearest
from greffe.model.findings import Finding, open_errors
from greffe.model.periods import span
from greffe.model.structures import Codelist, Dataflow
from greffe.release.drafts import Draft
from greffe.release.parts import Parts
from greffe.release.people import may_sign, needs
from greffe.release.turns import one_by_one
from greffe.store.base import Actor
from greffe.store.records import Approval, Waiver
from greffe.validation.elsewhere import ELSEWHERE
from greffe.validation.run import RULES

MAPPING_RULES = ("SM-21", "SM-22")  # what the mapping itself finds
HELD_ELSEWHERE = frozenset(e.id for e in ELSEWHERE if e.where)


def waived(parts: Parts, draft: Draft) -> tuple[Finding, ...]:
    """The findings, each error that a waiver in force covers marked with its id."""
    return waived_of(parts, draft.dataflow, draft.findings)


def waived_of(parts: Parts, dataflow: str, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The same of any findings on a dataflow, named with its version."""
    waivers = [
        w
        for w in parts.ledger().waivers.values()
        if w.in_force and str(w.dataflow) == dataflow and may_be_waived(w.rule)
    ]

    def marked(finding: Finding) -> Finding:
        for w in waivers:
            if w.rule == finding.rule and w.period in ("", finding.period) and w.key.items() <= finding.key.items():
                return replace(finding, waiver=w.id)
        return finding

    return tuple(marked(f) for f in findings)


@one_by_one
def propose_waiver(parts: Parts, who: Actor, waiver: Waiver) -> Waiver:
    """Ask that an error may stand because its owner has published the figure; two other people must approve it."""
    needs(parts, who, "author")
    for name, value in (("--reason", waiver.reason), ("--reference", waiver.reference)):
        if not value.strip():
            raise BadQuery("A waiver needs its reason and the publication it refers to.", parameter=name)
    check_waiver(parts.catalogue(), waiver)
    parts_of_id = [waiver.rule, str(waiver.dataflow), sorted(waiver.key.items()), waiver.period]
    text = json.dumps([*parts_of_id, waiver.reason, waiver.reference])
    named = replace(waiver, id=f"W-{hashlib.sha256(text.encode()).hexdigest()[:8]}")
    if named.id not in parts.ledger().waivers:
        parts.note(who, "waiver.proposed", named.id, named.payload())
    return parts.ledger().waiver(named.id)


@one_by_one
def approve_waiver(parts: Parts, who: Actor, id_: str) -> Waiver:
    """Sign a waiver."""
    waiver = parts.ledger().waiver(id_)
    may_sign(parts, who, id_, waiver.id, waiver.author)
    _only_figures(waiver.rule)
    parts.note(who, "waiver.approved", id_, Approval(id_, waiver.id).payload())
    return parts.ledger().waiver(id_)


def may_be_waived(rule: str) -> bool:
    """Whether an error of that rule may stand because the figure has been published: one about figures. An id that several
    rules share may not, as soon as one of them may not."""
    return all(r.waivable for r in RULES if r.id == rule)


def may_be_asked(catalogue: Catalogue, rule: str) -> bool:
    """Whether a waiver of that rule may be asked for: it may be waived, and finds something in drafts."""
    return may_be_waived(rule) and rule in _finding(catalogue)


def unwaivable(catalogue: Catalogue, findings: Iterable[Finding]) -> tuple[str, ...]:
    """Rules of the open errors that no waiver lifts."""
    return tuple(sorted({f.rule for f in open_errors(tuple(findings)) if not may_be_asked(catalogue, f.rule)}))


def _finding(catalogue: Catalogue) -> frozenset[str]:
    return frozenset((*(r.id for r in RULES), *MAPPING_RULES, *(i.rule for i in catalogue.policies.identities)))


def _only_figures(rule: str) -> None:
    """Raises Refused for a rule that guards confidentiality, or what makes the data readable."""
    if not may_be_waived(rule):
        raise Refused(
            f"{rule} cannot be waived: a waiver is for an error in a figure that its owner has already published. This rule "
            "keeps a value hidden or the data readable.",
            hint="Mend the data, or what protects them.",
        )


def check_waiver(catalogue: Catalogue, waiver: Waiver) -> None:
    """Is it about something: a rule that exists, dimensions and codes of the flow or of its source, a period.

    Raises BadQuery with the nearest rule, component or code; Refused for a rule that no waiver lifts."""
    rules = _finding(catalogue)
    _only_figures(waiver.rule)
    if waiver.rule in HELD_ELSEWHERE - rules:
        raise Refused(
            f"{waiver.rule} cannot be waived: it refuses a file, a map or an act, and finds nothing in a draft."
        )
    if waiver.rule not in rules:
        raise BadQuery(f"There is no rule {waiver.rule}.", nearest=nearest(waiver.rule, rules))
    if not waiver.key:
        raise BadQuery(
            "A waiver is by rule and key.", parameter="--key", hint="Say COMPONENT=CODE, as often as needed."
        )
    flow = catalogue.get(Dataflow, waiver.dataflow)
    source = catalogue.get(Dataflow, catalogue.map_to(flow).source)
    lists: dict[str, list[Codelist | None]] = {}
    for structure in (catalogue.structure(flow), catalogue.structure(source)):
        for dimension in structure.dimensions:
            lists.setdefault(dimension.id, []).append(catalogue.codelist(dimension))
    for name, code in waiver.key.items():
        if name not in lists:
            raise BadQuery(
                f"{flow.reference.id} has no dimension {name}.", parameter="--key", nearest=nearest(name, lists)
            )
        codes = [item.id for found in lists[name] if found is not None for item in found.items]
        if codes and code not in codes:
            raise BadQuery(f"{code!r} is no code of {name}.", parameter="--key", nearest=nearest(code, codes))
    if waiver.period:
        span(waiver.period)
