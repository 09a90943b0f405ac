"""Time periods and frequencies: parse, order, first and last day (SDMX ObservationalTimePeriod; R1-DATA-07)."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from greffe.errors import BadQuery

# What an internal extract may write for each frequency (QR-FMT-01) and what a release holds.
PATTERNS: Final[dict[str, str]] = {
    "A": r"\d{4}",
    "S": r"\d{4}-S[12]",
    "T": r"\d{4}-T[1-3]",
    "Q": r"\d{4}-Q[1-4]",
    "M": r"\d{4}-(?:0[1-9]|1[0-2])",
    "W": r"\d{4}-W(?:0[1-9]|[1-4]\d|5[0-3])",
    "D": r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])",
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
_MONTHS: Final = {"S": 6, "T": 4, "Q": 3}


@dataclass(frozen=True, order=True)
class Span:
    """First and last day of a period, both inclusive."""

    first: date
    last: date


def span(text: str) -> Span:
    """Calendar range of a period in any notation: 2023, 2023-07, 2023-07-14, 2023-Q1, -S1, -T1, -W09, -M07, -A1, -D195.

    A dateTime is its day. Raises BadQuery on anything else.
    """
    match = re.fullmatch(r"(\d{4})(?:-(.+))?", text)
    if match is None or match[1] == "0000":
        raise _unreadable(text)
    year, rest = int(match[1]), match[2] or "A1"
    try:
        return _inside(year, rest)
    except (ValueError, OverflowError) as error:
        raise _unreadable(text) from error


def _inside(year: int, rest: str) -> Span:
    letter, number = rest[0], rest[1:]
    if letter.isdigit():
        parts = rest.split("T")[0].split("-")
        if len(parts) == 1 and len(parts[0]) == 2:
            return _months(year, int(parts[0]), 1)
        if len(parts) == 2 and all(len(p) == 2 for p in parts):
            day = date(year, int(parts[0]), int(parts[1]))
            return Span(day, day)
        raise ValueError(rest)
    if not number.isdigit():
        raise ValueError(rest)
    n = int(number)
    if letter == "A" and n == 1:
        return Span(date(year, 1, 1), date(year, 12, 31))
    if letter in _MONTHS:
        return _months(year, 1 + (n - 1) * _MONTHS[letter], _MONTHS[letter])
    if letter == "M":
        return _months(year, n, 1)
    if letter == "W":
        monday = date.fromisocalendar(year, n, 1)
        return Span(monday, monday + timedelta(days=6))
    if letter == "D" and 1 <= n <= (366 if calendar.isleap(year) else 365):
        day = date(year, 1, 1) + timedelta(days=n - 1)
        return Span(day, day)
    raise ValueError(rest)


def _months(year: int, first: int, count: int) -> Span:
    last = first + count - 1
    return Span(date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1]))


def _unreadable(text: str) -> BadQuery:
    return BadQuery(f"{text!r} is not a time period.", hint=f"Write one of {', '.join(EXAMPLES.values())}.")
