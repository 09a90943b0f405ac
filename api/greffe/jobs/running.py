"""One look at the jobs: what is due is claimed, run, ended; what was cut off is taken over. Whoever calls it may be killed at any
moment, and several may call it at once.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from greffe.errors import Conflict, GreffeError
from greffe.jobs.ahead import tell_ahead
from greffe.jobs.configured import ALL, NONE, Configured, Job
from greffe.jobs.holding import Holding, Lost
from greffe.jobs.reports import Report
from greffe.logs.spans import mark, span
from greffe.model.schedule import due
from greffe.release.parts import Parts
from greffe.release.people import HOUSE, actor
from greffe.store.base import Actor
from greffe.store.leases import ATTENTION, DONE, FAILED, LOST, Claim, Ending, Standing
from greffe.transmission.orders.answers import Answers

_LOG: Final = logging.getLogger("greffe.jobs")
GRACE: Final = timedelta(minutes=5)  # later than that, a run was missed


@dataclass(frozen=True)
class Tools:
    """What jobs work with: the parts, how the installation has set the jobs up, and how saved queries are answered."""

    parts: Parts
    configured: Configured
    answers: Answers


@dataclass(frozen=True)
class Task:
    """One run: with what, which job, as whom, and the hold on it, which is asked between steps."""

    tools: Tools
    job: Job
    who: Actor
    holding: Holding


Work = Callable[[Task], Report]


@dataclass(frozen=True)
class Ran:
    """How one run ended. `again`: when it is tried again."""

    job: str
    due: datetime
    attempt: int
    outcome: str
    report: Report
    again: datetime | None = None


def new_holder() -> str:
    """Names this process, on this machine: `host:pid:random`."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(3)}"


def run_due(tools: Tools, works: Mapping[str, Work], holder: str) -> Iterator[Ran]:
    """Everything that is due now and that nobody else runs, each job as often as it is due; then it is told which jobs wait for the
    date of a clock that was ahead, if any do."""
    for job in tools.configured.jobs.values():
        while job.enabled:
            ran = _next_of(tools, works, holder, job)
            if ran is None or ran.outcome == LOST:
                break
            yield ran
    tell_ahead(tools.parts, tools.configured, holder)


def run_now(tools: Tools, works: Mapping[str, Work], holder: str, name: str) -> Ran:
    """Run a job at once, whatever its schedule says, which stays as it is. Raises NotFound; Conflict while another runs it."""
    job, now = tools.configured.named(name), tools.parts.clock()
    seen = tools.parts.leases.standing(name, now)
    claim = Claim(now, 1, holder, now + job.lease, seen.handled)
    token = tools.parts.leases.claim(seen, claim, now)
    if not token:
        raise Conflict(f"{name} is run by {seen.holder or 'somebody else'} now.", hint="Try again later.")
    return _run(tools, works, job, claim, token)


def _next_of(tools: Tools, works: Mapping[str, Work], holder: str, job: Job) -> Ran | None:
    """The next run of a job, None when nothing is due, or another was faster."""
    leases, now = tools.parts.leases, tools.parts.clock()
    seen = leases.standing(job.name, now)
    wanted = wanted_of(job, seen, now, holder)
    if wanted is None:
        return None
    if not wanted.attempt:
        leases.skip(seen, wanted.handled, wanted.missed, now)
        return None
    token = leases.claim(seen, wanted, now)
    return _run(tools, works, job, wanted, token) if token else None


def wanted_of(job: Job, seen: Standing, now: datetime, holder: str) -> Claim | None:
    """What is to be claimed of a job; with attempt 0, what is to be passed over. None: nothing."""
    if seen.held(now):
        return None
    until = now + job.lease
    if seen.due is not None and (seen.holder or seen.again is not None):
        if seen.again is not None and seen.again > now:
            return None
        return Claim(seen.due, seen.attempt + 1, holder, until, seen.handled)
    found = due(job.schedule, seen.handled, now)
    if found is None:
        return None
    if job.missed == ALL:
        return Claim(found.first, 1, holder, until, found.first)
    if job.missed == NONE and now - found.last > GRACE:
        return Claim(found.last, 0, holder, until, found.last, found.count)
    return Claim(found.last, 1, holder, until, found.last, found.count - 1)


@span("job")
def _run(tools: Tools, works: Mapping[str, Work], job: Job, claim: Claim, token: int) -> Ran:
    parts = tools.parts
    mark(job=job.name, kind=job.kind, attempt=claim.attempt, outcome=LOST)
    holding = Holding(parts.leases, parts.clock, job.name, token, job.lease)
    try:
        report = _worked(tools, works, job, claim, holding)
    except Lost:
        _LOG.warning("%s was taken over by another", job.name)
        return Ran(job.name, claim.due, claim.attempt, LOST, Report())
    now, outcome = parts.clock(), FAILED if report.kind else ATTENTION if report.attention else DONE
    mark(outcome=outcome)
    again = now + job.wait * (1 << (claim.attempt - 1)) if outcome == FAILED and claim.attempt < job.tries else None
    if not parts.leases.finish(job.name, token, Ending(outcome, report.written(), again), now):
        return Ran(job.name, claim.due, claim.attempt, LOST, report)
    return Ran(job.name, claim.due, claim.attempt, outcome, report, again)


def _worked(tools: Tools, works: Mapping[str, Work], job: Job, claim: Claim, holding: Holding) -> Report:
    """What the work says; what goes wrong ends the run, not the loop. Raises Lost."""
    if claim.attempt > job.tries:
        return Report(kind="CutOff", error=f"It was cut off {job.tries} times.")
    try:
        who = actor(tools.parts, job.who) if job.who else HOUSE
        with holding.renewing():
            return works[job.kind](Task(tools, job, who, holding))
    except Lost:
        raise
    except GreffeError as error:
        return Report(kind=type(error).__name__, error=error.text())
    except Exception as error:  # a job that fails in an unforeseen way holds the others up no more than any other
        _LOG.exception("%s failed", job.name)
        return Report(kind=type(error).__name__, error=f"An error that was not foreseen: {type(error).__name__}.")
