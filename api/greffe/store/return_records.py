"""What the register says of drafts that an approver sent back: draft.returned {checksum, reason}; subject: the draft's id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from greffe.store.base import Entry
from greffe.store.payload import Fields

Returns = Mapping[str, "Returned"]  # by draft


@dataclass(frozen=True)
class Returned:
    """A draft that was sent back to its author, and why: until it is prepared again nobody signs it."""

    draft: str
    checksum: str
    reason: str
    person: str = ""  # said by the entry
    instant: str = ""  # of the entry

    def payload(self) -> dict[str, object]:
        """What is appended."""
        return {"checksum": self.checksum, "reason": self.reason}

    @classmethod
    def from_entry(cls, entry: Entry) -> Returned:
        """What was appended."""
        fields = Fields(entry)
        return cls(entry.subject, fields.text("checksum"), fields.text("reason"), entry.actor, entry.instant)
