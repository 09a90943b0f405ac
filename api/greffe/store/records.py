"""What register entries say, as records: each has the `payload()` that is appended and `from_entry` that reads it back.

Kind of entry → record: extract.accepted, extract.refused → ExtractRecord; draft.prepared → DraftRecord; map.approved,
draft.approved, waiver.approved → Approval; warnings.accepted → Acceptance; waiver.proposed → Waiver;
catalogue.imported → CatalogueVersion; release.made → model.releases.Release (`release_payload`, `release_from_entry`);
release.withdrawn → Withdrawal; proposal.…, publication.…, calendar.…, advance.…: see proposal_records.py,
publication_records.py, calendar_records.py; key.…: key_records.py; draft.returned: return_records.py. person.added is the
register's own (`add_person`):
{"name": …, "roles": […]}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from greffe.model import instants
from greffe.model.references import Reference
from greffe.model.releases import Release
from greffe.store.base import Entry
from greffe.store.payload import Fields

Payload = dict[str, object]


@dataclass(frozen=True)
class ExtractRecord:
    """An extract that was accepted or refused. Subject: its id. `moment`: when the source application made it.

    `partial` is true when refused rows were left out on purpose, with `reason` (D18). `checksum`: sha256 of the file.
    """

    id: str
    checksum: str
    dataflow: Reference
    file_name: str
    source: str
    moment: datetime
    sender: str
    origin: str  # real | synthetic
    rows: int
    refused: int = 0
    partial: bool = False
    reason: str = ""
    accepted: bool = True  # said by the kind of the entry
    rows_checksum: str = ""  # sha256 of rows.parquet, what is read ever after; '' when nothing was loaded

    @property
    def kind(self) -> str:
        """Kind of the entry that holds it."""
        return "extract.accepted" if self.accepted else "extract.refused"

    def payload(self) -> Payload:
        """What is appended."""
        return {
            "id": self.id, "checksum": self.checksum, "dataflow": str(self.dataflow), "file_name": self.file_name,
            "source": self.source, "moment": instants.written(self.moment), "sender": self.sender,
            "origin": self.origin, "rows": self.rows, "refused": self.refused, "partial": self.partial,
            "reason": self.reason, "rows_checksum": self.rows_checksum,
        }  # fmt: skip

    @classmethod
    def from_entry(cls, entry: Entry) -> ExtractRecord:
        """What was appended."""
        f = Fields(entry)
        return cls(
            f.text("id"), f.text("checksum"), f.reference("dataflow"), f.text("file_name"), f.text("source"),
            f.instant("moment"), f.text("sender"), f.text("origin"), f.integer("rows"), f.integer("refused"),
            f.flag("partial"), f.text("reason"), entry.kind == "extract.accepted", f.text("rows_checksum", ""),
        )  # fmt: skip


@dataclass(frozen=True)
class DraftRecord:
    """A draft as it was prepared. Subject: its id. `checksum` is what approvals name; `author` is who prepared it.

    `key` (D4) names dataflow, extracts, map, catalogue and reason: same key, same draft, same release.
    """

    id: str
    dataflow: Reference
    key: str
    checksum: str
    origin: str
    provider: str
    map: str
    map_checksum: str
    catalogue_checksum: str
    extracts: Mapping[str, str]  # id → checksum
    errors: int
    warnings: int
    observations: int
    series: int
    last_period: str = ""
    reason: str = ""
    partial: bool = False
    author: str = ""  # said by the entry
    prepared_at: str = ""  # instant of the entry
    rules: str = ""  # version of the rules that looked at it; '' before it was entered

    def payload(self) -> Payload:
        """What is appended."""
        rules = {"rules": self.rules} if self.rules else {}
        return {
            **rules, "id": self.id, "dataflow": str(self.dataflow), "key": self.key, "checksum": self.checksum,
            "origin": self.origin, "provider": self.provider, "map": self.map, "map_checksum": self.map_checksum,
            "catalogue_checksum": self.catalogue_checksum, "extracts": dict(self.extracts), "errors": self.errors,
            "warnings": self.warnings, "observations": self.observations, "series": self.series,
            "last_period": self.last_period, "reason": self.reason, "partial": self.partial,
        }  # fmt: skip

    @classmethod
    def from_entry(cls, entry: Entry) -> DraftRecord:
        """What was appended."""
        f = Fields(entry)
        return cls(
            f.text("id"), f.reference("dataflow"), f.text("key"), f.text("checksum"), f.text("origin"),
            f.text("provider"), f.text("map"), f.text("map_checksum"), f.text("catalogue_checksum"),
            f.table("extracts"), f.integer("errors"), f.integer("warnings"), f.integer("observations"),
            f.integer("series"), f.text("last_period"), f.text("reason"), f.flag("partial"), entry.actor,
            entry.instant, f.text("rules"),
        )  # fmt: skip


@dataclass(frozen=True)
class Approval:
    """A person stands for what `checksum` names: a map, a draft or a waiver. An edit changes the checksum and un-signs.

    `role`: author | approver. `rows`: row ids of a map that are meant (all when empty).
    """

    subject: str
    checksum: str
    role: str = "approver"
    comment: str = ""
    rows: tuple[str, ...] = ()
    person: str = ""  # said by the entry
    instant: str = ""  # of the entry

    def payload(self) -> Payload:
        """What is appended, under the entry's subject."""
        return {"checksum": self.checksum, "role": self.role, "comment": self.comment, "rows": list(self.rows)}

    @classmethod
    def from_entry(cls, entry: Entry) -> Approval:
        """What was appended."""
        f = Fields(entry)
        return cls(
            entry.subject, f.text("checksum"), f.text("role", "approver"), f.text("comment"), f.texts("rows"),
            entry.actor, entry.instant,
        )  # fmt: skip


@dataclass(frozen=True)
class Acceptance:
    """The written acceptance of a draft's warnings (D19). Subject: the draft's id; `rules`: which (all when empty)."""

    draft: str
    checksum: str
    reason: str
    rules: tuple[str, ...] = ()
    person: str = ""  # said by the entry
    instant: str = ""  # of the entry

    def payload(self) -> Payload:
        """What is appended."""
        return {"checksum": self.checksum, "reason": self.reason, "rules": list(self.rules)}

    @classmethod
    def from_entry(cls, entry: Entry) -> Acceptance:
        """What was appended."""
        f = Fields(entry)
        return cls(entry.subject, f.text("checksum"), f.text("reason"), f.texts("rules"), entry.actor, entry.instant)


@dataclass(frozen=True)
class Waiver:
    """An error that may stand because its owner has published the figure (D19). Subject: its id.

    In force once two people other than the author have approved it. `key`: component id → code of the observations
    that it covers; `period` may be empty (all periods).
    """

    id: str
    rule: str
    dataflow: Reference
    key: Mapping[str, str]
    period: str
    reason: str
    reference: str
    author: str = ""  # said by the entry
    instant: str = ""  # of the entry
    approvers: tuple[str, ...] = field(default=())  # folded from waiver.approved

    @property
    def in_force(self) -> bool:
        """Two approvers, neither of them the author."""
        return len(set(self.approvers) - {self.author}) >= 2

    def payload(self) -> Payload:
        """What is appended."""
        return {
            "id": self.id, "rule": self.rule, "dataflow": str(self.dataflow), "key": dict(self.key),
            "period": self.period, "reason": self.reason, "reference": self.reference,
        }  # fmt: skip

    @classmethod
    def from_entry(cls, entry: Entry) -> Waiver:
        """What was appended."""
        f = Fields(entry)
        return cls(
            f.text("id"), f.text("rule"), f.reference("dataflow"), f.table("key"), f.text("period"),
            f.text("reason"), f.text("reference"), entry.actor, entry.instant,
        )  # fmt: skip


@dataclass(frozen=True)
class CatalogueVersion:
    """A catalogue that became effective: path below `sdmx/` or `mappings/` → sha256 of its content in the register.

    Of a proposal (`proposal`, its id) only `change` was told, and the rest is folded; `scheduled`: at a date.
    """

    checksum: str
    files: Mapping[str, str]
    instant: str = ""  # of the entry, or the stated one
    proposal: str = ""
    change: Mapping[str, str] = field(default_factory=dict)
    scheduled: bool = False

    def payload(self) -> Payload:
        """What is appended; the contents go with it."""
        return {"checksum": self.checksum, "files": dict(self.files)}

    @classmethod
    def from_entry(cls, entry: Entry) -> CatalogueVersion:
        """What was appended."""
        f = Fields(entry)
        return cls(f.text("checksum"), f.table("files"), entry.instant)


@dataclass(frozen=True)
class Withdrawal:
    """A release is taken back from the instant of the entry on. Subject: `FLOW#7`."""

    dataflow: Reference
    number: int
    reason: str
    instant: str = ""  # of the entry
    reason_fr: str = ""

    def payload(self) -> Payload:
        """What is appended."""
        own = {"dataflow": str(self.dataflow), "number": self.number, "reason": self.reason}
        return {**own, "reason_fr": self.reason_fr}

    @classmethod
    def from_entry(cls, entry: Entry) -> Withdrawal:
        """What was appended."""
        f = Fields(entry)
        number, reason = f.integer("number"), f.text("reason")
        return cls(f.reference("dataflow"), number, reason, entry.instant, f.text("reason_fr"))


def release_payload(release: Release) -> Payload:
    """What release.made appends. Subject: `str(release)`. Its withdrawal is an entry of its own."""
    return {
        "dataflow": str(release.dataflow), "number": release.number, "content_hash": release.content_hash,
        "made_at": instants.written(release.made_at), "effective_at": instants.written(release.effective_at),
        "origin": release.origin, "provider": release.provider, "observations": release.observations,
        "series": release.series, "last_period": release.last_period, "reason": release.reason,
        "draft": release.draft, "revision": release.revision, "notice": release.notice,
        "notice_fr": release.notice_fr, "vintage": release.vintage, "replaces": release.replaces,
        "calendar": release.calendar,
    }  # fmt: skip


def release_from_entry(entry: Entry) -> Release:
    """The release that an entry of kind release.made tells of."""
    f = Fields(entry)
    return Release(
        dataflow=f.reference("dataflow"), number=f.integer("number"), content_hash=f.text("content_hash"),
        made_at=f.instant("made_at"), effective_at=f.instant("effective_at"), origin=f.text("origin"),
        provider=f.text("provider"), observations=f.integer("observations"), series=f.integer("series"),
        last_period=f.text("last_period"), reason=f.text("reason"), draft=f.text("draft"),
        revision=f.text("revision"), notice=f.text("notice"), notice_fr=f.text("notice_fr"),
        vintage=f.text("vintage"), replaces=f.text("replaces"), calendar=f.text("calendar"),
    )  # fmt: skip
