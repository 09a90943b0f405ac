"""The register in a database (SQLAlchemy Core): SQLite by default, PostgreSQL for more than one machine; same code."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from greffe.errors import Broken, Denied, NotFound, nearest
from greffe.store.base import ROLES, Act, Actor, Entry, Seen
from greffe.store.chain import canonical, checksum, entry_hash, faults, parsed
from greffe.store.database import open_engine, reading, writing
from greffe.store.entering import enter, in_its_place, nothing_since
from greffe.store.searching import condition
from greffe.store.tables import CONTENTS, ENTRIES, PEOPLE
from greffe.store.wanted import Wanted

_PAGE: Final = 1_000


class SqlRegister:
    """The Register on a database URL. One object may serve all threads of a process; processes open their own.

    Appending is serialised by the database: one writer at a time (BEGIN IMMEDIATE, LOCK TABLE), readers never wait.
    """

    def __init__(
        self, url: str, *, upgrade: bool = True, doubted: bool = False, new: bool = True, files: str | None = None
    ) -> None:
        """Open, creating as needed unless not `new`, and bringing an older one to the newest schema unless not `upgrade`.
        `doubted`: entries that are not what was written are read all the same, by who looks for what is wrong. `files`: where who
        enters has them, as settings say; None for who enters nothing that names one. Raises BadDefinition, Unavailable, Refused,
        NotFound."""
        self.engine = open_engine(url, upgrade=upgrade, new=new)
        self._doubted, self._files = doubted, files

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    def append(
        self,
        actor: Actor,
        instant: datetime,
        kind: str,
        subject: str,
        payload: Mapping[str, object],
        *,
        once: str = "",
        contents: Sequence[bytes] = (),
        seen: Seen | None = None,
    ) -> Entry:
        """See Register.append."""
        with writing(self.engine) as connection:
            _known_person(connection, actor)
            nothing_since(connection, seen, actor)
            in_its_place(connection, self._files, [kind])
            return enter(connection, actor, instant, kind, subject, payload, once, contents)

    def append_all(
        self, actor: Actor, instant: datetime, acts: Sequence[Act], *, seen: Seen | None = None
    ) -> tuple[Entry, ...]:
        """See Register.append_all: one transaction."""
        with writing(self.engine) as connection:
            _known_person(connection, actor)
            nothing_since(connection, seen, actor)
            in_its_place(connection, self._files, [a.kind for a in acts])
            return tuple(enter(connection, actor, instant, a.kind, a.subject, a.payload, a.once, ()) for a in acts)

    def read(self, *, after: int = 0, kinds: Sequence[str] = (), subject: str = "") -> Iterator[Entry]:
        """See Register.read. Reads in pages: no transaction stays open while the caller works."""
        for entry, contents in self._read(after, kinds, subject):
            if not self._doubted and entry_hash(entry, contents) != entry.hash:
                raise Broken(
                    f"Entry {entry.number} of the register is not what was written.",
                    hint="greffe doctor tells all that is wrong; restore a backup.",
                )
            yield entry

    def _read(
        self, after: int = 0, kinds: Sequence[str] = (), subject: str = ""
    ) -> Iterator[tuple[Entry, tuple[str, ...]]]:
        query = select(ENTRIES).order_by(ENTRIES.c.number).limit(_PAGE)
        if kinds:
            query = query.where(ENTRIES.c.kind.in_(kinds))
        if subject:
            query = query.where(ENTRIES.c.subject == subject)
        while True:
            with reading(self.engine) as connection:
                rows = connection.execute(query.where(ENTRIES.c.number > after)).mappings().all()
            yield from (_entry(row) for row in rows)
            if len(rows) < _PAGE:
                return
            after = rows[-1]["number"]

    def search(self, wanted: Wanted, *, before: int = 0, most: int = 0, skip: int = 0) -> Iterator[Entry]:
        """See Register.search. Reads in pages, as `read` does."""
        query, left = select(ENTRIES).where(condition(wanted)).order_by(ENTRIES.c.number.desc()), most
        while True:
            page = query.limit(min(left, _PAGE) if most else _PAGE).offset(skip)
            with reading(self.engine) as connection:
                rows = connection.execute(page.where(ENTRIES.c.number < before) if before else page).mappings().all()
            yield from (_entry(row)[0] for row in rows)
            left -= len(rows)
            if len(rows) < _PAGE or (most and left <= 0):
                return
            before, skip = rows[-1]["number"], 0

    def count(self, wanted: Wanted) -> int:
        """See Register.count."""
        query = select(func.count()).select_from(ENTRIES).where(condition(wanted))
        with reading(self.engine) as connection:
            return int(connection.execute(query).scalar_one())

    def head(self) -> int:
        """See Register.head."""
        with reading(self.engine) as connection:
            return int(connection.execute(select(func.coalesce(func.max(ENTRIES.c.number), 0))).scalar_one())

    def content(self, checksum: str) -> bytes:
        """See Register.content."""
        with reading(self.engine) as connection:
            found = connection.execute(select(CONTENTS.c.bytes).where(CONTENTS.c.checksum == checksum)).scalar()
        if found is None:
            raise NotFound(f"The register has no content {checksum}.")
        return _as_written(checksum, bytes(found))

    def contents(self, checksums: Iterable[str]) -> Mapping[str, bytes]:
        """See Register.contents."""
        wanted = tuple(dict.fromkeys(checksums))
        found: dict[str, bytes] = {}
        with reading(self.engine) as connection:
            for start in range(0, len(wanted), _PAGE):
                some = select(CONTENTS.c.checksum, CONTENTS.c.bytes).where(
                    CONTENTS.c.checksum.in_(wanted[start : start + _PAGE])
                )
                found |= {
                    str(name): _as_written(str(name), bytes(content)) for name, content in connection.execute(some)
                }
        for name in wanted:
            if name not in found:
                raise NotFound(f"The register has no content {name}.")
        return found

    def verify(self) -> Iterable[str]:
        """See Register.verify."""
        yield from faults(self._read())
        yield from self._content_faults()
        told = {str(e.payload["name"]): e.payload["roles"] for e, _ in self._read(kinds=("person.added",))}
        held = {name: list(roles) for name, roles in self.people().items()}
        if told != held:
            yield "The table of people is not what the entries say."

    def _content_faults(self) -> Iterator[str]:
        seen: set[str] = set()
        for entry, checksums in self._read():
            for name in checksums:
                if name in seen:
                    continue
                seen.add(name)
                try:
                    self.content(name)
                except Broken:
                    yield f"Content {name} of entry {entry.number} is not what was written."
                except NotFound:
                    yield f"Content {name} of entry {entry.number} is missing."

    def people(self) -> Mapping[str, tuple[str, ...]]:
        """See Register.people."""
        with reading(self.engine) as connection:
            return _people(connection)

    def add_person(
        self,
        actor: Actor,
        instant: datetime,
        name: str,
        roles: Sequence[str],
        *,
        seen: Seen | None = None,
        before: Sequence[Act] = (),
    ) -> tuple[Entry, ...]:
        """See Register.add_person. Entering a person again gives them other roles."""
        with writing(self.engine) as connection:
            nothing_since(connection, seen, actor)
            people = _people(connection)
            if people or actor.name != name:
                _known_person(connection, actor)
            row = {"name": name, "roles": canonical(list(roles))}
            known = name in people
            connection.execute(update(PEOPLE).where(PEOPLE.c.name == name) if known else insert(PEOPLE), row)
            acts = (*before, Act(ROLES, name, {"name": name, "roles": list(roles)}))
            in_its_place(connection, self._files, [a.kind for a in acts])
            return tuple(enter(connection, actor, instant, a.kind, a.subject, a.payload, a.once) for a in acts)


def _as_written(name: str, content: bytes) -> bytes:
    """A content, whose checksum is its name. Raises Broken."""
    if checksum(content) != name:
        raise Broken(
            f"Content {name} of the register is not what was written.",
            hint="greffe doctor tells all that is wrong; restore a backup.",
        )
    return content


def _people(connection: Connection) -> dict[str, tuple[str, ...]]:
    rows = connection.execute(select(PEOPLE).order_by(PEOPLE.c.name))
    return {str(name): tuple(json.loads(roles)) for name, roles in rows}


def _known_person(connection: Connection, actor: Actor) -> None:
    people = _people(connection)
    if actor.name not in people:
        raise Denied(
            f"{actor.name} is not a person of the register.",
            nearest=nearest(actor.name, people),
            hint="The first person enters themself." if not people else "Have someone of the register enter them.",
        )


def _entry(row: RowMapping) -> tuple[Entry, tuple[str, ...]]:
    entry = Entry(
        number=row["number"], instant=row["instant"], actor=row["actor"], established=row["established"],
        kind=row["kind"], subject=row["subject"], payload=parsed(row["payload"]), previous=row["previous"],
        hash=row["hash"],
    )  # fmt: skip
    return entry, tuple(json.loads(row["contents"]))
