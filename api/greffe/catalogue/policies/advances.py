"""Who may have a release before its hour, and how long before at most: `mappings/policies/advances.csv`, public."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from greffe.catalogue.policies.tables import read_rows
from greffe.catalogue.representation_files import CONFIDENCES

FILE: Final = "mappings/policies/advances.csv"
COLUMNS: Final = ("recipient", "name_en", "name_fr", "hours", "confidence", "reason", "reference")
KEY: Final = ("recipient",)


@dataclass(frozen=True)
class AdvancePolicy:
    """`recipient`: an id, of an office or a body and never of a person; `hours`: the longest time before the release."""

    recipient: str
    name_en: str
    name_fr: str
    hours: int
    confidence: str
    reason: str
    reference: str


def read_advances(content: bytes, file: str) -> tuple[AdvancePolicy, ...]:
    """The recipients in the order of the file, each once. Raises BadDefinition."""
    found: dict[str, AdvancePolicy] = {}
    for row in read_rows(content, file, COLUMNS):
        one = AdvancePolicy(
            row.text("recipient"),
            row.text("name_en"),
            row.text("name_fr"),
            row.whole("hours"),
            row.word("confidence", CONFIDENCES),
            row.text("reason"),
            row.cells["reference"],
        )
        if one.recipient in found:
            raise row.wrong(f"{one.recipient} stands here already.", "recipient")
        if one.hours <= 0:
            raise row.wrong("An advance is of at least an hour.", "hours")
        found[one.recipient] = one
    return tuple(found.values())
