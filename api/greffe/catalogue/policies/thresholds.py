"""Thresholds of validation rules: `mappings/policies/thresholds.csv`, one number a row, with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from greffe.catalogue.policies.tables import read_rows

FILE: Final = "mappings/policies/thresholds.csv"
COLUMNS: Final = ("rule", "name", "value", "unit", "confidence", "reason", "reference")


@dataclass(frozen=True)
class Threshold:
    """A number that a rule compares with. `rule`: its id; `name` is unique within the rule; `unit` says of what."""

    rule: str
    name: str
    value: Decimal
    unit: str
    confidence: str
    reason: str
    reference: str


def read_thresholds(content: bytes, file: str) -> tuple[Threshold, ...]:
    """The thresholds in the order of the file, each once. Raises BadDefinition."""
    found: dict[tuple[str, str], Threshold] = {}
    for row in read_rows(content, file, COLUMNS):
        one = Threshold(
            row.text("rule"), row.text("name"), row.number("value"), row.text("unit"), row.text("confidence"),
            row.text("reason"), row.cells["reference"],
        )  # fmt: skip
        if (one.rule, one.name) in found:
            raise row.wrong(f"{one.rule} has a threshold {one.name} already.", "name")
        found[one.rule, one.name] = one
    return tuple(found.values())
