"""When a job is due: five fields of cron, in Europe/Paris, counted from what was dealt with last (D3, D25).

As Debian's cron does (cronsim): a time that summer time skips comes right after the gap, one that comes twice comes once; what
runs every so many minutes or hours goes on through both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cronsim import CronSim, CronSimError

from greffe.errors import BadQuery
from greffe.model.instants import PARIS

COUNTED: Final = 2_000  # due moments that are counted one by one
RECENT: Final = timedelta(days=2)
FIELDS: Final = 5
_LAST: Final = (
    59,
    23,
    31,
    12,
    7,
)  # the largest step that each field takes: a longer one says something else than it seems to


@dataclass(frozen=True)
class Due:
    """What is due by now: the first moment, the last one, and how many there are (at least, when there are very many)."""

    first: datetime
    last: datetime
    count: int


def checked(text: str, parameter: str = "schedule") -> str:
    """A schedule with single blanks. Raises BadQuery for what is none, or is never due."""
    clean = " ".join(text.split())
    hint = 'Minute, hour, day, month, day of the week, in Paris: "30 6 * * mon-fri" is half past six on weekdays.'
    if len(clean.split()) != FIELDS:
        raise BadQuery(f"{text!r} is no schedule: it has five fields.", parameter=parameter, hint=hint)
    for field, last in zip(clean.split(), _LAST, strict=True):
        step = next(
            (s for part in field.split(",") if (s := part.partition("/")[2]).isdecimal() and int(s[:9]) > last), ""
        )
        if step:
            raise BadQuery(
                f"{text[:100]!r} is no schedule: /{step[:20]} goes beyond its field.", parameter=parameter, hint=hint
            )
    try:
        next(CronSim(clean, datetime(2024, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration) as error:
        told = str(error)[:60] or "it is never due"
        raise BadQuery(f"{text!r} is no schedule: {told}.", parameter=parameter, hint=hint) from error
    return clean


def following(schedule: str, after: datetime) -> datetime | None:
    """The next due moment after an instant, in UTC; None when there is none within 50 years."""
    for found in CronSim(schedule, after.astimezone(PARIS)):
        moment = found.astimezone(UTC)
        if moment > after:  # of an hour that comes twice, the first one may be past
            return moment
    return None


def due(schedule: str, after: datetime, now: datetime) -> Due | None:
    """What became due after an instant and up to now. A clock that went back makes nothing due."""
    first = following(schedule, after)
    if first is None or first > now:
        return None
    last, count = _counted(schedule, first, now)
    if count >= COUNTED and now - last > RECENT:
        recent = following(schedule, now - RECENT)
        if recent is not None and recent <= now:
            last, more = _counted(schedule, recent, now)
            count += more
    return Due(first, last, count)


def _counted(schedule: str, first: datetime, now: datetime) -> tuple[datetime, int]:
    """The last due moment up to now, and how many from the first on; COUNTED at most, twice that within RECENT."""
    last, count = first, 1
    while count < 2 * COUNTED:
        found = following(schedule, last)
        if found is None or found > now:
            break
        if count >= COUNTED and now - last > RECENT:
            break
        last, count = found, count + 1
    return last, count
