"""What published figures mean: `concepts.csv` gives figures of one concept and their definitions, `definitions.csv` the
closed vocabulary of dimensions in which they may differ."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from greffe.catalogue.policies.bridge.series import within
from greffe.catalogue.policies.tables import Row, read_rows
from greffe.errors import BadDefinition
from greffe.model.expressions import Quotient, parse
from greffe.model.structures import Texts

CONCEPTS_FILE: Final = "mappings/policies/concepts.csv"
DIMENSIONS: Final = (
    "territory", "population", "appeal", "counting_unit", "population_vintage", "revision", "scope", "composition",
)  # fmt: skip
CONCEPTS_COLUMNS: Final = (
    "concept", "figure", "expression", "first", "last", "codes", *DIMENSIONS, "label_fr", "label_en", "confidence", "reason",
    "reference",
)  # fmt: skip
CONCEPTS_KEY: Final = (
    "figure",
    "first",
    "last",
    "codes",
)  # a figure stands in several rows, for other periods or codes
WORDS_FILE: Final = "mappings/policies/definitions.csv"
WORDS_COLUMNS: Final = ("dimension", "code", "label_fr", "label_en")
WORDS_KEY: Final = ("dimension", "code")
CONCEPT: Final = "concept"  # what names concepts in definitions.csv, beside the dimensions
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class FigureOf:
    """A figure of a concept, one for each period (and code) for which all that its expression reads is published.

    `expression`: over names of published series; `NAME@01-01` is the value of that day of the reference year,
    `NAME@2016-01-01` that of one day. `definition`: dimension → code. A figure whose definition changed stands in several
    lines, for different periods (`first`, `last`); one whose definition is another for some codes of a family of series, in
    a line for these `codes` too: a line that names a code holds for it, one without codes for all that no other line names.
    """

    concept: str
    name: str
    expression: Quotient
    text: str
    first: str
    last: str
    codes: tuple[str, ...]
    definition: Mapping[str, str]
    labels: Texts
    confidence: str
    reason: str
    reference: str
    line: int

    @property
    def alone(self) -> str:
        """The one published series that it is, untouched; '' for a figure that is computed."""
        if self.expression.denominator is None and list(self.expression.numerator.values()) == [1]:
            return next(iter(self.expression.names()), "")
        return ""


def holds_for(figures: Sequence[FigureOf], of: FigureOf, code: str, period: str) -> bool:
    """Whether a line of a figure is the one for a code and a period."""
    if not within(period, of.first, of.last) or (of.codes and code not in of.codes):
        return False
    named = (f for f in figures if f.name == of.name and code in f.codes and within(period, f.first, f.last))
    return bool(of.codes) or not any(named)


Words = Mapping[str, Mapping[str, Texts]]  # dimension (or `concept`) → code → label by language


def read_words(content: bytes, file: str) -> Words:
    """The vocabulary. Raises BadDefinition."""
    found: dict[str, dict[str, Texts]] = {}
    for row in read_rows(content, file, WORDS_COLUMNS):
        codes = found.setdefault(row.word("dimension", (CONCEPT, *DIMENSIONS)), {})
        if row.text("code") in codes:
            raise row.wrong(f"{row.cells['code']} stands here already.", "code")
        codes[row.cells["code"]] = {"fr": row.text("label_fr"), "en": row.text("label_en")}
    return found


def read_concepts(content: bytes, file: str) -> tuple[FigureOf, ...]:
    """The figures in the order of the file. Raises BadDefinition."""
    found: list[FigureOf] = []
    for row in read_rows(content, file, CONCEPTS_COLUMNS, later=("codes",)):
        one = FigureOf(
            row.text("concept"), named(row, "figure"), expression(row, "expression"), row.cells["expression"],
            row.cells["first"], row.cells["last"], tuple(row.cells["codes"].split()),
            {d: row.cells[d] for d in DIMENSIONS if row.cells[d]},
            {"fr": row.text("label_fr"), "en": row.text("label_en")}, row.text("confidence"), row.text("reason"),
            row.cells["reference"], row.line,
        )  # fmt: skip
        for other in found:
            if other.name == one.name and (other.concept != one.concept or _overlap(other, one)):
                raise row.wrong(f"{one.name} stands in row {other.line} for the same periods.", "figure")
        found.append(one)
    return tuple(found)


def _overlap(one: FigureOf, other: FigureOf) -> bool:
    if bool(one.codes) != bool(other.codes) or (one.codes and not set(one.codes) & set(other.codes)):
        return False
    ends = [(f.first or "0", f.last or "9999~") for f in (one, other)]
    return ends[0][0] <= ends[1][1] and ends[1][0] <= ends[0][1]


def named(row: Row, column: str) -> str:
    """A cell that holds a name: it stands in addresses."""
    if not _NAME.fullmatch(row.text(column)):
        raise row.wrong(f"{row.cells[column]!r} is no name.", column, hint="Small letters, digits and underscores.")
    return row.cells[column]


def expression(row: Row, column: str) -> Quotient:
    """A cell that holds an expression over published series."""
    try:
        return parse(row.text(column))
    except BadDefinition as error:
        raise row.wrong(error.message, column, hint=error.hint) from error
