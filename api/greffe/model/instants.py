"""Instants: as the register writes them (UTC with microseconds, `2026-11-24T15:00:00.000000Z`), as people do (D3)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from greffe.errors import BadQuery, Broken

PARIS: Final = ZoneInfo("Europe/Paris")
# xs:dateTime, whose seconds may lack, and a day alone; no week dates, no basic format, no 24:00 but the end of a day.
_ISO: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(T(?:(?:[01][0-9]|2[0-3]):[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?|24:00(?::00(?:\.0+)?)?)(?:Z|[+-][0-9]{2}:[0-9]{2})?)?"
)


def written(instant: datetime) -> str:
    """The one spelling of an instant; equal instants have equal texts, and texts sort as instants do.

    Raises ValueError on an instant without offset: those are a matter of the screen that took them.
    """
    if instant.tzinfo is None:
        raise ValueError(f"an instant without offset: {instant.isoformat()}")
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@lru_cache(1_024)
def read(text: str) -> datetime:
    """What `written` wrote. Raises Broken on anything else."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise Broken(f"{text!r} is not an instant of the register.") from error


def paris_date(moment: datetime) -> date:
    """The day of an instant in Europe/Paris: the day that people read, and that a day they give stands for (D3)."""
    return moment.astimezone(PARIS).date()


def paris_day(text: str) -> str:
    """The day in Europe/Paris of an instant that `written` wrote: `2027-01-01`."""
    return paris_date(read(text)).isoformat()


def paris_time(moment: datetime, lang: str = "en") -> str:
    """An instant as people read it: `2027-01-01 00:00:00 in Paris`, `2027-01-01 00:00:00 (heure de Paris)`."""
    place = "(heure de Paris)" if lang == "fr" else "in Paris"
    return f"{moment.astimezone(PARIS):%Y-%m-%d %H:%M:%S} {place}"


def given_by_people(text: str, parameter: str) -> datetime:
    """As `given`, with a blank between day and hour too: `2027-03-28 08:45`. An hour is needed: an announced instant is
    one to the second. Raises BadQuery."""
    if len(text.strip()) <= len("2027-03-28"):
        raise BadQuery(f"{text!r} names no hour.", parameter=parameter, hint='E.g. "2027-03-28 08:45", in Paris.')
    return given(text.strip().replace(" ", "T", 1), parameter)


def given(text: str, parameter: str) -> datetime:
    """An ISO instant as somebody gave it, in UTC. Without offset it is Europe/Paris, where a time that does not exist is
    refused and an ambiguous one is the later. Raises BadQuery naming the parameter."""
    try:
        if not _ISO.fullmatch(text):
            raise ValueError(text)
        ends = "T24:00" in text  # the end of a day, as xs:dateTime has it
        found = datetime.fromisoformat(text.replace("T24:00", "T00:00")) + timedelta(days=int(ends))
        moment = (found if found.tzinfo else found.replace(tzinfo=PARIS, fold=1)).astimezone(UTC)
    except (ValueError, OverflowError) as error:  # an offset may lead out of the years 1 to 9999
        raise BadQuery(
            f"{text!r} is not a date and time.", parameter=parameter, hint="E.g. 2026-11-24T09:00:00Z."
        ) from error
    if found.tzinfo is None and moment.astimezone(PARIS).replace(tzinfo=None) != found:
        raise BadQuery(f"{text} does not exist in Europe/Paris (summer time starts).", parameter=parameter)
    return moment
