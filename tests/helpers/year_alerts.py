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
    """The same thing once a day, its end once and after its beginning; and after a look that told, what is told last of each
    job is how it stands."""
    by_job = defaultdict(list)
    for _, body, at in alerts:
        said = json.loads(body)["data"]
        if "job" in said:
            by_job[said["job"]].append((said["state"], said["error"], tuple(sorted(said["about"])), at))
    for told in by_job.values():
        assert told[0][0] != "over", told
        for before, after in pairwise(told):
            again = before[:3] == after[:3]
            assert not again or abs(after[3] - before[3]) >= timedelta(days=1), (before, after)
            assert not (before[0] == after[0] == "over"), (before, after)
    last: dict[str, Run] = {}
    for run in sorted(runs, key=lambda r: r.token):
        if run.outcome in FINAL:
            last[run.job] = run
    telling = last.pop("alerts", None)
    if telling is None or telling.outcome != "done" or datetime.fromisoformat(telling.started) != now:
        return
    for job, run in last.items():
        stands = by_job[job][-1] if by_job[job] else ("over", "", (), now)
        if run.outcome == "failed" and run.attempt < TRIES:
            continue
        said = json.loads(run.said) if run.said else {}
        wanted = (run.outcome, said.get("kind", ""), tuple(sorted(said.get("about", ()))))
        if run.outcome == "done":
            assert stands[0] == "over", (run, stands)
        else:
            assert stands[:3] == wanted, (run, stands)
