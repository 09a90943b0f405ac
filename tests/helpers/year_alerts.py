"""Alerts that came by webhook, held against the runs of jobs as their table has them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from year_checks import Run

TRIES = 4
FINAL = ("done", "attention", "failed")
Told = tuple[str, str, tuple[str, ...], datetime]  # state, error, about; when


def trouble_is_told(deliveries: Iterable[tuple[str, str, str, bool]], runs: Iterable[Run]) -> None:
    """`deliveries`: id, state, since when, whether it is a test. Who failed or is uncertain when its job ran last is named by
    that run, so that its alert is not over."""
    last: dict[str, Run] = {}
    for run in sorted(runs, key=lambda r: r.token):
        if run.outcome in FINAL:
            last[run.job] = run
    for id_, state, since, test in deliveries:
        run = last.get("trials" if test else "transmissions")
        if state in ("failed", "uncertain") and run is not None and since <= run.started:
            assert id_ in json.loads(run.said or "{}").get("about", ()), (id_, run)


def told_once(runs: Iterable[Run], alerts: Iterable[tuple[str, bytes, datetime]], now: datetime) -> None:
    """The same thing once a day, unless it went away meanwhile, its end once and after its beginning; and after a look that
    told, what is told last of each job is how it stands."""
    runs = list(runs)
    by_job = defaultdict(list)
    for _, body, at in alerts:
        said = json.loads(body)["data"]
        if "job" in said:
            by_job[said["job"]].append((said["state"], said["error"], tuple(sorted(said["about"])), at))
    for job, told in by_job.items():
        assert told[0][0] != "over", told
        for before, after in pairwise(told):
            again = before[:3] == after[:3] and not _otherwise(job, runs, before, after)
            assert not again or abs(after[3] - before[3]) >= timedelta(days=1), (before, after)
            assert not (before[0] == after[0] == "over"), (before, after)
    last: dict[str, Run] = {}
    for run in sorted(runs, key=lambda r: r.token):
        if run.outcome in FINAL:
            last[run.job] = run
    telling = last.pop("alerts", None)
    last.pop(":clock", None)  # told beside the jobs, and not by one of them
    if telling is None or telling.outcome != "done" or datetime.fromisoformat(telling.started) != now:
        return
    for job, run in last.items():
        stands = by_job[job][-1] if by_job[job] else ("over", "", (), now)
        if run.outcome == "failed" and run.attempt < TRIES:
            continue
        wanted = _said(run)
        if run.outcome == "done":
            assert stands[0] == "over", (run, stands)
        else:
            assert stands[:3] == wanted, (run, stands)


def _said(run: Run) -> tuple[str, str, tuple[str, ...]]:
    said = json.loads(run.said) if run.said else {}
    return run.outcome, said.get("kind", ""), tuple(sorted(said.get("about", ())))


def _otherwise(job: str, runs: Iterable[Run], before: Told, after: Told) -> bool:
    """Whether the job ended in another way between two tellings: what comes again then is another failure, also for who could
    not be told that the first was over."""
    first, last = sorted((before[3], after[3]))
    between = [r for r in runs if r.job == job and first <= datetime.fromisoformat(r.started) <= last]
    return any(r.outcome in FINAL and _said(r) != before[:3] for r in between)
