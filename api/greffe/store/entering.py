"""One entry is appended within a transaction that is open: by the register, and by who must be alone before and after as well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, Engine, func, insert, select

from greffe.store.base import ROLES, Actor, Entry, Seen
from greffe.store.chain import (
    ARRIVED,
    FILES_MOVED,
    MOVED,
    canonical,
    checksum,
    next_entry,
    overtaken,
    parsed,
    refuse_moved,
)
from greffe.store.database import changing, writing
from greffe.store.files_place import SAYING, elsewhere, said
from greffe.store.tables import CONTENTS, ENTRIES
from greffe.store.together import sharing

_PAGE: Final = 1_000  # names of one question
_BESIDE: Final = 7_403_051_130  # key of the advisory lock on PostgreSQL: shared by who writes beside the chain, whole for who closes it


@contextmanager
def beside(engine: Engine, *, alone: bool = False) -> Iterator[Connection]:
    """A transaction on what stands beside the chain (`alone` in writing, entries included). Raises Refused where the register was
    moved: what is written there afterwards, or while it is copied, would be lost."""
    with writing(engine) if alone else changing(engine) as connection:
        if engine.dialect.name == "postgresql" and not alone:
            connection.execute(select(func.pg_advisory_xact_lock_shared(_BESIDE)))
        last = select(ENTRIES.c.kind, ENTRIES.c.subject).order_by(ENTRIES.c.number.desc()).limit(1)
        row = connection.execute(last).one_or_none()
        if row is not None:
            refuse_moved(str(row.kind), str(row.subject), "")
        yield connection


@contextmanager
def together(engine: Engine) -> Iterator[None]:
    """The same, alone, for all that is written in the block: what stands beside the chain, and entries."""
    with beside(engine, alone=True) as connection, sharing(engine, connection):
        yield


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
    if kind == MOVED and connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_BESIDE)))
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


def in_its_place(connection: Connection, files: str | None, kinds: Iterable[str]) -> None:
    """Raise Refused where the register says that files are elsewhere than `files` (None: nobody asks), but for entries about that."""
    if files is None or set(kinds) <= {FILES_MOVED, MOVED, ARRIVED}:
        return
    told = select(ENTRIES.c.number, ENTRIES.c.kind, ENTRIES.c.subject, ENTRIES.c.payload).order_by(ENTRIES.c.number)
    rows = connection.execute(told.where(ENTRIES.c.kind.in_(SAYING)))
    wrong = elsewhere(said((int(n), str(k), str(s), parsed(str(p))) for n, k, s, p in rows), files)
    if wrong is not None:
        raise wrong


def nothing_since(connection: Connection, seen: Seen | None, actor: Actor) -> None:
    """Raise Overtaken for an entry that came since somebody looked, about what they looked at or whose roles they have."""
    if seen is not None:
        about = ENTRIES.c.subject.in_(seen.about) | ENTRIES.c.kind.in_(seen.about)
        about |= (ENTRIES.c.kind == ROLES) & (ENTRIES.c.subject == actor.name)
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
