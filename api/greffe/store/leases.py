"""Who runs which job: one row a job, claimed, renewed and given back; and what became of each run (decision 0018).

It changes and is forgotten, so it is no part of the register's chain. Held by one kit in tests/spec/store. Implementations:
leases_sql.py (beside the register), leases_memory.py (the reference).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

RUNNING: Final = "running"
DONE, ATTENTION, FAILED, LOST, SKIPPED = "done", "attention", "failed", "lost", "skipped"
OUTCOMES: Final = (RUNNING, DONE, ATTENTION, FAILED, LOST, SKIPPED)


@dataclass(frozen=True)
class Standing:
    """Where a job stands.

    `handled`: the last due moment that somebody took on; nothing up to it runs again. `token`: goes up with every change.
    `holder`: '' when nobody runs it; `until`: when the lease is over. `due`, `attempt`: of the run that lasts, or, with
    `again`, of the one that is tried again then.
    """

    job: str
    handled: datetime
    token: int = 0
    holder: str = ""
    until: datetime | None = None
    due: datetime | None = None
    attempt: int = 0
    again: datetime | None = None

    def held(self, now: datetime) -> bool:
        """Whether somebody has it now."""
        return bool(self.holder) and self.until is not None and self.until > now


@dataclass(frozen=True)
class Claim:
    """What somebody wants to run: for which due moment, the how manieth try, until when they hold it, what is dealt with
    then, and how many due moments before it are passed over."""

    due: datetime
    attempt: int
    holder: str
    until: datetime
    handled: datetime
    missed: int = 0


@dataclass(frozen=True)
class Ending:
    """How a run ended. `again`: when it is tried again; None: it is not. `said`: JSON, see jobs.reports."""

    outcome: str
    said: str
    again: datetime | None = None


@dataclass(frozen=True)
class Run:
    """One try of a job. `ended` None and outcome running while it lasts; outcome lost: another took it over."""

    job: str
    token: int
    due: datetime
    attempt: int
    holder: str
    started: datetime
    ended: datetime | None = None
    outcome: str = RUNNING
    said: str = ""
    missed: int = 0


class Leases(Protocol):
    """Every write is one transaction that is durable when the call returns."""

    def standing(self, job: str, now: datetime) -> Standing:
        """Where a job stands. One that is not known begins now: nothing before that is missed."""

    def claim(self, seen: Standing, wanted: Claim, now: datetime) -> int:
        """Take a job on, if it still is as it was `seen` and nobody holds it: its token, else 0. A run whose lease is over
        is lost."""

    def renew(self, job: str, token: int, until: datetime) -> bool:
        """Hold on. False when it is somebody else's by now."""

    def finish(self, job: str, token: int, ending: Ending, now: datetime) -> bool:
        """Give it back, and enter how the run ended. False when it is somebody else's by now: then nothing is entered."""

    def skip(self, seen: Standing, handled: datetime, missed: int, now: datetime) -> bool:
        """Pass over due moments, if it still is as it was seen and nobody holds it; a run says so."""

    def reset(self, job: str, now: datetime) -> None:
        """What is due counts from now on, and nobody holds it: after a clock that was far ahead."""

    def runs(self, job: str = "", most: int = 50) -> tuple[Run, ...]:
        """The last runs of a job, or of all, the last one first."""

    def last(self, job: str, outcomes: tuple[str, ...]) -> Run | None:
        """The last run of a job that ended in one of those ways."""

    def forget(self, before: datetime, idle: datetime) -> int:
        """Runs that ended before that are forgotten, and those before `idle` that were done with nothing to say; but for the
        last one of each job. Tells how many."""

    def alerts(self) -> Mapping[str, str]:
        """What alerts are open: name → JSON of what was told, to whom and when (jobs.alerts)."""

    def set_alert(self, name: str, text: str) -> None:
        """Keep or replace one; '' forgets it."""
