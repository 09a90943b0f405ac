"""Which files the register names: those of extracts, drafts, releases and transmissions, by path below the home and sha256.

Only these are the house. What is derived of them (serving, condensed, kept, tmp) or half written is not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from greffe.store.base import Entry
from greffe.store.records import DraftRecord, ExtractRecord, release_from_entry

EXTRACTS: Final = ("extract.accepted", "extract.refused")
_SHA: Final = re.compile("[0-9a-f]{64}")
# entries whose files are kept by their checksum, and the fields that hold one (transmission_records.py and its neighbours)
KINDS: Final = ("transmission.", "order.", "contribution.", "round.")
_FIELDS: Final = frozenset({"sha256", "answers", "workbook", "foreseen", "source"})


@dataclass
class Named:
    """extracts: folder → record; drafts: id → checksum of draft.json; releases: name → hash of its content; kept: sha256 of
    files of transmissions. The last entry about a folder counts: it was written anew."""

    extracts: dict[str, ExtractRecord] = field(default_factory=dict)
    drafts: dict[str, str] = field(default_factory=dict)
    releases: dict[str, str] = field(default_factory=dict)
    kept: dict[str, None] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.extracts) + len(self.drafts) + len(self.releases) + len(self.kept)

    def folders(self) -> Iterator[str]:
        """Paths, below the home, of all folders that are named; of files by checksum, the file."""
        yield from (f"extracts/{name}" for name in self.extracts)
        yield from (f"drafts/{name}" for name in self.drafts)
        yield from (f"releases/{name}" for name in self.releases)
        yield from (kept_path(sha) for sha in self.kept)


def kept_path(sha256: str) -> str:
    """Where the file of a transmission lies."""
    return f"transmissions/{sha256[:2]}/{sha256}"


def named(entries: Iterable[Entry]) -> Named:
    """What all those entries name."""
    found = Named()
    for entry in entries:
        add(found, entry)
    return found


def add(found: Named, entry: Entry) -> None:
    """What one more entry names."""
    if entry.kind in EXTRACTS:
        extract = ExtractRecord.from_entry(entry)
        found.extracts[extract.id if extract.accepted else f"{extract.id}-refused"] = extract
    elif entry.kind == "draft.prepared":
        draft = DraftRecord.from_entry(entry)
        found.drafts[draft.id] = draft.checksum
    elif entry.kind == "release.made":
        release = release_from_entry(entry)
        found.releases[release.name] = release.content_hash
    elif entry.kind.startswith(KINDS):
        found.kept.update(dict.fromkeys(_checksums(entry.payload)))


def _checksums(told: object, under: str = "") -> Iterator[str]:
    if isinstance(told, Mapping):
        for key, value in told.items():
            yield from _checksums(value, str(key))
    elif isinstance(told, list | tuple):
        for value in told:
            yield from _checksums(value, under)
    elif isinstance(told, str) and under in _FIELDS and _SHA.fullmatch(told):
        yield told
