"""Series of publications that the bridge reads: `published_series.csv`, and `reference_dates.csv`, the true day behind
a year that a body shows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Final

from greffe.catalogue.policies.tables import Row, read_rows
from greffe.model.references import ID
from greffe.model.structures import Texts

SERIES_FILE: Final = "mappings/policies/published_series.csv"
SERIES_COLUMNS: Final = (
    "series", "body", "dataset", "key", "first", "last", "date", "rounding", "copy_of", "confidence", "reason", "reference",
)  # fmt: skip
SERIES_KEY: Final = ("series",)
DATES_FILE: Final = "mappings/policies/reference_dates.csv"
DATES_COLUMNS: Final = (
    "calendar", "period", "reference_date", "confidence", "reason_fr", "reason_en", "reference",
)  # fmt: skip
DATES_KEY: Final = ("calendar", "period")
GIVEN: Final = "given"  # the period is what it says it is
CALENDAR: Final = "calendar:"
_DAY: Final = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_PLACEHOLDER: Final = "<code>"


@dataclass(frozen=True)
class PublishedSeries:
    """A series of a publication under a short name. `key`: the text under which it is published; with `<code>` in it, it
    is a family of series, one for each code. `first`, `last`: periods that are meant, all when empty.

    `date`: how the reference date follows from the period: `given` (the period itself), `MM-DD` (that day of the
    year), `calendar:NAME` (reference_dates.csv). `rounding`: the unit it is rounded to, None when it is exact. `copy_of`: the
    series whose figures it passes on, another route of which it is: nothing that reads one is independent of the other.
    """

    name: str
    body: str
    dataset: str
    key: str
    first: str
    last: str
    date: str
    rounding: Decimal | None
    copy_of: str
    confidence: str
    reason: str
    reference: str

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        before, _, after = self.key.partition(_PLACEHOLDER)
        return re.compile(f"{re.escape(before)}({ID}){re.escape(after)}")

    def code_in(self, key: str) -> str | None:
        """The code that stands for `<code>` in a published key, '' for a series without one; None: another series."""
        if _PLACEHOLDER not in self.key:
            return "" if key == self.key else None
        found = self._pattern.fullmatch(key)
        return found[1] if found else None

    def holds(self, period: str) -> bool:
        """Whether a period is within those that are meant."""
        return within(period, self.first, self.last)


def within(period: str, first: str, last: str) -> bool:
    """`first` ≤ period ≤ `last`, as far as the bounds are written out; an empty bound is none."""
    return period[: len(first)] >= first and (not last or period[: len(last)] <= last)


def read_series(content: bytes, file: str) -> tuple[PublishedSeries, ...]:
    """The series in the order of the file, each name once. Raises BadDefinition."""
    found: dict[str, PublishedSeries] = {}
    for row in read_rows(content, file, SERIES_COLUMNS, later=("copy_of",)):
        name = row.text("series")
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
            raise row.wrong(f"{name!r} is no name of a series.", "series", hint="Letters, digits and underscores.")
        if name in found:
            raise row.wrong(f"{name} stands here already.", "series")
        found[name] = PublishedSeries(
            name, row.text("body"), row.text("dataset"), row.text("key"), row.cells["first"], row.cells["last"],
            _date(row), _rounding(row), row.cells["copy_of"], row.text("confidence"), row.text("reason"), row.cells["reference"],
        )  # fmt: skip
    return tuple(found.values())


def _date(row: Row) -> str:
    text = row.text("date")
    if text == GIVEN or _DAY.fullmatch(text) or (text.startswith(CALENDAR) and len(text) > len(CALENDAR)):
        return text
    raise row.wrong(f"{text!r} is no rule for a date.", "date", hint="given, a day such as 01-01, or calendar:NAME.")


def _rounding(row: Row) -> Decimal | None:
    if not row.cells["rounding"]:
        return None
    unit = row.number("rounding")
    if unit <= 0:
        raise row.wrong("A unit of rounding is more than nothing.", "rounding")
    return unit


@dataclass(frozen=True)
class ReferenceDate:
    """The true day behind a period that a body shows, and how sure that is."""

    day: str  # YYYY-MM-DD
    confidence: str
    reasons: Texts
    reference: str


def read_dates(content: bytes, file: str) -> Mapping[str, Mapping[str, ReferenceDate]]:
    """Calendar → period → day; each period and each day once. Raises BadDefinition."""
    found: dict[str, dict[str, ReferenceDate]] = {}
    for row in read_rows(content, file, DATES_COLUMNS):
        dates, period = found.setdefault(row.text("calendar"), {}), row.text("period")
        one = ReferenceDate(
            row.day("reference_date").isoformat(), row.text("confidence"),
            {"fr": row.text("reason_fr"), "en": row.text("reason_en")}, row.cells["reference"],
        )  # fmt: skip
        if period in dates:
            raise row.wrong(f"{period} has a date already.", "period")
        if any(other.day == one.day for other in dates.values()):
            raise row.wrong(f"{one.day} stands behind another period already.", "reference_date")
        dates[period] = one
    return found
