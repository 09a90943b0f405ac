"""A release of a dataflow, as the register tells it (D4, D6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from greffe.model.references import Reference


@dataclass(frozen=True)
class Release:
    """`SSER:ESTAT_CRIM_OFF_CAT#7`. `name` is where the store keeps it; instants are UTC.

    `vintage` names the edition, e.g. `2022-E2`: the second one whose last period is 2022; `replaces` is the release that
    was current when it was made. `revision` is planned, exceptional or correction when published values change; then
    `notice` and `notice_fr` say why, to everybody. `calendar`: the entry that announced it.
    """

    dataflow: Reference
    number: int
    content_hash: str
    made_at: datetime
    effective_at: datetime
    origin: str  # real | synthetic
    provider: str
    observations: int
    series: int
    last_period: str = ""
    reason: str = ""  # of the revision
    draft: str = field(default="", repr=False)  # a sum over all figures, hidden ones too: no tag is made of it
    withdrawn_at: datetime | None = None
    withdrawal_reason: str = ""
    withdrawal_reason_fr: str = ""
    revision: str = ""
    notice: str = ""
    notice_fr: str = ""
    vintage: str = ""
    replaces: str = ""
    calendar: str = ""

    @property
    def name(self) -> str:
        """`ESTAT_CRIM_OFF_CAT/7`."""
        return f"{self.dataflow.id}/{self.number}"

    def __str__(self) -> str:
        return f"{self.dataflow.id}#{self.number}"

    def readable(self, now: datetime) -> bool:
        """In effect, and nobody withdrew it: also when a clock that went back says that this is still to come."""
        return self.effective_at <= now and self.withdrawn_at is None

    def held_at(self, moment: datetime) -> bool:
        """In effect at a moment that is past, and withdrawn after it if ever."""
        return self.effective_at <= moment and (self.withdrawn_at is None or moment < self.withdrawn_at)

    def came_out(self, now: datetime) -> bool:
        """It has been read, or could be. One that was withdrawn before its hour never was, and nobody is to see it."""
        return self.effective_at <= now and (self.withdrawn_at is None or self.withdrawn_at > self.effective_at)

    def instants(self, now: datetime) -> tuple[datetime, ...]:
        """When it took effect and when it was withdrawn, as far as that has happened: what is on record has."""
        if not self.came_out(now):
            return ()
        return tuple(i for i in (self.effective_at, self.withdrawn_at) if i is not None)


def current(releases: Iterable[Release], now: datetime) -> Release | None:
    """The readable release with the highest number, or None."""
    return max((r for r in releases if r.readable(now)), key=lambda r: r.number, default=None)


def current_at(releases: Iterable[Release], moment: datetime) -> Release | None:
    """The release that was the current one at a moment that is past, or None."""
    return max((r for r in releases if r.held_at(moment)), key=lambda r: r.number, default=None)


def origin_of(releases: Iterable[Release]) -> str:
    """synthetic as soon as one of them is, else real (D13)."""
    return "synthetic" if any(r.origin == "synthetic" for r in releases) else "real"
