"""What the register says of keys for machines, folded entry by entry.

Kind → payload: key.made {title, role, actions, flows, until}; key.rotated {overlap, until}; key.revoked {reason}; subject
of all: `key.ID`. Neither a secret nor its hash is in an entry: the hashes are kept beside the chain (access.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from greffe.model import instants
from greffe.model.keys import PREFIX, Key
from greffe.store.base import Entry
from greffe.store.payload import Fields

Keys = Mapping[str, Key]  # by name in the table of people


def made_payload(key: Key) -> dict[str, object]:
    """What key.made appends."""
    return {
        "title": key.title, "role": key.role, "actions": list(key.actions), "flows": list(key.flows),
        "until": instants.written(key.until),
    }  # fmt: skip


def keys_after(keys: Keys, entry: Entry) -> Keys:
    """The keys after an entry of one of their kinds."""
    fields, said, found = Fields(entry), instants.read(entry.instant), keys.get(entry.subject)
    if entry.kind == "key.made":
        made = Key(
            entry.subject.removeprefix(PREFIX), fields.text("title"), fields.text("role"), fields.texts("actions"),
            fields.texts("flows"), fields.instant("until"), entry.actor, said,
        )  # fmt: skip
        return {**keys, made.name: made}
    if found is None:
        return keys  # of a key that a newer program made in another way
    if entry.kind == "key.rotated":
        ends = fields.instant("overlap"), fields.instant("until")
        return {**keys, found.name: replace(found, rotated_at=said, overlap=ends[0], until=ends[1])}
    return {**keys, found.name: replace(found, revoked_at=said, revoked_for=fields.text("reason"))}
