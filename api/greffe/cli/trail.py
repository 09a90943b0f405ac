"""`greffe explain` on a screen: the published value, and the way back to the internal observations."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from greffe.cli.show import show
from greffe.formats.languages import best
from greffe.mapping.words import CALCULATIONS
from greffe.model.instants import paris_day, paris_time
from greffe.model.trace import MappingStep, Trace
from greffe.release.explain import Explanation
from greffe.store.ledger import Approval


def show_explanation(found: Explanation, lang: str, as_json: bool) -> None:
    """A tree for people, the whole trail as JSON."""
    if as_json:
        show(as_data(found), True)
        return
    series = ".".join(found.key.values())
    value = "missing" if found.published is None else found.published
    tree = Tree(
        f"[bold]{escape(str(found.dataflow.reference))}/{escape(series)}  {escape(found.period)} = {value}[/bold]"
    )
    for id_, code in found.key.items():
        name = _label(found, id_, code, lang)
        tree.add(escape(f"{id_} {code}" + (f": {name}" if name else "")))
    tree.add(escape("attributes: " + ", ".join(f"{k}={v}" for k, v in found.attributes.items())))
    release = found.release
    kind = f"{release.origin} figures" + (", of a PARTIAL extract" if found.partial else "")
    by = tree.add(escape(f"release {release}, in effect {paris_time(release.effective_at)}, {kind}"))
    by.add(escape(f"draft by {found.draft_author}, approved by {_names(found.draft_signatures)}"))
    for one in found.acceptances:
        by.add(escape(f"warnings accepted by {one.person} on {paris_day(one.instant)}: {one.reason}"))
    tree.add(
        escape(
            f"map {found.map.reference}, by {_names(found.map_signatures, 'author')}, approved by {_names(found.map_signatures)}"
        )
    )
    if found.trace is not None:
        _branch(tree.add("made again from the kept inputs"), found.trace, found, lang)
    tree.add(escape(f"rules passed: {', '.join(found.rules_passed)}"))
    for finding in found.findings:
        waiver = f" (waived: {finding.waiver})" if finding.waiver else ""
        tree.add(escape(f"{finding.severity} {finding.rule}{waiver}: {finding.messages.get(lang, '')}"))
    for w in found.waivers:
        tree.add(escape(f"waiver {w.get('id')}: {w.get('reason')} ({w.get('reference')})"))
    withheld = found.attributes.get("CONF_STATUS", "F") != "F"
    verdict = (
        "confidential: the value is withheld from everybody else"
        if withheld
        else "made again, it is what was published"
        if found.agrees
        else "[red]made again, it is NOT what was published[/red]"
    )
    tree.add(f"[bold]{verdict}[/bold]")
    Console(highlight=False).print(tree)


def _branch(tree: Tree, trace: Trace, found: Explanation, lang: str) -> None:
    head = tree.add(escape(f"{'.'.join(trace.key.values())} {trace.period} = {trace.text or 'missing'}"))
    if trace.calculation:
        head.add(escape(_calculated(found, trace, lang)))
    for operand in trace.operands:
        _branch(head, operand, found, lang)
    for source in trace.sources[:20]:
        codes = " ".join(f"{k}={v}" for k, v in source.key.items() if v != "_Z")
        head.add(
            escape(
                f"internal {source.extract} row {source.row}: {codes} {source.period} = {source.text or 'empty'} ({source.status})"
            )
        )
    if len(trace.sources) > 20:
        head.add(f"… and {len(trace.sources) - 20} more internal observations (--json)")
    for step in trace.mappings:
        head.add(escape(_step(step) + _decided(found, step)))


def _calculated(found: Explanation, trace: Trace, lang: str) -> str:
    """The calculation with its kind, its numbers and why it is made; a sum, or a declaration, has no kind."""
    word, colon = ("calcul", " :") if lang == "fr" else ("calculation", ":")
    one = next((c for c in found.map.calculations if c.id == trace.calculation_id), None)
    if one is None:
        return f"{word}{colon} {trace.calculation}"
    why = "; ".join(w for w in (one.reason, one.reference) if w)
    kind = CALCULATIONS[one.kind][lang == "fr"]
    return f"{word} {one.id}, {kind}{colon} {trace.calculation}{f' ({why})' if why else ''}"


def _step(step: MappingStep) -> str:
    source = ", ".join(f"{k}={v}" for k, v in step.source.items())
    target = ", ".join(f"{k}={v}" for k, v in step.target.items())
    why = "; ".join(x for x in (step.reason, step.reference, step.confidence) if x)
    return f"row {step.row_id} of {step.file}: {source} → {target} ({step.kind}; {why})"


def _decided(found: Explanation, step: MappingStep) -> str:
    """Who decided the row: "; decided by X, approved by Y, Z since 2026-11-02, carried over"."""
    decision = found.decisions.get((step.file, step.row_id))
    if decision is None:
        return ""
    since = f" since {paris_day(decision.since)}" if decision.since else ""
    approved = f"approved by {', '.join(decision.approvers) or 'nobody'}{since}"
    carried = ", carried over" if decision.carried else ""
    return f"; version {found.map.reference.version}, decided by {decision.author}, {approved}{carried}"


def _decision_data(found: Explanation, file: str, row_id: str) -> dict[str, object]:
    decision = found.decisions[file, row_id]
    return {
        "file": file,
        "row_id": row_id,
        "version": found.map.reference.version,
        "author": decision.author,
        "approvers": list(decision.approvers),
        "since": decision.since,
        "carried": decision.carried,
        "comments": [{"person": c.person, "instant": c.instant, "text": c.text} for c in decision.comments],
    }


def _names(signatures: tuple[Approval, ...], role: str = "approver") -> str:
    return ", ".join(f"{a.person} on {paris_day(a.instant)}" for a in signatures if a.role == role) or "nobody"


def _label(found: Explanation, id_: str, code: str, lang: str) -> str:
    component = found.structure.component(id_)
    codes = found.catalogue.codelist(component) if component else None
    item = codes.item(code) if codes else None
    return best(item.names, lang) if item else ""


def as_data(found: Explanation) -> dict[str, object]:
    """Everything, for staff: internal values and names are in (the web shows less, D20)."""
    return {
        "series": f"{found.dataflow.reference}/{'.'.join(found.key.values())}",
        "key": dict(found.key),
        "period": found.period,
        "published": found.published,
        "attributes": dict(found.attributes),
        "release": str(found.release),
        "effective_at": found.release.effective_at.isoformat(),
        "origin": found.release.origin,
        "agrees": found.agrees,
        "partial": found.partial,
        "draft": {"author": found.draft_author, "approvers": _people(found.draft_signatures)},
        "acceptances": [{"person": a.person, "reason": a.reason, "instant": a.instant} for a in found.acceptances],
        "map": {
            "reference": str(found.map.reference),
            "checksum": found.map.checksum,
            "author": [a.person for a in found.map_signatures if a.role == "author"],
            "approvers": _people(found.map_signatures),
        },
        "decisions": [_decision_data(found, *key) for key in found.decisions],
        "rules_passed": list(found.rules_passed),
        "findings": [f.as_json() for f in found.findings],
        "waivers": [dict(w) for w in found.waivers],
        "trace": trace_data(found.trace) if found.trace else None,
    }


def _people(signatures: tuple[Approval, ...]) -> list[dict[str, str]]:
    return [{"person": a.person, "instant": a.instant} for a in signatures if a.role == "approver"]


def trace_data(trace: Trace) -> dict[str, object]:
    """A trace as plain values."""
    return {
        "key": dict(trace.key),
        "period": trace.period,
        "value": trace.text or None,
        "attributes": dict(trace.attributes),
        "calculation": trace.calculation,
        "calculation_id": trace.calculation_id,
        "operands": [trace_data(o) for o in trace.operands],
        "sources": [
            {
                "extract": s.extract,
                "row": s.row,
                "key": dict(s.key),
                "period": s.period,
                "value": s.text,
                "status": s.status,
            }
            for s in trace.sources
        ],
        "mappings": [
            {
                "file": m.file,
                "row_id": m.row_id,
                "source": dict(m.source),
                "target": dict(m.target),
                "kind": m.kind,
                "reason": m.reason,
                "reference": m.reference,
                "confidence": m.confidence,
            }
            for m in trace.mappings
        ],
    }
