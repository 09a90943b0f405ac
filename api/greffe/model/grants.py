"""The right of a recipient to the values that a dataflow hides."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from greffe.model.references import Reference

NEEDED = 2  # approvers, none of them the author


@dataclass(frozen=True)
class Grant:
    """In force once two people other than the author approved it, to the end of the day `until` (Paris), unless ended."""

    id: str
    recipient: str
    dataflow: Reference
    until: date
    reason: str
    author: str = ""  # said by the entry
    instant: str = ""  # of the entry
    approvers: tuple[str, ...] = field(default=())
    ended: str = ""  # why, when it was ended
    uses: int = 0  # how often data were handed over by it

    def state(self, today: date) -> str:
        """waits, in force, expired or ended."""
        if self.ended:
            return "ended"
        if today > self.until:
            return "expired"
        return "in force" if len(set(self.approvers) - {self.author}) >= NEEDED else "waits"
