"""How jobs stand, in the text of Prometheus: for its textfile collector, or to read."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Gauge, generate_latest, write_to_textfile

from greffe.errors import not_written
from greffe.jobs.configured import Configured
from greffe.model.schedule import following
from greffe.release.parts import Parts
from greffe.store.leases import ATTENTION, DONE, FAILED

ENDED: Final = (DONE, ATTENTION, FAILED)


def metrics_text(parts: Parts, configured: Configured) -> str:
    """All of them, as text."""
    return generate_latest(jobs_registry(parts, configured)).decode()


def write_metrics(parts: Parts, configured: Configured, path: Path) -> None:
    """Write them whole, in one step. Raises Refused when the file cannot be written, DiskFailed without room."""
    try:
        write_to_textfile(str(path), jobs_registry(parts, configured))
    except OSError as error:
        raise not_written(error, str(path)) from error


def jobs_registry(parts: Parts, configured: Configured) -> CollectorRegistry:
    """How they stand now, as a registry that is made anew each time."""
    registry, now = CollectorRegistry(), parts.clock()
    gauges = {
        name: Gauge(f"greffe_job_{name}", text, ["job"], registry=registry)
        for name, text in (
            ("last_end_timestamp_seconds", "When the last run ended."),
            ("last_success_timestamp_seconds", "When the last run that was well ended."),
            ("last_outcome", "Of the last run: 0 done, 1 somebody is to look, 2 failed."),
            ("next_due_timestamp_seconds", "When it is due next."),
            ("running", "Whether somebody runs it."),
        )
    }
    for job in configured.jobs.values():
        if not job.enabled:
            continue
        standing, last = parts.leases.standing(job.name, now), parts.leases.last(job.name, ENDED)
        good, following_ = parts.leases.last(job.name, (DONE,)), following(job.schedule, standing.handled)
        gauges["running"].labels(job.name).set(int(standing.held(now)))
        if following_ is not None:
            gauges["next_due_timestamp_seconds"].labels(job.name).set(following_.timestamp())
        if last is not None and last.ended is not None:
            gauges["last_end_timestamp_seconds"].labels(job.name).set(last.ended.timestamp())
            gauges["last_outcome"].labels(job.name).set(ENDED.index(last.outcome))
        if good is not None and good.ended is not None:
            gauges["last_success_timestamp_seconds"].labels(job.name).set(good.ended.timestamp())
    Gauge("greffe_alerts_open", "Alerts that are open.", registry=registry).set(len(parts.leases.alerts()))
    Gauge("greffe_jobs_looked_timestamp_seconds", "When this was written.", registry=registry).set(now.timestamp())
    return registry
