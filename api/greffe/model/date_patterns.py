"""Date patterns of the standard (SM-35, close to Java's): read a stretch of time from a text, write an instant.

Letters: yy yyyy year; Y year of weeks; M MM MMM MMMM month; w ww week of the year (ISO 8601); W week of the month (from
Monday, the first holds the first of the month); d dd day; D day of the year; E EEEE name, U number of the day of the week
(1 Monday); H HH k kk K KK h hh hour, a am or pm; m mm, s ss, S SSS milliseconds; n running number of periods, after
a letter of frequency (Qn, 'Q'n) or of the frequency of the output. Other letters stand in quotes, '' is a quote.
A letter written once takes as many digits as it needs, twice exactly two. yy is 1969 to 2068.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from greffe.errors import BadDefinition
from greffe.model.calendar_names import LANGUAGES, day_name, language, month_name
from greffe.model.date_reading import Fields, stretch
from greffe.model.periods import PATTERNS, number_in_year
from greffe.model.stretches import Instant, Stretch

LONGEST: Final = 100  # characters of a pattern and of a value
# Letter → the field it fills, and the digits it reads by its number of letters.
_DIGITS: Final[dict[str, tuple[str, dict[int, str]]]] = {
    "y": ("year", {2: "{2}", 4: "{4}"}),
    "Y": ("weekyear", {1: "{4}", 4: "{4}"}),
    "M": ("month", {1: "{1,2}", 2: "{2}"}),
    "w": ("week", {1: "{1,2}", 2: "{2}"}),
    "W": ("monthweek", {1: "{1}"}),
    "d": ("day", {1: "{1,2}", 2: "{2}"}),
    "D": ("yearday", {1: "{1,3}", 2: "{2,3}", 3: "{3}"}),
    "U": ("weekday", {1: "{1}"}),
    **{hour: ("hour", {1: "{1,2}", 2: "{2}"}) for hour in "HkKh"},
    "m": ("minute", {1: "{1,2}", 2: "{2}"}),
    "s": ("second", {1: "{1,2}", 2: "{2}"}),
    "S": ("millisecond", {1: "{1,3}", 2: "{2,3}", 3: "{3}"}),
    "n": ("number", {1: "{1,3}", 2: "{2,3}", 3: "{3}"}),
}
# Letters and numbers of letters that stand for words.
_WORDS: Final[dict[str, tuple[str, tuple[int, ...]]]] = {
    "M": ("month", (3, 4)),
    "E": ("weekday", (1, 2, 3, 4)),
    "a": ("half", (1,)),
}
_TOKEN: Final = re.compile(
    r"(?P<quote>'')|'(?P<quoted>(?:[^']|'')+)'|(?P<frequency>[ASTQMWD])(?P<counted>n{1,3})(?!n)"
    r"|(?P<run>(?P<letter>[A-Za-z])(?P=letter)*)|(?P<plain>[^A-Za-z'])",
    re.DOTALL,
)
# Which fields may stand together beside the year, and whether they name a day.
_PLACES: Final[dict[frozenset[str], bool]] = {
    frozenset(): False,
    frozenset({"month"}): False,
    frozenset({"month", "day"}): True,
    frozenset({"month", "day", "weekday"}): True,
    frozenset({"month", "monthweek"}): False,
    frozenset({"month", "monthweek", "weekday"}): True,
    frozenset({"yearday"}): True,
    frozenset({"yearday", "weekday"}): True,
    frozenset({"week"}): False,
    frozenset({"week", "weekday"}): True,
    frozenset({"number"}): False,
}
_CLOCK: Final = ("hour", "minute", "second", "millisecond")


@dataclass(frozen=True)
class Piece:
    """A literal text (no letter), or a letter with how often it stands; `frequency` is what an `n` counts."""

    text: str = ""
    letter: str = ""
    width: int = 0
    frequency: str = ""

    @property
    def worded(self) -> bool:
        """It stands for a name."""
        return self.letter in _WORDS and self.width in _WORDS[self.letter][1]

    @property
    def field(self) -> str:
        """What it says of a date."""
        return (_WORDS[self.letter] if self.worded else _DIGITS[self.letter])[0]


@dataclass(frozen=True)
class DatePattern:
    """A pattern in its pieces, with the locale of its names."""

    text: str
    locale: str
    pieces: tuple[Piece, ...]

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        return re.compile("".join(_reads(p) for p in self.pieces))

    def read(self, value: str, frequency: str) -> Stretch | None:
        """The stretch of time that a text names; None when it names none. `frequency` is what a bare `n` counts."""
        match = self._regex.fullmatch(_composed(value)) if len(value) <= LONGEST else None
        if match is None:
            return None
        found = {p.field: (p.letter, p.width, match[p.field]) for p in self.pieces if p.letter}
        counted = next((p.frequency for p in self.pieces if p.letter == "n" and p.frequency), frequency)
        try:
            return stretch(Fields(found, self.locale, counted))
        except (ValueError, OverflowError):
            return None

    def write(self, instant: Instant, frequency: str) -> str:
        """The text of an instant, at the precision of the pattern."""
        weekly = any(p.letter == "w" or (p.letter == "n" and (p.frequency or frequency) == "W") for p in self.pieces)
        return "".join(self._written(p, instant, frequency, weekly) for p in self.pieces)

    def _written(self, piece: Piece, instant: Instant, frequency: str, weekly: bool) -> str:
        if not piece.letter:
            return piece.text
        if piece.worded:
            return _word(piece, instant, self.locale)
        if piece.letter == "n":
            number = number_in_year(instant.day, piece.frequency or frequency)[1]
            return f"{number:0{piece.width}}"
        year = instant.day.isocalendar().year if weekly or piece.letter == "Y" else instant.day.year
        if piece.letter in "yY":
            return f"{year % 100:02}" if piece.width == 2 else f"{year:04}"
        return f"{_number(piece.letter, instant):0{piece.width}}"


@lru_cache(maxsize=1024)
def date_pattern(text: str, locale: str = "en") -> DatePattern:
    """The pattern in its pieces. Raises BadDefinition for letters that mean nothing and names that are not known."""
    if len(text) > LONGEST:
        raise BadDefinition(f"A date pattern has at most {LONGEST} characters, this one {len(text)}.")
    if not language(locale):
        hint = f"Known here: {', '.join(LANGUAGES)}."
        raise BadDefinition(f"The names of months and days are not known in the locale {locale!r}.", hint=hint)
    pieces: list[Piece] = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise BadDefinition(f"The quote in {text!r} does not end.")
        pieces += _pieces(match, text, pieces[-1].text if pieces else "")
        place = match.end()
    return DatePattern(text, locale, tuple(pieces))


def check_readable(pattern: DatePattern) -> None:
    """A text after the pattern names one stretch of time. Raises BadDefinition saying what is missing or too much."""
    fields = [p.field for p in pattern.pieces if p.letter]
    doubled = next((f for f in fields if fields.count(f) > 1), "")
    if doubled:
        raise BadDefinition(f"{pattern.text!r} gives the {doubled} twice.")
    years = {"year", "weekyear"} & set(fields)
    if len(years) != 1:
        raise BadDefinition(
            f"{pattern.text!r} gives {'two years' if years else 'no year'}.", hint="Write yyyy, yy or Y."
        )
    clock = [f for f in _CLOCK if f in fields]
    place = frozenset(fields) - {*years, *clock, "half"}
    if place not in _PLACES:
        raise BadDefinition(
            f"{pattern.text!r} names no day, week or month: {', '.join(sorted(place))} do not go together."
        )
    if "weekyear" in years and not place & {"week", "number"}:
        raise BadDefinition(f"{pattern.text!r} has the year of weeks and no week.", hint="Write yyyy.")
    if clock and (not _PLACES[place] or clock != list(_CLOCK[: len(clock)])):
        raise BadDefinition(f"{pattern.text!r} has a time without its day, or a smaller part without the larger.")
    halves = any(p.letter in "hK" for p in pattern.pieces if p.letter)
    if ("half" in fields) != halves:
        raise BadDefinition(f"{pattern.text!r}: hours from 1 to 12 (h, K) and am or pm (a) go together.", hint="Or HH.")


def _pieces(match: re.Match[str], text: str, before: str) -> list[Piece]:
    if match["frequency"]:
        counted = Piece(letter="n", width=len(match["counted"]), frequency=match["frequency"])
        return [Piece(match["frequency"]), counted]
    if not match["run"]:
        return [Piece("'" if match["quote"] else match["plain"] or match["quoted"].replace("''", "'"))]
    found = Piece(letter=match["letter"], width=len(match["run"]))
    known = found.worded or found.width in _DIGITS.get(found.letter, ("", {}))[1]
    if not known:
        raise BadDefinition(
            f"{match['run']!r} in the date pattern {text!r} means nothing.", hint="Put plain text in quotes: yyyy-'Q'n."
        )
    if found.letter == "n" and before[-1:] in PATTERNS:
        return [Piece(letter="n", width=found.width, frequency=before[-1:])]
    return [found]


def _composed(text: str) -> str:
    """Letters with their accents as one character each, however they came."""
    return unicodedata.normalize("NFC", text)


def _reads(piece: Piece) -> str:
    """The piece as a regular expression; digits are ASCII."""
    if not piece.letter:
        return re.escape(_composed(piece.text))
    if piece.letter == "a":
        return "(?P<half>[AaPp][Mm])"
    if piece.worded:
        return rf"(?P<{piece.field}>[^\W\d_]{{1,12}}\.?)"
    return f"(?P<{piece.field}>[0-9]{_DIGITS[piece.letter][1][piece.width]})"


def _word(piece: Piece, instant: Instant, locale: str) -> str:
    short = piece.width < 4
    if piece.letter == "M":
        return month_name(locale, instant.day.month, short)
    if piece.letter == "E":
        return day_name(locale, instant.day.isoweekday(), short)
    return "AM" if instant.nanos < 12 * 3600 * 10**9 else "PM"


def _number(letter: str, instant: Instant) -> int:
    """What a letter of digits says of an instant."""
    day, seconds = instant.day, instant.nanos // 10**9
    hour = seconds // 3600
    return {
        "M": day.month,
        "w": day.isocalendar().week,
        "W": (day.day - 1 + day.replace(day=1).weekday()) // 7 + 1,
        "d": day.day,
        "D": day.timetuple().tm_yday,
        "U": day.isoweekday(),
        "H": hour,
        "k": hour or 24,
        "K": hour % 12,
        "h": hour % 12 or 12,
        "m": seconds // 60 % 60,
        "s": seconds % 60,
        "S": instant.nanos // 10**6 % 1000,
    }[letter]
