"""Where a published figure comes from, for everybody: no internal value, no name (D20)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Response

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import Unavailable, numbered
from greffe.french import ours
from greffe.model.instants import paris_day
from greffe.model.maps import Calculation
from greffe.model.structures import Codelist, Dataflow, DataStructure
from greffe.model.trace import MappingStep, Trace
from greffe.release.decisions import Decision
from greffe.release.explain import Explanation, explain
from greffe.release.few import Few
from greffe.release.parts import Parts
from greffe.release.shared import shared
from greffe.release.vintages import readable
from greffe.store.records import Approval
from greffe.web.api import ERRORS, finding_out, public, published
from greffe.web.language import chosen_language
from greffe.web.models import CalculationOut, Dimension, ExplanationOut, MappingOut
from greffe.web.series import FlowId, Key, Lang
from greffe.web.strict import only

_COUNTS: Final = {
    "en": ("no approver", "one approver", "two approvers", "{} approvers"),
    "fr": ("aucun valideur", "un valideur", "deux valideurs", "{} approbateurs"),
}
_LINE: Final = {"en": "row", "fr": "ligne"}
_METHODS: Final = {"sum": "somme", "mean": "moyenne", "first": "première", "last": "dernière"}


def router(parts: Parts) -> APIRouter:
    """The route /api/v1/explain."""
    routes = APIRouter(prefix="/api/v1", tags=["Plain REST"], responses=ERRORS)
    explained = shared(parts, Explained)

    @routes.get(
        "/explain/{dataflow}/{key}/{period}", operation_id="explain_figure", dependencies=[Depends(only("lang"))]
    )
    def explain_figure(
        response: Response,
        dataflow: FlowId,
        key: Key,
        period: str,
        lang: Lang = "",
        accept_language: Annotated[str, Header(include_in_schema=False)] = "",
    ) -> ExplanationOut:
        """Where a published figure comes from: maps, calculation, rules, row ids and reasons; no internal value, no name.

        Calculations, approvals and reasons are told in the language asked for, findings in both; a reason that a house wrote stays as it
        was written."""
        language = chosen_language(lang, accept_language)
        flow = published(parts.catalogue(), dataflow)
        found = explained.of(flow, key, period, language)
        response.headers["Content-Language"], response.headers["Vary"] = language, "Accept-Language"
        response.headers["Data-Origin"], response.headers["Release"] = found.origin, found.release
        return found

    return routes


class Explained:
    """Explanations for everybody: kept (a release never changes), and few made at once, for each reads the kept
    extracts again."""

    def __init__(self, parts: Parts, at_once: int = 2, kept: int = 1_000) -> None:
        self._parts = parts
        self._places = threading.BoundedSemaphore(at_once)
        self._kept: Few[tuple[str, str, str, str], ExplanationOut] = Few(kept)

    def of(self, flow: Dataflow, key: str, period: str, lang: str = "en", number: int = 0) -> ExplanationOut:
        """The explanation of the current release, or of the one of that number that everybody may read. Raises NotFound;
        Unavailable when too many are asked for at once."""
        current = (
            readable(self._parts, flow, number, "release")
            if number
            else self._parts.ledger().current(flow.reference, self._parts.clock())
        )
        place = (str(current), key, period, lang)
        found = self._kept.get(place) if current is not None else None
        if found is not None:
            return found
        if not self._places.acquire(timeout=10):
            raise Unavailable("Too many explanations are asked for at once.")
        try:
            number = current.number if current else 0
            made = _explained(explain(self._parts, f"{flow.reference}/{key}", period, number), lang)
        finally:
            self._places.release()
        return self._kept.keep(place, made)


def _explained(found: Explanation, lang: str) -> ExplanationOut:
    calculations = {c.id: c for c in found.map.calculations}
    traces = list(_all(found.trace)) if found.trace else []
    used = dict.fromkeys(t.calculation_id for t in traces if t.calculation_id in calculations)
    steps = dict.fromkeys((m.file, m.row_id) for t in traces for m in t.mappings)
    by_row = {(m.file, m.row_id): m for t in traces for m in t.mappings}
    codes = {d: _codes(found.catalogue, found.structure, d) for d in found.key}
    return ExplanationOut(
        series=f"{found.dataflow.reference}/{'.'.join(found.key.values())}",
        key=[Dimension(id=d, code=c, names=_names(codes[d], c)) for d, c in found.key.items()],
        period=found.period,
        published=found.published,
        attributes=dict(found.attributes),
        release=str(found.release),
        origin=found.release.origin,
        partial=found.partial,
        effective_at=found.release.effective_at.isoformat(),
        map=str(found.map.reference),
        map_approved=_signed(found.map_signatures, lang),
        release_approved=_signed(found.draft_signatures, lang),
        calculations=[_calculation(calculations[c], lang) for c in used],
        mappings=[_mapping(found, m, lang) for m in (by_row[s] for s in steps)],
        internal_rows=list(
            dict.fromkeys(f"{_flow(s.extract)} {_LINE[lang]} {s.row}" for t in traces for s in t.sources)
        ),
        agrees=found.agrees,
        rules_passed=list(found.rules_passed),
        findings=[finding_out(f) for f in found.findings if public(f, found.structure)],
        waivers=[
            {k: ours(str(w.get(k, "")), lang) for k in ("id", "rule", "reason", "reference")} for w in found.waivers
        ],
    )


def _mapping(found: Explanation, step: MappingStep, lang: str) -> MappingOut:
    decision = found.decisions.get((step.file, step.row_id), Decision())
    count = _counted(len(decision.approvers), lang)
    return MappingOut(
        file=step.file,
        row_id=step.row_id,
        source=dict(step.source),
        target=dict(step.target),
        kind=step.kind,
        reason=step.words.get(lang) or ours(step.reason, lang),
        reference=ours(step.reference, lang),
        confidence=step.confidence,
        version=found.map.reference.version,
        approved=f"{count}, {paris_day(decision.since)}" if decision.since else count,
        carried=decision.carried,
    )


def _flow(extract: str) -> str:
    """The dataflow of an extract: its id goes on with a sum over all its figures, the hidden ones too."""
    return extract.partition("-")[0]


def _all(trace: Trace) -> Iterator[Trace]:
    yield trace
    for operand in trace.operands:
        yield from _all(operand)


def _calculation(one: Calculation, lang: str) -> CalculationOut:
    return CalculationOut(
        id=one.id, kind=one.kind, expression=_expression(one, lang), factor=int(one.factor) if one.kind == "rate" else 1,
        decimals=one.decimals, reason=ours(one.reason, lang),
    )  # fmt: skip


def _expression(one: Calculation, lang: str) -> str:
    """What is calculated, in words of the language where it is no formula."""
    french = lang == "fr"
    if one.population is not None:
        count = " ".join(f"{name}={'+'.join(codes)}" for name, codes in one.where.items())
        flow, field = one.population.dataflow.id, one.population.territory
        below = f"population de {flow}, champ {field}" if french else f"population of {flow}, field {field}"
        return f"{count} / {below} * {one.factor}"
    if one.kind == "lag":
        if french:
            return f"l’observation {numbered(one.years, 'an')} plus tôt"
        return f"the observation {numbered(one.years, 'year')} earlier"
    if one.kind == "convert":
        return f"{'l’observation' if french else 'the observation'} * {one.factor}"
    if one.kind == "calendar":
        if french:
            return f"{_METHODS[one.method]} des périodes {one.from_} d’une période {one.to}"
        return f"{one.method} of the periods {one.from_} of a period {one.to}"
    if one.kind == "split":
        return ", ".join(f"{code} = {one.whole} * {weight}" for code, weight in one.weights.items())
    if one.kind == "complement":
        return " - ".join((one.whole, *one.parts))
    return one.expression or " + ".join(one.parts)


def _codes(catalogue: Catalogue, structure: DataStructure, id_: str) -> Codelist | None:
    component = structure.component(id_)
    return catalogue.codelist(component) if component else None


def _names(codes: Codelist | None, code: str) -> dict[str, str]:
    item = codes.item(code) if codes else None
    return dict(item.names) if item else {}


def _signed(signatures: tuple[Approval, ...], lang: str) -> str:
    approvals = [a for a in signatures if a.role == "approver"]
    count = _counted(len(approvals), lang)
    return f"{count}, {paris_day(max(a.instant for a in approvals))}" if approvals else count


def _counted(approvers: int, lang: str) -> str:
    words = _COUNTS[lang]
    return words[min(approvers, len(words) - 1)].format(approvers)
