"""Through whose hands a release went: the entries of the register about what it was made of, in order (D1).

A public seal of an entry stands for its hash. The hash itself is not told to everybody: it covers the sum over a draft, hidden
figures too, and whoever knew the hash of the entry before it could try values until they fit.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

from greffe.errors import BadQuery
from greffe.model.releases import Release
from greffe.release.parts import Parts
from greffe.store.base import Entry

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_SIGNED: Final = ("map.approved", "warnings.accepted", "draft.approved")


def custody(parts: Parts, release: Release, map_subject: str) -> tuple[Entry, ...]:
    """Extracts that came in, the map that was signed, the draft, who accepted and approved it, the release, its withdrawal."""
    draft = parts.ledger().draft(release.draft)
    signed = {map_subject: draft.map_checksum, draft.id: draft.checksum}
    subjects = (*draft.extracts, map_subject, draft.id, str(release))
    found = [e for subject in subjects for e in parts.register.read(subject=subject)]
    wanted = (
        e for e in found
        if e.kind in ("extract.accepted", "draft.prepared", "release.made", "release.withdrawn")
        or (e.kind in _SIGNED and e.payload.get("checksum") == signed.get(e.subject))
    )  # fmt: skip
    return tuple(sorted(wanted, key=lambda e: e.number))


def release_entry(parts: Parts, release: Release) -> Entry:
    """The entry that made a release."""
    return next(iter(parts.register.read(kinds=("release.made",), subject=str(release))))


def head_entry(parts: Parts) -> Entry | None:
    """The last entry of the register; None before the first."""
    head = parts.register.head()
    return next(iter(parts.register.read(after=head - 1)), None) if head else None


def seal(entry: Entry) -> str:
    """What everybody may be told in the place of the hash of an entry."""
    return hashlib.sha256(f"greffe seal {entry.number} {entry.hash}".encode()).hexdigest()


def entry_fault(parts: Parts, text: str) -> str:
    """What is wrong with `479:HASH` or `479:SEAL`, as a certificate gives them, or ''. Raises BadQuery for what is neither."""
    number, _, digest = text.strip().lower().partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 12 and _DIGEST.fullmatch(digest)):
        wrong = f"{text[:100]!r} is no entry with its hash or seal."
        raise BadQuery(wrong, parameter="--entry", hint="As a certificate gives it: 479:3a0f… (64 digits).")
    entry = next(iter(parts.register.read(after=int(number) - 1)), None) if int(number) else None
    if entry is None or entry.number != int(number):
        return f"entry {number}: there is none in this register."
    if any(hmac.compare_digest(digest.encode(), known.encode()) for known in (entry.hash, seal(entry))):
        return ""
    return f"entry {number}: it has another hash and another seal in this register."
