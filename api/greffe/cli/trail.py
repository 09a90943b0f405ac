"""`greffe explain` on a screen: the published value, and the way back to the internal observations."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from greffe.cli.show import show
from greffe.cli.trail_words import WORDS
from greffe.formats.languages import best
from greffe.french import ours
from greffe.mapping.words import CALCULATIONS, KINDS
from greffe.model.instants import paris_day, paris_time
from greffe.model.trace import MappingStep, Trace
from greffe.release.explain import Explanation
from greffe.store.records import Approval

Words = Mapping[str, str]


def show_explanation(found: Explanation, lang: str, as_json: bool) -> None:
    """A tree for people in English or French, the whole trail as JSON."""
    if as_json:
        show(as_data(found), True)
        return
    words = WORDS[lang]
    series = f"{found.dataflow.reference}/{'.'.join(found.key.values())}"
    value = words["missing"] if found.published is None else found.published
    tree = Tree(f"[bold]{escape(series)}  {escape(found.period)} = {value}[/bold]")
    for id_, code in found.key.items():
        name = _label(found, id_, code, lang)
        tree.add(escape(words["label"].format(id=id_, code=code, name=name) if name else f"{id_} {code}"))
    tree.add(escape(words["attributes"].format(", ".join(f"{k}={v}" for k, v in found.attributes.items()))))
    _signatures(tree, found, lang)
    if found.trace is not None:
        _branch(tree.add(words["again"]), found.trace, found, lang)
    tree.add(escape(words["rules"].format(", ".join(found.rules_passed))))
    for finding in found.findings:
        waived = words["waived"].format(finding.waiver) if finding.waiver else ""
        severity, message = words.get(finding.severity, finding.severity), finding.messages.get(lang, "")
        told = words["finding"].format(severity=severity, rule=finding.rule, waived=waived, message=message)
        tree.add(escape(told))
    for w in found.waivers:
        said = {name: w.get(name) for name in ("id", "reason", "reference")}
        tree.add(escape(words["waiver"].format(**said)))
    withheld = found.attributes.get("CONF_STATUS", "F") != "F"
    verdict = "withheld" if withheld else "agrees" if found.agrees else "differs"
    tree.add(f"[bold{' red' if verdict == 'differs' else ''}]{words[verdict]}[/]")
    Console(highlight=False).print(tree)


def _signatures(tree: Tree, found: Explanation, lang: str) -> None:
    """The release and the map, with who made and approved them."""
    words, release = WORDS[lang], found.release
    said = words["release"].format(
        release=release, at=paris_time(release.effective_at, lang), origin=words.get(release.origin, release.origin),
        partial=words["partial"] if found.partial else "",
    )  # fmt: skip
    by = tree.add(escape(said))
    by.add(escape(words["draft"].format(author=found.draft_author, approvers=_names(found.draft_signatures, words))))
    for one in found.acceptances:
        accepted = words["accepted"].format(person=one.person, day=paris_day(one.instant), reason=one.reason)
        by.add(escape(accepted))
    author, approvers = _names(found.map_signatures, words, "author"), _names(found.map_signatures, words)
    tree.add(escape(words["map"].format(map=found.map.reference, author=author, approvers=approvers)))


def _branch(tree: Tree, trace: Trace, found: Explanation, lang: str) -> None:
    words = WORDS[lang]
    head = tree.add(escape(f"{'.'.join(trace.key.values())} {trace.period} = {trace.text or words['missing']}"))
    if trace.words:
        head.add(escape(_calculated(found, trace, lang)))
    for operand in trace.operands:
        _branch(head, operand, found, lang)
    for source in trace.sources[:20]:
        codes = " ".join(f"{k}={v}" for k, v in source.key.items() if v != "_Z")
        told = words["internal"].format(
            extract=source.extract, row=source.row, codes=codes, period=source.period,
            value=source.text or words["empty"], status=source.status,
        )  # fmt: skip
        head.add(escape(told))
    if len(trace.sources) > 20:
        head.add(words["more"].format(len(trace.sources) - 20))
    for step in trace.mappings:
        head.add(escape(_step(step, lang) + _decided(found, step, words)))


def _calculated(found: Explanation, trace: Trace, lang: str) -> str:
    """The calculation with its kind, its numbers and why it is made; a sum, or a declaration, has no kind."""
    words, told = WORDS[lang], best(trace.words, lang)
    one = next((c for c in found.map.calculations if c.id == trace.calculation_id), None)
    if one is None:
        return words["told"].format(words=told)
    why = "; ".join(ours(w, lang) for w in (one.reason, one.reference) if w)
    kind = CALCULATIONS[one.kind][lang == "fr"]
    return words["calculated"].format(id=one.id, kind=kind, words=told, why=f" ({why})" if why else "")


def _step(step: MappingStep, lang: str) -> str:
    source = ", ".join(f"{k}={v}" for k, v in step.source.items())
    target = ", ".join(f"{k}={v}" for k, v in step.target.items())
    kind = KINDS[step.kind][0] if lang == "fr" and step.kind in KINDS else step.kind
    reason = best(step.words, lang) if step.words else ours(step.reason, lang)
    why = "; ".join((kind, *(x for x in (reason, step.reference, step.confidence) if x)))
    return WORDS[lang]["step"].format(row=step.row_id, file=step.file, source=source, target=target, why=why)


def _decided(found: Explanation, step: MappingStep, words: Words) -> str:
    """Who decided the row: "; decided by X, approved by Y, Z since 2026-11-02, carried over"."""
    decision = found.decisions.get((step.file, step.row_id))
    if decision is None:
        return ""
    return words["decided"].format(
        version=found.map.reference.version,
        author=decision.author,
        approvers=", ".join(decision.approvers) or words["nobody"],
        since=words["since"].format(paris_day(decision.since)) if decision.since else "",
        carried=words["carried"] if decision.carried else "",
    )


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


def _names(signatures: tuple[Approval, ...], words: Words, role: str = "approver") -> str:
    signed = (words["signed"].format(person=a.person, day=paris_day(a.instant)) for a in signatures if a.role == role)
    return ", ".join(signed) or words["nobody"]


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
        "words": dict(trace.words),
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
                "words": dict(m.words),
            }
            for m in trace.mappings
        ],
    }
