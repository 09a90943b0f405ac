"""Which changes of published values are planned: `mappings/policies/revisions.csv`; all others need a public reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Final

from greffe.catalogue.policies.tables import read_rows
from greffe.catalogue.representation_files import CONFIDENCES

FILE: Final = "mappings/policies/revisions.csv"
COLUMNS: Final = ("flows", "planned_years", "most_percent", "confidence", "reason", "reference")
KEY: Final = ("flows",)


@dataclass(frozen=True)
class RevisionPolicy:
    """`flows` is a pattern of dataflow ids (`*` for any letters). `planned_years`: a planned revision may change the
    year of the last period and so many before it; None: none is planned, a value changes only by a correction.
    `most_percent`: a larger change is exceptional wherever it lies; None: of any size."""

    flows: str
    planned_years: int | None
    most_percent: Decimal | None
    confidence: str
    reason: str
    reference: str


def read_revisions(content: bytes, file: str) -> tuple[RevisionPolicy, ...]:
    """The policies in the order of the file, each pattern once. Raises BadDefinition."""
    found: dict[str, RevisionPolicy] = {}
    for row in read_rows(content, file, COLUMNS):
        one = RevisionPolicy(
            row.text("flows"),
            row.whole("planned_years") if row.cells["planned_years"] else None,
            row.number("most_percent") if row.cells["most_percent"] else None,
            row.word("confidence", CONFIDENCES),
            row.text("reason"),
            row.cells["reference"],
        )
        if one.flows in found:
            raise row.wrong(f"{one.flows} stands here already.", "flows")
        if (one.planned_years or 0) < 0:
            raise row.wrong("Years are counted backwards from the last period, so none is negative.", "planned_years")
        found[one.flows] = one
    return tuple(found.values())


def policy_for(flow: str, policies: Iterable[RevisionPolicy]) -> RevisionPolicy | None:
    """The first policy whose pattern the id of the dataflow has."""
    return next((p for p in policies if fnmatchcase(flow, p.flows)), None)
