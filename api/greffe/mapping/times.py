"""Time rules: a source value is read as a stretch of time and written as a period of a frequency (SM-30 to SM-35)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from greffe.model.date_patterns import DatePattern, date_pattern
from greffe.model.maps import TimeRule
from greffe.model.periods import span
from greffe.model.stretches import A_SECOND, Instant, Stretch, since
from greffe.model.structures import Texts

DATE_TIME: Final = "I"
# How a period is written when the map does not say (SM-33); the year of a week is that of ISO 8601.
FORMATS: Final[Mapping[str, str]] = {
    "A": "yyyy",
    "S": "yyyy-Sn",
    "T": "yyyy-Tn",
    "Q": "yyyy-Qn",
    "M": "yyyy-MM",
    "W": "Y-Wnn",
    "D": "yyyy-MM-dd",
    DATE_TIME: "yyyy-MM-dd'T'HH:mm:ss",
}
_COUNT: Final = re.compile(r"-?[0-9]{1,30}")  # nanoseconds of ten thousand years have 21 digits


def pattern_read(rule: TimeRule, value: str, frequency: str) -> Stretch | None:
    """A date written after the rule's pattern; None when it is none."""
    return date_pattern(rule.pattern, rule.locale).read(value, frequency)


def epoch_read(rule: TimeRule, value: str, frequency: str) -> Stretch | None:
    """A whole number of units since the base (SM-31); None for other texts and years past 9999."""
    if _COUNT.fullmatch(value) is None:
        return None
    try:
        return since(span(rule.base).first, int(value), rule.unit)
    except (ValueError, OverflowError):
        return None


Reader = Callable[[TimeRule, str, str], Stretch | None]
READERS: Final[Mapping[str, Reader]] = {"date-pattern": pattern_read, "epoch": epoch_read}


def period_of(rule: TimeRule, value: str, frequency: str, formats: Mapping[str, str]) -> tuple[str, str]:
    """The period that a value becomes, or '' and why it becomes none."""
    if not frequency:
        return "", f"{rule.id}: no frequency"
    pattern = format_of(frequency, formats, rule.locale)
    if pattern is None:
        return "", f"{rule.id}: no format for the frequency {frequency}"
    found = READERS[rule.kind](rule, value, frequency)
    if found is None:
        shown = value if len(value) <= 40 else f"{value[:39]}…"
        return "", f"{rule.id}: {shown!r} is no {in_words(rule)}"
    instant = found.instant(rule.resolve)
    usual = frequency == DATE_TIME and frequency not in formats
    return pattern.write(instant, frequency) + (_fraction(instant) if usual else ""), ""


def format_of(frequency: str, formats: Mapping[str, str], locale: str) -> DatePattern | None:
    """The pattern in which periods of a frequency are written; None when nobody says."""
    written = formats.get(frequency) or FORMATS.get(frequency)
    return date_pattern(written, locale) if written else None


def in_words(rule: TimeRule) -> str:
    """What a rule reads: "date dd/MM/yyyy (fr)", "number of seconds since 1970"."""
    if rule.kind == "epoch":
        return f"number of {rule.unit}s since {rule.base}"
    return f"date {rule.pattern} ({rule.locale})"


# Where in a longer input a period of the output is taken, in French.
_PLACES: Final = {
    "startOfPeriod": "début de période", "midPeriod": "milieu de période", "endOfPeriod": "fin de période",
}  # fmt: skip
_UNITS: Final = {
    "nanosecond": "nanosecondes", "microsecond": "microsecondes", "millisecond": "millisecondes", "second": "secondes",
    "day": "jours",
}  # fmt: skip


def told(rule: TimeRule, frequency: str) -> Texts:
    """What a rule read and made of it: "date dd/MM/yyyy (fr) as M, endOfPeriod", in English and French."""
    if rule.kind == "epoch":
        french = f"nombre de {_UNITS.get(rule.unit, rule.unit)} depuis {rule.base}"
    else:
        french = f"date {rule.pattern} ({rule.locale})"
    return {
        "en": f"{in_words(rule)} as {frequency}, {rule.resolve}",
        "fr": f"{french} à la fréquence {frequency}, {_PLACES.get(rule.resolve, rule.resolve)}",
    }


def _fraction(instant: Instant) -> str:
    """Parts of a second, as a dateTime writes them: nothing when there are none."""
    nanos = instant.nanos % A_SECOND
    return f".{nanos:09}".rstrip("0") if nanos else ""
