"""One entry is appended within a transaction that is open: by the register, and by who must be alone before and after as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, insert, select

from greffe.store.base import Actor, Entry, Seen
from greffe.store.chain import canonical, checksum, next_entry, overtaken, refuse_moved
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
        _nobody_else(connection, ENTRIES.c.once == once)
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


def nothing_since(connection: Connection, seen: Seen | None) -> None:
    """Raise Overtaken for an entry that came since somebody looked, about what they looked at."""
    if seen is not None:
        about = ENTRIES.c.subject.in_(seen.about) | ENTRIES.c.kind.in_(seen.about)
        _nobody_else(connection, (ENTRIES.c.number > seen.number) & ENTRIES.c.number.not_in(seen.own) & about)


def _nobody_else(connection: Connection, entry: ColumnElement[bool]) -> None:
    """Raise Overtaken when there is such an entry."""
    told = select(ENTRIES.c.number, ENTRIES.c.kind, ENTRIES.c.subject, ENTRIES.c.actor)
    found = connection.execute(told.where(entry).order_by(ENTRIES.c.number).limit(1)).one_or_none()
    if found is not None:
        raise overtaken(int(found[0]), str(found[1]), str(found[2]), str(found[3]))


def _keep(connection: Connection, contents: Mapping[str, bytes]) -> None:
    names = list(contents)
    known: set[str] = set()
    for start in range(0, len(names), _PAGE):
        some = CONTENTS.c.checksum.in_(names[start : start + _PAGE])
        known.update(connection.execute(select(CONTENTS.c.checksum).where(some)).scalars())
    fresh = [{"checksum": name, "bytes": content} for name, content in contents.items() if name not in known]
    if fresh:
        connection.execute(insert(CONTENTS), fresh)
