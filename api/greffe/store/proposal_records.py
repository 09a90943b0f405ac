"""A proposal and what is said about it, as register entries tell (D2): content by checksum, signatures, comments.

Kind of entry → record: proposal.made → Proposal; proposal.commented → Comment; proposal.approved → records.Approval;
proposal.effective → the second Approval with what it puts into effect, in one entry (`effect_payload`);
proposal.rejected, proposal.withdrawn → Closing. Subject: the proposal's id.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from greffe.model import instants
from greffe.store.base import Entry
from greffe.store.payload import Fields
from greffe.store.records import Approval, Payload


@dataclass(frozen=True)
class Comment:
    """What somebody said about a proposal, about one of its files (`path`), or about one row of it."""

    proposal: str
    text: str
    path: str = ""
    row: str = ""
    person: str = ""  # said by the entry
    instant: str = ""  # of the entry

    def payload(self) -> Payload:
        """What is appended."""
        return {"text": self.text, "path": self.path, "row": self.row}

    @classmethod
    def from_entry(cls, entry: Entry) -> Comment:
        """What was appended."""
        f = Fields(entry)
        return cls(entry.subject, f.text("text"), f.text("path"), f.text("row"), entry.actor, entry.instant)


@dataclass(frozen=True)
class Closing:
    """How a proposal ended without an effect: `how` is rejected, withdrawn or superseded (merged into `by`)."""

    how: str
    reason: str
    by: str = ""
    person: str = ""
    instant: str = ""


@dataclass(frozen=True)
class Proposal:
    """Files that somebody wants changed. `files`, `before`: path → sha256 of the content in the register; '' = no file.

    `base`: checksum of the catalogue it was made on. `effective_from`: ISO date, '' = as soon as two have approved.
    `merges`: the stale proposal whose changes it takes over; its authors are `earlier_authors`. `effective_at` is known
    once two have approved.
    """

    id: str
    base: str
    files: Mapping[str, str]
    before: Mapping[str, str]
    reason: str
    effective_from: str = ""
    merges: str = ""
    earlier_authors: tuple[str, ...] = ()
    author: str = ""  # said by the entry
    instant: str = ""  # of the entry
    approvals: tuple[Approval, ...] = field(default=())  # folded, as all below
    comments: tuple[Comment, ...] = field(default=())
    closing: Closing | None = None
    effective_at: datetime | None = None

    @property
    def checksum(self) -> str:
        """What an approval names: the files as proposed and as they were before."""
        lines = json.dumps([[path, self.before[path], sha] for path, sha in sorted(self.files.items())])
        return hashlib.sha256(lines.encode()).hexdigest()

    @property
    def authors(self) -> tuple[str, ...]:
        """Everybody whose work it is: none of them approves it."""
        return tuple(dict.fromkeys((self.author, *self.earlier_authors)))

    @property
    def decided(self) -> bool:
        """Two have approved it, or it was closed."""
        return self.closing is not None or self.effective_at is not None

    def payload(self) -> Payload:
        """What is appended; the contents go with it."""
        return {
            "id": self.id, "base": self.base, "files": dict(self.files), "before": dict(self.before),
            "reason": self.reason, "effective_from": self.effective_from, "merges": self.merges,
            "earlier_authors": list(self.earlier_authors),
        }  # fmt: skip

    @classmethod
    def from_entry(cls, entry: Entry) -> Proposal:
        """What was appended."""
        f = Fields(entry)
        return cls(
            f.text("id"), f.text("base"), f.table("files"), f.table("before"), f.text("reason"),
            f.text("effective_from"), f.text("merges"), f.texts("earlier_authors"), entry.actor, entry.instant,
        )  # fmt: skip


def effect_payload(approval: Approval, at: datetime, maps: Mapping[str, str]) -> Payload:
    """What proposal.effective appends: the second signature, the instant of the effect, and the maps that the
    signatures stand for (subject → checksum)."""
    return {**approval.payload(), "at": instants.written(at), "maps": dict(maps)}
