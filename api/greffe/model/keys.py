"""A key for a machine: for which body and dataflows, for what, until when. Its secret is not here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

PREFIX: Final = "key."  # of the names of keys in the table of people


@dataclass(frozen=True)
class Key:
    """An actor of its own, named `key.ID` in the table of people. Instants are UTC.

    `role`: with its body, e.g. `recipient:ESTAT`. `actions`: what it opens; `flows`: ids of dataflows, all when empty.
    `overlap`: until when the secret before the last rotation held.
    """

    id: str
    title: str
    role: str
    actions: tuple[str, ...]
    flows: tuple[str, ...]
    until: datetime
    made_by: str = ""  # said by the entry
    made_at: datetime | None = None  # of the entry
    rotated_at: datetime | None = None
    overlap: datetime | None = None
    revoked_at: datetime | None = None
    revoked_for: str = ""

    @property
    def name(self) -> str:
        """In the table of people."""
        return f"{PREFIX}{self.id}"

    def state(self, now: datetime) -> str:
        """in force, expired or revoked."""
        if self.revoked_at is not None:
            return "revoked"
        return "in force" if now < self.until else "expired"
