"""Rules of confidentiality: `mappings/policies/protection.csv`, which cells are primary and how they are protected."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Final

from greffe.catalogue.policies.tables import Row, read_rows
from greffe.catalogue.type_words import TYPE_WORDS

FILE: Final = "mappings/policies/protection.csv"
COLUMNS: Final = (
    "rule_id", "flows", "levels", "units", "breakdowns", "kind", "n", "share", "largest", "method", "base",
    "confidence", "reason", "reference",
)  # fmt: skip
KEY: Final = ("rule_id",)
SUB_NATIONAL: Final = "sub-national"
LEVELS: Final = ("national", SUB_NATIONAL, "all")
THRESHOLD, DOMINANCE, GROUP, MARKED = "threshold", "dominance", "group", "marked"
KINDS: Final = (THRESHOLD, DOMINANCE, GROUP, MARKED)
SUPPRESS, ROUND = "suppress", "round"


@dataclass(frozen=True)
class ProtectionRule:
    """What makes a cell primary. `flows`: patterns of dataflow ids, `A*;B_C`; `units`: counting units of cells (empty: any);
    `breakdowns`: the structure has at least one of these dimensions (empty: any structure).

    kind = threshold: counts from 1 to n - 1, and they must stay possible from 0 to 2n.
    kind = dominance: the largest contributor, the cell that differs by `largest` (component=code), has more than `share`
                      percent; with n also fewer than n.
    kind = group:     a part that is the whole of a sum of at least n: everyone of the group is in one class.
    kind = marked:    cells that their source has marked; a value n less (not below nought) and n more must stay possible.
    method = round: instead of suppressing, all counts of the dataset are rounded to `base`, sums still adding up.
    """

    id: str
    flows: str
    levels: str
    units: tuple[str, ...]
    breakdowns: tuple[str, ...]
    kind: str
    n: int
    share: int
    largest: tuple[str, str]
    method: str
    base: int
    reason: str
    line: int = field(default=0, compare=False)  # of the file

    @property
    def patterns(self) -> tuple[str, ...]:
        """The patterns of `flows`, one by one."""
        return tuple(self.flows.split(";"))

    def concerns(self, flow: str, dimensions: tuple[str, ...]) -> bool:
        """Whether it is about a dataflow with those dimensions."""
        return self.names(flow) and (not self.breakdowns or bool(set(self.breakdowns) & set(dimensions)))

    def names(self, flow: str) -> bool:
        """Whether one of its patterns is of that dataflow."""
        return any(fnmatchcase(flow, pattern) for pattern in self.patterns)


def read_protection(content: bytes, file: str) -> tuple[ProtectionRule, ...]:
    """The rules in the order of the file: the first that makes a cell primary names it. Raises BadDefinition."""
    found: dict[str, ProtectionRule] = {}
    for row in read_rows(content, file, COLUMNS):
        one = _rule(row)
        if one.id in found:
            raise row.wrong(f"{one.id} stands above already.", "rule_id")
        found[one.id] = one
    return tuple(found.values())


def _rule(row: Row) -> ProtectionRule:
    kind = row.word("kind", KINDS)
    method = row.word("method", (SUPPRESS, ROUND))
    n, share, base = (row.whole(c) if row.cells[c] else 0 for c in ("n", "share", "base"))
    if kind != DOMINANCE and n < 2:
        raise row.wrong("It must be at least 2.", "n")
    if kind == DOMINANCE and not 0 < share < 100:
        raise row.wrong("A share lies between 0 and 100 percent.", "share")
    if (method == ROUND) != (base > 1):
        raise row.wrong("Rounding, and nothing else, has a base of at least 2.", "base")
    component, is_, code = row.cells["largest"].partition("=")
    if (kind == DOMINANCE) != bool(component and is_ and code):
        raise row.wrong("Dominance, and nothing else, says COMPONENT=CODE of the largest contributor.", "largest")
    units = tuple(u for u in row.cells["units"].split(";") if u)
    for unit in units:
        if unit not in TYPE_WORDS["counting_unit"]:
            raise row.wrong(
                f"{unit!r} is no counting unit.", "units", hint=f"Units: {', '.join(TYPE_WORDS['counting_unit'])}."
            )
    return ProtectionRule(
        row.text("rule_id"), row.text("flows"), row.word("levels", LEVELS), units,
        tuple(b for b in row.cells["breakdowns"].split(";") if b), kind, n, share, (component, code), method, base,
        row.text("reason"), row.line,
    )  # fmt: skip
