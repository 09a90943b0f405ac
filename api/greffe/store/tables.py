"""Tables of the register, for queries; migrations/ creates them and is the only thing that changes them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

METADATA: Final = MetaData()

PEOPLE: Final = Table(
    "people",
    METADATA,
    Column("name", String, primary_key=True),
    Column("roles", Text, nullable=False),  # canonical JSON list
)
ENTRIES: Final = Table(
    "entries",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("instant", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("established", String, nullable=False),
    Column("kind", String, nullable=False, index=True),
    Column("subject", String, nullable=False, index=True),
    Column("payload", Text, nullable=False),  # canonical JSON object
    Column("contents", Text, nullable=False),  # canonical JSON list of checksums
    Column("previous", String, nullable=False),
    Column("hash", String, nullable=False),
    Column("once", String, unique=True),
    Index("ix_entries_actor_instant", "actor", "instant"),
    Index("ix_entries_instant", "instant"),
)
CONTENTS: Final = Table(
    "contents",
    METADATA,
    Column("checksum", String, primary_key=True),
    Column("bytes", LargeBinary, nullable=False),
)
# Sign-in: what changes and is forgotten, outside of the chain (access.py). Instants are text in UTC, as in entries.
PASSWORDS: Final = Table(
    "passwords",
    METADATA,
    Column("person", String, primary_key=True),
    Column("hashed", Text, nullable=False),  # argon2id, with its parameters and salt
)
INVITATIONS: Final = Table(
    "invitations",
    METADATA,
    Column("digest", String, primary_key=True),
    Column("person", String, nullable=False),
    Column("ends_at", String, nullable=False),
)
SESSIONS: Final = Table(
    "sessions",
    METADATA,
    Column("digest", String, primary_key=True),
    Column("person", String, nullable=False, index=True),
    Column("established", String, nullable=False),
    Column("guard", String, nullable=False),
    Column("started_at", String, nullable=False),
    Column("seen_at", String, nullable=False),
    Column("ends_at", String, nullable=False),
)
KEY_SECRETS: Final = Table(
    "key_secrets",
    METADATA,
    Column("digest", String, primary_key=True),
    Column("key", String, nullable=False, index=True),
    Column("ends_at", String, nullable=False),
)
KEY_USES: Final = Table(
    "key_uses",
    METADATA,
    Column("key", String, primary_key=True),
    Column("used_at", String, nullable=False),
)
FAILURES: Final = Table(
    "failures",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("subject", String, nullable=False, index=True),
    Column("instant", String, nullable=False),
)
# What people have before them and not proposed yet (desk.py).
DESKS: Final = Table(
    "desks",
    METADATA,
    Column("person", String, primary_key=True),
    Column("place", String, primary_key=True),
    Column("item", String, primary_key=True),
    Column("said", Text, nullable=False),
    Column("instant", String, nullable=False),
)
# Jobs: who runs which, and what became of each run (leases.py). Instants are text, '' where there is none.
JOBS: Final = Table(
    "jobs",
    METADATA,
    Column("job", String, primary_key=True),
    Column("handled", String, nullable=False),
    Column("token", Integer, nullable=False),
    Column("holder", String, nullable=False),
    Column("until", String, nullable=False),
    Column("due", String, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("again", String, nullable=False),
)
JOB_RUNS: Final = Table(
    "job_runs",
    METADATA,
    Column("job", String, primary_key=True),
    Column("token", Integer, primary_key=True, autoincrement=False),
    Column("due", String, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("holder", String, nullable=False),
    Column("started", String, nullable=False, index=True),
    Column("ended", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("said", Text, nullable=False),
    Column("missed", Integer, nullable=False),
)
JOB_ALERTS: Final = Table(
    "job_alerts",
    METADATA,
    Column("name", String, primary_key=True),
    Column("told", Text, nullable=False),
)
