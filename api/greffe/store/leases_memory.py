"""Leases in plain Python: not durable; the reference for leases_sql.py."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from greffe.store.leases import DONE, LOST, RUNNING, SKIPPED, Claim, Ending, Run, Standing


class MemoryLeases:
    """Leases as dicts."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._standing: dict[str, Standing] = {}
        self._runs: dict[tuple[str, int], Run] = {}
        self._alerts: dict[str, str] = {}

    def standing(self, job: str, now: datetime) -> Standing:
        """See Leases.standing."""
        with self._lock:
            return self._standing.setdefault(job, Standing(job, now))

    def claim(self, seen: Standing, wanted: Claim, now: datetime) -> int:
        """See Leases.claim."""
        with self._lock:
            found = self._free(seen, now)
            if found is None:
                return 0
            self._lose(found, now)
            token = found.token + 1
            self._standing[found.job] = Standing(
                found.job, wanted.handled, token, wanted.holder, wanted.until, wanted.due, wanted.attempt
            )
            self._runs[found.job, token] = Run(
                found.job, token, wanted.due, wanted.attempt, wanted.holder, now, missed=wanted.missed
            )
            return token

    def renew(self, job: str, token: int, until: datetime) -> bool:
        """See Leases.renew."""
        with self._lock:
            found = self._mine(job, token)
            if found is not None:
                self._standing[job] = replace(found, until=until)
            return found is not None

    def finish(self, job: str, token: int, ending: Ending, now: datetime) -> bool:
        """See Leases.finish."""
        with self._lock:
            found = self._mine(job, token)
            if found is None:
                return False
            kept = (found.due, found.attempt) if ending.again else (None, 0)
            self._standing[job] = Standing(job, found.handled, token + 1, "", None, *kept, ending.again)
            run = self._runs[job, token]
            self._runs[job, token] = replace(run, ended=now, outcome=ending.outcome, said=ending.said)
            return True

    def skip(self, seen: Standing, handled: datetime, missed: int, now: datetime) -> bool:
        """See Leases.skip."""
        with self._lock:
            found = self._free(seen, now)
            if found is None:
                return False
            self._lose(found, now)
            token = found.token + 1
            self._standing[found.job] = Standing(found.job, handled, token)
            self._runs[found.job, token] = Run(found.job, token, handled, 0, "", now, now, SKIPPED, "", missed)
            return True

    def reset(self, job: str, now: datetime) -> None:
        """See Leases.reset."""
        with self._lock:
            found = self.standing(job, now)
            self._lose(found, now)
            self._standing[job] = Standing(job, now, found.token + 1)

    def runs(self, job: str = "", most: int = 50) -> tuple[Run, ...]:
        """See Leases.runs."""
        with self._lock:
            found = [r for r in self._runs.values() if job in ("", r.job)]
        return tuple(sorted(found, key=lambda r: (r.started, r.token, r.job), reverse=True)[:most])

    def last(self, job: str, outcomes: tuple[str, ...]) -> Run | None:
        """See Leases.last."""
        with self._lock:
            found = [r for r in self._runs.values() if r.job == job and r.outcome in outcomes]
        return max(found, key=lambda r: r.token, default=None)

    def forget(self, before: datetime, idle: datetime) -> int:
        """See Leases.forget."""
        with self._lock:
            newest = {job: max(t for j, t in self._runs if j == job) for job, _ in self._runs}
            old = [
                key
                for key, r in self._runs.items()
                if r.ended and newest[key[0]] != key[1]
                if r.ended < (idle if (r.outcome, r.said) == (DONE, "") else before)
            ]
            for key in old:
                del self._runs[key]
            return len(old)

    def alerts(self) -> Mapping[str, str]:
        """See Leases.alerts."""
        with self._lock:
            return dict(self._alerts)

    def set_alert(self, name: str, text: str) -> None:
        """See Leases.set_alert."""
        with self._lock:
            self._alerts.pop(name, None)
            if text:
                self._alerts[name] = text

    def _free(self, seen: Standing, now: datetime) -> Standing | None:
        found = self._standing.get(seen.job)
        return found if found and found.token == seen.token and not found.held(now) else None

    def _mine(self, job: str, token: int) -> Standing | None:
        found = self._standing.get(job)
        return found if found and found.token == token and found.holder else None

    def _lose(self, found: Standing, now: datetime) -> None:
        run = self._runs.get((found.job, found.token))
        if run and run.outcome == RUNNING:
            self._runs[found.job, found.token] = replace(run, ended=now, outcome=LOST)
