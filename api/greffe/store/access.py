"""What sign-in needs of a store: passwords, invitations, sessions, secrets of keys, failed attempts.

It changes and is forgotten, so it is no part of the register's chain; who was invited, signed in or was denied
stands there as entries.

Held by one kit in tests/spec/store. Implementations: access_sql.py (beside the register), memory.py (the reference).
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


def same_hash(one: str, other: str) -> bool:
    """Whether two hashes of passwords are the same, in a time that does not tell how far they are."""
    return hmac.compare_digest(one.encode(), other.encode())


def stands(kept: str, password: str | None) -> bool:
    """Whether the hash that somebody gave the right password for is the one that is kept still (None: they gave none)."""
    return password is None or (password != "" and same_hash(kept, password))


@dataclass(frozen=True)
class Session:
    """Somebody signed in. `established`: local or oidc (D1). `guard`: what forms of the session must send back.

    `seen_at` moves while they work; after `ends_at` they sign in again whatever they do."""

    person: str
    established: str
    guard: str
    started_at: datetime
    seen_at: datetime
    ends_at: datetime


class Access(Protocol):
    """Tokens are never kept, only their sha256 (`digest`). Every write is one transaction."""

    def together(self) -> AbstractContextManager[None]:
        """One transaction for all that is written in the block, here and, last, as an entry of the register that this is kept beside:
        it stands as a whole when the block ends, or, where anything is raised, not at all. Nothing is read within."""

    def password(self, person: str) -> str:
        """The argon2id hash of somebody's password, '' when they have none."""

    def set_password(self, person: str, hashed: str) -> None:
        """Set or replace it ('' removes it); their sessions end."""

    def replace_password(self, person: str, was: str, hashed: str) -> bool:
        """The same where the hash that is kept is `was` still. Otherwise False, and nothing is changed."""

    def close_account(self, person: str) -> None:
        """Whatever lets them in ends: password, invitations, sessions."""

    def invite(self, digest: str, person: str, ends_at: datetime) -> None:
        """Keep an invitation; earlier ones of that person no longer hold."""

    def invited(self, digest: str, now: datetime) -> str:
        """Whom an invitation is for, while it holds; else ''."""

    def take_invitation(self, digest: str, now: datetime) -> str:
        """The same, and it is used up: of two at the same time one gets ''."""

    def invitation_was(self, digest: str, now: datetime) -> str:
        """What became of an invitation that no longer holds: `used` or `expired`; '' for one that is not known, or was
        replaced by a later one of that person."""

    def open_session(self, digest: str, session: Session, password: str | None = None) -> bool:
        """Keep a session; those that ended before it started are forgotten. `password`: the hash that they gave the right password
        for (None: it was established otherwise who they are). Where another is kept by now, or none: False, and no session is."""

    def session(self, digest: str) -> Session | None:
        """The session of a token, ended or not."""

    def touch_session(self, digest: str, seen_at: datetime) -> None:
        """Note that they work on."""

    def close_session(self, digest: str) -> None:
        """End one."""

    def close_sessions_of(self, person: str) -> None:
        """End all of somebody's."""

    def note_failure(self, subject: str, instant: datetime, since: datetime) -> int:
        """Count a failed attempt of a subject; returns how many there were since `since`. Older ones are forgotten."""

    def failures(self, subject: str, since: datetime) -> tuple[datetime, ...]:
        """Its failed attempts since then, in order."""

    def forget_failures(self, subject: str) -> None:
        """After a success."""

    def keep_secret(self, key: str, digest: str, ends_at: datetime, others: datetime) -> None:
        """Keep another secret of a key until `ends_at`; those it has end at `others` at the latest."""

    def secrets(self, key: str, now: datetime) -> tuple[str, ...]:
        """The digests of its secrets that hold."""

    def forget_secrets(self, key: str) -> None:
        """None of its secrets holds any more."""

    def note_use(self, key: str, instant: datetime) -> None:
        """When a key was used last."""

    def uses(self) -> Mapping[str, datetime]:
        """Key → when it was used last, of those that were."""
