"""The days of a period that a question names, when reporting years do not begin on 1 January (R2-DATA-46)."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from typing import Final

from greffe.errors import BadQuery
from greffe.model.periods import Span, span
from greffe.query.queries import NEW_YEAR

_REPORTED: Final = re.compile(r"(?P<year>[0-9]{4})-(?P<letter>[ASTQMWD])(?P<number>[0-9]+)")
_MONTHS: Final = {"A": 12, "S": 6, "T": 4, "Q": 3, "M": 1}


def days(text: str, year_start: str) -> Span:
    """Like `periods.span`; reporting periods (2010-Q3, 2010-A1, 2010-W09…) count from the start of their reporting year.

    That year begins in the calendar year before the one it is named by: with `--07-01`, 2010-Q3 begins on 2010-01-01,
    as the REST specification has it in its description of reportingYearStartDay. Gregorian periods (2010, 2010-07) and
    the periods of the data keep their calendar. Raises BadQuery.
    """
    plain, match = span(text), _REPORTED.fullmatch(text)
    if year_start == NEW_YEAR or match is None:
        return plain
    letter, number = match["letter"], int(match["number"])
    try:
        base = date(int(match["year"]) - 1, int(year_start[2:4]), int(year_start[5:7]))
        return _counted(base, letter, number)
    except (ValueError, OverflowError) as error:
        raise BadQuery(f"{text!r} is before the first year of the calendar.") from error


def _counted(base: date, letter: str, number: int) -> Span:
    if letter == "D":
        day = base + timedelta(days=number - 1)
        return Span(day, day)
    if letter == "W":  # week 1 has the first Thursday of the year, as ISO 8601 has it
        monday = base - timedelta(days=base.weekday()) + timedelta(days=7 if base.weekday() > 3 else 0)
        first = monday + timedelta(weeks=number - 1)
        return Span(first, first + timedelta(days=6))
    months = _MONTHS[letter]
    return Span(_later(base, (number - 1) * months), _later(base, number * months) - timedelta(days=1))


def _later(day: date, months: int) -> date:
    """That many months later, on the last day of the month when it has no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + year, month + 1)[1]
    return date(day.year + year, month + 1, min(day.day, last))
