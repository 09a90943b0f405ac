"""What the register says of the release calendar and of advance releases, folded entry by entry.

Kind → payload: calendar.announced {flows, at, title, notice}; calendar.moved {flows, at, reason}; calendar.filled
{releases}; calendar.cancelled {reason}; subject of all four: the entry's id. advance.granted {to, from, reason},
advance.accessed {to}; subject: the release. Texts for the public are tables of language → text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from greffe.model import instants
from greffe.model.calendar import Advance, CalendarEntry, Moved, Words
from greffe.model.references import Reference, parse_reference
from greffe.store.base import Entry
from greffe.store.payload import Fields

Payload = dict[str, object]
Calendar = Mapping[str, CalendarEntry]
Advances = Mapping[tuple[str, str], Advance]  # by release and recipient


def announced_payload(entry: CalendarEntry) -> Payload:
    """What calendar.announced appends."""
    return {
        "flows": [str(f) for f in entry.flows],
        "at": instants.written(entry.at),
        "title": entry.title.as_json(),
        "notice": entry.notice.as_json(),
    }


def moved_payload(entry: CalendarEntry, reason: Words) -> Payload:
    """What calendar.moved appends, of the entry as it is to be."""
    return {
        "flows": [str(f) for f in entry.flows],
        "at": instants.written(entry.at),
        "reason": reason.as_json(),
    }


def calendar_after(calendar: Calendar, entry: Entry) -> Calendar:
    """The calendar after an entry of one of its kinds."""
    found, fields = calendar.get(entry.subject), Fields(entry)
    said = instants.read(entry.instant)
    if entry.kind == "calendar.announced":
        title, notice = _words(fields, "title"), _words(fields, "notice")
        new = CalendarEntry(entry.subject, _flows(fields), fields.instant("at"), title, said, notice)
    elif found is None:
        return calendar  # of an entry that a newer program announced in another way
    elif entry.kind == "calendar.moved":
        move = Moved(said, found.at, found.flows, _words(fields, "reason"))
        new = replace(found, at=fields.instant("at"), flows=_flows(fields), moves=(*found.moves, move))
    elif entry.kind == "calendar.filled":
        new = replace(found, releases=(*found.releases, *fields.texts("releases")))
    else:
        new = replace(found, cancelled_at=said, cancelled_for=_words(fields, "reason"))
    return {**calendar, new.id: replace(new, changes=new.changes + 1)}


def advances_after(advances: Advances, entry: Entry) -> Advances:
    """The advance releases after an entry of one of their kinds."""
    fields, said = Fields(entry), instants.read(entry.instant)
    key = entry.subject, fields.text("to")
    if entry.kind == "advance.granted":
        made = Advance(entry.subject, key[1], fields.instant("from"), _words(fields, "reason"), said)
        return {**advances, key: made}
    found = advances.get(key)
    return advances if found is None else {**advances, key: replace(found, accesses=(*found.accesses, said))}


def _words(fields: Fields, name: str) -> Words:
    found = fields.table(name)
    return Words(found.get("en", ""), found.get("fr", ""))


def _flows(fields: Fields) -> tuple[Reference, ...]:
    return tuple(parse_reference(text) for text in fields.texts("flows"))
