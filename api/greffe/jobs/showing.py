"""How a job stands, for the command line, machines and pages alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from greffe.jobs.ahead import held_ahead, is_ahead
from greffe.jobs.alerts import Alert, open_alerts
from greffe.jobs.configured import Configured, Job
from greffe.jobs.reports import Report, read_report
from greffe.model.instants import written
from greffe.model.schedule import following
from greffe.release.parts import Parts
from greffe.store.leases import Run, Standing


@dataclass(frozen=True)
class Shown:
    """A job, where it stands, its last run, when it is due next, its open alert. state: off, running, cut off, again, ahead,
    waiting."""

    job: Job
    standing: Standing
    last: Run | None
    next: datetime | None
    alert: Alert | None
    state: str

    @property
    def report(self) -> Report:
        """What the last run said."""
        return read_report(self.last.said if self.last else "")

    def as_json(self) -> dict[str, object]:
        """As plain values, instants in UTC."""
        alert = None if self.alert is None else {
            "mark": self.alert.mark, "since": self.alert.since, "told": self.alert.told, "faults": self.alert.faults,
        }  # fmt: skip
        return {
            **self.job.as_json(), "state": self.state, "holder": self.standing.holder,
            "next": written(self.next) if self.next else None, "last": None if self.last is None else run_json(self.last),
            "alert": alert,
        }  # fmt: skip


def shown(parts: Parts, configured: Configured, name: str = "") -> Iterator[Shown]:
    """Every job, or the one that is named. Raises NotFound."""
    alerts, now = open_alerts(parts), parts.clock()
    for job in [configured.named(name)] if name else configured.jobs.values():
        standing = parts.leases.standing(job.name, now)
        last = next(iter(parts.leases.runs(job.name, 1)), None)
        due = standing.again or (following(job.schedule, standing.handled) if job.enabled else None)
        yield Shown(job, standing, last, due, alerts.get(job.name), _state(job, standing, now))


def _state(job: Job, standing: Standing, now: datetime) -> str:
    if standing.held(now) and not held_ahead(standing, now, job.lease):
        return "running"
    if not job.enabled:
        return "off"
    if is_ahead(job, standing, now):
        return "ahead"
    if standing.holder:
        return "cut off"
    return "waiting" if standing.again is None else "again"


def run_json(run: Run) -> dict[str, object]:
    """A run as plain values, instants in UTC."""
    report = read_report(run.said)
    return {
        "job": run.job, "due": written(run.due), "attempt": run.attempt, "holder": run.holder,
        "started": written(run.started), "ended": written(run.ended) if run.ended else None, "outcome": run.outcome,
        "missed": run.missed, "counts": dict(report.counts), "about": list(report.about), "error": report.error,
    }  # fmt: skip
