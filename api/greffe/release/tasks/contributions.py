"""What houses are asked for, what they are to sign, what the contact point is to merge or to get."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from greffe.model.contributions import CONTRIBUTED, OPEN, SIGNED
from greffe.model.instants import read
from greffe.release.contributing import CONTRIBUTOR, Waited, all_waited, delivered
from greffe.release.parts import Parts
from greffe.release.tasks.task import Asker, Task

AHEAD: Final = timedelta(days=90)
_PLACE: Final = "/staff/contributions"


def contributions(parts: Parts, who: Asker) -> Iterator[Task]:
    """For people of houses, each of theirs; for transmitters what they merge, and a line a questionnaire for what they wait for."""
    houses = who.bodies(CONTRIBUTOR)
    if not houses and not who.has("transmitter"):
        return
    now = parts.clock()
    waited = [
        w for w in all_waited(parts) if w.until - now <= AHEAD and not delivered(parts, w.row.questionnaire, w.year)
    ]
    for one in waited:
        if one.house in houses:
            yield from _of_house(one)
    if who.has("transmitter"):
        yield from _of_contact(waited, now)


def _of_house(one: Waited) -> Iterator[Task]:
    since, place = one.until - AHEAD, f"{_PLACE}/{one.id}"
    if one.one.state == OPEN:
        since = read(one.one.reopened.instant) if one.one.reopened.instant else since
        left = max(0, one.one.asked - one.one.answered)
        yield Task("contribute", one.id, place, since, one.until, left, more=one.house)
    elif one.one.state == CONTRIBUTED:
        yield Task("contribution_sign", one.id, place, read(one.one.given.instant), one.until, by=one.one.given.who)


def _of_contact(waited: list[Waited], now: datetime) -> Iterator[Task]:
    missing: dict[tuple[str, int], list[Waited]] = {}
    for one in waited:
        if one.one.state == SIGNED:
            since = read(one.one.signed.instant)
            yield Task("contribution_merge", one.id, f"{_PLACE}/{one.id}", since, one.until, by=one.one.signatory)
        elif one.one.state in (OPEN, CONTRIBUTED):
            missing.setdefault((one.row.questionnaire, one.year), []).append(one)
    for (questionnaire, year), ones in missing.items():
        until = min(w.until for w in ones)
        kind = "contributions_late" if until <= now else "contributions_wait"
        houses = ", ".join(w.house for w in ones)
        yield Task(kind, f"{questionnaire} {year}", _PLACE, until - AHEAD, until, len(ones), more=houses)
