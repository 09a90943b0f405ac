"""Passwords, invitations, sessions, secrets of keys and failed attempts in the database of the register (SQLite or PostgreSQL)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from greffe.model.instants import read, written
from greffe.store.access import Session, same_hash, stands
from greffe.store.database import reading
from greffe.store.entering import beside, together
from greffe.store.tables import FAILURES, INVITATIONS, KEY_SECRETS, KEY_USES, PASSWORDS, SESSIONS

USED = ""  # stands for the end of an invitation that was used: it is less than every instant


class SqlAccess:
    """Access on the engine of a register that is open."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def together(self) -> AbstractContextManager[None]:
        """See Access.together: the register is in the same database."""
        return together(self._engine)

    def password(self, person: str) -> str:
        """See Access.password."""
        with reading(self._engine) as connection:
            return _password(connection, person)

    def set_password(self, person: str, hashed: str) -> None:
        """See Access.set_password."""
        with beside(self._engine, alone=True) as connection:
            _replace(connection, person, hashed)

    def replace_password(self, person: str, was: str, hashed: str) -> bool:
        """See Access.replace_password."""
        with beside(self._engine, alone=True) as connection:
            still = same_hash(_password(connection, person), was)
            if still:
                _replace(connection, person, hashed)
            return still

    def close_account(self, person: str) -> None:
        """See Access.close_account."""
        with beside(self._engine, alone=True) as connection:
            _replace(connection, person, "")
            connection.execute(delete(INVITATIONS).where(INVITATIONS.c.person == person))

    def invite(self, digest: str, person: str, ends_at: datetime) -> None:
        """See Access.invite."""
        with beside(self._engine, alone=True) as connection:
            connection.execute(delete(INVITATIONS).where(INVITATIONS.c.person == person))
            row = {"digest": digest, "person": person, "ends_at": written(ends_at)}
            connection.execute(insert(INVITATIONS), row)

    def invited(self, digest: str, now: datetime) -> str:
        """See Access.invited."""
        with reading(self._engine) as connection:
            return _invited(connection, digest, now)

    def take_invitation(self, digest: str, now: datetime) -> str:
        """See Access.take_invitation."""
        with beside(self._engine, alone=True) as connection:
            person = _invited(connection, digest, now)
            if person:
                connection.execute(update(INVITATIONS).where(INVITATIONS.c.digest == digest).values(ends_at=USED))
            return person

    def invitation_was(self, digest: str, now: datetime) -> str:
        """See Access.invitation_was."""
        with reading(self._engine) as connection:
            query = select(INVITATIONS.c.ends_at).where(INVITATIONS.c.digest == digest)
            ends_at = connection.execute(query).scalar()
        if ends_at is None or ends_at > written(now):
            return ""
        return "used" if ends_at == USED else "expired"

    def open_session(self, digest: str, session: Session, password: str | None = None) -> bool:
        """See Access.open_session."""
        with beside(self._engine, alone=True) as connection:
            if not stands(_password(connection, session.person), password):
                return False
            connection.execute(delete(SESSIONS).where(SESSIONS.c.ends_at <= written(session.started_at)))
            connection.execute(
                insert(SESSIONS),
                {
                    "digest": digest, "person": session.person, "established": session.established,
                    "guard": session.guard, "started_at": written(session.started_at),
                    "seen_at": written(session.seen_at), "ends_at": written(session.ends_at),
                },
            )  # fmt: skip
            return True

    def session(self, digest: str) -> Session | None:
        """See Access.session."""
        with reading(self._engine) as connection:
            row = connection.execute(select(SESSIONS).where(SESSIONS.c.digest == digest)).mappings().one_or_none()
        if row is None:
            return None
        times = (read(str(row[c])) for c in ("started_at", "seen_at", "ends_at"))
        return Session(str(row["person"]), str(row["established"]), str(row["guard"]), *times)

    def touch_session(self, digest: str, seen_at: datetime) -> None:
        """See Access.touch_session."""
        with beside(self._engine, alone=True) as connection:
            connection.execute(update(SESSIONS).where(SESSIONS.c.digest == digest).values(seen_at=written(seen_at)))

    def close_session(self, digest: str) -> None:
        """See Access.close_session."""
        with beside(self._engine, alone=True) as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.digest == digest))

    def close_sessions_of(self, person: str) -> None:
        """See Access.close_sessions_of."""
        with beside(self._engine, alone=True) as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.person == person))

    def note_failure(self, subject: str, instant: datetime, since: datetime) -> int:
        """See Access.note_failure."""
        with beside(self._engine, alone=True) as connection:
            connection.execute(delete(FAILURES).where(FAILURES.c.instant < written(since)))
            connection.execute(insert(FAILURES), {"subject": subject, "instant": written(instant)})
            query = select(func.count()).select_from(FAILURES).where(FAILURES.c.subject == subject)
            return int(connection.execute(query).scalar_one())

    def failures(self, subject: str, since: datetime) -> tuple[datetime, ...]:
        """See Access.failures."""
        query = select(FAILURES.c.instant).where(FAILURES.c.subject == subject, FAILURES.c.instant >= written(since))
        with reading(self._engine) as connection:
            return tuple(read(str(t)) for t in connection.execute(query.order_by(FAILURES.c.instant)).scalars())

    def forget_failures(self, subject: str) -> None:
        """See Access.forget_failures."""
        with beside(self._engine, alone=True) as connection:
            connection.execute(delete(FAILURES).where(FAILURES.c.subject == subject))

    def keep_secret(self, key: str, digest: str, ends_at: datetime, others: datetime) -> None:
        """See Access.keep_secret."""
        with beside(self._engine, alone=True) as connection:
            longer = KEY_SECRETS.c.key == key, KEY_SECRETS.c.ends_at > written(others)
            connection.execute(update(KEY_SECRETS).where(*longer).values(ends_at=written(others)))
            connection.execute(insert(KEY_SECRETS), {"digest": digest, "key": key, "ends_at": written(ends_at)})

    def secrets(self, key: str, now: datetime) -> tuple[str, ...]:
        """See Access.secrets."""
        held = KEY_SECRETS.c.key == key, KEY_SECRETS.c.ends_at > written(now)
        query = select(KEY_SECRETS.c.digest).where(*held).order_by(KEY_SECRETS.c.digest)
        with reading(self._engine) as connection:
            return tuple(str(d) for d in connection.execute(query).scalars())

    def forget_secrets(self, key: str) -> None:
        """See Access.forget_secrets."""
        with beside(self._engine, alone=True) as connection:
            connection.execute(delete(KEY_SECRETS).where(KEY_SECRETS.c.key == key))

    def note_use(self, key: str, instant: datetime) -> None:
        """See Access.note_use."""
        with beside(self._engine, alone=True) as connection:
            connection.execute(delete(KEY_USES).where(KEY_USES.c.key == key))
            connection.execute(insert(KEY_USES), {"key": key, "used_at": written(instant)})

    def uses(self) -> Mapping[str, datetime]:
        """See Access.uses."""
        with reading(self._engine) as connection:
            return {str(k): read(str(t)) for k, t in connection.execute(select(KEY_USES.c.key, KEY_USES.c.used_at))}


def _password(connection: Connection, person: str) -> str:
    return str(connection.execute(select(PASSWORDS.c.hashed).where(PASSWORDS.c.person == person)).scalar() or "")


def _replace(connection: Connection, person: str, hashed: str) -> None:
    connection.execute(delete(PASSWORDS).where(PASSWORDS.c.person == person))
    connection.execute(delete(SESSIONS).where(SESSIONS.c.person == person))
    if hashed:
        connection.execute(insert(PASSWORDS), {"person": person, "hashed": hashed})


def _invited(connection: Connection, digest: str, now: datetime) -> str:
    held = INVITATIONS.c.ends_at > written(now)
    query = select(INVITATIONS.c.person).where(INVITATIONS.c.digest == digest, held)
    return str(connection.execute(query).scalar() or "")
