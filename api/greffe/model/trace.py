"""Where a figure comes from: internal observations, mapping rows, calculations (the data of `greffe explain`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from greffe.model.structures import Texts


@dataclass(frozen=True)
class SourceObservation:
    """One internal observation: extract id, line of its file, its key, the value as received, its status."""

    extract: str
    row: int
    key: Mapping[str, str]
    period: str
    text: str
    status: str


@dataclass(frozen=True)
class MappingStep:
    """A mapping row that was used: map file, row_id, source and target codes, kind, reason, reference, confidence. Of a
    rule of time `words` tell in English and French what it read."""

    file: str
    row_id: str
    source: Mapping[str, str]
    target: Mapping[str, str]
    kind: str
    reason: str
    reference: str
    confidence: str
    words: Texts = field(default_factory=dict)


@dataclass(frozen=True)
class Trace:
    """How one published observation was made; recomputed from the kept inputs.

    `value` is the recomputed value and `text` what would be published; `words` tell a calculation in English and French
    ("975 / 64007193 × 100000, rounded to 2"); `operands` are the traces of the observations it was made of.
    """

    key: Mapping[str, str]
    period: str
    value: Decimal | None
    text: str
    attributes: Mapping[str, str]
    words: Texts = field(default_factory=dict)
    calculation_id: str = ""
    operands: tuple[Trace, ...] = ()
    sources: tuple[SourceObservation, ...] = ()
    mappings: tuple[MappingStep, ...] = ()

    @property
    def calculation(self) -> str:
        """The words in English; '' when nothing was calculated."""
        return self.words.get("en", "")
