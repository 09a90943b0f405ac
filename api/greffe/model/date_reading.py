"""The fields that a date pattern found in a text become a stretch of time; what is no date raises ValueError (SM-35)."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from greffe.model.calendar_names import day_number, month_number
from greffe.model.periods import PATTERNS, Span, reported
from greffe.model.stretches import Instant, Stretch, of_days

PIVOT = 69  # of two-digit years: 69 to 99 are of the 20th century, as POSIX reads them


@dataclass(frozen=True)
class Fields:
    """Field → (letter, number of letters, text); the locale of names; the frequency whose periods `number` counts."""

    found: Mapping[str, tuple[str, int, str]]
    locale: str
    counted: str

    def __contains__(self, name: str) -> bool:
        return name in self.found

    def number(self, name: str) -> int:
        """The field as a number, names by their place."""
        letter, width, text = self.found[name]
        if letter == "E":
            return day_number(self.locale, text, width < 4)
        if letter == "M" and width > 2:
            return month_number(self.locale, text, width < 4)
        return int(text)


def stretch(fields: Fields) -> Stretch:
    """Raises ValueError or OverflowError when there is no such day, or a name of a day contradicts its date."""
    span = _span(fields, _year(fields))
    if "weekday" in fields and span.first == span.last and span.first.isoweekday() != fields.number("weekday"):
        raise ValueError(fields.found["weekday"][2])
    if "hour" not in fields:
        return of_days(span)
    return _clock(fields, span.first)


def _year(fields: Fields) -> int:
    name = "year" if "year" in fields else "weekyear"
    year = fields.number(name)
    if fields.found[name][1] == 2:
        year += 1900 if year >= PIVOT else 2000
    return year


def _span(fields: Fields, year: int) -> Span:
    """The days that the fields name."""
    if "number" in fields:
        if fields.counted not in PATTERNS:
            raise ValueError(fields.counted)
        return reported(year, fields.counted, fields.number("number"))
    if "week" in fields:
        if "weekday" not in fields:
            return reported(year, "W", fields.number("week"))
        day = date.fromisocalendar(year, fields.number("week"), fields.number("weekday"))
        return Span(day, day)
    if "yearday" in fields:
        return reported(year, "D", fields.number("yearday"))
    if "month" not in fields:
        return reported(year, "A", 1)
    month = fields.number("month")
    if "day" in fields:
        day = date(year, month, fields.number("day"))
        return Span(day, day)
    return _week_of_month(fields, year, month) if "monthweek" in fields else reported(year, "M", month)


def _week_of_month(fields: Fields, year: int, month: int) -> Span:
    """Weeks begin on Monday, the first holds the first of the month; a week ends with its month."""
    first = date(year, month, 1)
    last = date(year, month, calendar.monthrange(year, month)[1])
    monday = first + timedelta(days=7 * (fields.number("monthweek") - 1) - first.weekday())
    begin, end = max(first, monday), min(last, monday + timedelta(days=6))
    if "weekday" in fields:
        day = monday + timedelta(days=fields.number("weekday") - 1)
        begin, end = max(begin, day), min(end, day)
    if begin > end:
        raise ValueError(monday)
    return Span(begin, end)


def _clock(fields: Fields, day: date) -> Stretch:
    """An hour, a minute, a second, or a millisecond of a day."""
    hour = _hour(fields)
    minute, second = (fields.number(f) if f in fields else 0 for f in ("minute", "second"))
    if minute > 59 or second > 59:
        raise ValueError(minute, second)
    begin = (hour * 60 + minute) * 60 + second
    if "millisecond" in fields:
        instant = Instant(day, begin * 10**9 + fields.number("millisecond") * 10**6)
        return Stretch(instant, instant)
    length = 1 if "second" in fields else 60 if "minute" in fields else 3600
    return Stretch(Instant(day, begin * 10**9), Instant(day, (begin + length - 1) * 10**9))


def _hour(fields: Fields) -> int:
    letter = fields.found["hour"][0]
    hour = fields.number("hour")
    least, most = {"H": (0, 23), "k": (1, 24), "K": (0, 11), "h": (1, 12)}[letter]
    if not least <= hour <= most:
        raise ValueError(hour)
    if letter in "Hk":
        return hour % 24
    return hour % 12 + (12 if fields.found["half"][2].lower() == "pm" else 0)
