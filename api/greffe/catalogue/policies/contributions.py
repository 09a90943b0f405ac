"""Which houses are asked for a questionnaire, how and by when: `mappings/policies/contributions.csv`, a row a house.

Whose a cell is says contributors.csv; here stands whom a delivery waits for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from greffe.catalogue.policies.tables import Row, read_rows
from greffe.catalogue.representation_files import CONFIDENCES
from greffe.model.instants import PARIS

FILE: Final = "mappings/policies/contributions.csv"
COLUMNS: Final = ("questionnaire", "house", "way", "due", "confidence", "reason", "reference")
KEY: Final = ("questionnaire", "house")
CONTACT, ACCOUNT, WORKBOOK = "contact", "account", "workbook"
WAYS: Final = (CONTACT, ACCOUNT, WORKBOOK)
_RULE: Final = re.compile(r"\+(\d) (\d\d-\d\d) (\d\d:\d\d)")
_HOUSE: Final = re.compile(r"[A-Z][A-Z0-9_-]{0,29}")
HINT: Final = "+1 07-15 18:00 is 15 July of the year after the data's, in Paris."


@dataclass(frozen=True)
class Asking:
    """A house that a questionnaire is put together from. way: contact (it puts the answers together, and owns what nobody
    else owns), account (its people sign in), workbook (it gets one, and returns it). `due`: `+1 07-15 18:00` in Paris, ''
    for the contact."""

    questionnaire: str
    house: str
    way: str
    due: str
    confidence: str
    reason: str
    reference: str
    line: int = 0

    def until(self, year: int) -> datetime:
        """When its answers of that year are due, in Paris."""
        rule = _RULE.fullmatch(self.due)
        assert rule is not None  # the table was read
        day = date.fromisoformat(f"{year + int(rule[1])}-{rule[2]}")
        return datetime.combine(day, time.fromisoformat(rule[3]), PARIS)


def read_contributions(content: bytes, file: str) -> tuple[Asking, ...]:
    """The rows in the order of the file, each house once a questionnaire. Raises BadDefinition."""
    found: dict[tuple[str, str], Asking] = {}
    for row in read_rows(content, file, COLUMNS):
        one = Asking(
            row.text("questionnaire"), row.text("house"), row.word("way", WAYS), row.cells["due"],
            row.word("confidence", CONFIDENCES), row.text("reason"), row.cells["reference"], row.line,
        )  # fmt: skip
        if (one.questionnaire, one.house) in found:
            raise row.wrong(f"{one.questionnaire} {one.house} stands here already.", "house")
        if one.way == CONTACT and any(
            o.way == CONTACT and o.questionnaire == one.questionnaire for o in found.values()
        ):
            raise row.wrong(f"{one.questionnaire} has a contact in an earlier row.", "way")
        _check(one, row)
        found[one.questionnaire, one.house] = one
    return tuple(found.values())


def _check(one: Asking, row: Row) -> None:
    if not _HOUSE.fullmatch(one.house):
        raise row.wrong(f"{one.house!r} is no name of a house: capitals, digits, _ and -.", "house")
    if one.way == CONTACT:
        if one.due:
            raise row.wrong("The contact waits for the others: it has no deadline.", "due")
        return
    rule = _RULE.fullmatch(one.due)
    if rule is None:
        raise row.wrong(f"{one.due!r} is no rule of a deadline.", "due", hint=HINT)
    if rule[3][:2] == "02":
        raise row.wrong("An hour that begins with 02 is twice or never on some days.", "due", hint=HINT)
    try:
        one.until(2023)
        if rule[2] == "02-29":
            raise ValueError("not in every year")
    except ValueError:
        raise row.wrong(f"{one.due!r} names no day or hour.", "due", hint=HINT) from None
