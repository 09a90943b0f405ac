"""One entry is appended within a transaction that is open: by the register, and by who must be alone before and after as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert, select

from greffe.errors import Conflict
from greffe.store.base import Actor, Entry
from greffe.store.chain import canonical, checksum, next_entry, refuse_moved
from greffe.store.tables import CONTENTS, ENTRIES

_PAGE: Final = 1_000  # names of one question


def enter(
    connection: Connection,
    actor: Actor,
    instant: datetime,
    kind: str,
    subject: str,
    payload: Mapping[str, object],
    once: str = "",
    contents: Sequence[bytes] = (),
) -> Entry:
    """See Register.append. The transaction must be alone in writing (`writing`), and the person be one of the register."""
    if once:
        used = connection.execute(select(ENTRIES.c.number).where(ENTRIES.c.once == once)).scalar()
        if used is not None:
            raise Conflict(f"{once} was done already, by entry {used} of the register.")
    checksums = [checksum(c) for c in contents]
    wanted = select(ENTRIES.c.number, ENTRIES.c.hash, ENTRIES.c.kind, ENTRIES.c.subject)
    row = connection.execute(wanted.order_by(ENTRIES.c.number.desc()).limit(1)).one_or_none()
    if row is not None:
        refuse_moved(str(row[2]), str(row[3]), kind)
    before = (0, "") if row is None else (int(row[0]), str(row[1]))
    entry = next_entry(before, actor, instant, kind, subject, payload, checksums)
    _keep(connection, dict(zip(checksums, contents, strict=True)))
    connection.execute(
        insert(ENTRIES),
        {
            "number": entry.number, "instant": entry.instant, "actor": entry.actor,
            "established": entry.established, "kind": kind, "subject": subject, "payload": canonical(entry.payload),
            "contents": canonical(checksums), "previous": entry.previous, "hash": entry.hash, "once": once or None,
        },
    )  # fmt: skip
    return entry


def _keep(connection: Connection, contents: Mapping[str, bytes]) -> None:
    names = list(contents)
    known: set[str] = set()
    for start in range(0, len(names), _PAGE):
        some = CONTENTS.c.checksum.in_(names[start : start + _PAGE])
        known.update(connection.execute(select(CONTENTS.c.checksum).where(some)).scalars())
    fresh = [{"checksum": name, "bytes": content} for name, content in contents.items() if name not in known]
    if fresh:
        connection.execute(insert(CONTENTS), fresh)
