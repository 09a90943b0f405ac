"""How register entries are chained: one canonical text of an entry, and sha256 over it with the hash before (D1)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from greffe.errors import Overtaken, Refused
from greffe.model import instants
from greffe.store.base import Actor, Entry


def canonical(value: object) -> str:
    """JSON with sorted keys, no blanks, characters as they are. Raises TypeError or ValueError on what JSON lacks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def parsed(text: str) -> Mapping[str, object]:
    """The payload that `canonical` wrote."""
    return cast(Mapping[str, object], json.loads(text))


def checksum(content: bytes) -> str:
    """sha256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def entry_hash(entry: Entry, contents: Sequence[str]) -> str:
    """sha256 over the canonical list of an entry's fields, the hash before it and the checksums of its contents."""
    fields = [
        entry.number, entry.instant, entry.actor, entry.established, entry.kind, entry.subject, entry.payload,
        entry.previous, list(contents),
    ]  # fmt: skip
    return checksum(canonical(fields).encode())


MOVED, ARRIVED, FILES_MOVED = "register.moved", "register.arrived", "files.moved"


def refuse_moved(last: str, subject: str, kind: str) -> None:
    """Raise Refused when the last entry, of that kind and subject, says that the register is elsewhere now; what comes next is
    of `kind`."""
    if last == MOVED and kind != ARRIVED:
        raise Refused(
            f"The register was moved: it is at {subject} now.",
            hint="Set GREFFE_REGISTER and start again; greffe move --undo takes it back.",
        )


def overtaken(number: int, kind: str, subject: str, by: str) -> Overtaken:
    """What is said of the entry, of that number, kind, subject and person, that came first."""
    return Overtaken(
        f"Somebody was faster: entry {number} of the register is {kind} of {subject}, by {by}. Nothing was entered here.",
        hint="Look at what holds now, then do what is left to be done.",
    )


def next_entry(
    last: tuple[int, str],
    actor: Actor,
    instant: datetime,
    kind: str,
    subject: str,
    payload: Mapping[str, object],
    contents: Sequence[str],
) -> Entry:
    """The entry that follows the one of that number and hash. The payload is as it will be read back."""
    plain = parsed(canonical(payload))
    number, previous = last
    entry = Entry(
        number + 1, instants.written(instant), actor.name, actor.established, kind, subject, plain, previous, ""
    )
    return replace(entry, hash=entry_hash(entry, contents))


def faults(entries: Iterable[tuple[Entry, Sequence[str]]]) -> Iterable[str]:
    """What is wrong with a chain, read from its first entry: gaps, broken links, altered entries."""
    number, previous = 0, ""
    for entry, contents in entries:
        if entry.number != number + 1:
            yield f"Entry {number + 1} is missing: after {number} comes {entry.number}."
        if entry.previous != previous:
            yield f"Entry {entry.number} does not continue the entry before it."
        if entry_hash(entry, contents) != entry.hash:
            yield f"Entry {entry.number} ({entry.kind} {entry.subject}) is not what was written."
        number, previous = entry.number, entry.hash
