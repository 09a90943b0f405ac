"""Time rules of a map fit its structures: components exist, frequencies are known, what is written is a period (SM-32)."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import Final

from greffe.catalogue.map_view import TIME, MapView
from greffe.errors import BadQuery, nearest
from greffe.model.date_patterns import date_pattern
from greffe.model.maps import TimeRule
from greffe.model.periods import EXAMPLES, Span, number_in_year, reported, span
from greffe.model.stretches import A_SECOND, Instant

USUAL: Final = (*EXAMPLES, "I")  # frequencies whose periods have a usual form (SM-33)
# Months and days with one digit and two, both ends of years whose weeks are 52 and 53, hours with one digit and two.
_INSTANTS: Final = (
    Instant(date(2023, 7, 14)),
    *(
        Instant(date(year, month, min(day, monthrange(year, month)[1])), hour * 3600 * A_SECOND)
        for year in (2020, 2023)
        for month in range(1, 13)
        for day in (1, 5, 14, 31)
        for hour in (0, 13)
    ),
)


def check_times(view: MapView) -> None:
    """Gathers what is wrong with each rule."""
    for number, rule in enumerate(view.map.times):
        with view.faults:
            _check_rule(view, rule, f"$.times[{number}]")
    if view.map.frequency_formats and not view.map.times:
        with view.faults:
            raise view.wrong("No time rule of this map writes a period.", "$.frequency_formats")
    for frequency in view.map.frequency_formats:
        with view.faults:
            _check_written(view, frequency)


def _check_rule(view: MapView, rule: TimeRule, at: str) -> None:
    if view.known(view.source, rule.source, f"{at}.source").role == "measure":
        raise view.wrong("A time is not read from the value.", f"{at}.source")
    target = view.known(view.target, rule.target, f"{at}.target")
    if target.role not in ("time", "attribute"):
        raise view.wrong(f"{rule.target} is neither {TIME} nor an attribute.", f"{at}.target")
    bare = rule.pattern and any(p.letter == "n" and not p.frequency for p in date_pattern(rule.pattern).pieces)
    if bare and rule.frequency and rule.frequency not in EXAMPLES:
        raise view.wrong(f"n counts periods of {rule.frequency}, which have no number.", f"{at}.pattern")
    if rule.frequency_dimension:
        _check_dimension(view, rule, at)
    else:
        _check_frequency(view, rule, rule.frequency, f"{at}.frequency")


def _check_dimension(view: MapView, rule: TimeRule, at: str) -> None:
    """Another rule than a time rule gives it, so that it is known before (SM-32)."""
    view.known(view.target, rule.frequency_dimension, f"{at}.frequency_dimension")
    givers = {*view.map.fixed, *(t for c in view.map.components for t in c.targets)}
    if rule.frequency_dimension not in givers:
        raise view.wrong(f"No rule gives {rule.frequency_dimension} before the time.", f"{at}.frequency_dimension")
    fixed = view.map.fixed.get(rule.frequency_dimension)
    if fixed is not None:
        _check_frequency(view, rule, fixed, f"{at}.frequency_dimension")


def _check_frequency(view: MapView, rule: TimeRule, frequency: str, at: str) -> None:
    if frequency not in view.map.frequency_formats and frequency not in USUAL:
        raise view.wrong(
            f"{rule.id} writes periods of the frequency {frequency}, whose form is not known.",
            at,
            near=nearest(frequency, USUAL),
            hint=f"Give its pattern: frequency_formats: {{{frequency}: …}}. Known here: {', '.join(USUAL)}.",
        )


def _check_written(view: MapView, frequency: str) -> None:
    """What the pattern writes is a period of the standard, where it goes into TIME_PERIOD."""
    pattern, at = view.map.frequency_formats[frequency], f"$.frequency_formats.{frequency}"
    counted = [p for p in date_pattern(pattern).pieces if p.letter == "n" and not p.frequency]
    if counted and frequency not in EXAMPLES:
        raise view.wrong(f"n in {pattern!r} counts periods of {frequency}, which have no number.", at)
    if not any(rule.target == TIME for rule in view.map.times):
        return
    for instant in _INSTANTS:
        written = date_pattern(pattern).write(instant, frequency)
        try:
            found = span(written)
        except BadQuery as error:
            why = f"{pattern!r} writes {written!r}, which is no time period."
            raise view.wrong(why, at, hint=error.hint) from error
        if not _says(written, found, instant, frequency):
            raise view.wrong(
                f"{pattern!r} writes {written!r} for the {_called(frequency)} of {instant.day}, which is another period.",
                at,
                hint=f"As in {EXAMPLES[frequency]}." if frequency in EXAMPLES else "Write hours as HH.",
            )


def _says(written: str, found: Span, instant: Instant, frequency: str) -> bool:
    """What was written is the period of that frequency that holds the instant; of other frequencies, a period there."""
    if frequency in EXAMPLES:
        return found == reported(*_place(instant.day, frequency))
    clock = re.search(r"T([0-9]{2}):", written)
    return found.first <= instant.day <= found.last and (clock is None or clock[1] == f"{_hour(instant):02}")


def _place(day: date, frequency: str) -> tuple[int, str, int]:
    year, number = number_in_year(day, frequency)
    return year, frequency, number


def _hour(instant: Instant) -> int:
    return instant.nanos // (3600 * A_SECOND)


def _called(frequency: str) -> str:
    return f"period {frequency}" if frequency in EXAMPLES else "instant"
