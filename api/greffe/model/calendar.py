"""The release calendar: what was announced for when, how that changed since, and who sees a release before its hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from greffe.model.references import Reference

ANNOUNCED, RELEASED, OVERDUE, CANCELLED = "announced", "released", "overdue", "cancelled"


@dataclass(frozen=True)
class Words:
    """A text that the public reads, in both languages."""

    en: str = ""
    fr: str = ""

    def __bool__(self) -> bool:
        return bool(self.en or self.fr)

    def in_(self, language: str) -> str:
        """In French when asked and given, else in English, else what there is."""
        return (self.fr or self.en) if language == "fr" else (self.en or self.fr)

    def as_json(self) -> dict[str, str]:
        """Language → text, without those that lack."""
        return {language: text for language, text in (("en", self.en), ("fr", self.fr)) if text}


NO_WORDS: Final = Words()


@dataclass(frozen=True)
class Moved:
    """An announcement that was changed: from which instant and dataflows, when that was said, and why. Instants are UTC."""

    said_at: datetime
    before: datetime
    flows_before: tuple[Reference, ...]
    reason: Words


@dataclass(frozen=True)
class CalendarEntry:
    """Dataflows that are announced for one instant; what comes of them becomes visible then, all at once.

    `changes`: how many lines of the register changed it (the next one names the number, so of two rivals one is refused);
    `releases`: those made for it, withdrawn ones too; `notice`: why it was announced nearer than the policy has it (QR-EMB-03).
    """

    id: str
    flows: tuple[Reference, ...]
    at: datetime
    title: Words
    announced_at: datetime
    notice: Words = NO_WORDS
    moves: tuple[Moved, ...] = ()
    cancelled_at: datetime | None = None
    cancelled_for: Words = NO_WORDS
    releases: tuple[str, ...] = ()
    changes: int = 0

    @property
    def sequence(self) -> int:
        """How often what the public read of it changed (SEQUENCE of RFC 5545)."""
        return len(self.moves) + (self.cancelled_at is not None)

    @property
    def changed_at(self) -> datetime:
        """When what the public reads of it last changed."""
        return max((self.announced_at, *(m.said_at for m in self.moves), *filter(None, (self.cancelled_at,))))

    def state(self, now: datetime) -> str:
        """announced, cancelled, and from its instant on released or, when nothing was made for it, overdue."""
        if self.cancelled_at is not None:
            return CANCELLED
        if now < self.at:
            return ANNOUNCED  # whether something waits for its hour is nobody's business before
        return RELEASED if self.releases else OVERDUE


@dataclass(frozen=True)
class Advance:
    """A named recipient may have a release from an instant before its own; `accesses`: when it was handed out."""

    release: str
    recipient: str
    start: datetime
    reason: Words
    granted_at: datetime
    accesses: tuple[datetime, ...] = ()
