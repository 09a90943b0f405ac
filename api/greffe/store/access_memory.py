"""Sign-in in plain Python: not durable; the reference for access_sql.py."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from datetime import datetime

from greffe.store.access import Session, same_hash, stands


class MemoryAccess:
    """Access as dicts."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._passwords: dict[str, str] = {}
        self._invitations: dict[str, tuple[str, datetime]] = {}
        self._used: set[str] = set()
        self._sessions: dict[str, Session] = {}
        self._failures: list[tuple[str, datetime]] = []
        self._secrets: dict[str, tuple[str, datetime]] = {}
        self._uses: dict[str, datetime] = {}

    @contextmanager
    def together(self) -> Iterator[None]:
        """See Access.together."""
        with self._lock:
            before = {name: copy(kept) for name, kept in vars(self).items() if name != "_lock"}
            try:
                yield
            except BaseException:
                vars(self).update(before)
                raise

    def password(self, person: str) -> str:
        """See Access.password."""
        return self._passwords.get(person, "")

    def set_password(self, person: str, hashed: str) -> None:
        """See Access.set_password."""
        with self._lock:
            self._passwords.pop(person, None)
            if hashed:
                self._passwords[person] = hashed
            self.close_sessions_of(person)

    def replace_password(self, person: str, was: str, hashed: str) -> bool:
        """See Access.replace_password."""
        with self._lock:
            still = same_hash(self.password(person), was)
            if still:
                self.set_password(person, hashed)
            return still

    def close_account(self, person: str) -> None:
        """See Access.close_account."""
        with self._lock:
            self.set_password(person, "")
            self._invitations = {d: i for d, i in self._invitations.items() if i[0] != person}

    def invite(self, digest: str, person: str, ends_at: datetime) -> None:
        """See Access.invite."""
        with self._lock:
            self._invitations = {d: i for d, i in self._invitations.items() if i[0] != person}
            self._invitations[digest] = (person, ends_at)

    def invited(self, digest: str, now: datetime) -> str:
        """See Access.invited."""
        person, ends_at = self._invitations.get(digest, ("", now))
        return person if ends_at > now and digest not in self._used else ""

    def take_invitation(self, digest: str, now: datetime) -> str:
        """See Access.take_invitation."""
        with self._lock:
            person = self.invited(digest, now)
            if person:
                self._used.add(digest)
            return person

    def invitation_was(self, digest: str, now: datetime) -> str:
        """See Access.invitation_was."""
        if digest not in self._invitations or self.invited(digest, now):
            return ""
        return "used" if digest in self._used else "expired"

    def open_session(self, digest: str, session: Session, password: str | None = None) -> bool:
        """See Access.open_session."""
        with self._lock:
            if not stands(self.password(session.person), password):
                return False
            self._sessions = {d: s for d, s in self._sessions.items() if s.ends_at > session.started_at}
            self._sessions[digest] = session
            return True

    def session(self, digest: str) -> Session | None:
        """See Access.session."""
        return self._sessions.get(digest)

    def touch_session(self, digest: str, seen_at: datetime) -> None:
        """See Access.touch_session."""
        with self._lock:
            if digest in self._sessions:
                self._sessions[digest] = replace(self._sessions[digest], seen_at=seen_at)

    def close_session(self, digest: str) -> None:
        """See Access.close_session."""
        with self._lock:
            self._sessions.pop(digest, None)

    def close_sessions_of(self, person: str) -> None:
        """See Access.close_sessions_of."""
        with self._lock:
            self._sessions = {d: s for d, s in self._sessions.items() if s.person != person}

    def note_failure(self, subject: str, instant: datetime, since: datetime) -> int:
        """See Access.note_failure."""
        with self._lock:
            self._failures = [f for f in self._failures if f[1] >= since]
            self._failures.append((subject, instant))
            return sum(s == subject for s, _ in self._failures)

    def failures(self, subject: str, since: datetime) -> tuple[datetime, ...]:
        """See Access.failures."""
        return tuple(sorted(t for s, t in self._failures if s == subject and t >= since))

    def forget_failures(self, subject: str) -> None:
        """See Access.forget_failures."""
        with self._lock:
            self._failures = [f for f in self._failures if f[0] != subject]

    def keep_secret(self, key: str, digest: str, ends_at: datetime, others: datetime) -> None:
        """See Access.keep_secret."""
        with self._lock:
            ended = {d: (k, min(t, others) if k == key else t) for d, (k, t) in self._secrets.items()}
            self._secrets = {**ended, digest: (key, ends_at)}

    def secrets(self, key: str, now: datetime) -> tuple[str, ...]:
        """See Access.secrets."""
        return tuple(sorted(d for d, (k, t) in self._secrets.items() if k == key and t > now))

    def forget_secrets(self, key: str) -> None:
        """See Access.forget_secrets."""
        with self._lock:
            self._secrets = {d: s for d, s in self._secrets.items() if s[0] != key}

    def note_use(self, key: str, instant: datetime) -> None:
        """See Access.note_use."""
        with self._lock:
            self._uses[key] = instant

    def uses(self) -> Mapping[str, datetime]:
        """See Access.uses."""
        return dict(self._uses)
