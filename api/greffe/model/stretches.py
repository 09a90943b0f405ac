"""Stretches of time between two instants, and the instant of a stretch that stands for it (SM-31, SM-34)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from greffe.model.periods import Span

NANOSECONDS: Final[dict[str, int]] = {
    "nanosecond": 1,
    "microsecond": 1_000,
    "millisecond": 1_000_000,
    "second": 1_000_000_000,
    "day": 86_400_000_000_000,
}
A_DAY: Final = NANOSECONDS["day"]
A_SECOND: Final = NANOSECONDS["second"]
RESOLVES: Final = ("startOfPeriod", "midPeriod", "endOfPeriod")


@dataclass(frozen=True, order=True)
class Instant:
    """A day and the nanoseconds since it began, without time zone."""

    day: date
    nanos: int = 0


@dataclass(frozen=True)
class Stretch:
    """First and last instant. The last of a day is 23:59:59: whole seconds, as a dateTime writes it."""

    first: Instant
    last: Instant

    def instant(self, resolve: str) -> Instant:
        """The first, the last or the middle one (the earlier of two middles)."""
        if resolve == "startOfPeriod":
            return self.first
        if resolve == "endOfPeriod":
            return self.last
        days, nanos = divmod((_count(self.first) + _count(self.last)) // 2, A_DAY)
        return Instant(date.fromordinal(days), nanos)


def _count(instant: Instant) -> int:
    return instant.day.toordinal() * A_DAY + instant.nanos


def of_days(span: Span) -> Stretch:
    """Whole days."""
    return Stretch(Instant(span.first), Instant(span.last, A_DAY - A_SECOND))


def since(base: date, count: int, unit: str) -> Stretch:
    """The instant `count` units after the day `base` begins, exact; with the unit day, that whole day.

    Raises ValueError or OverflowError for what lies outside the years 1 to 9999.
    """
    days, nanos = divmod(count * NANOSECONDS[unit], A_DAY)
    day = base + timedelta(days=days)
    return of_days(Span(day, day)) if unit == "day" else Stretch(Instant(day, nanos), Instant(day, nanos))
