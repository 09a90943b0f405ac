"""Jobs that wait for a date which a clock showed by mistake: nothing of them runs until then, and the job that tells of failures may be
one of them. So whoever looks at the jobs tells it, once a day and when it is over, whatever is due."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from greffe.errors import GreffeError
from greffe.jobs.alerts import CLOCK, OVER, Alert, due_at, log, read_alert, told_by
from greffe.jobs.configured import Configured, Job
from greffe.jobs.notices import AHEAD as STATE
from greffe.jobs.notices import Notice
from greffe.jobs.reports import Report
from greffe.jobs.sinks import FAILURES, Sink, sinks_of
from greffe.model.instants import written
from greffe.release.parts import Parts
from greffe.store.leases import ATTENTION, DONE, Claim, Ending, Standing

_LOG: Final = logging.getLogger("greffe.jobs")
AHEAD: Final = timedelta(days=1)  # further in the future than that no clock of two that agree has been
LEASE: Final = timedelta(minutes=5)
AGAIN: Final = timedelta(minutes=1)  # where it could not be told


def is_ahead(job: Job, standing: Standing, now: datetime) -> bool:
    """Whether a job was dealt with, is held or is tried again further in the future than it can be by a clock that is right."""
    return (
        standing.handled > now + AHEAD
        or held_ahead(standing, now, job.lease)
        or (standing.again is not None and standing.again > now + AHEAD + job.wait * (1 << job.tries))
    )


def held_ahead(standing: Standing, now: datetime, lease: timedelta) -> bool:
    """Whether somebody took it on by a clock that was ahead: they hold it for longer than anybody does."""
    return bool(standing.holder) and standing.until is not None and standing.until > now + AHEAD + lease


def ahead_of(parts: Parts, configured: Configured) -> dict[str, datetime]:
    """Job → the date that it waits for."""
    now, found = parts.clock(), dict[str, datetime]()
    for job in configured.jobs.values():
        standing = parts.leases.standing(job.name, now)
        if job.enabled and is_ahead(job, standing, now):
            found[job.name] = max(filter(None, (standing.handled, standing.until, standing.again)))
    return found


def tell_ahead(parts: Parts, configured: Configured, holder: str) -> None:
    """Tell which jobs are ahead, if there are any and it was not told today, or that none are any more. Several may look at once: one
    of them tells. Raises nothing of what a sink does, or of its settings."""
    jobs, kept = tuple(ahead_of(parts, configured)), parts.leases.alerts().get(CLOCK, "")
    before = read_alert(kept) if kept else None
    if not jobs and before is None:
        return
    now, mark = parts.clock(), " ".join(jobs) if jobs else OVER
    alert = before if before is not None and before.mark == mark else _begun(before, mark, now)
    try:
        sinks = [s for s in sinks_of(configured) if FAILURES in s.about]
    except GreffeError:
        _LOG.exception("The alerts are set up wrongly.")
        sinks = []
    if alert.logged and alert.mark != OVER and not any(due_at(alert, s.name, now) for s in sinks):
        return
    token = _claimed(parts, holder, now)
    if token:
        told = _told(parts, alert, jobs, sinks)
        said = Report({"told": sum(told)} if sum(told) else {}, jobs, attention=bool(jobs)).written()
        ending = Ending(ATTENTION if jobs else DONE, said, now + AGAIN if told[1] else None)
        parts.leases.finish(CLOCK, token, ending, now)


def _begun(before: Alert | None, mark: str, now: datetime) -> Alert:
    if mark != OVER or before is None:
        return Alert(mark, written(now))
    return Alert(OVER, before.since, dict.fromkeys((*before.told, *before.faults), ""))


def _claimed(parts: Parts, holder: str, now: datetime) -> int:
    seen = parts.leases.standing(CLOCK, now)
    if held_ahead(seen, now, LEASE) or (seen.again is not None and seen.again > now + AHEAD):
        parts.leases.reset(CLOCK, now)
        seen = parts.leases.standing(CLOCK, now)
    if seen.held(now) or (seen.again is not None and seen.again > now):
        return 0
    return parts.leases.claim(seen, Claim(now, 1, holder, now + LEASE, seen.handled), now)


def _told(parts: Parts, alert: Alert, jobs: Sequence[str], sinks: Sequence[Sink]) -> tuple[int, int]:
    """How much was told, and how much could not be."""
    now, counts = parts.clock(), [0, 0]
    state = STATE if jobs else OVER
    url = f"{parts.settings.public_url}/staff/jobs"
    notice = Notice(f"{CLOCK}/{alert.since}/{state}", "clock", state, now, 0, "", tuple(jobs), url)
    after = told_by(parts, log(alert, notice), sinks, FAILURES, notice, counts)
    over = after.mark == OVER and not after.faults
    parts.leases.set_alert(CLOCK, "" if over else after.written())
    return counts[0], counts[1]
