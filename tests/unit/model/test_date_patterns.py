"""Date patterns: what each letter reads and writes, by hand from the calendar."""

from __future__ import annotations

import locale
import time
from datetime import date

import pytest

from greffe.errors import BadDefinition
from greffe.model.date_patterns import check_readable, date_pattern
from greffe.model.stretches import Instant, since

NOON = 12 * 3600 * 10**9

# pattern, locale, text, first day, last day
DAYS = [
    ("yyyy", "en", "2023", "2023-01-01", "2023-12-31"),
    ("yy", "en", "68", "2068-01-01", "2068-12-31"),
    ("yy", "en", "69", "1969-01-01", "1969-12-31"),
    ("yyyy-MM", "en", "2024-02", "2024-02-01", "2024-02-29"),
    ("M/yyyy", "en", "7/2023", "2023-07-01", "2023-07-31"),
    ("dd/MM/yyyy", "en", "14/07/2023", "2023-07-14", "2023-07-14"),
    ("yyyyMMdd", "en", "20230714", "2023-07-14", "2023-07-14"),
    ("d.M.yy", "en", "4.7.23", "2023-07-04", "2023-07-04"),
    ("d MMMM yyyy", "fr", "14 juillet 2023", "2023-07-14", "2023-07-14"),
    ("MMMM yyyy", "fr", "FÉVRIER 2023", "2023-02-01", "2023-02-28"),
    ("MMMM yyyy", "fr-FR", "aout 2023", "2023-08-01", "2023-08-31"),
    ("MMM yyyy", "fr", "déc. 2023", "2023-12-01", "2023-12-31"),
    ("MMM-yy", "en", "Jan-23", "2023-01-01", "2023-01-31"),
    ("EEEE d MMMM yyyy", "fr", "vendredi 14 juillet 2023", "2023-07-14", "2023-07-14"),
    ("E, d MMM yyyy", "en", "Fri, 14 Jul 2023", "2023-07-14", "2023-07-14"),
    ("Y-'W'ww", "en", "2020-W53", "2020-12-28", "2021-01-03"),
    ("Y ww U", "en", "2020 53 5", "2021-01-01", "2021-01-01"),
    ("yyyy-MM 'week' W", "en", "2023-07 week 1", "2023-07-01", "2023-07-02"),
    ("yyyy-MM 'week' W", "en", "2023-07 week 6", "2023-07-31", "2023-07-31"),
    ("yyyy-MM W U", "en", "2023-07 3 5", "2023-07-14", "2023-07-14"),
    ("yyyyD", "en", "202360", "2023-03-01", "2023-03-01"),
    ("yyyy-DDD", "en", "2024-060", "2024-02-29", "2024-02-29"),
    ("yyyy-Qn", "en", "2023-Q3", "2023-07-01", "2023-09-30"),
    ("yyyy-'Q'n", "en", "2023-Q3", "2023-07-01", "2023-09-30"),
    ("yyyy-Sn", "en", "2023-S2", "2023-07-01", "2023-12-31"),
    ("Tn 'of' yyyy", "en", "T3 of 2023", "2023-09-01", "2023-12-31"),
    ("Y-Wnn", "en", "2023-W09", "2023-02-27", "2023-03-05"),
    ("'l''an' yyyy", "fr", "l'an 2023", "2023-01-01", "2023-12-31"),
]


@pytest.mark.item("SM-35")
@pytest.mark.parametrize(("pattern", "language", "text", "first", "last"), DAYS)
def test_a_text_names_its_days(pattern, language, text, first, last):
    """SM-35: every letter, in the map's locale."""
    found = date_pattern(pattern, language)
    check_readable(found)
    stretch = found.read(text, "A")
    assert (str(stretch.first.day), str(stretch.last.day)) == (first, last)
    assert stretch.first.nanos == 0


CLOCKS = [
    ("HH:mm:ss", "09:30:05", 34205, 34205),
    ("HH:mm", "09:30", 34200, 34259),
    ("H", "9", 32400, 35999),
    ("kk:mm", "24:15", 900, 959),
    ("hh:mm a", "12:00 AM", 0, 59),
    ("h a", "1 pm", 46800, 50399),
    ("KK:mm a", "00:30 pm", 45000, 45059),
]


@pytest.mark.item("SM-35")
@pytest.mark.parametrize(("pattern", "text", "first", "last"), CLOCKS)
def test_a_text_names_its_seconds(pattern, text, first, last):
    """SM-35: hours of four kinds, minutes, seconds."""
    stretch = date_pattern(f"yyyy-MM-dd {pattern}").read(f"2023-07-14 {text}", "I")
    assert (stretch.first.nanos, stretch.last.nanos) == (first * 10**9, last * 10**9)


@pytest.mark.item("SM-35")
def test_a_bare_number_counts_periods_of_the_frequency():
    """SM-35: `n` without a letter before it is of the output's frequency."""
    pattern = date_pattern("yyyy.n")
    assert str(pattern.read("2023.4", "Q").first.day) == "2023-10-01"
    assert str(pattern.read("2023.4", "M").first.day) == "2023-04-01"
    assert pattern.read("2023.5", "Q") is None


@pytest.mark.item("SM-20")
@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("dd/MM/yyyy", "31/02/2023"), ("dd/MM/yyyy", "1/2/2023"), ("dd/MM/yyyy", "01/02/2023 "), ("dd/MM/yyyy", ""),
        ("MM-yyyy", "13-2023"), ("MM-yyyy", "00-2023"), ("yyyy", "0000"), ("yyyy", "٢٠٢٣"), ("yyyy-Qn", "2023-Q5"),
        ("Y-'W'ww", "2021-W53"), ("MMMM yyyy", "juillet 2023"), ("E d/M/yyyy", "Mon 14/7/2023"), ("yyyy-DDD", "2023-366"),
        ("yyyy-MM W", "2023-07 7"), ("yyyy-MM-dd HH", "2023-07-14 24"), ("yyyy-MM-dd hh a", "2023-07-14 13 am"),
        ("yyyy", "2" * 5000),
    ],
)  # fmt: skip
def test_what_is_no_such_date_names_nothing(pattern, text):
    """SM-20: never guessed, never a crash."""
    assert date_pattern(pattern).read(text, "A") is None


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("yyyyQ", "'Q' in the date pattern"), ("yyy", "'yyy' in"), ("yyyy 'x", "does not end"), ("G yyyy", "'G' in"),
        ("MM", "gives no year"), ("yyyy Y ww", "gives two years"), ("yyyy MM MMMM", "gives the month twice"),
        ("yyyy dd", "day do not go together"), ("yyyy MM HH", "a time without its day"),
        ("yyyy-MM-dd mm", "a smaller part without the larger"), ("Y-MM", "the year of weeks and no week"),
        ("yyyy-MM-dd hh", "go together"), ("yyyy " * 30, "at most 100 characters"),
    ],
)  # fmt: skip
def test_a_pattern_that_names_nothing_is_refused(pattern, says):
    with pytest.raises(BadDefinition) as caught:
        check_readable(date_pattern(pattern))
    assert says in caught.value.message


def test_an_unknown_locale_is_refused():
    with pytest.raises(BadDefinition, match="'xx'"):
        date_pattern("MMMM yyyy", "xx")


@pytest.mark.item("SM-36")
def test_names_do_not_follow_the_locale_of_the_process():
    """SM-36: month names are the map's, whatever the machine speaks."""
    before = locale.setlocale(locale.LC_TIME)
    try:
        locale.setlocale(locale.LC_TIME, "C.UTF-8")
        assert date_pattern("MMMM", "fr").write(Instant(date(2023, 2, 1)), "M") == "février"
    finally:
        locale.setlocale(locale.LC_TIME, before)


WRITTEN = [
    ("yyyy-MM-dd'T'HH:mm:ss.SSS", "2021-01-01T12:00:00.007"),
    ("Y-Wnn", "2020-W53"),
    ("yyyy-Wnn", "2020-W53"),
    ("yyyy-Sn yyyy-Tn yyyy-Qn", "2021-S1 2021-T1 2021-Q1"),
    ("EEEE d MMMM yy", "vendredi 1 janvier 21"),
    ("EEE dd MMM", "ven. 01 janv."),
    ("DDD U W ww hh a KK kk", "001 5 1 53 12 PM 00 12"),
    ("'l''an' yyyy", "l'an 2021"),
]


@pytest.mark.item("SM-33", "SM-35")
@pytest.mark.parametrize(("pattern", "text"), WRITTEN)
def test_an_instant_is_written(pattern, text):
    """SM-33, SM-35: 1 January 2021 is a Friday, of week 53 of 2020."""
    assert date_pattern(pattern, "fr").write(Instant(date(2021, 1, 1), NOON + 7 * 10**6), "Q") == text


@pytest.mark.item("SM-34")
def test_the_middle_of_a_stretch():
    """SM-34: of a year of 365 days, 2 July at noon."""
    stretch = date_pattern("yyyy").read("2023", "M")
    assert str(stretch.instant("startOfPeriod").day) == "2023-01-01"
    assert str(stretch.instant("midPeriod").day) == "2023-07-02"
    assert str(stretch.instant("endOfPeriod").day) == "2023-12-31"


@pytest.mark.item("SM-31")
def test_epochs_are_exact():
    """SM-31: a nanosecond before the base is the day before; no unit goes through a float."""
    assert since(date(1970, 1, 1), -1, "nanosecond").first == Instant(date(1969, 12, 31), 86_400 * 10**9 - 1)
    assert since(date(1970, 1, 1), 19_552, "day").first.day == date(2023, 7, 14)
    assert since(date(1970, 1, 1), 1_689_292_800_000_000_001, "nanosecond").first == Instant(date(2023, 7, 14), 1)


def test_no_pattern_takes_long():
    """The dearest pattern on the longest value, and a value far too long."""
    start = time.process_time()
    pattern = date_pattern("d M yyyy H:m:s S" + "'" + " " * 70 + "'")
    assert pattern.read("1" * 100, "D") is None
    assert pattern.read("1" * 1_000_000, "D") is None
    assert time.process_time() - start < 0.5
