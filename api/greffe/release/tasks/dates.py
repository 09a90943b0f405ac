"""Dates that come near, or have passed: announced releases, deadlines of recipients."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Final

from greffe.model.instants import PARIS, paris_date
from greffe.release.calendar import coming
from greffe.release.deadlines import RELEASED, due
from greffe.release.parts import Parts
from greffe.release.tasks.drafts import waiting_drafts
from greffe.release.tasks.task import Asker, Task

CALENDAR_AHEAD: Final = timedelta(days=45)  # announced dataflows without a draft are told from then on
DEADLINES_AHEAD: Final = timedelta(days=90)


def near(parts: Parts, who: Asker) -> Iterator[Task]:
    """Announced releases for whoever prepares or releases, deadlines for whoever sends too: each where they may see it."""
    if who.has("author", "releaser"):
        yield from _calendar(parts, prepares=who.has("author"))
    if who.has("author", "releaser", "transmitter"):
        yield from _deadlines(
            parts, "/staff/releases#deadlines" if who.has("author", "releaser") else "/staff/transmissions"
        )


def _calendar(parts: Parts, *, prepares: bool) -> Iterator[Task]:
    """Announced instants that come near without a draft, or passed without a release. Who prepares drafts is led there where
    one lacks."""
    ledger, now = parts.ledger(), parts.clock()
    held = {d.dataflow for d in waiting_drafts(ledger)}
    for entry in coming(parts):
        missing = [f.id for f in entry.flows if f not in held]
        place, since = f"/staff/releases#{entry.id}", entry.announced_at
        if entry.at <= now:
            yield Task("overdue", entry.id, place, since, entry.at, len(entry.flows))
        elif missing and entry.at - now <= CALENDAR_AHEAD:
            place = f"/staff/drafts/{missing[0]}" if prepares and len(missing) == 1 else place
            yield Task("undrafted", entry.id, place, since, entry.at, len(missing))


def _deadlines(parts: Parts, place: str) -> Iterator[Task]:
    """One line a recipient and day, of the dataflows that are not released."""
    now = parts.clock()
    found: dict[tuple[str, datetime], int] = {}
    for one in due(parts, paris_date(now + DEADLINES_AHEAD)):
        if one.state != RELEASED:
            ends = datetime.combine(one.day + timedelta(days=1), time(), PARIS)
            found[one.deadline.recipient, ends] = found.get((one.deadline.recipient, ends), 0) + 1
    for (recipient, ends), count in found.items():
        kind = "late" if ends <= now else "deadline"
        yield Task(kind, recipient, place, ends - DEADLINES_AHEAD, ends, count)
