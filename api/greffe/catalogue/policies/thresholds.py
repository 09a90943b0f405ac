"""Thresholds of validation rules: `mappings/policies/thresholds.csv`, one number a row, with its reason.

The file that is shipped says which thresholds there are, and their units; another one has no others, and what it lacks is as
shipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final

from greffe.catalogue.policies.tables import Row, read_rows
from greffe.errors import nearest
from greffe.settings import shipped

FILE: Final = "mappings/policies/thresholds.csv"
FORESEEN: Final = "FORESEEN"  # of questions that a recipient is likely to ask: no rule of data
COLUMNS: Final = ("rule", "name", "value", "unit", "confidence", "reason", "reference")
KEY: Final = ("rule", "name")  # what makes a row this one and no other; so in each table


@dataclass(frozen=True)
class Threshold:
    """A number that a rule compares with. `rule`: its id, or FORESEEN; `name` is unique within the rule; `unit` says of what."""

    rule: str
    name: str
    value: Decimal
    unit: str
    confidence: str
    reason: str
    reference: str


@cache
def shipped_thresholds() -> tuple[Threshold, ...]:
    """Those that come with the program: in force where no file says otherwise."""
    path = shipped("mappings") / "policies" / "thresholds.csv"
    return tuple(_each(path.read_bytes(), FILE))


def read_thresholds(content: bytes, file: str) -> tuple[Threshold, ...]:
    """The thresholds in the order of the file, each once and of a rule that has it, then those that are shipped and that the
    file lacks: a house that decided before a rule had a threshold goes on. Raises BadDefinition."""
    shipped = {(t.rule, t.name): t for t in shipped_thresholds()}
    found = {(t.rule, t.name): t for t in _each(content, file, {key: t.unit for key, t in shipped.items()})}
    return (*found.values(), *(t for key, t in shipped.items() if key not in found))


def _each(content: bytes, file: str, known: Mapping[tuple[str, str], str] | None = None) -> Iterable[Threshold]:
    seen: set[tuple[str, str]] = set()
    for row in read_rows(content, file, COLUMNS):
        one = Threshold(
            row.text("rule"), row.text("name"), row.number("value"), row.text("unit"), row.text("confidence"),
            row.text("reason"), row.cells["reference"],
        )  # fmt: skip
        if (one.rule, one.name) in seen:
            raise row.wrong(f"{one.rule} has a threshold {one.name} already.", "name")
        if one.value < 0:
            raise row.wrong(f"{one.value} is negative.", "value")
        if known is not None:
            _is_known(row, one, known)
        seen.add((one.rule, one.name))
        yield one


def _is_known(row: Row, one: Threshold, known: Mapping[tuple[str, str], str]) -> None:
    """A rule with that threshold, in that unit: a number would mean another thing in another one."""
    names = [name for rule, name in known if rule == one.rule]
    if not names:
        raise row.wrong(
            f"No rule {one.rule} has thresholds.", "rule", near=nearest(one.rule, sorted({r for r, _ in known}))
        )
    unit = known.get((one.rule, one.name))
    if unit is None:
        raise row.wrong(f"{one.rule} has no threshold {one.name}.", "name", near=nearest(one.name, names))
    if one.unit != unit:
        raise row.wrong(f"The unit of {one.rule} {one.name} is {unit}.", "unit", near=(unit,))
