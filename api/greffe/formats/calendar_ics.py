"""Events as iCalendar (RFC 5545), written by the library icalendar: for the calendar program that people have.

Instants are UTC, which every program shows in its own zone; a day is a day. The same events give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from icalendar import Calendar, Event

MEDIA_TYPE: Final = "text/calendar"
_DOMAIN: Final = "greffe.sser"  # of the identifiers alone: they name no host and never change


@dataclass(frozen=True)
class Noted:
    """One event: `id` stays through all changes, `sequence` counts them, `stamp` is when it was last changed (UTC)."""

    id: str
    start: datetime | date
    summary: str
    description: str
    stamp: datetime
    sequence: int = 0
    cancelled: bool = False
    categories: tuple[str, ...] = ()


def ics(events: Iterable[Noted], name: str, language: str) -> bytes:
    """The events as one VCALENDAR. `name`: what a calendar program calls it; texts are in `language`."""
    calendar = Calendar()
    calendar.add("prodid", "-//SSER//Greffe//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("name", name, parameters={"LANGUAGE": language})
    for one in events:
        calendar.add_component(_event(one, language))
    return bytes(calendar.to_ical())


def _event(one: Noted, language: str) -> Event:
    event = Event()
    event.add("uid", f"{one.id}@{_DOMAIN}")
    event.add("dtstamp", one.stamp.replace(microsecond=0))
    event.add("last-modified", one.stamp.replace(microsecond=0))
    event.add("dtstart", one.start)
    if not isinstance(one.start, datetime):
        event.add("dtend", one.start + timedelta(days=1))
    event.add("summary", one.summary, parameters={"LANGUAGE": language})
    event.add("description", one.description, parameters={"LANGUAGE": language})
    event.add("sequence", one.sequence)
    event.add("status", "CANCELLED" if one.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")  # nobody is busy because of it
    if one.categories:
        event.add("categories", list(one.categories))
    return event
