"""What failed is told to people and machines: by a log, by mail, by webhook; the same thing once a day, and once when it is over.

An alert is made of the state of the runs, so whoever was killed before telling is followed by whoever looks next. It says which
job, when, the class of the error and names of deliveries: never the text of an error, a figure or a person. What cannot be told
is kept with the alert and tried at the next look.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from greffe.jobs.configured import Configured, Job
from greffe.jobs.metrics import write_metrics
from greffe.jobs.notices import Notice
from greffe.jobs.reports import read_report
from greffe.jobs.sinks import FAILURES, RELEASES, NotTold, Sink, sinks_of
from greffe.model.instants import read, written
from greffe.release.parts import Parts
from greffe.store.leases import ATTENTION, DONE, FAILED, Run

_LOG: Final = logging.getLogger("greffe.jobs")
AGAIN: Final = timedelta(hours=24)
TOLD_UP_TO: Final = ":releases"  # the row that says up to when releases were told: no job has such a name
CLOCK: Final = ":clock"  # the row of jobs that are ahead of the clock (jobs.ahead)
OVER: Final = "over"
Beat = Callable[[], None]


@dataclass(frozen=True)
class Alert:
    """One open alert: what makes it the same one (`mark`), since when, sink → when it was last told, sink → why it was not."""

    mark: str
    since: str
    told: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    logged: bool = False

    def written(self) -> str:
        """As JSON."""
        said = {"mark": self.mark, "since": self.since, "told": self.told, "faults": self.faults, "logged": self.logged}
        return json.dumps(said, ensure_ascii=False)


def open_alerts(parts: Parts) -> dict[str, Alert]:
    """Job → its open alert."""
    return {k: read_alert(v) for k, v in parts.leases.alerts().items() if k not in (TOLD_UP_TO, CLOCK)}


def read_alert(text: str) -> Alert:
    """What `written` wrote."""
    said = json.loads(text)
    return Alert(said["mark"], said["since"], said["told"], said["faults"], said["logged"])


def log(alert: Alert, notice: Notice) -> Alert:
    """The alert, written to the log if it is not there yet."""
    if not alert.logged:
        level, said = logging.INFO if alert.mark == OVER else logging.ERROR, notice.as_json()
        _LOG.log(level, "%s", json.dumps(said), extra={"fields": {"event": "alert", "alert": said}})
    return replace(alert, logged=True)


def look(parts: Parts, configured: Configured, beat: Beat) -> tuple[int, int]:
    """Tell what there is to tell; how much was told and how much could not be. Raises nothing of what a sink does."""
    sinks, open_, counts = sinks_of(configured), open_alerts(parts), [0, 0]
    for job in configured.jobs.values():
        beat()
        before = open_.get(job.name)
        wanted = _wanted(parts, job, before)
        if wanted is None:
            continue
        run, alert = wanted
        notice = _notice(parts, job, run, alert)
        after = told_by(parts, log(alert, notice), sinks, FAILURES, notice, counts)
        over = after.mark == OVER and not after.faults
        if over or after != before:
            parts.leases.set_alert(job.name, "" if over else after.written())
    if configured.metrics is not None:
        write_metrics(parts, configured, configured.metrics)
    return counts[0], counts[1]


def tell_releases(parts: Parts, configured: Configured, beat: Beat) -> tuple[int, int]:
    """Releases that took effect since they were last told. The first time nothing is told: what is out is known. A kill in
    between tells one of them twice, rather than not at all."""
    sinks = [s for s in sinks_of(configured) if RELEASES in s.about]
    now, kept = parts.clock(), parts.leases.alerts().get(TOLD_UP_TO, "")
    since = read(json.loads(kept)["until"]) if kept else now
    out = [r for r in parts.ledger().releases.values() if since < r.effective_at <= now and r.readable(now)]
    counts = [0, 0]
    for release in sorted(out, key=lambda r: (r.effective_at, str(r))):
        beat()
        notice = Notice.of_release(release, parts.settings.public_url, now)
        told_by(parts, Alert("", written(now)), sinks, RELEASES, notice, counts)
        if counts[1]:
            return counts[0], counts[1]  # from here on again at the next look
        parts.leases.set_alert(TOLD_UP_TO, json.dumps({"until": written(release.effective_at)}))
    if now > since or not kept:
        parts.leases.set_alert(TOLD_UP_TO, json.dumps({"until": written(now)}))
    return counts[0], counts[1]


def _wanted(parts: Parts, job: Job, before: Alert | None) -> tuple[Run | None, Alert] | None:
    """The alert of a job as it is now: a new one, the one before, or that it is over. None: nothing is to be told."""
    now = parts.clock()
    if parts.leases.standing(job.name, now).again is not None:
        return None  # it is tried again: what it comes to is not known
    run = parts.leases.last(job.name, (DONE, ATTENTION, FAILED))
    if run is None or run.outcome == DONE:
        if before is None:
            return None
        if before.mark == OVER:
            return run, before
        # Whoever was told, or may have been (it broke off): a failure that nobody could be told of is not passed over either.
        return run, Alert(OVER, before.since, dict.fromkeys((*before.told, *before.faults), ""))
    report = read_report(run.said)
    mark = " ".join(filter(None, (run.outcome, report.kind, *sorted(report.about))))
    if before is not None and before.mark == mark:
        return run, before
    return run, Alert(mark, written(run.started))


def told_by(parts: Parts, alert: Alert, sinks: Iterable[Sink], about: str, notice: Notice, counts: list[int]) -> Alert:
    """The alert, told by every sink that has not told it yet, or a day ago."""
    now, told, faults = parts.clock(), dict(alert.told), dict[str, str]()
    for sink in sinks:
        if about not in sink.about or not due_at(alert, sink.name, now):
            continue
        # Which telling it is: a retry is the same one, whatever day it is by then; a reminder is another.
        this = replace(notice, id=f"{notice.id}/{alert.told.get(sink.name, '')}")
        try:
            sink.tell(this, now)
            told[sink.name] = written(now)
            counts[0] += 1
        except NotTold as error:
            faults[sink.name] = str(error)
            counts[1] += 1
            _LOG.warning("An alert was not told by %s.", sink.name, exc_info=error)
    return replace(alert, told=told, faults=faults)


def due_at(alert: Alert, sink: str, now: datetime) -> bool:
    """Whether a sink is to tell it: it never did, or a day ago, or a day ahead, by a clock that was wrong."""
    at = alert.told.get(sink)
    if alert.mark == OVER:
        return at == ""  # it told the beginning, and not yet the end
    return not at or abs(now - read(at)) >= AGAIN


def _notice(parts: Parts, job: Job, run: Run | None, alert: Alert) -> Notice:
    state = OVER if alert.mark == OVER or run is None else run.outcome
    report = read_report(run.said if run else "")
    url = f"{parts.settings.public_url}/staff/jobs/{job.name}"
    due, tries = (run.due, run.attempt) if run else (parts.clock(), 0)
    return Notice(f"{job.name}/{alert.since}/{state}", job.name, state, due, tries, report.kind, report.about, url)
