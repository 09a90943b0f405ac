"""Declared steps from one definition to another: `bridge_steps.csv`; and pairs that have a name: `bridge_pairs.csv`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from greffe.catalogue.policies.bridge.amounts import number_in
from greffe.catalogue.policies.bridge.concepts import DIMENSIONS, expression
from greffe.catalogue.policies.tables import read_rows
from greffe.model.expressions import Quotient
from greffe.model.structures import Texts

STEPS_FILE: Final = "mappings/policies/bridge_steps.csv"
STEPS_COLUMNS: Final = (
    "step", "concept", "dimension", "from", "to", "first", "last", "amount", "factor", "settles", "label_fr",
    "label_en", "confidence", "reason_fr", "reason_en", "reference",
)  # fmt: skip
STEPS_KEY: Final = ("step",)
PAIRS_FILE: Final = "mappings/policies/bridge_pairs.csv"
PAIRS_COLUMNS: Final = ("pair", "a", "b", "label_fr", "label_en", "reason")
PAIRS_KEY: Final = ("pair",)


@dataclass(frozen=True)
class Step:
    """A figure of `concept` whose `dimension` is `from_` becomes one whose dimension is `to` when `amount` is added, or
    when it is multiplied by `factor`; the other way round it is taken off. Both are made of published figures, so that no
    step can be as large as is wanted.

    `settles`: the reason is known. A step that does not settle shows where a difference lies, which stays open.
    `first`, `last`: reference dates for which it holds.
    """

    name: str
    concept: str
    dimension: str
    from_: str
    to: str
    first: str
    last: str
    amount: Quotient | None
    factor: Quotient | None
    text: str
    settles: bool
    labels: Texts
    confidence: str
    reasons: Texts
    reference: str
    line: int


@dataclass(frozen=True)
class NamedPair:
    """Two figures that somebody asked about, under a name. `a`, `b`: `figure@period` or `figure.CODE@period`."""

    name: str
    a: str
    b: str
    labels: Texts
    reason: str
    line: int


def read_steps(content: bytes, file: str) -> tuple[Step, ...]:
    """The steps in the order of the file, which is the order in which they are taken. Raises BadDefinition."""
    found: dict[str, Step] = {}
    for row in read_rows(content, file, STEPS_COLUMNS):
        given = [c for c in ("amount", "factor") if row.cells[c]]
        if len(given) != 1:
            raise row.wrong("A step adds an amount or multiplies by a factor.", "amount")
        if row.text("from") == row.text("to"):
            raise row.wrong("A step leads from one definition to another.", "to")
        if row.text("step") in found:
            raise row.wrong(f"{row.cells['step']} stands here already.", "step")
        read = expression(row, given[0])
        if disguised := number_in(read, factor=given == ["factor"]):
            raise row.wrong(disguised, given[0])
        found[row.cells["step"]] = Step(
            row.cells["step"], row.text("concept"), row.word("dimension", DIMENSIONS), row.cells["from"],
            row.cells["to"], row.cells["first"], row.cells["last"], read if given == ["amount"] else None,
            read if given == ["factor"] else None, row.cells[given[0]], row.word("settles", ("yes", "no")) == "yes",
            {"fr": row.text("label_fr"), "en": row.text("label_en")}, row.text("confidence"),
            {"fr": row.text("reason_fr"), "en": row.text("reason_en")}, row.cells["reference"], row.line,
        )  # fmt: skip
    return tuple(found.values())


def read_pairs(content: bytes, file: str) -> tuple[NamedPair, ...]:
    """The named pairs in the order of the file. Raises BadDefinition."""
    found: dict[str, NamedPair] = {}
    for row in read_rows(content, file, PAIRS_COLUMNS):
        name = row.text("pair")
        if name in found or "~" in name or "@" in name:
            raise row.wrong(f"{name!r} stands here already, or is no name.", "pair")
        labels = {"fr": row.text("label_fr"), "en": row.text("label_en")}
        found[name] = NamedPair(name, row.text("a"), row.text("b"), labels, row.text("reason"), row.line)
    return tuple(found.values())


def steps_of(steps: Sequence[Step], concept: str) -> tuple[Step, ...]:
    """Those of a concept."""
    return tuple(s for s in steps if s.concept == concept)
