"""What figures of several dataflows must have in common: `mappings/policies/identities.csv`, one relation a row, and the
differences that are declared, `mappings/policies/differences.csv`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from greffe.catalogue.policies.tables import Row, read_rows
from greffe.model.structures import Texts

FILE: Final = "mappings/policies/identities.csv"
COLUMNS: Final = (
    "identity", "rule", "severity", "left", "left_cells", "relation", "factor", "right", "right_cells", "by", "shift",
    "tolerance", "en", "fr", "confidence", "reason", "reference",
)  # fmt: skip
KEY: Final = ("identity",)
DIFFERENCES: Final = "mappings/policies/differences.csv"
DIFFERENCES_COLUMNS: Final = ("identity", "cells", "period", "difference", "en", "fr", "confidence", "reference")
DIFFERENCES_KEY: Final = ("identity", "cells", "period")
RELATIONS: Final = ("=", "<=", ">=")
SEVERITIES: Final = ("error", "warning")
_RULE: Final = re.compile(r"QR-[A-Z]{3}-\d\d", re.ASCII)  # how the service's list names its rules


@dataclass(frozen=True)
class Figures:
    """Figures of a dataflow: component → its codes. Figures of several codes of a component are summed."""

    dataflow: str
    cells: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Identity:
    """left `relation` factor × right, period by period, for each value of the components that `by` joins (left, right).

    `shift`: what left shows for a year, right shows that many years later. `tolerance`: percent of the right side.
    """

    id: str
    rule: str
    severity: str
    left: Figures
    relation: str
    factor: Decimal
    right: Figures
    by: tuple[tuple[str, str], ...]
    shift: int
    tolerance: Decimal
    sentences: Texts
    confidence: str
    reason: str
    reference: str
    line: int

    def concerns(self, dataflow: str) -> bool:
        """Figures of the dataflow stand on one of the sides."""
        return dataflow in (self.left.dataflow, self.right.dataflow)


@dataclass(frozen=True)
class DeclaredDifference:
    """left - factor × right of one period and one value of the joined components, exactly, with its reason."""

    identity: str
    cells: tuple[str, ...]
    period: str
    difference: Decimal
    reasons: Texts
    confidence: str
    reference: str


def read_identities(content: bytes, file: str) -> tuple[Identity, ...]:
    """The identities in the order of the file. Raises BadDefinition."""
    found: dict[str, Identity] = {}
    for row in read_rows(content, file, COLUMNS):
        one = Identity(
            id=row.text("identity"),
            rule=_rule(row),
            severity=row.word("severity", SEVERITIES),
            left=Figures(row.text("left"), row.codes("left_cells")),
            relation=row.word("relation", RELATIONS),
            factor=row.number("factor"),
            right=Figures(row.text("right"), row.codes("right_cells")),
            by=tuple((left, right[0]) for left, right in row.codes("by").items()),
            shift=row.whole("shift"),
            tolerance=row.number("tolerance"),
            sentences={"en": row.text("en"), "fr": row.text("fr")},
            confidence=row.text("confidence"),
            reason=row.text("reason"),
            reference=row.cells["reference"],
            line=row.line,
        )
        if one.id in found:
            raise row.wrong(f"{one.id} stands in line {found[one.id].line} already.", "identity")
        if one.tolerance < 0:
            raise row.wrong("A tolerance is not negative.", "tolerance")
        found[one.id] = one
    return tuple(found.values())


def read_differences(content: bytes, file: str) -> tuple[DeclaredDifference, ...]:
    """The declared differences. Raises BadDefinition."""
    found: dict[tuple[str, tuple[str, ...], str], DeclaredDifference] = {}
    for row in read_rows(content, file, DIFFERENCES_COLUMNS):
        cells = tuple(row.cells["cells"].split(";")) if row.cells["cells"] else ()
        one = DeclaredDifference(
            row.text("identity"), cells, row.text("period"), row.number("difference"),
            {"en": row.text("en"), "fr": row.text("fr")}, row.text("confidence"), row.cells["reference"],
        )  # fmt: skip
        key = (one.identity, one.cells, one.period)
        if key in found:
            raise row.wrong("This difference is declared already.", "period")
        found[key] = one
    return tuple(found.values())


def _rule(row: Row) -> str:
    if not _RULE.fullmatch(row.text("rule")):
        raise row.wrong(
            f"{row.cells['rule']!r} is no rule.", "rule", hint="Rules are named as QR-XSR-01 is: greffe rules."
        )
    return row.cells["rule"]
