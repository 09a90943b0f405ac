"""A job that somebody holds: renewed while the work goes on; who lost it is told at the next step, and stops."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from greffe.errors import Conflict, GreffeError
from greffe.release.parts import Clock
from greffe.store.leases import Leases


class Lost(Conflict):
    """Another one runs this job by now. Stop: what was done stands, the rest is theirs."""


@dataclass
class Holding:
    """What the work asks between its steps."""

    leases: Leases
    clock: Clock
    job: str
    token: int
    lease: timedelta
    _until: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._until = self.clock() + self.lease

    def beat(self) -> None:
        """The work goes on: renew when a third of the lease is gone. Raises Lost."""
        if self.clock() >= self._until - self.lease * 2 / 3:
            self.renew()

    def renew(self) -> None:
        """Raises Lost when it is somebody else's by now."""
        until = self.clock() + self.lease
        if not self.leases.renew(self.job, self.token, until):
            raise Lost(f"The job {self.job} is run by somebody else by now.")
        self._until = until

    @contextmanager
    def renewing(self) -> Iterator[None]:
        """While a step takes long, it is renewed beside. A register that cannot be reached then is asked again later: the
        next step says whether the job is still ours."""
        over = threading.Event()
        beside = threading.Thread(target=self._renew_until, args=(over,), daemon=True, name=f"lease of {self.job}")
        beside.start()
        try:
            yield
        finally:
            over.set()
            beside.join()

    def _renew_until(self, over: threading.Event) -> None:
        while not over.wait(self.lease.total_seconds() / 3):
            try:
                self.renew()
            except Lost:
                return
            except GreffeError:
                continue
