"""A standing order: a saved query of a body, answered at each release or at set hours, and delivered once a release."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from greffe.model.references import Reference

ON_RELEASE: Final = "release"
LINK, WEBHOOK, CHANNEL = "link", "webhook", "channel"
WAYS: Final = (LINK, WEBHOOK, CHANNEL)
ACTIVE, PAUSED, ENDED = "active", "paused", "ended"
# Of a delivery: waits or is tried again, may have left, left (or may be fetched), was given up, had nothing or may not leave.
READY, SENDING, FAILED, UNCERTAIN, SENT, EMPTY, DROPPED = (
    "ready", "sending", "failed", "uncertain", "sent", "empty", "dropped",
)  # fmt: skip


@dataclass(frozen=True)
class Handed:
    """One release for one order. `sha256` '' where no file is kept (values by grant, nothing that matches). `attempt`: the
    how manieth try since it was last asked for; `tries`: all of them. `lasting`: somebody mends something before another try.
    `fetched`: how often by link; `verdict`, `receipt`: what the body said of it."""

    number: int
    release: str
    state: str
    at: datetime
    name: str = ""
    media_type: str = ""
    sha256: str = ""
    size: int = 0
    tries: int = 0
    attempt: int = 0
    lease: datetime | None = None
    ended: datetime | None = None
    said: str = ""
    lasting: bool = False
    fetched: int = 0
    verdict: str = ""
    receipt: str = ""

    @property
    def open(self) -> bool:
        """Whether it may still leave."""
        return self.state in (READY, SENDING, FAILED, UNCERTAIN)


@dataclass(frozen=True)
class Order:
    """`query`: an address of SDMX REST, without the host. `when`: `release`, or a schedule in Paris. `way`: link, webhook (`to`: its
    address) or channel (`to`: its name). `granted`: the whole of a release with the values that a grant opens."""

    id: str
    body: str
    title: str
    query: str
    dataflow: Reference
    when: str
    way: str
    to: str = ""
    granted: bool = False
    made_by: str = ""
    made_at: datetime | None = None
    state: str = ACTIVE
    reason: str = ""
    handed: tuple[Handed, ...] = ()

    def of(self, release: str) -> Handed | None:
        """What became of a release."""
        return next((h for h in self.handed if h.release == release), None)

    @property
    def last(self) -> Handed | None:
        """The last delivery."""
        return self.handed[-1] if self.handed else None
