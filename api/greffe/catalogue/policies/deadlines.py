"""When recipients want their answers: `mappings/policies/deadlines.csv`, a row a questionnaire and cycle or rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import Final

from greffe.catalogue.policies.tables import Row, read_rows
from greffe.catalogue.representation_files import CONFIDENCES

FILE: Final = "mappings/policies/deadlines.csv"
COLUMNS: Final = (
    "id", "recipient", "name_en", "name_fr", "flows", "first_year", "every", "due", "confidence", "reason", "reference",
)  # fmt: skip
KEY: Final = ("id",)
_RULE: Final = re.compile(r"\+(\d) (\d\d-\d\d)")


@dataclass(frozen=True)
class Deadline:
    """`flows`: patterns of dataflow ids. Data of `first_year` are due, and again `every` so many years (0: that year
    alone). `due`: a day, `2023-10-01`, of one year alone; or `+1 10-01`, 1 October of the year after the data's."""

    id: str
    recipient: str
    name_en: str
    name_fr: str
    flows: tuple[str, ...]
    first_year: int
    every: int
    due: str
    confidence: str
    reason: str
    reference: str

    def asks(self, flow: str) -> bool:
        """Whether the dataflow answers it."""
        return any(fnmatchcase(flow, pattern) for pattern in self.flows)

    def days(self, until: date) -> Iterator[tuple[int, date]]:
        """Year of the data and day on which they are due, up to a day, in order."""
        year = self.first_year
        while (day := self.day(year)) <= until:
            yield year, day
            if not self.every:
                return
            year += self.every

    def day(self, year: int) -> date:
        """When the data of that year are due."""
        rule = _RULE.fullmatch(self.due)
        return date.fromisoformat(f"{year + int(rule[1])}-{rule[2]}" if rule else self.due)


def read_deadlines(content: bytes, file: str) -> tuple[Deadline, ...]:
    """The deadlines in the order of the file, each id once. Raises BadDefinition."""
    found: dict[str, Deadline] = {}
    for row in read_rows(content, file, COLUMNS):
        one = Deadline(
            row.text("id"), row.text("recipient"), row.text("name_en"), row.text("name_fr"),
            tuple(row.text("flows").split(" ")), row.whole("first_year"), row.whole("every"), row.text("due"),
            row.word("confidence", CONFIDENCES), row.text("reason"), row.cells["reference"],
        )  # fmt: skip
        if one.id in found:
            raise row.wrong(f"{one.id} stands here already.", "id")
        _check(one, row)
        found[one.id] = one
    return tuple(found.values())


def _check(one: Deadline, row: Row) -> None:
    if not 1990 <= one.first_year <= 2100:
        raise row.wrong(f"{one.first_year} is no year of data.", "first_year")
    if not 0 <= one.every <= 20:
        raise row.wrong("It is 0, or a number of years up to 20.", "every")
    try:
        one.day(one.first_year)
    except ValueError:
        hint = "2023-10-01 is a day; +1 10-01 is 1 October of the year after the data's."
        raise row.wrong(f"{one.due!r} is neither a day nor a rule.", "due", hint=hint) from None
    if one.every and not _RULE.fullmatch(one.due):
        raise row.wrong("What comes again needs a rule, such as +1 10-01.", "due")
    if "02-29" in one.due:
        raise row.wrong("29 February is not in every year.", "due")
