"""Time periods and frequencies: parse, order, first and last day (SDMX ObservationalTimePeriod; R1-DATA-07)."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from greffe.errors import BadQuery

# What an internal extract may write for each frequency (QR-FMT-01) and what a release holds.
PATTERNS: Final[dict[str, str]] = {
    "A": r"[0-9]{4}",
    "S": r"[0-9]{4}-S[12]",
    "T": r"[0-9]{4}-T[1-3]",
    "Q": r"[0-9]{4}-Q[1-4]",
    "M": r"[0-9]{4}-(?:0[1-9]|1[0-2])",
    "W": r"[0-9]{4}-W(?:0[1-9]|[1-4][0-9]|5[0-3])",
    "D": r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])",
}
EXAMPLES: Final[dict[str, str]] = {
    "A": "2023",
    "S": "2023-S1",
    "T": "2023-T1",
    "Q": "2023-Q1",
    "M": "2023-07",
    "W": "2023-W09",
    "D": "2023-07-14",
}
_MONTHS: Final = {"S": 6, "T": 4, "Q": 3, "M": 1}
# What may follow T in a dateTime: seconds and zone may lack, 24:00 ends the day, zones go to 14 hours (xs:dateTime).
_CLOCK: Final = (
    r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?|24:00(?::00(?:\.0+)?)?)"
    r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
)
_FORM: Final = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?:"
    rf"(?P<month>[0-9]{{2}})(?:-(?P<day>[0-9]{{2}})(?:T{_CLOCK})?)?"
    r"|(?P<letter>A(?=1$)|[STQ](?=[0-9]$)|[MW](?=[0-9]{2}$)|D(?=[0-9]{3}$))(?P<number>[0-9]+)"
    r"))?"
)


@dataclass(frozen=True, order=True)
class Span:
    """First and last day of a period, both inclusive."""

    first: date
    last: date


@lru_cache(4_096)
def span(text: str) -> Span:
    """Calendar range of a period in any notation: 2023, 2023-07, 2023-07-14, 2023-Q1, -S1, -T1, -W09, -M07, -A1, -D195.

    A dateTime (2023-07-14T09:30:00Z) is its day as written. Raises BadQuery on anything else: widths are exact, digits
    are ASCII.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        raise _unreadable(text)
    year, month, day, letter, number = match.group("year", "month", "day", "letter", "number")
    try:
        if day:
            return _day(date(int(year), int(month), int(day)))
        if month:
            return _months(int(year), int(month), 1)
        return reported(int(year), letter or "A", int(number or 1))
    except (ValueError, OverflowError) as error:
        raise _unreadable(text) from error


def reported(year: int, letter: str, n: int) -> Span:
    """The n-th period of a frequency (A S T Q M W D) in a year. Raises ValueError when the year has no such one."""
    if letter == "A" and n == 1:
        return _months(year, 1, 12)
    if letter in _MONTHS:
        return _months(year, 1 + (n - 1) * _MONTHS[letter], _MONTHS[letter])
    if letter == "W":
        monday = date.fromisocalendar(year, n, 1)
        return Span(monday, monday + timedelta(days=6))
    if letter == "D" and 1 <= n <= (366 if calendar.isleap(year) else 365):
        return _day(date(year, 1, 1) + timedelta(days=n - 1))
    raise ValueError(n)


def number_in_year(day: date, letter: str) -> tuple[int, int]:
    """Year and running number of the period of a frequency (A S T Q M W D) that holds the day; weeks are of ISO 8601."""
    if letter == "W":
        year, week, _ = day.isocalendar()
        return year, week
    if letter == "D":
        return day.year, day.timetuple().tm_yday
    return day.year, 1 if letter == "A" else (day.month - 1) // _MONTHS[letter] + 1


def without_gaps(periods: Sequence[str], most: int = 400) -> Sequence[str]:
    """Periods in order, with those between them that lack: of one frequency, written as PATTERNS has it. What is of
    several, written otherwise, or would make more than `most`, comes back as it is."""
    letters = {next((f for f, form in PATTERNS.items() if re.fullmatch(form, p)), "") for p in periods}
    letter = letters.pop() if len(letters) == 1 else ""
    if not letter:
        return periods
    found = [periods[0]]
    while found[-1] != periods[-1] and len(found) < most:
        found.append(_written(span(found[-1]).last + timedelta(days=1), letter))
    return found if found[-1] == periods[-1] else periods


def _written(day: date, letter: str) -> str:
    """The period of a frequency that holds a day."""
    year, number = number_in_year(day, letter)
    return {"A": f"{year}", "M": f"{year}-{number:02}", "W": f"{year}-W{number:02}", "D": day.isoformat()}.get(
        letter, f"{year}-{letter}{number}"
    )


def _day(day: date) -> Span:
    return Span(day, day)


def _months(year: int, first: int, count: int) -> Span:
    last = first + count - 1
    return Span(date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1]))


def _unreadable(text: str) -> BadQuery:
    return BadQuery(f"{text!r} is not a time period.", hint=f"Write one of {', '.join(EXAMPLES.values())}.")
