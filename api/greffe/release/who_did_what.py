"""The register as people read it: who did what, as far as it is theirs to see; as rows of a file.

Auditors and administrators see all. Other staff (whoever works on figures) see all that was done to figures, definitions
and dates, and of what concerns people (accounts, sessions, denials, keys, rights) their own alone. Who only reads for a
body, or contributes cells, sees their own acts.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from greffe.release.access.keys import REGISTER, may_open
from greffe.release.parts import Parts
from greffe.release.people import has_role
from greffe.store.base import Actor, Entry
from greffe.store.wanted import Wanted

OF_PEOPLE: Final = ("account", "session", "action", "key", "person")  # things that are told of oneself alone
ALL: Final = ("auditor", "administrator")
STAFF: Final = (*ALL, "author", "approver", "releaser", "transmitter")
COLUMNS: Final = ("number", "instant", "person", "established", "kind", "subject", "said", "previous", "hash")
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run what begins so


def visible(parts: Parts, who: Actor, wanted: Wanted) -> Wanted:
    """The same question, as far as somebody may have it answered. Raises Denied for a key that is not for it."""
    may_open(parts, who, REGISTER)
    roles = parts.ledger().people.get(who.name, ())
    if any(has_role(roles, r) for r in ALL):
        return replace(wanted, hidden=(), own="")
    if any(has_role(roles, r) for r in STAFF):
        return replace(wanted, hidden=OF_PEOPLE, own=who.name)
    if wanted.person not in ("", who.name):
        return replace(wanted, person=who.name, kind="-")  # nothing of others
    return replace(wanted, person=who.name)


def as_csv(entries: Iterable[Entry]) -> Iterator[bytes]:
    """CSV with a header, in UTF-8; what a spreadsheet would take for a formula is preceded by an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        writer.writerow([f"'{c}" if c.startswith(FORMULA) else c for c in map(str, as_row(entry).values())])
        if text.tell() > 1 << 16:
            yield _taken(text)
    yield _taken(text)


def as_json(entries: Iterable[Entry]) -> Iterator[bytes]:
    """A JSON list of the entries, what was said as an object."""
    before = "["
    for entry in entries:
        row = {**as_row(entry), "said": dict(entry.payload)}
        yield f"{before}\n{json.dumps(row, ensure_ascii=False)}".encode()
        before = ","
    yield b"[]" if before == "[" else b"\n]\n"


def as_row(entry: Entry) -> dict[str, object]:
    """An entry by COLUMNS, what was said as JSON text."""
    said = json.dumps(dict(entry.payload), ensure_ascii=False, sort_keys=True)
    own = (entry.number, entry.instant, entry.actor, entry.established, entry.kind, entry.subject, said)
    return dict(zip(COLUMNS, (*own, entry.previous, entry.hash), strict=True))


def _taken(text: io.StringIO) -> bytes:
    found = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return found
