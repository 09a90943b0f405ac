"""What staff read of the trail of a figure: every step with its value, internal lines, decisions with their people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from greffe.formats.languages import best
from greffe.french import ours
from greffe.mapping.words import CALCULATIONS, kind_word
from greffe.model.trace import MappingStep, SourceObservation, Trace
from greffe.release.decisions import Decision
from greffe.release.explain import Explanation
from greffe.store.records import Approval
from greffe.web.pages.labels import Labels

NOTHING = "_Z"  # a dimension that says nothing of an internal observation


@dataclass(frozen=True)
class Step:
    """An observation on the way: how deep, its key, its value ('' = missing), how it was calculated and why."""

    depth: int
    key: str
    name: str
    period: str
    value: str
    told: str
    kind: str
    why: str
    sources: int


@dataclass(frozen=True)
class Mapped:
    """A mapping row that was used, with the words of its kind and who decided it."""

    step: MappingStep
    kind: str
    reason: str
    decision: Decision | None


@dataclass(frozen=True)
class Inside:
    """The trail of an explanation in a language."""

    found: Explanation
    lang: str

    @cached_property
    def labels(self) -> Labels:
        """Names of the published structure."""
        return Labels(self.found.catalogue, self.found.structure, self.lang)

    @cached_property
    def traces(self) -> Sequence[tuple[int, Trace]]:
        """Every observation on the way with its depth, from the published one down."""
        return tuple(_down(self.found.trace, 0)) if self.found.trace else ()

    @cached_property
    def steps(self) -> Sequence[Step]:
        """The same in words."""
        return tuple(self._step(depth, one) for depth, one in self.traces)

    @cached_property
    def sources(self) -> Sequence[SourceObservation]:
        """Internal observations, each once."""
        return tuple({(s.extract, s.row): s for _, t in self.traces for s in t.sources}.values())

    @cached_property
    def mappings(self) -> Sequence[Mapped]:
        """Mapping rows, each once."""
        once = {(m.file, m.row_id): m for _, t in self.traces for m in t.mappings}
        return tuple(self._mapped(m) for m in once.values())

    def _step(self, depth: int, one: Trace) -> Step:
        calculation = next((c for c in self.found.map.calculations if c.id == one.calculation_id), None)
        kind = CALCULATIONS[calculation.kind][self.lang == "fr"] if calculation else ""
        why = (
            "; ".join(ours(t, self.lang) for t in (calculation.reason, calculation.reference) if t)
            if calculation
            else ""
        )
        told = best(one.words, self.lang) if one.words else ""
        key = ".".join(one.key.values())
        return Step(depth, key, self.labels.key(one.key), one.period, one.text, told, kind, why, len(one.sources))

    def _mapped(self, step: MappingStep) -> Mapped:
        kind = kind_word(step.kind, self.lang)
        reason = best(step.words, self.lang) if step.words else ours(step.reason, self.lang)
        return Mapped(step, kind, reason, self.found.decisions.get((step.file, step.row_id)))


def _down(trace: Trace, depth: int) -> Iterator[tuple[int, Trace]]:
    yield depth, trace
    for operand in trace.operands:
        yield from _down(operand, depth + 1)


def said_codes(codes: Mapping[str, str]) -> str:
    """`INFRACTION=X, SEXE=F`, without the dimensions that say nothing."""
    return ", ".join(f"{k}={v}" for k, v in codes.items() if v != NOTHING)


def people(signed: Sequence[Approval], role: str) -> Sequence[Approval]:
    """Who signed in a role."""
    return tuple(a for a in signed if a.role == role)
